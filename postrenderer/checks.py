"""The check on every edit: what an edited object means is told without its text, and compared."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from postrenderer import nodes
from postrenderer.edits import AddManifest, CopyManifest, Edit, InPlace, RemoveManifest, expected
from postrenderer.errors import BadInputError, BugError
from postrenderer.manifest import Manifest
from postrenderer.release import Release


def check_edits(after: Release, edits: Iterable[Edit]) -> None:
    """Each edited object and each copy must mean just what the edits say. Raises BugError."""
    in_place: dict[Manifest, list[InPlace]] = defaultdict(list)
    copies: list[CopyManifest] = []
    for edit in edits:
        if isinstance(edit, CopyManifest):
            copies.append(edit)
        elif not isinstance(edit, AddManifest | RemoveManifest):
            in_place[edit.manifest].append(edit)
    found = _read_again(after)
    for manifest, made in in_place.items():
        _compare(manifest, made, found)
    for copy in copies:
        _compare(copy.manifest, copy.edits, found)


def _compare(manifest: Manifest, made: Iterable[InPlace], found: dict[object, list[Any]]) -> None:
    wanted = expected(_data(manifest), made)
    if wanted not in found[_key(id(manifest.document), wanted)]:
        raise BugError(f"an edit of {manifest} changed more or less than it should")


def _read_again(after: Release) -> dict[object, list[Any]]:
    """Data of all objects in documents that were written, by the document they come from and their identity."""
    found = defaultdict(list)
    try:
        for manifest in after.manifests:
            if manifest.document.before is not None:
                data = _data(manifest)
                found[_key(id(manifest.document.before), data)].append(data)
    except BadInputError:
        raise BugError("an edit broke the YAML") from None
    return found


def _key(document: int, data: Any) -> object:
    metadata = data["metadata"] if isinstance(data.get("metadata"), dict) else {}
    return document, str([data.get("apiVersion"), data.get("kind"), metadata.get("namespace"), metadata.get("name")])


def _data(manifest: Manifest) -> Any:
    """As `expected` tells it: an empty map of metadata is none."""
    data = nodes.plain_data(manifest.root, manifest.document.text)
    return expected(data, ()) if nodes.is_mapping(nodes.lookup(manifest.root, "metadata")) else data
