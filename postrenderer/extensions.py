"""What the settings may add to the tables of kinds: fields that hold names, and resources that make Secrets.

Their form is that of the tables' own rows (`references.Field`, `producing.Producer`), with kinds written KIND.GROUP.
"""

import re
from collections.abc import Iterator
from itertools import combinations
from typing import Annotated, Literal, NamedTuple

_KIND = "KIND.GROUP, without a group for Kubernetes' core kinds"
_PATH = "`a.b.[].c`: `[]` is each item, `*` each value, `[x.org/y]` a key with dots"


class Read(NamedTuple):
    """Places that hold names."""

    paths: Annotated[tuple[str, ...], f"where the names stand: {_PATH}"]
    to: Annotated[str, f"the kind that they name: {_KIND}"] = "Secret"
    pattern: Annotated[str, "for names in longer text: the text around `{name}`"] = ""


class Named(NamedTuple):
    """Places in a kind that hold names."""

    kind: Annotated[str, f"the kind that holds them: {_KIND}"]
    paths: Annotated[tuple[str, ...], f"where the names stand: {_PATH}"]
    to: Annotated[str, f"the kind that they name: {_KIND}"] = "Secret"
    pattern: Annotated[str, "for names in longer text: the text around `{name}`"] = ""


class Product(NamedTuple):
    """What a resource makes."""

    paths: Annotated[tuple[str, ...], f"the first that holds something names it: {_PATH}"] = ()
    default: Annotated[str, "its name where no path holds one; `{name}` is the resource's own"] = ""
    kind: Annotated[str, f"what it is: {_KIND}"] = "Secret"


class State(NamedTuple):
    """A state of the resource: each of the paths holds one of the values."""

    paths: Annotated[tuple[str, ...], _PATH]
    values: Annotated[tuple[str, ...], "`*` is anything, an empty text nothing, `!x` anything but x"]
    reason: Annotated[str, "why it is refused then"] = "the settings say so"


class Value(NamedTuple):
    """A value that a copy must have."""

    path: Annotated[str, _PATH]
    value: Annotated[str, "of the copy"]
    default: Annotated[str, "what counts where the field is left out"]


class Maker(NamedTuple):
    """A kind whose controller makes Secrets."""

    kind: Annotated[str, _KIND]
    makes: Annotated[tuple[Product, ...], "its products"]
    versions: Annotated[tuple[str, ...], "the API versions it is known in; empty for any"] = ()
    treat: Annotated[Literal["copy", "share", "refuse"], "what becomes of one that a hook needs"] = "copy"
    reason: Annotated[str, "why it is refused"] = "the settings say so"
    remedy: Annotated[str, "what to do about a refusal"] = ""
    reads: Annotated[tuple[Read, ...], "what its controller needs"] = ()
    idle: Annotated[tuple[State, ...], "in which it makes nothing"] = ()
    unless: Annotated[tuple[State, ...], "in which it is refused after all"] = ()
    sets: Annotated[tuple[Value, ...], "values that a copy must have"] = ()
    drops: Annotated[tuple[str, ...], "fields that a copy must not have"] = ()
    marks: Annotated[tuple[str, ...], "maps of annotations and labels that its product gets"] = ()
    anew: Annotated[bool, "each resource is issued content of its own"] = False
    mounted: Annotated[bool, "its product is there only while a pod mounts it"] = False
    stays: Annotated[bool, "its product is not deleted with it"] = False
    watched: Annotated[bool, "Argo CD has a health check for the kind"] = False
    ready: Annotated[str, "the condition in its status that tells that the product is there"] = ""


_ONE_KIND = r"[A-Za-z0-9]+(?:\.[a-z0-9.-]+)?"
_STEP = r"(?:\[[^\[\]]*\]|[^.\[\]]+)"
_ONE_PATH = rf"{_STEP}(?:\.{_STEP})*"
_KEY = r"(?:\[[^\[\]]+\]|[^.\[\]*{}]+)"
_FIELD = rf"(?:{_STEP}\.)+{_KEY}"
_ANY = ("[]", "*", "{}")


def faults(references: tuple[Named, ...], producers: tuple[Maker, ...]) -> Iterator[str]:
    """What is wrong with rows, beside their keys and types."""
    for named in references:
        yield from (f"references: {named.kind}: {said}" for said in (*_in_kind(named.kind), *_in_read(named)))
    for maker in producers:
        yield from (f"producers: {maker.kind}: {said}" for said in (*_in_kind(maker.kind), *_in_maker(maker)))


def _in_kind(kind: str) -> Iterator[str]:
    if not re.fullmatch(_ONE_KIND, kind):
        yield f"{kind!r} is no {_KIND}"


def _in_read(row: Named | Read) -> Iterator[str]:
    yield from (*_in_kind(row.to), *_in_paths(row.paths))
    if row.pattern and row.pattern.count("{name}") != 1:
        yield "a pattern must hold {name} once"


def _in_paths(paths: tuple[str, ...]) -> Iterator[str]:
    for path in paths:
        if not re.fullmatch(_ONE_PATH, path):
            yield f"{path!r} is no path: {_PATH}"


def _in_maker(row: Maker) -> Iterator[str]:
    names = [path for made in row.makes for path in made.paths]
    states = [path for state in (*row.idle, *row.unless) for path in state.paths]
    sets = [value.path for value in row.sets]
    yield from _in_paths((*names, *states, *sets, *row.drops, *row.marks))
    for read in row.reads:
        yield from _in_read(read)
    for made in row.makes:
        yield from _in_kind(made.kind)
    if row.treat == "copy":
        yield from _in_changes(names, [*sets, *row.drops], [*row.marks, *(p for read in row.reads for p in read.paths)])


def _in_changes(names: list[str], fields: list[str], others: list[str]) -> Iterator[str]:
    """What a copy cannot change, or not twice."""
    for path in fields:
        if not re.fullmatch(_FIELD, path):
            yield f"{path!r} is no field of a map"
    for path in (*(name for name in names if name != "metadata.name"), *fields):
        if "{}" in path or path.split(".")[0] in ("apiVersion", "kind", "metadata"):
            yield f"a copy cannot change {path!r}: say `treat: refuse` or `share`"
    for one, other in combinations([*dict.fromkeys(names), *fields, *dict.fromkeys(others)], 2):
        if _meet(one, other) and not (one in others and other in others):
            yield f"a copy cannot change both {one!r} and {other!r}"


def _meet(one: str, other: str) -> bool:
    """Whether one may be the other or stand in it."""
    pairs = zip(re.findall(_STEP, one), re.findall(_STEP, other), strict=False)
    return all(a == b or a in _ANY or b in _ANY for a, b in pairs)
