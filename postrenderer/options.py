"""The options that commands share, from the command line and from variables, and the target they choose."""

import os
from collections.abc import Iterable
from typing import Any, NamedTuple, TypeVar

from postrenderer import channels
from postrenderer.errors import SettingsError
from postrenderer.glance import filename
from postrenderer.hooks import Target
from postrenderer.stream import Document

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


class Reading(NamedTuple):
    """What the commands share that read releases from files, folders and charts."""

    inputs: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    set: tuple[str, ...] = ()
    all_values: bool = False
    target: str = ""
    namespace: str = ""
    again: str = ""
    settings: str = ""


AnyOptions = TypeVar("AnyOptions")


def completed(options: AnyOptions) -> AnyOptions:
    """With the variables' values where the command line gives none."""
    fields: Any = options
    found: dict[str, Any] = {
        name: next((os.environ[key] for key in keys if os.environ.get(key)), "")
        for name, keys in VARIABLES.items()
        if getattr(fields, name, None) == ""
    }
    if "target" in found:
        found["target"] = found["target"] or "auto"
    whole: AnyOptions = fields._replace(**found)
    return whole


def chosen(word: str, among: Iterable[str], option: str) -> str:
    """The word, if it is among those the option takes."""
    if word not in among:
        raise SettingsError(f"{option}: {word} is none of {', '.join(among)}", f"`--{option}` takes one of them.")
    return word


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


def target_of(wanted: str, documents: list[Document]) -> Target:
    """`auto` is Helm for Helm 4's own streams and under a Helm that installs or upgrades, else Argo CD."""
    if wanted not in TARGETS:
        raise SettingsError("the target is none of auto, argocd and helm", "Say `--target argocd` or `--target helm`.")
    if wanted != "auto":
        return "helm" if wanted == "helm" else "argocd"
    from_helm_4 = any(filename(document.text) for document in documents)
    return "helm" if from_helm_4 or _helm_installs() else "argocd"


def _helm_installs() -> bool:
    return not {"install", "upgrade"}.isdisjoint(channels.parent_helm())
