"""What must be true of the hooks of a rendered stream, in Argo CD's reading."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from .meaning import deletion_phases, is_hook, is_ordinary, phases, policies, runs_as_hook, runs_to_completion
from .references import made_secrets, makes_secret, workload_targets
from .release import Release, arrives_in_time, is_early, late_in_later_phases, late_pairs, shared_hooks, subjects

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .objects import Key, Resource

HELM_WORD = "helm.sh/hook"
PAYLOAD = ("data", "stringData", "binaryData", "type", "rules", "aggregationRule")
LONGEST_NAME = {"Job": 63, "CronJob": 52, "Service": 63, "StatefulSet": 63}
LONGEST_NAME_ELSEWHERE = 253


def early_hooks(release: Release) -> set[Key]:
    return {resource.key for resource in release.resources if is_hook(resource) and "PreSync" in phases(resource)}


def late_reads(before: Release, after: Release) -> Iterator[str]:
    """What a PreSync or SyncFail workload needs is a PreSync hook of an earlier wave."""
    for reader, read in late_pairs(after, may_share_wave=early_hooks(before)):
        yield f"{reader} needs {read}, which is not there in time"


def late_producers(_before: Release, after: Release) -> Iterator[str]:
    """A Secret that is not in the stream but made by one of its custom resources: that one has to be early."""
    for reader in filter(is_early, after.workloads):
        wanted = {one.name for one in workload_targets(reader) if one.kind == "Secret" and not after.find([one])}
        for producer in after.resources:
            is_wanted = any(makes_secret(producer, name) for name in wanted)
            if is_wanted and not arrives_in_time(producer, reader, may_share_wave=False):
                yield f"{reader} needs a Secret that {producer} makes too late"


def secrets_of_nobody(before: Release, after: Release) -> Iterator[str]:
    """A name that a hook did not have before stands for an object that is there, or is made here."""
    for reader in filter(is_early, after.workloads):
        old = {target for workload in before.of(reader.key) for target in workload_targets(workload)}
        for target in workload_targets(reader) - old if old else ():
            made = target.kind == "Secret" and any(makes_secret(one, target.name) for one in after.resources)
            if not made and not after.find([target]):
                yield f"{reader} was given the name {target.name}, which nothing has"


def shared_products(_before: Release, after: Release) -> Iterator[str]:
    """The Secret that a hook makes goes with it: nothing ordinary makes or reads the same."""
    for producer in filter(runs_as_hook, after.resources):
        if producer.is_copy:
            others = [one for one in after.resources if one is not producer and one.key.kind != "Secret"]
            for name in made_secrets(producer):
                twins = [one for one in others if makes_secret(one, name)]
                wanted = [one for one in after.workloads if is_ordinary(one) and _reads_secret(one, name)]
                yield from (f"{one} shares Secret/{name} with the copy {producer}" for one in (*twins, *wanted))


def _reads_secret(workload: Resource, name: str) -> bool:
    return any((one.kind, one.name) == ("Secret", name) for one in workload_targets(workload))


def late_in_sync_and_postsync(_before: Release, after: Release) -> Iterator[str]:
    for reader, read in late_in_later_phases(after):
        yield f"{reader} needs {read}, which is applied after it"


def lost_deletion_phases(before: Release, after: Release) -> Iterator[str]:
    """PreSync words may be re-spelled; that the object is needed at deletion too must not get lost."""
    for resource in before.resources:
        for heir in after.of(resource.key):
            if runs_as_hook(heir) and not deletion_phases(resource) <= deletion_phases(heir):
                yield f"{resource} ran at the deletion of the application, and no longer does"


def hooks_that_ordinary_workloads_read(_before: Release, after: Release) -> Iterator[str]:
    for reader, read in shared_hooks(after):
        yield f"{reader} is ordinary and reads {read}, a hook"


def missing_delete_policies(_before: Release, after: Release) -> Iterator[str]:
    for resource in filter(runs_as_hook, after.resources):
        if runs_to_completion(resource) and "BeforeHookCreation" not in policies(resource):
            yield f"{resource} runs to completion and is not deleted before it runs again"
        if resource.is_copy and "HookFailed" in policies(resource):
            yield f"{resource} is a copy and would be gone before SyncFail"


def foreign_words(_before: Release, after: Release) -> Iterator[str]:
    for resource in filter(runs_as_hook, after.resources):
        if any(str(key).startswith(HELM_WORD) for key in resource.metadata("annotations")):
            yield f"{resource} is a hook and still carries Helm's words"


def touched_though_right(before: Release, after: Release) -> Iterator[str]:
    """The first law: what was right already keeps its text."""
    texts = set(after.documents)
    found = (
        late_pairs(before, early_hooks(before)),
        late_in_later_phases(before),
        shared_hooks(before),
        _readers_of_products(before),
    )
    wrong = {key for pairs in found for key in _involved(pairs)}
    for resource in filter(runs_as_hook, before.resources):
        if resource.key in wrong or not _has_right_words(resource) or len(before.of(resource.key)) > 1:
            continue
        if before.documents[resource.document] not in texts:
            yield f"{resource} was right already and was changed"


def _readers_of_products(release: Release) -> Iterator[tuple[Resource, Resource]]:
    """(reader, producer) wherever an ordinary workload reads what a hook makes, and the hooks that read it too."""
    for producer in filter(runs_as_hook, release.resources):
        for name in made_secrets(producer):
            readers = [one for one in release.workloads if _reads_secret(one, name)]
            yield from ((one, producer) for one in readers if any(is_ordinary(other) for other in readers))


def _involved(pairs: Iterator[tuple[Resource, Resource]]) -> Iterator[Key]:
    for reader, read in pairs:
        yield from (reader.key, read.key)


def _has_right_words(resource: Resource) -> bool:
    own_words_only = not any(str(key).startswith(HELM_WORD) for key in resource.metadata("annotations"))
    return own_words_only and (not runs_to_completion(resource) or "BeforeHookCreation" in policies(resource))


def wrong_copies(before: Release, after: Release) -> Iterator[str]:
    for copy in after.resources:
        if copy.is_copy:
            yield from _wrong_copy(copy, before, after)


def _wrong_copy(copy: Resource, before: Release, after: Release) -> Iterator[str]:
    name = copy.annotations.get("presync/copy-of", "")
    originals = before.of(copy.key._replace(name=name))
    if copy.metadata("labels").get("presync/copy") != "true":
        yield f"{copy} is a copy without the label that says so"
    if not originals:
        yield f"{copy} is a copy of nothing in its own namespace and kind"
    if copy.key.name not in copy_names(name, copy.key.kind):
        yield f"{copy} is no name for a copy of {name}"
    if len(after.of(copy.key)) > 1:
        yield f"{copy} is there twice"
    if before.of(copy.key) and not any(resource.is_copy for resource in before.of(copy.key)):
        yield f"{copy} takes the name of an object that was there"
    if originals and not any(_same_payload(copy, original) for original in originals):
        yield f"{copy} holds other data than its original"
    yield from _wrong_subjects(copy, after)


def copy_names(name: str, kind: str) -> set[str]:
    full = f"{name}-presync"
    limit = LONGEST_NAME.get(kind, LONGEST_NAME_ELSEWHERE)
    if len(full) <= limit:
        return {full}
    return {f"{full[: limit - 9].rstrip('-.')}-{hashlib.sha256(full.encode()).hexdigest()[:8]}"}


def _same_payload(copy: Resource, original: Resource) -> bool:
    return _payload(copy) == _payload(original)


def _payload(resource: Resource) -> dict[str, Any]:
    return {key: resource.body[key] for key in PAYLOAD if resource.body.get(key) is not None}


def _wrong_subjects(copy: Resource, after: Release) -> Iterator[str]:
    """A copied binding grants to accounts that early workloads use, and to nobody else."""
    if not copy.key.kind.endswith("RoleBinding"):
        return
    early = {need.key for reader in filter(is_early, after.workloads) for need in after.needs(reader)}
    if len(list(subjects(copy))) != len(copy.body.get("subjects") or []) or not set(subjects(copy)) <= early:
        yield f"{copy} binds more than the accounts of hooks"


def repeated_identities(_before: Release, after: Release) -> Iterator[str]:
    """Argo CD keeps the last of a name; with a hook among them the app loses the other."""
    for found in after.by_key.values():
        if len(found) > 1 and any(runs_as_hook(resource) for resource in found):
            yield f"{found[0]} is there {len(found)} times, once as a hook"


def holds_early_workload(release: Release) -> bool:
    return any("PreSync" in phases(resource) and not is_ordinary(resource) for resource in release.workloads)
