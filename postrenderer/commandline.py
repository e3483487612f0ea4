"""The commands as typer reads them: what their options are called, mean and complete to."""

from collections.abc import Callable, Iterable, Iterator
from inspect import Parameter, Signature
from types import ModuleType
from typing import Annotated, Any, get_type_hints

import typer

import postrenderer
from postrenderer.commands import explain, helm_plugin_dir, lint, render, settings
from postrenderer.options import TARGETS, Options

COMMANDS = (render, lint, explain, settings, helm_plugin_dir)

# By the name of the field of a command's `Options`; one name means the same for every command.
PARAMETERS: dict[str, Any] = {
    "files": typer.Argument(metavar="FILE", help="Files to read; stdin if there are none."),
    "inputs": typer.Argument(
        metavar="INPUT", help="Files, folders, and charts' folders, each file or chart one release; else stdin."
    ),
    "values": typer.Option(metavar="FILE", help="A values file for the charts among the inputs; may be repeated."),
    "set": typer.Option(metavar="KEY=VALUE", help="A value for the charts among the inputs; may be repeated."),
    "all_values": typer.Option("--all-values", help="Render each chart with each of its ci/*-values.yaml."),
    "target": typer.Option(
        metavar="auto|argocd|helm",
        help="The tool that will read the hooks; by default Helm for Helm 4's post-renderer streams, else Argo CD "
        "(variable PRESYNC_TARGET).",
        autocompletion=lambda: list(TARGETS),
    ),
    "namespace": typer.Option(
        metavar="NS",
        help="The namespace of objects that name none (PRESYNC_NAMESPACE, ARGOCD_APP_NAMESPACE).",
    ),
    "again": typer.Option(
        metavar="FILE",
        help="A second rendering of the same input: what differs is generated anew each time (PRESYNC_AGAIN).",
    ),
    "settings": typer.Option(metavar="FILE", help="The settings (PRESYNC_SETTINGS)."),
    "log_file": typer.Option(metavar="FILE", help="Append findings to this file as well (PRESYNC_LOG)."),
    "diff": typer.Option("--diff", help="Print what changes, Secret values masked, not the stream."),
    "refuse_in_stream": typer.Option(
        "--refuse-in-stream",
        help="Under Helm 4, tell a refusal through the stream, which makes Helm print it and fail.",
    ),
    "unsettled": typer.Option(
        "--unsettled", help="Leave out what `render` settles: for releases that presync renders."
    ),
    "select": typer.Option(metavar="RULE", help="Only the findings of this rule; may be repeated."),
    "ignore": typer.Option(metavar="RULE", help="No findings of this rule; may be repeated."),
    "fail_on": typer.Option(metavar="error|warning", help="What ends with exit status 1; by default an error."),
    "statistics": typer.Option("--statistics", help="Print how often each rule found something instead."),
    "output": typer.Option(metavar="FILE", help="Write to this file, whole or not at all, instead of stdout."),
    "write_waivers": typer.Option(metavar="FILE", help="Write settings that waive what was found to this new file."),
    "rules": typer.Argument(metavar="RULE", help="The rules to explain."),
    "all": typer.Option("--all", help="Every rule: as text a line each, as Markdown a table and their pages."),
    "schema": typer.Option("--schema", help="Print the JSON Schema of the settings file."),
}
# Types that typer reads another way, so that it tells what was not given.
ABSENT: dict[Any, Any] = {str: str | None, tuple[str, ...]: list[str] | None}

app = typer.Typer(
    name="presync",
    help="Make database migrations safe as PreSync hooks: `helm template CHART | presync`.",
    epilog="Without a command and with something piped in, presync renders, and takes the options of `render`.",
    no_args_is_help=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _parameters(shape: Any, parameters: dict[str, Any]) -> Iterator[Parameter]:
    """The fields of an `Options`, those of the tuples within it among them."""
    for name, kind in get_type_hints(shape).items():
        if hasattr(kind, "_fields"):
            yield from _parameters(kind, parameters)
        else:
            default = None if kind in ABSENT else shape._field_defaults[name]
            told: Any = Annotated[ABSENT.get(kind, kind), parameters[name]]
            yield Parameter(name, Parameter.KEYWORD_ONLY, default=default, annotation=told)


def _format(formats: Iterable[str]) -> Any:
    """`--format` of a command that has `FORMATS`."""
    words = list(formats)
    said = "How it is written; by default as text."
    return typer.Option(metavar="|".join(words), help=said, autocompletion=lambda: words)


def _filled(shape: Any, given: dict[str, Any]) -> Any:
    """An `Options` of what typer has read; what was not given keeps its default."""
    fields = {}
    for name, kind in get_type_hints(shape).items():
        if hasattr(kind, "_fields"):
            fields[name] = _filled(kind, given)
        elif given.get(name) is not None:
            fields[name] = tuple(given[name]) if isinstance(given[name], list) else given[name]
    return shape(**fields)


def _command(module: ModuleType) -> Callable[..., None]:
    def command(**given: Any) -> None:
        raise typer.Exit(module.run(_filled(module.Options, given)))

    command.__doc__ = module.run.__doc__
    parameters = PARAMETERS | {"format": _format(getattr(module, "FORMATS", ()))}
    command.__signature__ = Signature(list(_parameters(module.Options, parameters)))  # type: ignore[attr-defined]
    return command


def _bare(context: typer.Context, **given: Any) -> None:
    """Make database migrations safe as PreSync hooks: `helm template CHART | presync`."""
    if context.invoked_subcommand is None:
        raise typer.Exit(render.run(_filled(Options, given)))


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"presync {postrenderer.__version__}")
        raise typer.Exit


def _bare_signature() -> Signature:
    version = typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    return Signature(
        [
            Parameter("context", Parameter.POSITIONAL_OR_KEYWORD, annotation=typer.Context),
            *(parameter for parameter in _parameters(Options, PARAMETERS) if parameter.name != "files"),
            Parameter("version", Parameter.KEYWORD_ONLY, default=False, annotation=Annotated[bool, version]),
        ]
    )


_bare.__signature__ = _bare_signature()  # type: ignore[attr-defined]
app.callback(invoke_without_command=True)(_bare)
for _module in COMMANDS:
    app.command(_module.__name__.rpartition(".")[2].replace("_", "-"))(_command(_module))
