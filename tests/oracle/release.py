"""Everything one stream holds: its documents, its objects, who reads which, and whether they are there in time."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from .meaning import PHASE_ORDER, is_hook, is_ordinary, kind_rank, phases, policies, runs_as_hook, wave
from .objects import Key, Resource, resources_of
from .references import Target, account_targets, is_workload, target, workload_targets
from .yaml_text import cut

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

BINDINGS = ("RoleBinding", "ClusterRoleBinding")


@dataclass(frozen=True)
class Release:
    text: str
    namespace: str = "ns"

    @cached_property
    def documents(self) -> list[str]:
        return cut(self.text)

    @cached_property
    def resources(self) -> list[Resource]:
        return [
            resource
            for index, document in enumerate(self.documents)
            for resource in resources_of(document, index, self.namespace)
        ]

    @cached_property
    def by_key(self) -> dict[tuple[str, ...], list[Resource]]:
        found: dict[tuple[str, ...], list[Resource]] = {}
        for resource in self.resources:
            found.setdefault(tuple(resource.key), []).append(resource)
        return found

    @cached_property
    def workloads(self) -> list[Resource]:
        return [resource for resource in self.resources if is_workload(resource)]

    def find(self, targets: Iterable[Target]) -> list[Resource]:
        """The objects of this release that are meant; names from outside it are nobody's concern."""
        return [resource for one in sorted(targets) for resource in self.by_key.get(tuple(one), [])]

    def of(self, key: Key) -> list[Resource]:
        return self.by_key.get(tuple(key), [])

    def reads_directly(self, workload: Resource) -> list[Resource]:
        """What the kubelet must find to start the pod."""
        return self._with_account_secrets(self.find(workload_targets(workload)))

    def needs(self, workload: Resource) -> list[Resource]:
        """What the pod must find to start and to work: also what its account may do."""
        found = self.reads_directly(workload)
        accounts = [resource for resource in found if resource.key.kind == "ServiceAccount"]
        bindings = [binding for account in accounts for binding in self.bindings_of(account)]
        return found + bindings + [role for binding in bindings for role in self.roles_of(binding)]

    def _with_account_secrets(self, found: list[Resource]) -> list[Resource]:
        accounts = [resource for resource in found if resource.key.kind == "ServiceAccount"]
        return found + [secret for account in accounts for secret in self.find(account_targets(account))]

    def bindings_of(self, account: Resource) -> Iterator[Resource]:
        for binding in self.resources:
            if binding.key.kind in BINDINGS and account.key in set(subjects(binding)):
                yield binding

    def roles_of(self, binding: Resource) -> list[Resource]:
        role = binding.body.get("roleRef") or {}
        return self.find([target(str(role.get("kind")), str(role.get("name")), binding.key.namespace)])


def subjects(binding: Resource) -> Iterator[Key]:
    """The accounts bound; one without a namespace is in the RoleBinding's own."""
    for subject in binding.body.get("subjects") or []:
        if isinstance(subject, dict) and subject.get("kind") == "ServiceAccount":
            namespace = subject.get("namespace") or binding.key.namespace
            yield Key("", "ServiceAccount", str(namespace), str(subject.get("name")))


def is_early(workload: Resource) -> bool:
    """On a first install nothing of the Sync phase exists while these run."""
    return bool(phases(workload) & {"PreSync", "SyncFail"})


def arrives_in_time(read: Resource, reader: Resource, may_share_wave: bool) -> bool:
    if "PreSync" not in phases(read):
        return False
    if "PreSync" not in phases(reader):
        return "HookFailed" not in policies(read)  # else gone before SyncFail starts
    if wave(read) == wave(reader):
        return may_share_wave and kind_rank(read.key.kind) < kind_rank(reader.key.kind)
    return wave(read) < wave(reader)


def late_pairs(release: Release, may_share_wave: Iterable[Key]) -> Iterator[tuple[Resource, Resource]]:
    """(reader, read) wherever an early workload needs what is not there yet."""
    sharing = set(may_share_wave)
    for reader in filter(is_early, release.workloads):
        needed = release.needs(reader)
        for read in needed:
            if arrives_in_time(read, reader, read.key in sharing and not read.is_copy):
                continue
            if not _has_timely_stand_in(read, reader, needed):
                yield reader, read


def _has_timely_stand_in(read: Resource, reader: Resource, needed: list[Resource]) -> bool:
    """An ordinary binding may name the same account as its copy, which then grants the same earlier."""
    if read.key.kind not in (*BINDINGS, "Role", "ClusterRole"):
        return False
    return any(
        other.key.kind == read.key.kind
        and other.annotations.get("presync/copy-of") == read.key.name
        and arrives_in_time(other, reader, may_share_wave=False)
        for other in needed
    )


def late_in_later_phases(release: Release) -> Iterator[tuple[Resource, Resource]]:
    """The same for hooks of Sync and PostSync: what they need is applied before them."""
    for reader in filter(runs_as_hook, release.workloads):
        if not is_early(reader):
            yield from ((reader, read) for read in release.needs(reader) if _place(read) >= _place(reader))


def _place(resource: Resource) -> tuple[int, int, int]:
    first = min((PHASE_ORDER.index(phase) for phase in phases(resource)), default=len(PHASE_ORDER))
    return first, wave(resource), kind_rank(resource.key.kind)


def shared_hooks(release: Release) -> Iterator[tuple[Resource, Resource]]:
    """(reader, read) wherever an ordinary workload reads what is a hook."""
    for reader in release.workloads:
        if is_ordinary(reader):
            yield from ((reader, read) for read in release.reads_directly(reader) if is_hook(read))
