"""What a command reads: each input is one release with a name, found first and read later, maybe in another process."""

import os
import re
from collections.abc import Iterator
from typing import NamedTuple, NoReturn

from postrenderer import channels, pipeline, tables
from postrenderer.errors import BadInputError, PostRendererError, SettingsError
from postrenderer.manifest import manifests
from postrenderer.options import Options, Reading, target_of
from postrenderer.release import Release
from postrenderer.settings import Limits, Settings
from postrenderer.stream import Document, decode, split

ENDINGS = (".yaml", ".yml", ".json")
CI_VALUES = "-values.yaml"  # of chart-testing: each such file in ci/ is one more way to install the chart
WORDS = ("apiVersion", "kind")
_MAY_BE_OBJECT = re.compile(r"""^(?:["']?apiVersion["']?[ \t]*:|\{(?!\{))""", re.MULTILINE)


class Input(NamedTuple):
    """One release to be: a stream, or a chart with its values."""

    name: str
    path: str
    is_chart: bool = False
    values: tuple[str, ...] = ()
    found: bool = False  # below a folder or in ci/, not named: what holds no Kubernetes object is passed over


def release_of_stream(options: Options, settings: Settings) -> Release:
    """Files, or stdin, as one stream."""
    documents = channels.read(options.files, settings.limits)
    again = channels.read((options.again,), settings.limits) if options.again else None
    target = target_of(options.target, documents)
    return pipeline.read(documents, target, options.namespace, again, tables=tables.of(settings))


def inputs(reading: Reading) -> list[Input]:
    """The inputs that were named, and those below the folders among them; stdin where nothing was."""
    if not reading.inputs and os.isatty(0):
        raise SettingsError(
            "no input is named, and nothing is piped in",
            "Name files, folders or charts, or pipe in what `helm template` prints.",
        )
    found = list(dict.fromkeys(each for path in reading.inputs or ("-",) for each in _inputs_at(path, reading)))
    if (reading.values or reading.set or reading.all_values) and not any(each.is_chart for each in found):
        raise SettingsError(
            "values are given, but no input is a chart", "Name the folder of the chart, with its Chart.yaml."
        )
    if reading.again and (len(found) != 1 or found[0].is_chart):
        raise SettingsError(
            "a second rendering is given, but not one stream that it is of",
            "Give `--again` with one file or stdin; charts are rendered twice anyway.",
        )
    return found


def releases(reading: Reading, settings: Settings) -> list[tuple[str, Release]]:
    """Every input that holds Kubernetes objects as a release, under its name. Raises BadInputError where none does."""
    read = ((each.name, release(each, reading, settings)) for each in inputs(reading))
    found = [(name, whole) for name, whole in read if whole is not None]
    return found or nothing_found()


def nothing_found() -> NoReturn:
    raise BadInputError("no input holds a Kubernetes object", "Name files, folders or charts that hold some.")


def release(of: Input, reading: Reading, settings: Settings) -> Release | None:
    """The input as a release, a chart rendered twice; None for one that was found and holds no Kubernetes object."""
    limits = settings.limits
    documents = _rendered(of, reading, limits) if of.is_chart else channels.read((of.path,), limits)
    if of.found and not _hold_objects(documents):
        return None
    again = _again(of, reading, limits)
    target = target_of(reading.target, documents)
    whole = pipeline.read(documents, target, reading.namespace, again, tables=tables.of(settings), name=of.name)
    whole.is_whole = True
    return whole


def _again(of: Input, reading: Reading, limits: Limits) -> list[Document] | None:
    if of.is_chart:
        return _rendered(of, reading, limits)
    return channels.read((reading.again,), limits) if reading.again else None


def _inputs_at(path: str, reading: Reading) -> Iterator[Input]:
    if path == "-":
        yield Input("stdin", path)
    elif not os.path.isdir(path):
        yield Input(_tidy(path), _tidy(path))
    elif _is_chart(path):
        yield from _charts(path, reading)
    else:
        below = list(_below(path, reading))
        if not below:
            raise BadInputError(f"{path}: the folder holds no YAML, no JSON and no chart", "Name another folder.")
        yield from below


def _tidy(path: str) -> str:
    """One spelling of a file, without `./`; `..` stays, since behind a link it leads elsewhere."""
    from pathlib import PurePath

    return str(PurePath(path)) if path else path


def _below(folder: str, reading: Reading) -> Iterator[Input]:
    """Files and charts below a folder, in the order of their names; nothing hidden, nothing inside a chart."""
    for here, folders, files in os.walk(folder, onerror=_unreadable):
        if _is_chart(here):
            folders.clear()
            yield from _charts(here, reading, found=True)
            continue
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
            if name.endswith(ENDINGS):
                path = os.path.normpath(os.path.join(here, name))
                yield Input(path, path, found=True)


def _charts(folder: str, reading: Reading, found: bool = False) -> Iterator[Input]:
    """The chart with the values that were given, or with `--all-values` once for each of its ci/*-values.yaml."""
    from postrenderer import helm

    if helm.is_library(folder):
        return
    path = os.path.normpath(folder)
    ci = os.path.join(path, "ci")
    names = sorted(os.listdir(ci)) if reading.all_values and os.path.isdir(ci) else []
    sets = [os.path.join("ci", name) for name in names if name.endswith(CI_VALUES)]
    for more in sets:
        yield Input(f"{path} ({more})", path, True, (*reading.values, os.path.join(path, more)), found=True)
    if not sets:
        yield Input(path, path, True, reading.values, found)


def _is_chart(folder: str) -> bool:
    from postrenderer import helm

    return helm.is_chart(folder)


def _rendered(of: Input, reading: Reading, limits: Limits) -> list[Document]:
    from postrenderer import helm

    text = helm.template(of.path, reading.namespace, of.values, reading.set)
    return channels.within(split(decode(text, of.name), of.name), limits)


def _hold_objects(documents: list[Document]) -> bool:
    may_be = [each for each in documents if all(w in each.text for w in WORDS) and _MAY_BE_OBJECT.search(each.text)]
    return any(manifest.is_object for document in may_be for manifest in manifests(document))


def _unreadable(error: OSError) -> None:
    raise PostRendererError(f"cannot read {error.filename}: {error.strerror}")
