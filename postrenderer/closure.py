"""What must be there before a workload runs, followed through all that it reads."""

from collections.abc import Iterable
from typing import NamedTuple

from postrenderer.manifest import Identity, Manifest
from postrenderer.references import SERVICE_ACCOUNT, Reference
from postrenderer.release import Release


class Need(NamedTuple):
    """An object that must be there before a workload runs, and what needs it: the workload or something it reads."""

    workload: Manifest
    reader: Manifest
    target: Manifest
    reference: Reference | None = None  # None where a binding grants to the reader, a ServiceAccount

    @property
    def is_made(self) -> bool:
        """Whether the reader reads what the target's controller makes."""
        return self.reference is not None and self.reference.target != self.target.identity[:2]

    @property
    def what(self) -> str:
        if self.reference is None or not self.is_made:
            return str(self.target)
        return f"{self.reference.target[1]}/{self.reference.name} of {self.target}"


def needs(release: Release, workload: Manifest) -> tuple[Need, ...]:
    """Each object once for each thing that needs it; an account needs the role bindings that name it."""
    if id(workload) not in release.needs_of:
        release.needs_of[id(workload)] = tuple(_followed(release, workload))
    return release.needs_of[id(workload)]


def readers_of(release: Release, target: Manifest) -> list[Manifest]:
    """Hooks that need the target, themselves or through what they read."""
    return list(dict.fromkeys(need.workload for need in _needing(release, target)))


def accounts_of(release: Release, binding: Manifest, hooks: Iterable[Manifest]) -> list[Manifest]:
    """ServiceAccounts that these hooks run as and that the role binding names."""
    wanted = set(hooks)
    grants = (need for need in _needing(release, binding) if need.reference is None and need.workload in wanted)
    return list(dict.fromkeys(need.reader for need in grants))


def _needing(release: Release, target: Manifest) -> list[Need]:
    if not release.needed_by:
        for hook in release.hook_readers:
            for need in needs(release, hook):
                release.needed_by.setdefault(id(need.target), []).append(need)
    return release.needed_by.get(id(target), [])


def _followed(release: Release, workload: Manifest) -> list[Need]:
    def made(reader: Manifest, reference: Reference) -> list[Manifest]:
        """A later hook's pod waits until the Secret is there; an earlier one would wait for ever."""
        listed = release.producers(reader, reference) if release.runs_early(workload) else []
        return [producer for producer in listed if producer is not reader]

    found: list[Need] = []
    waiting, seen = [workload], {id(workload)}
    while waiting:
        reader = waiting.pop(0)
        direct = [
            Need(workload, reader, target, reference)
            for reference in release.references(reader)
            for target in _distinct(release, release.resolve(reader, reference) or made(reader, reference))
        ]
        if reader.identity[:2] == SERVICE_ACCOUNT:
            direct += [Need(workload, reader, binding) for binding in release.granting(reader)]
        found += direct
        for need in direct:
            if id(need.target) not in seen:
                seen.add(id(need.target))
                waiting.append(need.target)
    return found


def _distinct(release: Release, targets: list[Manifest]) -> list[Manifest]:
    """Of objects with one identity the last ordinary one, as Argo CD keeps it, else the last."""
    found: dict[Identity, Manifest] = {}
    for target in sorted(targets, key=release.is_ordinary):
        found[target.identity] = target
    return list(found.values())
