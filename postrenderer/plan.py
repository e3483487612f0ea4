"""The plan: what the target does with a release, step by step, and what each step's object reads.

Source: Argo CD 3.6.1 controller/state.go (of one identity the last object counts) and sync/hook (what is no step).
"""

from collections.abc import Iterator

from postrenderer.hooks import Standing
from postrenderer.manifest import Manifest
from postrenderer.references import SERVICE_ACCOUNT, Reference
from postrenderer.release import Release
from postrenderer.sequence import waves
from postrenderer.steps import ALIASES, ORDINARY_PHASE, LeftOut, Plan, Read, Step


def plan(release: Release) -> Plan:
    left_out = tuple(_left_out(release))
    gone = {id(each.manifest) for each in left_out}
    steps = [step for manifest in release.manifests if id(manifest) not in gone for step in _steps(release, manifest)]
    steps = [step._replace(reads=_applied(step.reads, gone)) for step in steps] if gone else steps
    return Plan(release.target, waves(steps, release.target, release.namespace), left_out)


def _left_out(release: Release) -> Iterator[LeftOut]:
    for manifest in release.manifests:
        standing = release.meaning(manifest).standing
        is_applied = standing in (Standing.ORDINARY, Standing.HOOK)
        if is_applied and release.target == "argocd" and manifest.identity.name:
            is_applied = release.identical(manifest)[-1] is manifest
        if not is_applied:
            yield LeftOut(manifest, standing)


def _steps(release: Release, manifest: Manifest) -> Iterator[Step]:
    meaning = release.meaning(manifest)
    reads = tuple(dict.fromkeys(_reads(release, manifest)))
    if meaning.is_hook:
        for word in dict.fromkeys(ALIASES.get(word, word) for word in meaning.words):
            yield Step(manifest, word, meaning.wave, True, meaning.policies, reads)
    else:
        wave = meaning.wave if release.target == "argocd" else 0
        yield Step(manifest, ORDINARY_PHASE[release.target], wave, False, (), reads)


def _reads(release: Release, manifest: Manifest) -> Iterator[Read]:
    for reference in release.references(manifest):
        named = release.resolve(manifest, reference)
        yield from (_read(reference, target) for target in named)
        makers = release.producers(manifest, reference) if not named else []
        yield from (_read(reference, maker)._replace(how="product") for maker in makers)
        if not named and not makers and reference.verified:
            yield _read(reference, None)
    if manifest.identity[:2] == SERVICE_ACCOUNT:
        for binding in release.granting(manifest):
            yield Read(binding.identity[:2], binding.identity.name, binding, "grant")


def _read(reference: Reference, found: Manifest | None) -> Read:
    return Read(reference.target, reference.name, found, optional=reference.optional)


def _applied(reads: tuple[Read, ...], gone: set[int]) -> tuple[Read, ...]:
    """Without the objects that are left out, where another one has their name."""
    there = {(read.kind, read.name) for read in reads if read.found and id(read.found) not in gone}
    kept = []
    for read in reads:
        if read.found and id(read.found) in gone:
            if (read.kind, read.name) in there:
                continue
            read = read._replace(found=None)
        kept.append(read)
    return tuple(dict.fromkeys(kept))
