"""The few ways a manifest may change. What each does to the text is in `scissors`, what it means is told here too.

A field is `annotations` or `labels`.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from postrenderer import nodes, scissors
from postrenderer.manifest import Manifest
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


class SetSubjects(NamedTuple):
    """Make ServiceAccounts, each a name and a namespace, the only subjects of a role binding."""

    manifest: Manifest
    accounts: tuple[tuple[str, str], ...]


class AddField(NamedTuple):
    """Add a number to a mapping that holds something, but not this key."""

    manifest: Manifest
    steps: Steps
    value: int


class AddManifest(NamedTuple):
    """Add an object right after this one; as the next item where this one is an item."""

    manifest: Manifest
    text: str


class RemoveManifest(NamedTuple):
    """Leave an object out."""

    manifest: Manifest


TextEdit = SetText | RemoveText
InPlace = SetText | RemoveText | SetScalar | SetSubjects | AddField
Edit = InPlace | AddManifest | RemoveManifest


def obstacle(manifest: Manifest) -> str:
    """Why the metadata cannot be edited, if so: anchors and aliases would carry the edit elsewhere."""
    metadata = nodes.lookup(manifest.root, "metadata")
    if not nodes.is_mapping(metadata):
        return "it has no metadata"
    for parent, key in ((manifest.root, "metadata"), *((metadata, key) for key in ("name", "annotations", "labels"))):
        child = nodes.lookup(parent, key)
        if child is None or nodes.is_null(child):
            continue
        if not nodes.inside(child, parent):
            return f"its {key} stands behind an alias"
        if any(nodes.is_anchored(part, manifest.document.text) for part in (child, *nodes.children(child))):
            return f"its {key} is anchored for use elsewhere"
    return ""


def apply(document: Document, edits: Iterable[Edit]) -> list[Document]:
    """The document with its edits, and the documents added behind it; empty if it was left out."""
    wanted = list(dict.fromkeys(edits))
    splices: list[Splice] = []
    added: list[Document] = []
    for edit in wanted:
        if isinstance(edit, AddManifest):
            if edit.manifest.item is None:
                added.append(scissors.new_document(document, edit.text))
            else:
                splices.append(scissors.new_item(edit.manifest, edit.text))
        elif isinstance(edit, RemoveManifest):
            if edit.manifest.item is None:
                return added
            splices.append(scissors.emptied_item(edit.manifest))
    splices += _in_place([edit for edit in wanted if not isinstance(edit, AddManifest | RemoveManifest)])
    return [edited(document, splices) if splices else document, *added]


def copied(manifest: Manifest, edits: Sequence[InPlace]) -> str:
    """The object's own text with the edits made in it, from its first key to its last value."""
    text = manifest.document.text
    begin, finish = nodes.start(manifest.root), scissors.content_end(manifest.root, text)
    shifted = [Splice(cut.start - begin, cut.end - begin, cut.new) for cut in _in_place(edits)]
    return spliced(text[begin:finish], shifted)


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
            holder = data
            for step in edit.steps[:-1]:
                holder = holder[step]
            holder[edit.steps[-1]] = edit.value if isinstance(edit, SetScalar) else nodes.not_a_string(str(edit.value))
    for field in ("annotations", "labels"):
        if data["metadata"].get(field) == {}:
            del data["metadata"][field]
    return data


def _in_place(edits: Sequence[InPlace]) -> list[Splice]:
    splices: list[Splice] = []
    texts: dict[tuple[Manifest, str], list[TextEdit]] = defaultdict(list)
    for edit in edits:
        if isinstance(edit, SetText | RemoveText):
            texts[edit.manifest, edit.field].append(edit)
        elif isinstance(edit, SetScalar):
            splices.append(scissors.new_scalar(edit.manifest, edit.steps, edit.value))
        elif isinstance(edit, SetSubjects):
            splices.append(scissors.only_subjects(edit.manifest, edit.accounts))
        else:
            splices.append(scissors.new_field(edit.manifest, edit.steps, edit.value))
    for (manifest, field), changes in texts.items():
        removed = {change.key for change in changes if isinstance(change, RemoveText)}
        wanted = [(c.renamed or c.key, c.key, c.value) for c in changes if isinstance(c, SetText)]
        splices += scissors.new_texts(manifest, field, removed, wanted)
    return splices
