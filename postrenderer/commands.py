"""The commands as typer reads them: their options, help and completion."""

import json
from pathlib import Path
from typing import Annotated

import typer

import postrenderer
from postrenderer import actions
from postrenderer.options import TARGETS, Options, settings_of
from postrenderer.settings import schema as json_schema
from postrenderer.settings import shown

app = typer.Typer(
    name="presync",
    help="Make database migrations safe as PreSync hooks: `helm template CHART | presync`.",
    epilog="Without a command and with something piped in, presync renders, and takes the options of `render`.",
    no_args_is_help=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

Files = Annotated[list[str] | None, typer.Argument(metavar="FILE", help="Files to read; stdin if there are none.")]
Target = Annotated[
    str | None,
    typer.Option(
        metavar="auto|argocd|helm",
        help="The tool that will read the hooks; by default Helm for Helm 4's post-renderer streams, else Argo CD "
        "(variable PRESYNC_TARGET).",
        autocompletion=lambda: list(TARGETS),
    ),
]
Namespace = Annotated[
    str | None,
    typer.Option(
        metavar="NS",
        help="The namespace of objects that name none (PRESYNC_NAMESPACE, ARGOCD_APP_NAMESPACE).",
    ),
]
Again = Annotated[
    str | None,
    typer.Option(
        metavar="FILE",
        help="A second rendering of the same input: what differs is generated anew each time (PRESYNC_AGAIN).",
    ),
]
SettingsFile = Annotated[
    str | None, typer.Option("--settings", metavar="FILE", help="The settings (PRESYNC_SETTINGS).")
]
LogFile = Annotated[
    str | None, typer.Option(metavar="FILE", help="Append findings to this file as well (PRESYNC_LOG).")
]
Diff = Annotated[bool, typer.Option("--diff", help="Print what changes, Secret values masked, not the stream.")]
RefuseInStream = Annotated[
    bool,
    typer.Option(
        "--refuse-in-stream",
        help="Under Helm 4, tell a refusal through the stream, which makes Helm print it and fail.",
    ),
]


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"presync {postrenderer.__version__}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def bare(
    context: typer.Context,
    target: Target = None,
    namespace: Namespace = None,
    again: Again = None,
    settings: SettingsFile = None,
    log_file: LogFile = None,
    diff: Diff = False,
    refuse_in_stream: RefuseInStream = False,
    version: Annotated[  # noqa: ARG001
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Make database migrations safe as PreSync hooks: `helm template CHART | presync`."""
    if context.invoked_subcommand is None:
        render([], target, namespace, again, settings, log_file, diff, refuse_in_stream)


@app.command()
def render(
    files: Files = None,
    target: Target = None,
    namespace: Namespace = None,
    again: Again = None,
    settings: SettingsFile = None,
    log_file: LogFile = None,
    diff: Diff = False,
    refuse_in_stream: RefuseInStream = False,
) -> None:
    """Write the release to stdout as it is safe to apply, or refuse and write nothing."""
    options = _options(files, target, namespace, again, settings, log_file)
    raise typer.Exit(actions.render(options._replace(diff=diff, refuse_in_stream=refuse_in_stream)))


@app.command()
def lint(
    files: Files = None,
    target: Target = None,
    namespace: Namespace = None,
    again: Again = None,
    settings: SettingsFile = None,
    log_file: LogFile = None,
) -> None:
    """Print what is wrong with the release, and what `render` would settle; exit 1 if any of it is an error."""
    raise typer.Exit(actions.lint(_options(files, target, namespace, again, settings, log_file)))


@app.command("settings")
def settings_command(
    schema: Annotated[bool, typer.Option("--schema", help="Print the JSON Schema of the settings file.")] = False,
    settings: SettingsFile = None,
) -> None:
    """Print the settings in force, or the schema of the settings file."""
    typer.echo(
        json.dumps(
            json_schema() if schema else shown(settings_of(Options(settings=settings or "").completed())), indent=2
        )
    )


@app.command()
def helm_plugin_dir() -> None:
    """Print the folder of the Helm 4 plugin, for `HELM_PLUGINS=$(presync helm-plugin-dir):$(helm env HELM_PLUGINS)`."""
    typer.echo(Path(postrenderer.__file__).parent / "helm_plugin")


def _options(
    files: list[str] | None,
    target: str | None,
    namespace: str | None,
    again: str | None,
    settings: str | None,
    log_file: str | None,
) -> Options:
    return Options(tuple(files or ()), target or "", namespace or "", again or "", settings or "", log_file or "")
