"""What it means that a resource's controller makes Secrets: the form of a row, and how one is read and copied."""

from collections.abc import Iterator
from typing import Literal, NamedTuple

from postrenderer import nodes
from postrenderer.edits import NAME, AddField, RemoveField, SetScalar, Steps
from postrenderer.manifest import Manifest, copy_name
from postrenderer.marks import is_dropped
from postrenderer.paths import parted, reach, walk
from postrenderer.references import SECRET, Field, Kind, namespace_in
from postrenderer.scissors import is_own_line
from postrenderer.settings import Settings

Class = Literal["copy", "share", "refuse"]
ANY = "*"
OWN_NAME = "{name}"
NOT = "!"  # before a value: anything but that, nothing included


class Made(NamedTuple):
    """One product: the first path that holds something names it, and a copy renames what stands at each of them."""

    paths: tuple[str, ...] = ()
    default: str = ""  # its name where no path holds any; `{name}` is the producer's own
    form: str = "{value}"  # its name, from what the path holds
    kind: Kind = SECRET


class When(NamedTuple):
    """A state of the resource: each of the paths holds one of the values; `*` is anything, `""` nothing at all, `!x`
    anything but x."""

    paths: tuple[str, ...]
    values: tuple[str, ...]
    reason: str = ""


class Set(NamedTuple):
    """A value that a copy must have; `default` is the one that counts where the field is left out."""

    path: str
    value: str
    default: str


class Producer(NamedTuple):
    """A kind whose controller makes Secrets."""

    kind: Kind
    versions: tuple[str, ...]  # those the row was read from; none for any
    makes: tuple[Made, ...]
    source: str
    treat: Class = "copy"
    reason: str = ""  # why it is refused
    remedy: str = ""  # what to do then
    reads: tuple[Field, ...] = ()  # what its controller needs, beside what the shape of a field tells
    idle: tuple[When, ...] = ()  # it makes nothing
    unless: tuple[When, ...] = ()  # it is refused after all
    sets: tuple[Set, ...] = ()
    drops: tuple[str, ...] = ()  # fields a copy must not have
    marks: tuple[str, ...] = ()  # maps of annotations and labels that its product gets
    anew: bool = False  # each resource is issued content of its own
    mounted: bool = False  # its product is there only while a pod mounts it
    stays: bool = False  # its product is not deleted with it
    watched: bool = False  # Argo CD 3.6.1 has a health check (tests/upstream)
    ready: str = ""  # the condition in its status that tells that the product is there


class Product(NamedTuple):
    """An object that a producer makes; an empty namespace is the producer's own."""

    kind: Kind
    namespace: str
    name: str


def products(manifest: Manifest, row: Producer) -> Iterator[Product]:
    if not any(holds(manifest, state) for state in row.idle):
        yield from named(manifest, row)


def named(manifest: Manifest, row: Producer) -> Iterator[Product]:
    """What it makes, or only adds to."""
    own = manifest.identity.name
    for made in row.makes:
        found = next((found for path in made.paths if (found := list(walk(manifest.root, path)))), [])
        for node, steps, _ in found:
            namespace = namespace_in(nodes.step(manifest.root, steps[:-1]))
            yield Product(made.kind, namespace, made.form.format(name=own, value=node.value))
        if made.default and not found:
            yield Product(made.kind, "", made.default.replace(OWN_NAME, own))


def outlives(manifest: Manifest, row: Producer) -> bool:
    """Whether what it makes stays when it is deleted."""
    return row.stays or nodes.text(nodes.at(manifest.root, "spec", "target", "creationPolicy")) == "Orphan"


def holds(manifest: Manifest, state: When) -> bool:
    return all(_is_one_of([node.value for node, _, _ in walk(manifest.root, path)], state) for path in state.paths)


def _is_one_of(found: list[str], state: When) -> bool:
    barred = {value.removeprefix(NOT) for value in state.values if value.startswith(NOT)}
    if not found:
        return bool(barred) or "" in state.values
    return any(ANY in state.values or value in state.values or (barred and value not in barred) for value in found)


def why_not(manifest: Manifest, row: Producer, settings: Settings, home: str) -> str:
    """Why a copy would not be the same thing, or cannot be written; empty if it can be made."""
    if row.treat == "refuse":
        return row.reason
    version = (nodes.text(nodes.lookup(manifest.root, "apiVersion")) or "").rpartition("/")[2]
    if row.versions and version not in row.versions:
        return f"presync knows it in {' and '.join(row.versions)} only"
    if any(made.default not in ("", OWN_NAME) and not _is_named(manifest, made) for made in row.makes):
        return "what it makes is called after it, and a copy's would have another name than presync gives"
    reasons = (state.reason for state in row.unless if holds(manifest, state))
    return next(reasons, "") or _unwritable(manifest, row, settings, home)


def _unwritable(manifest: Manifest, row: Producer, settings: Settings, home: str) -> str:
    if not all(_is_written(manifest, path) for path in _changed(row)):
        return "a part of it that a copy changes stands behind an alias"
    for edit in edits_of_copy(manifest, row, settings, home):
        if isinstance(edit, SetScalar) and not nodes.text(nodes.step(manifest.root, edit.steps)):
            return f"its {edit.steps[-1]} is no text that a copy could change"
        if isinstance(edit, RemoveField) and not is_own_line(manifest, edit.steps):
            return f"a part of it that a copy leaves out does not stand on lines of its own: {edit.steps[-1]}"
    return ""


def edits_of_copy(
    manifest: Manifest, row: Producer, settings: Settings, home: str
) -> Iterator[SetScalar | AddField | RemoveField]:
    """What makes a copy of a producer of the namespace `home`, beside what makes a copy of any object."""
    paths = (path for made in row.makes for path in made.paths)
    for node, steps, _ in (found for path in paths for found in walk(manifest.root, path)):
        if steps != NAME:
            yield SetScalar(manifest, steps, copy_name(node.value))
    for wanted in row.sets:
        yield from _set(manifest, wanted, home)
    dropped = [steps for path in row.drops for _, steps, _ in reach(manifest.root, path)]
    for marks, steps, _ in (found for path in row.marks for found in reach(manifest.root, path)):
        dropped += [(*steps, key) for key in nodes.entries(marks) if is_dropped(key, settings)]
    yield from (RemoveField(manifest, steps) for steps in _whole(manifest, dropped))


def _whole(manifest: Manifest, fields: list[Steps]) -> list[Steps]:
    """These fields, and a map instead of all that it holds."""
    for holder in dict.fromkeys(steps[:-1] for steps in fields if len(steps) > 1 and not isinstance(steps[-2], int)):
        if all((*holder, key) in fields for key in nodes.entries(nodes.step(manifest.root, holder))):
            return _whole(manifest, [*(steps for steps in fields if steps[:-1] != holder), holder])
    return fields


def _set(manifest: Manifest, wanted: Set, home: str) -> Iterator[SetScalar | AddField]:
    """Not where the product is of another namespace: an owner from elsewhere has it deleted."""
    mapping, key = parted(wanted.path)
    for node, steps, _ in reach(manifest.root, mapping):
        if not nodes.pairs(node) or namespace_in(node) not in ("", home):
            continue
        pair = nodes.find(node, key)
        if pair and nodes.text(pair[1]) != wanted.value:
            yield SetScalar(manifest, (*steps, key), wanted.value)
        elif not pair and wanted.default != wanted.value:
            yield AddField(manifest, (*steps, key), wanted.value)


def _changed(row: Producer) -> Iterator[str]:
    for made in row.makes:
        yield from made.paths
    for wanted in row.sets:
        yield from (wanted.path, parted(wanted.path)[0])
    yield from row.drops
    yield from row.marks


def _is_named(manifest: Manifest, made: Made) -> bool:
    return any(True for path in made.paths for _ in walk(manifest.root, path))


def _is_written(manifest: Manifest, path: str) -> bool:
    """Whether what stands there is written there, and used nowhere else."""
    text = manifest.document.text
    return "&" not in text or not any(
        not here
        or any(nodes.is_anchored(nodes.step(manifest.root, steps[:depth]), text) for depth in range(len(steps) + 1))
        for _, steps, here in reach(manifest.root, path)
    )
