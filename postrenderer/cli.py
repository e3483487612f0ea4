"""The command `presync`: a render reads its few options here, without typer; all other commands are in `commands`."""

import gc
import os
import sys
from collections.abc import Callable
from typing import Any, NamedTuple

from postrenderer import channels
from postrenderer.errors import BugError, PostRendererError, SettingsError
from postrenderer.glance import has_filename
from postrenderer.hooks import Target
from postrenderer.settings import DEFAULTS, FILE_NAME, Settings
from postrenderer.stream import Document

REFUSED = 1
TARGETS = ("auto", "argocd", "helm")

# Option, and the variables that give it otherwise. An Application's author sets ARGOCD_ENV_*: only these two of them
# are heeded, and none that names a file.
VARIABLES = {
    "target": ("PRESYNC_TARGET", "ARGOCD_ENV_PRESYNC_TARGET"),
    "namespace": ("PRESYNC_NAMESPACE", "ARGOCD_ENV_PRESYNC_NAMESPACE", "ARGOCD_APP_NAMESPACE"),
    "again": ("PRESYNC_AGAIN",),
    "settings": ("PRESYNC_SETTINGS",),
    "log_file": ("PRESYNC_LOG",),
}
FLAGS = ("diff", "refuse_in_stream")


class Options(NamedTuple):
    """The options of a render, from the command line or from variables."""

    files: tuple[str, ...] = ()
    target: str = ""
    namespace: str = ""
    again: str = ""
    settings: str = ""
    log_file: str = ""
    diff: bool = False
    refuse_in_stream: bool = False

    def completed(self) -> "Options":
        """With the variables' values where the command line gives none."""
        found: dict[str, Any] = {
            name: next((os.environ[key] for key in keys if os.environ.get(key)), "")
            for name, keys in VARIABLES.items()
            if not getattr(self, name)
        }
        whole = self._replace(**found)
        return whole._replace(target=whole.target or "auto")


def main() -> None:
    """Entry point. Exit status: 0 done, 1 refused, 2 bad usage or input, 3 a bug of presync's own."""
    gc.disable()  # a render makes no cycles worth collecting, and ends soon
    arguments = sys.argv[1:]
    options = render_options(arguments)
    if options is None or (not arguments and sys.stdin.isatty()):
        from postrenderer.commands import app

        sys.exit(guarded(lambda: app(args=arguments or ["--help"], prog_name="presync")))
    sys.exit(guarded(lambda: render(options), options))


def render_options(arguments: list[str]) -> Options | None:
    """Options of a plain render; None where typer must read them: another command, help, or a mistake to explain."""
    given: dict[str, str | bool] = {}
    files: list[str] = []
    waiting = arguments[1:] if arguments[:1] == ["render"] else list(arguments)
    while waiting:
        word = waiting.pop(0)
        name, has_value, value = word.partition("=")
        option = name[2:].replace("-", "_")
        if name.startswith("--") and option in VARIABLES and (has_value or waiting):
            given[option] = value if has_value else waiting.pop(0)
        elif name.startswith("--") and option in FLAGS and not has_value:
            given[option] = True
        elif (arguments[:1] == ["render"] and not word.startswith("-")) or word == "-":
            files.append(word)
        else:
            return None
    return Options(tuple(files), **given)  # type: ignore[arg-type]


def guarded(work: Callable[[], int | None], options: Options | None = None) -> int:
    """Runs a command; every failure becomes one message and an exit status, never a traceback or a piece of input."""
    from postrenderer.report.text import failed

    log = options.completed().log_file if options else ""
    try:
        return work() or 0
    except PostRendererError as error:
        channels.tell(failed(error), log, _helm_hides_stderr())
        return error.status
    except KeyboardInterrupt:
        return 130
    except Exception as error:
        channels.tell(failed(BugError(f"{type(error).__name__} in {_place(error)}")), log, _helm_hides_stderr())
        return BugError.status


def render(options: Options) -> int:
    """Renders files or stdin to stdout."""
    from postrenderer import pipeline
    from postrenderer.report import text

    options = options.completed()
    settings = settings_of(options)
    documents = channels.read(options.files, settings.limits)
    again = channels.read((options.again,), settings.limits) if options.again else None
    target = target_of(options.target, documents)
    release = pipeline.read(documents, target, options.namespace, again)
    rendered = pipeline.render(release, settings)
    said = text.rendered(rendered.judged)
    channels.tell(said, options.log_file, _helm_hides_stderr())
    if rendered.is_refused:
        if options.refuse_in_stream and release.is_helm_4:
            channels.write(text.as_scalar(said))
            return 0
        return REFUSED
    if options.diff:
        from postrenderer.report.difference import difference

        channels.write(difference(documents, rendered.documents))
    else:
        channels.write(rendered.text)
    return 0


def settings_of(options: Options) -> Settings:
    """The named settings file, or `presync.yaml` here; inside Argo CD the folder is a tenant's, and is not heeded."""
    file = options.settings
    if not file and "ARGOCD_APP_NAME" not in os.environ and os.path.exists(FILE_NAME):
        file = FILE_NAME
    if not file:
        return DEFAULTS
    from pathlib import Path

    from postrenderer.settings import load

    return load(Path(file))


def target_of(wanted: str, documents: list[Document]) -> Target:
    """`auto` is Helm for Helm 4's own streams and under a Helm that installs or upgrades, else Argo CD."""
    if wanted not in TARGETS:
        raise SettingsError("the target is none of auto, argocd and helm", "Say `--target argocd` or `--target helm`.")
    if wanted != "auto":
        return "helm" if wanted == "helm" else "argocd"
    from_helm_4 = any(has_filename(document.text) for document in documents)
    return "helm" if from_helm_4 or _helm_installs() else "argocd"


def _helm_installs() -> bool:
    command, *arguments = channels.parent_command() or [""]
    return os.path.basename(command).startswith("helm") and not {"install", "upgrade"}.isdisjoint(arguments)


def _helm_hides_stderr() -> bool:
    """Helm 4 keeps what a plugin writes to stderr to itself (helm issue 31843)."""
    command = channels.parent_command()
    return "HELM_PLUGIN_NAME" in os.environ and os.path.basename(command[0] if command else "").startswith("helm")


def _place(error: Exception) -> str:
    """Module and line of the last frame of our own."""
    place, trace = "presync", error.__traceback__
    while trace is not None:
        if "postrenderer" in trace.tb_frame.f_code.co_filename:
            place = f"{os.path.basename(trace.tb_frame.f_code.co_filename)}:{trace.tb_lineno}"
        trace = trace.tb_next
    return place
