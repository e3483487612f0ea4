"""The few ways a manifest may change. What each does to the text is in `scissors`, what it means is told here too.

A field is `annotations` or `labels`.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from postrenderer import nodes, scissors
from postrenderer import texts as texts_of_metadata
from postrenderer.manifest import Manifest
from postrenderer.nodes import Node
from postrenderer.stream import Document, Splice, edited, spliced

Steps = tuple[str | int, ...]  # keys and item numbers from an object's root to a value
NAME: Steps = ("metadata", "name")


class SetText(NamedTuple):
    """Set an annotation or label, in the place of the one called `renamed` if there is one."""

    manifest: Manifest
    field: str
    key: str
    value: str
    renamed: str = ""


class RemoveText(NamedTuple):
    """Remove an annotation or label."""

    manifest: Manifest
    field: str
    key: str


class SetScalar(NamedTuple):
    """Give another value to a scalar that is there."""

    manifest: Manifest
    steps: Steps
    value: str


class SetWords(NamedTuple):
    """Write other words wherever a scalar holds these, and not as a part of longer ones."""

    manifest: Manifest
    steps: Steps
    old: str
    new: str


class SetSubjects(NamedTuple):
    """Make ServiceAccounts, each a name and a namespace, the only subjects of a role binding."""

    manifest: Manifest
    accounts: tuple[tuple[str, str], ...]


class AddField(NamedTuple):
    """Add a number or a text to a mapping that holds something, but not this key."""

    manifest: Manifest
    steps: Steps
    value: int | str


class RemoveField(NamedTuple):
    """Remove a field of a mapping in block style."""

    manifest: Manifest
    steps: Steps


class AddManifest(NamedTuple):
    """Add an object as a document of its own behind this one's."""

    manifest: Manifest
    text: str


class CopyManifest(NamedTuple):
    """Add a copy of this object right after it, with these edits made in the copy."""

    manifest: Manifest
    edits: "tuple[InPlace, ...]"


class RemoveManifest(NamedTuple):
    """Leave an object out."""

    manifest: Manifest


TextEdit = SetText | RemoveText
InPlace = SetText | RemoveText | SetScalar | SetWords | SetSubjects | AddField | RemoveField
Edit = InPlace | AddManifest | CopyManifest | RemoveManifest


def obstacle(manifest: Manifest) -> str:
    """Why the metadata cannot be edited, if so: presync does not edit through anchors, aliases and rare syntax."""
    pair = nodes.find(manifest.root, "metadata")
    if pair is None or not nodes.pairs(pair[1]):
        return "it has no metadata"
    if not nodes.is_written(manifest.root, *pair):
        return "its metadata stands behind an alias"
    if manifest.item is not None and not scissors.is_own_item(manifest):
        return "its dash in the List stands on another line"
    maps = [pair[1], *(found for field in ("annotations", "labels") if (found := nodes.lookup(pair[1], field)))]
    return next((reason for mapping in maps if (reason := _obstacle_in(mapping, manifest.document.text))), "")


def _obstacle_in(mapping: Node, text: str) -> str:
    if nodes.is_anchored(mapping, text):
        return "a part of its metadata is anchored for use elsewhere"
    for key, value in nodes.pairs(mapping):
        if key.value == nodes.MERGE or not nodes.is_written(mapping, key, value):
            return "a part of its metadata stands behind an alias"
        if nodes.is_anchored(key, text) or (value.id == "scalar" and nodes.is_anchored(value, text)):
            return "a part of its metadata is anchored for use elsewhere"
        if text[nodes.start(value) : nodes.start(value) + 2] in ("|+", ">+"):
            return "a value of its metadata keeps the blank lines behind it"
        if not mapping.flow_style and text[scissors.line_start(text, nodes.start(key)) : nodes.start(key)].strip():
            return "its metadata does not begin each key on a line of its own"
    return ""


def apply(document: Document, edits: Iterable[Edit]) -> list[Document]:
    """The document with its edits, and the documents added behind it; empty if it was left out."""
    splices: list[Splice] = []
    added: list[Document] = []
    inside: list[InPlace] = []
    for edit in dict.fromkeys(edits):
        if isinstance(edit, AddManifest | CopyManifest):
            text = edit.text if isinstance(edit, AddManifest) else copied(edit.manifest, edit.edits)
            if edit.manifest.item is None or isinstance(edit, AddManifest):
                added.append(scissors.new_document(document, text))
            else:
                splices.append(scissors.new_item(edit.manifest, text))
        elif not isinstance(edit, RemoveManifest):
            inside.append(edit)
        elif edit.manifest.item is None:
            return added
        else:
            splices.append(scissors.without_item(edit.manifest))
    splices += _in_place(inside)
    return [edited(document, splices) if splices else document, *added]


def copied(manifest: Manifest, edits: Sequence[InPlace]) -> str:
    """The object's own text with the edits made in it."""
    begin, finish = scissors.own_text(manifest)
    shifted = [Splice(cut.start - begin, cut.end - begin, cut.new) for cut in _in_place(edits)]
    return spliced(manifest.document.text[begin:finish], shifted)


def expected(data: Any, edits: Iterable[InPlace]) -> Any:
    """What the object means after its edits, told without the text: the check on the scissors (`data` is changed)."""
    for edit in edits:
        if isinstance(edit, SetText | RemoveText):
            texts = data["metadata"].get(edit.field)
            texts = data["metadata"][edit.field] = texts if isinstance(texts, dict) else {}
            texts.pop(edit.key if isinstance(edit, RemoveText) else edit.renamed, None)
            if isinstance(edit, SetText):
                texts[edit.key] = edit.value
        elif isinstance(edit, SetSubjects):
            data["subjects"] = scissors.accounts(edit.accounts)
        else:
            _put(data, edit)
    for field in ("annotations", "labels"):
        if data["metadata"].get(field) == {}:
            del data["metadata"][field]
    return data


def _put(data: Any, edit: SetScalar | SetWords | AddField | RemoveField) -> None:
    for step in edit.steps[:-1]:
        data = data[step]
    key = edit.steps[-1]
    if isinstance(edit, RemoveField):
        del data[key]
    elif isinstance(edit, SetWords):
        for start, end in reversed(scissors.words(data[key], edit.old)):
            data[key] = data[key][:start] + edit.new + data[key][end:]
    else:
        data[key] = nodes.not_a_string(str(edit.value)) if isinstance(edit.value, int) else edit.value


def _in_place(edits: Sequence[InPlace]) -> list[Splice]:
    splices: list[Splice] = []
    texts: dict[tuple[Manifest, str], list[TextEdit]] = defaultdict(list)
    for edit in edits:
        if isinstance(edit, SetText | RemoveText):
            texts[edit.manifest, edit.field].append(edit)
        elif isinstance(edit, SetScalar):
            splices.append(scissors.new_scalar(edit.manifest, edit.steps, edit.value))
        elif isinstance(edit, SetWords):
            splices += scissors.new_words(edit.manifest, edit.steps, edit.old, edit.new)
        elif isinstance(edit, SetSubjects):
            splices.append(scissors.only_subjects(edit.manifest, edit.accounts))
        elif isinstance(edit, RemoveField):
            splices.append(scissors.without_field(edit.manifest, edit.steps))
        else:
            splices.append(scissors.new_field(edit.manifest, edit.steps, edit.value))
    for (manifest, field), changes in texts.items():
        removed = {change.key for change in changes if isinstance(change, RemoveText)}
        wanted = [(c.renamed or c.key, c.key, c.value) for c in changes if isinstance(c, SetText)]
        splices += texts_of_metadata.new_texts(manifest, field, removed, wanted)
    return splices
