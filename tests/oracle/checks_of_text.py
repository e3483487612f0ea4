"""What rendering may do to the text: which document became which, and what may differ between the two."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .checks_of_hooks import copy_names
from .meaning import deletion_phases, is_dropped, is_hook, is_skipped
from .references import made_secrets
from .release import Release, late_in_later_phases

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .objects import Resource

HOOK_ANNOTATION = re.compile(r"helm\.sh/hook|argocd\.argoproj\.io/(hook|sync-wave)|presync/|helm\.sh/resource-policy")
OWN_MARK = re.compile(r"presync/")
OWN_MARK_OR_WAVE = re.compile(r"presync/|argocd\.argoproj\.io/sync-wave")


@dataclass(frozen=True)
class Pairing:
    """Indexes of documents: (before, after) of each that stayed, and those that are new or gone."""

    kept: list[tuple[int, int]]
    added: list[int]
    lost: list[int]


def pair(before: Release, after: Release) -> Pairing:
    kept: list[tuple[int, int]] = []
    added: list[int] = []
    old = 0
    for new, text in enumerate(after.documents):
        unread = old < len(before.documents)
        if unread and before.documents[old] == text:
            kept.append((old, new))
            old += 1
        elif _is_new(new, after) and not (unread and _is_renamed_twin(before, old, after, new)):
            added.append(new)
        elif unread:
            kept.append((old, new))
            old += 1
        else:
            added.append(new)
    return Pairing(kept, added, list(range(old, len(before.documents))))


def _in_document(release: Release, index: int) -> list[Resource]:
    return [resource for resource in release.resources if resource.document == index]


def _is_new(index: int, after: Release) -> bool:
    held = _in_document(after, index)
    return bool(held) and all(resource.is_copy or is_stamp(resource) for resource in held)


def is_stamp(resource: Resource) -> bool:
    return resource.key.kind == "ConfigMap" and resource.key.name.endswith("-presync-stamp")


def _is_renamed_twin(before: Release, old: int, after: Release, new: int) -> bool:
    """Where one identity was both hook and ordinary, the hook one takes the copy's name and stays where it was."""
    twins = [resource for resource in _in_document(before, old) if len(before.of(resource.key)) > 1]
    kinds = {resource.key.kind for resource in _in_document(after, new)}
    return any(is_hook(resource) and resource.key.kind in kinds for resource in twins)


def unexpected_text(before: Release, after: Release) -> Iterator[str]:
    """Every document is an old one, an edited one in the old one's place, or a marked new one."""
    pairing = pair(before, after)
    yield from (f"document {index} is gone" for index in pairing.lost)
    for index in pairing.added:
        if not _is_new(index, after):
            yield f"document {index} of the output is new and neither a copy nor the stamp"
    for old, new in pairing.kept:
        if before.documents[old] != after.documents[new]:
            yield from _unexpected_edit(_in_document(before, old), _in_document(after, new), before, after)


def _unexpected_edit(olds: list[Resource], news: list[Resource], before: Release, after: Release) -> Iterator[str]:
    if not olds:
        yield "a document without an object was edited"
    news = [new for new in news if not _was_added_to_a_list(new, olds)]
    if len(olds) != len(news):
        yield f"{[*map(str, olds)]} became {[*map(str, news)]}"
    for old, new in zip(olds, news, strict=False):
        yield from _unexpected_change(old, new, before, after)


def _was_added_to_a_list(new: Resource, olds: list[Resource]) -> bool:
    return new.is_copy and len(olds) > 1 and new.key not in {old.key for old in olds}


def _unexpected_change(old: Resource, new: Resource, before: Release, after: Release) -> Iterator[str]:
    if (is_dropped(old) and not deletion_phases(old)) or is_skipped(old):
        if old.body != new.body:
            yield f"{old} is nothing that Argo CD runs, and was edited"
    elif not is_hook(old):
        mark = OWN_MARK_OR_WAVE if _is_late_for_a_sync_hook(old, before) else OWN_MARK
        if without_annotations(old.body, mark) != without_annotations(new.body, mark):
            yield f"{old} is ordinary, and was changed to {new}"
    elif comparable_hook(old, after) != comparable_hook(new, after):
        yield f"{old} was changed in more than its hook words and the names of copies"


def _is_late_for_a_sync_hook(resource: Resource, before: Release) -> bool:
    """Then, and only then, its wave is what has to change (prefix-langsmith-687)."""
    return any(read is resource for _, read in late_in_later_phases(before))


def without_annotations(body: dict[str, Any], which: re.Pattern[str]) -> dict[str, Any]:
    """An absent, a null and an empty map of annotations or labels are the same here."""
    metadata = {**(body.get("metadata") or {})}
    for part in ("annotations", "labels"):
        kept = {key: value for key, value in (metadata.get(part) or {}).items() if not which.match(str(key))}
        metadata.pop(part, None)
        metadata |= {part: kept} if kept else {}
    return {**body, "metadata": metadata}


def comparable_hook(resource: Resource, after: Release) -> Any:
    original = {
        (copy.key.name): copy.annotations["presync/copy-of"]
        for copy in after.resources
        if "presync/copy-of" in copy.annotations
    } | {new: name for copy in after.resources for name in _made_for(copy, after) for new in copy_names(name, "Secret")}
    return _renamed(without_annotations(resource.body, HOOK_ANNOTATION), original)


def _made_for(copy: Resource, after: Release) -> set[str]:
    """What the original of a copy makes."""
    if not copy.is_copy:
        return set()
    originals = after.of(copy.key._replace(name=copy.annotations.get("presync/copy-of", "")))
    return {name for original in originals for name in made_secrets(original)}


def _renamed(value: Any, names: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return {key: _renamed(inner, names) for key, inner in value.items()}
    if isinstance(value, list):
        return [_renamed(inner, names) for inner in value]
    return names.get(value, value) if isinstance(value, str) else value


def lost_or_renamed(before: Release, after: Release) -> Iterator[str]:
    """No ordinary object goes, and none becomes a hook."""
    for resource in before.resources:
        if is_hook(resource):
            continue
        heirs = after.of(resource.key)
        if not heirs:
            yield f"{resource} is ordinary and gone"
        elif all(is_hook(heir) for heir in heirs):
            yield f"{resource} is ordinary and became a hook"
