"""A plan with what people want to know of each step: why it is so, who reads it, and what was found."""

from collections.abc import Collection, Iterable, Iterator
from itertools import groupby
from typing import NamedTuple

from postrenderer.closure import Need
from postrenderer.findings import Finding
from postrenderer.manifest import COPY_OF, Identity, Manifest, copy_name
from postrenderer.order import is_in_time
from postrenderer.pipeline import Rendered
from postrenderer.plan import plan
from postrenderer.release import Release
from postrenderer.rules import late_dependency, repeated_identity, unstamped_hooks
from postrenderer.simulation.events import Played
from postrenderer.stamps import STAMP
from postrenderer.steps import Plan, Step, Wave

ADDED, CHANGED = "added", "changed"


class Told(NamedTuple):
    """What is told of one object, whatever its steps."""

    mark: str = ""  # ADDED and CHANGED are what a render did
    reasons: tuple[str, ...] = ()
    readers: tuple[Manifest, ...] = ()
    late: tuple[Manifest, ...] = ()  # what it reads and may not find on a first install
    findings: tuple[Finding, ...] = ()
    is_hook: bool = False
    is_needed: bool = False  # by a hook

    @property
    def is_full(self) -> bool:
        """Whether it is shown with all that is known: hooks, what they read, and what was changed or found."""
        return self.is_hook or self.is_needed or bool(self.mark or self.findings)


class Section(NamedTuple):
    """Waves of one phase; of several events where Helm does the same in each."""

    phases: tuple[str, ...]
    waves: tuple[Wave, ...]


class Sheet(NamedTuple):
    """A plan of one release, before or after a render."""

    name: str  # of the input
    namespace: str
    plan: Plan
    told: dict[int, Told]  # by id of the manifest
    findings: tuple[Finding, ...]  # that a render leaves; before one, all of them
    is_refused: bool = False
    played: tuple[Played, ...] = ()  # scenarios

    @property
    def sections(self) -> list[Section]:
        merged: list[Section] = []
        for phase, held in groupby(self.plan.waves, lambda wave: wave.phase):
            waves = tuple(held)
            if merged and _contents(merged[-1].waves) == _contents(waves):
                merged[-1] = Section((*merged[-1].phases, phase), merged[-1].waves)
            else:
                merged.append(Section((phase,), waves))
        return merged

    @property
    def left_behind(self) -> list[Manifest]:
        """Hooks that `helm uninstall` leaves in the cluster."""
        hooks = [step.manifest for step in self.plan.steps if step.stays and step.manifest.identity.name]
        return list(dict.fromkeys(hooks)) if self.plan.target == "helm" else []

    @property
    def hooks(self) -> list[Manifest]:
        return list(dict.fromkeys(step.manifest for step in self.plan.steps if step.is_hook))

    def of(self, step: Step) -> Told:
        return self.told[id(step.manifest)]


def before(name: str, release: Release, rendered: Rendered) -> Sheet:
    """The release as it came in, with all that was found."""
    found = tuple(each.finding for each in rendered.judged if not each.allowed)
    return _sheet(name, release, found, ())._replace(is_refused=rendered.is_refused)


def after(name: str, rendered: Rendered) -> Sheet:
    """What a render has made, with why, and with what it leaves to people."""
    left = tuple(each.finding for each in rendered.judged if not each.settled and not each.allowed)
    settled = [each.finding for each in rendered.judged if each.settled and not each.allowed]
    return _sheet(name, rendered.release, left, settled)


def _sheet(name: str, release: Release, left: tuple[Finding, ...], settled: Collection[Finding]) -> Sheet:
    planned = plan(release)
    reasons = _reasons(settled, planned)
    told: dict[int, Told] = {}
    for manifest in dict.fromkeys((*(s.manifest for s in planned.steps), *(e.manifest for e in planned.left_out))):
        why = tuple(reasons.get(manifest.identity, ()))
        found = tuple(finding for finding in left if finding.manifest.identity == manifest.identity)
        told[id(manifest)] = Told(_mark(manifest, why), why, (), (), found)
    for step in planned.steps:
        held = told[id(step.manifest)]
        late = tuple(_late(release, step)) if step.is_hook else ()
        told[id(step.manifest)] = held._replace(late=late, is_hook=step.is_hook)
        for target in (read.found for read in step.reads if read.found is not None):
            held = told[id(target)]
            readers = dict.fromkeys((*held.readers, step.manifest))
            told[id(target)] = held._replace(readers=tuple(readers), is_needed=held.is_needed or step.is_hook)
    return Sheet(name, release.namespace, planned, told, left)


def _mark(manifest: Manifest, reasons: tuple[str, ...]) -> str:
    if reasons and _is_added(manifest):
        return ADDED
    return CHANGED if reasons else ""


def _is_added(manifest: Manifest) -> bool:
    return manifest.may_be_hooked and (manifest.is_copy or STAMP in manifest.annotations)


def _late(release: Release, step: Step) -> Iterator[Manifest]:
    for target in dict.fromkeys(read.found for read in step.reads if read.found and read.how != "product"):
        if step.manifest in release.hook_readers and not is_in_time(release, target, step.manifest):
            yield target


def _reasons(settled: Collection[Finding], planned: Plan) -> dict[Identity, dict[str, None]]:
    """Why objects are what they are now: the findings that were settled by them."""
    added = [step.manifest for step in planned.steps if _is_added(step.manifest)]
    hooks = {step.manifest.identity for step in planned.steps if step.is_hook}
    renamed = {finding.manifest.identity for finding in settled if finding.rule == repeated_identity.ID}
    found: dict[Identity, dict[str, None]] = {}
    for finding in settled:
        for identity, reason in _concerned(finding, added, hooks):
            now = _renamed(identity) if identity in renamed and finding.manifest.may_be_hooked else identity
            found.setdefault(now, {})[reason] = None
    return found


def _renamed(identity: Identity) -> Identity:
    return identity._replace(name=copy_name(identity.name, identity.kind))


def _concerned(finding: Finding, added: list[Manifest], hooks: Collection[Identity]) -> Iterator[tuple[Identity, str]]:
    need, identity, reason = finding.about, finding.manifest.identity, f"{finding.message}: {finding.fix}"
    of_itself = reason.replace(f"{finding.manifest} ", "it ", 1)
    if finding.rule == unstamped_hooks.ID:
        yield from ((manifest.identity, reason) for manifest in added if STAMP in manifest.annotations)
    elif finding.rule == repeated_identity.ID:
        yield identity, reason
    elif not isinstance(need, Need):
        yield identity, of_itself
    elif finding.fix == late_dependency.MOVED:
        yield need.target.identity, reason
    else:
        target, reader = need.target.identity, need.reader.identity
        for copy in (m.identity for m in added if m.annotations.get(COPY_OF) == target.name):
            if copy[:3] == target[:3]:
                yield copy, finding.message
                if need.reference is not None and reader in hooks:
                    yield reader, f"it reads {_said(need, copy)} in place of {_said(need, target)}"


def _contents(waves: Iterable[Wave]) -> list[object]:
    return [(wave.number, [step.manifest for step in wave.steps]) for wave in waves]


def _said(need: Need, identity: Identity) -> str:
    """The object, or what it makes under the name that the reader holds."""
    original, reference = need.target.identity, need.reference
    if reference is None or (reference.target, reference.name) == (original[:2], original.name):
        return str(identity)
    name = reference.name if identity == original else copy_name(reference.name)
    return f"{reference.target[1]}/{name} of {identity}"
