"""A release as one of its revisions: whose objects are the same, what they hold, and what their pods look for."""

from collections.abc import Iterator
from functools import cached_property
from typing import Any, NamedTuple

from postrenderer import nodes
from postrenderer.hooks import SUCCEEDED, Standing
from postrenderer.manifest import Identity, Manifest
from postrenderer.plan import plan
from postrenderer.producing import outlives
from postrenderer.references import BINDINGS, NEVER_REFER, SERVICE_ACCOUNT, Reference
from postrenderer.release import Release
from postrenderer.steps import Plan, Read, Step

PASSIVE = frozenset((*NEVER_REFER, SERVICE_ACCOUNT, *BINDINGS))
JOB = ("batch", "Job")
KEEP = "helm.sh/resource-policy"


class Wanted(NamedTuple):
    """An object of the release that a workload looks for; any of these will do."""

    said: str
    keys: frozenset[Identity]
    is_waited_for: bool  # no pod starts without it


class Revision:
    """A release whose objects hold the content of a version."""

    def __init__(self, release: Release, version: int = 0) -> None:
        self.release = release
        self.version = version

    @cached_property
    def plan(self) -> Plan:
        return plan(self.release)

    @cached_property
    def _step_of(self) -> dict[int, Step]:
        return {id(step.manifest): step for step in reversed(self.plan.steps)}

    @cached_property
    def migration(self) -> Manifest | None:
        """The first workload that runs before everything else."""
        found = (step.manifest for step in self.plan.steps if step.is_hook and step.manifest.is_workload)
        return next((manifest for manifest in found if self.release.is_pre_sync(manifest)), None)

    def is_migration(self, manifest: Manifest) -> bool:
        wanted = self.migration
        return wanted is not None and (self.key(wanted), wanted.generate_name) == (
            self.key(manifest),
            manifest.generate_name,
        )

    @cached_property
    def ordinary(self) -> dict[Identity, Step]:
        return {self.key(step.manifest): step for step in self.plan.steps if not step.is_hook}

    @cached_property
    def left_alone(self) -> frozenset[Identity]:
        """What the release names and neither applies nor has pruned."""
        skipped = (each.manifest for each in self.plan.left_out if each.standing is Standing.SKIPPED)
        return frozenset(self.key(manifest) for manifest in skipped)

    def steps(self, phase: str) -> list[Step]:
        return [step for wave in self.plan.waves if wave.phase == phase for step in wave.steps]

    def key(self, manifest: Manifest) -> Identity:
        return manifest.identity._replace(namespace=self.release.namespace_of(manifest))

    def content(self, step: Step) -> tuple[object, ...]:
        """Equal for equal objects. An ordinary Job never changes, since its pods cannot: charts name it anew."""
        manifest = step.manifest
        text = manifest.document.text
        if manifest.item is not None:
            text = text[nodes.start(manifest.root) : nodes.end(manifest.root)]
        return text, self._version(step)

    def pods(self, step: Step) -> object:
        """What of a Job cannot be changed."""
        if step.manifest.identity[:2] != JOB:
            return None
        spec: Any = nodes.plain_data(nodes.lookup(step.manifest.root, "spec"), step.manifest.document.text)
        return spec.get("template") if isinstance(spec, dict) else None, self._version(step)

    def _version(self, step: Step) -> int:
        return 0 if not step.is_hook and step.manifest.identity[:2] == JOB else self.version

    def has_deadline(self, step: Step) -> bool:
        return nodes.at(step.manifest.root, "spec", "activeDeadlineSeconds") is not None

    def keeps(self, step: Step) -> bool:
        return KEEP in step.manifest.document.text and step.manifest.annotations.get(KEEP) == "keep"

    def leaves(self, step: Step) -> bool:
        """Whether what its controller made stays when it is deleted."""
        row = self.release.producer(step.manifest)
        return row is not None and outlives(step.manifest, row)

    def wanted(self, step: Step) -> tuple[Wanted, ...]:
        """What the pods of this object look for, through their account and its grants; nothing for passive kinds."""
        kind = step.manifest.identity[:2]
        if kind in PASSIVE or kind in self.release.tables.producers:
            return ()
        own = {(reference.target, reference.name) for reference in self._holding_up(step)}
        found: dict[str, Wanted] = {}
        for reader, read in self._followed(step):
            if keys := self._keys(reader, read):
                said = f"{read.kind[1]}/{read.name}"
                before = found.get(said, Wanted(said, frozenset(), False))
                waits = reader is step and (read.kind, read.name) in own
                found[said] = Wanted(said, before.keys | keys, before.is_waited_for or waits)
        return tuple(found.values())

    def _holding_up(self, step: Step) -> Iterator[Reference]:
        """References without which no pod starts."""
        for reference in self.release.references(step.manifest):
            if reference.verified and not reference.optional and "imagePullSecrets" not in reference.steps:
                yield reference

    def _keys(self, reader: Step, read: Read) -> frozenset[Identity]:
        """Of objects of the release, those included that it holds and never applies."""
        if read.optional:
            return frozenset()
        home = self.release.namespace_of(reader.manifest)
        named = [read.found] if read.found else self.release.named(read.kind, read.name, home)
        return frozenset(self.key(manifest) for manifest in named)

    def _followed(self, step: Step) -> Iterator[tuple[Step, Read]]:
        waiting, seen = [step], {id(step.manifest)}
        while waiting:
            reader = waiting.pop(0)
            for read in reader.reads:
                if not step.is_hook and self._is_for_hooks_only(read):
                    continue
                yield reader, read
                after = self._step_of.get(id(read.found))
                if after is not None and id(read.found) not in seen:
                    seen.add(id(read.found))
                    waiting.append(after)

    def _is_for_hooks_only(self, read: Read) -> bool:
        """A grant that goes when the sync has succeeded was meant for hooks."""
        granting = self._step_of.get(id(read.found))
        return read.how == "grant" and granting is not None and SUCCEEDED in granting.policies
