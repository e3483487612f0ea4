"""Steps in the order in which the target takes them, gathered into waves.

Sources: Argo CD 3.6.1 gitops-engine/pkg/sync/sync_tasks.go (order, and what is bubbled up), sync_context.go (SyncFail
at once) and controller/sync.go (the pause after a wave), argocd-observed 3.6 (what deleting first costs); Helm 4.3.0
pkg/action/hooks.go and pkg/release/v1/util/kind_sorter.go.
"""

from collections.abc import Callable, Collection, Iterable, Iterator
from itertools import groupby

from postrenderer import nodes
from postrenderer.hooks import SYNC_PHASES, Target
from postrenderer.order import rank
from postrenderer.references import CUSTOM_RESOURCE_DEFINITION, NAMESPACE
from postrenderer.steps import PHASES, RELEASE, Step, Wave

PAUSE = 2  # seconds, after each pass over a wave, but not in a sync's last wave
IN_WAVES: dict[Target, tuple[str, ...]] = {  # elsewhere the target takes all at once
    "argocd": SYNC_PHASES[:3],
    "helm": tuple(event for event in PHASES["helm"] if event != RELEASE),
}
Key = tuple[str, ...]


def waves(steps: Iterable[Step], target: Target, namespace: str) -> tuple[Wave, ...]:
    """All steps in order; the namespace is that of objects which name none."""
    ordered = sorted(steps, key=lambda step: _place(step, target))
    if target == "argocd":
        ordered = _bubbled(ordered, _namespace_made, lambda step: (step.manifest.identity.namespace or namespace,))
        ordered = _bubbled(ordered, _kind_made, lambda step: step.manifest.identity[:2])
    numbered = groupby(ordered, lambda step: (step.phase, step.wave if step.phase in IN_WAVES[target] else None))
    gathered = [Wave(*key, tuple(held)) for key, held in numbered]
    return tuple(_timed(gathered) if target == "argocd" else gathered)


def _place(step: Step, target: Target) -> tuple[object, ...]:
    _, kind, _, name = step.manifest.identity
    phase, listed = PHASES[target].index(step.phase), rank(kind, target)
    if target == "argocd":
        return phase, step.wave, listed, name or step.manifest.generate_name
    if step.is_hook:
        return phase, step.wave, name, listed, kind
    return phase, 0, "", listed, kind  # objects of one kind stay in the order of their files


def _bubbled(
    steps: list[Step], made: Callable[[Step, Collection[Key]], Key], used: Callable[[Step], Key]
) -> list[Step]:
    """Argo CD moves what other objects stand on before the first of them, into its phase and wave."""
    moved: list[Step] = []
    first: dict[Key, int] = {}
    for step in steps:
        if (key := made(step, first)) in first:
            place = first[key]
            moved.insert(place, step._replace(phase=moved[place].phase, wave=moved[place].wave))
            first = {other: index + (index >= place) for other, index in first.items()}
            continue
        moved.append(step)
        if not key and any(key := used(step)):
            first.setdefault(key, len(moved) - 1)
    return moved


def _namespace_made(step: Step, _used: Collection[Key]) -> Key:
    return (step.manifest.identity.name,) if step.manifest.identity[:2] == NAMESPACE else ()


def _kind_made(step: Step, used: Collection[Key]) -> Key:
    """A definition is parsed only where an earlier object is of its group, which is the end of its name."""
    identity = step.manifest.identity
    if identity[:2] != CUSTOM_RESOURCE_DEFINITION:
        return ()
    group = identity.name.partition(".")[2]
    if all(group != key[0] for key in used):
        return (group, "")
    return group, nodes.text(nodes.at(step.manifest.root, "spec", "names", "kind")) or ""


def _timed(listed: list[Wave]) -> Iterator[Wave]:
    """With what each wave costs: a pause, and another one where the wave before it deletes what is live."""
    counted = [wave for wave in listed if wave.number is not None]
    seen: set[int] = set()
    for wave in listed:
        clears = [step for step in wave.steps if step.deletes_first]
        again = any(id(step.manifest) in seen for step in clears)
        left = any(step.stays for step in clears)
        seen |= {id(step.manifest) for step in wave.steps}
        paused = wave.number is not None and wave is not counted[-1]
        yield wave._replace(first=PAUSE * (1 + again), later=PAUSE * (1 + (again or left))) if paused else wave
