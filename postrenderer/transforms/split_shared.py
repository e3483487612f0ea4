"""PreSync hooks get their own copies of what they share with the application; what is shared is no hook."""

from collections.abc import Iterator
from functools import lru_cache

from postrenderer import nodes
from postrenderer.closure import Need, accounts_of, needs, readers_of
from postrenderer.copies import Copy, existing, plan
from postrenderer.edits import (
    NAME,
    CopyManifest,
    Edit,
    InPlace,
    RemoveField,
    RemoveText,
    SetScalar,
    SetSubjects,
    SetText,
    SetWords,
    obstacle,
)
from postrenderer.findings import Finding
from postrenderer.hooks import ARGOCD, HELM, HOOK_KEYS, Meaning, Standing, events, write
from postrenderer.manifest import COPY_LABEL, COPY_OF, HOOK, UNCOPIED_FIELDS, Manifest, copy_name
from postrenderer.marks import is_dropped
from postrenderer.producing import edits_of_copy
from postrenderer.references import BINDINGS, SERVICE_ACCOUNT, Reference, subjects
from postrenderer.refusals import MIN_WAVE
from postrenderer.release import Release
from postrenderer.rules import late_dependency, repeated_identity, shared_hook
from postrenderer.settings import Settings

SETTLES = (repeated_identity, shared_hook, late_dependency)
KEEP = ("helm.sh/resource-policy", "keep")


def settle(finding: Finding, release: Release, settings: Settings) -> Iterator[Edit]:
    if finding.rule == repeated_identity.ID:
        yield from _rename(finding, release)
    elif finding.rule == shared_hook.ID:
        yield from _make_ordinary(finding.manifest, release) if finding.about != shared_hook.MADE else ()
    elif isinstance(finding.about, Need):
        copies = plan(release, settings).copies
        if id(finding.about.target) in copies:
            yield from _give_copy(finding.about, copies, release, settings)
        else:
            yield from _move(finding.about, release)


def _rename(finding: Finding, release: Release) -> Iterator[Edit]:
    """The ordinary object stays; the hook takes a copy's name, and hooks that name it follow."""
    hook, other = finding.manifest, finding.about
    name = copy_name(hook.identity.name, hook.identity.kind)
    taken = release.named(hook.identity[:2], name, release.namespace_of(hook))
    if not isinstance(other, Manifest) or not release.is_ordinary(other) or taken:
        return
    yield SetScalar(hook, NAME, name)
    if not hook.is_workload:
        yield SetText(hook, "annotations", COPY_OF, hook.identity.name)
        yield SetText(hook, "labels", COPY_LABEL, "true")
    for reader, reference in release.readers(hook):
        beside = not set(release.meaning(reader).words).isdisjoint(release.meaning(hook).words)
        if release.is_hook(reader) and reference.written_here and (beside or release.runs_early(reader)):
            yield _named(reader, reference, name)
    if hook.identity[:2] == SERVICE_ACCOUNT:
        for binding in filter(release.is_hook, release.granting(hook)):
            numbers = [number for number, _, account in subjects(binding) if account == hook.identity.name]
            yield from (SetScalar(binding, ("subjects", number, "name"), name) for number in numbers)


def _make_ordinary(hook: Manifest, release: Release) -> Iterator[Edit]:
    if release.target == "helm" and "pre-upgrade" not in release.meaning(hook).words:
        return  # an upgrade would not bring it before its readers
    waves = [release.meaning(reader).wave for reader, _ in release.readers(hook) if release.is_ordinary(reader)]
    early = release.target == "argocd" and min(waves, default=0) < 0
    for key in hook.annotations:
        if key in HOOK_KEYS and not (early and key == ARGOCD.wave):
            yield RemoveText(hook, "annotations", key)
    if early:
        yield SetText(hook, "annotations", ARGOCD.wave, str(min(waves)))
    if release.target == "helm":
        yield SetText(hook, "annotations", *KEEP)
    yield SetText(hook, "annotations", HOOK, "false")


def _move(need: Need, release: Release) -> Iterator[Edit]:
    """To the wave before its first reader; not where each needs the other."""
    target = need.target
    if any(other.target is need.workload for other in needs(release, target)):
        return
    words = set(release.meaning(need.workload).words)
    late = [hook for hook in readers_of(release, target) if not words.isdisjoint(release.meaning(hook).words)]
    first = [hook for hook in release.workloads if release.is_pre_sync(hook)] if "SyncFail" in words else []
    wave = min(release.meaning(reader).wave for reader in (*late, *first)) - 1
    own = HELM if release.target == "helm" and events(target.annotations) else ARGOCD
    if wave >= MIN_WAVE and not obstacle(target):
        yield SetText(target, "annotations", own.wave, str(wave))


def _give_copy(need: Need, copies: dict[int, Copy], release: Release, settings: Settings) -> Iterator[Edit]:
    """The hook, or a hook on the way that is there in time, names the copy; ordinary readers never change."""
    copy = copies[id(need.target)]
    if existing(release, copy) is None:
        yield CopyManifest(need.target, _edits_of_copy(need.target, release, settings))
    if need.reference and release.meaning(need.reader).is_hook and id(need.reader) not in copies:
        yield _named(need.reader, need.reference, copy_name(need.reference.name) if need.is_made else copy.name)


def _named(reader: Manifest, reference: Reference, name: str) -> SetScalar | SetWords:
    """The reader with another name in this place."""
    if not reference.before and not reference.after:
        return SetScalar(reader, reference.steps, name)
    old, new = (f"{reference.before}{each}{reference.after}" for each in (reference.name, name))
    return SetWords(reader, reference.steps, old, new)


@lru_cache(maxsize=1024)
def _edits_of_copy(original: Manifest, release: Release, settings: Settings) -> tuple[InPlace, ...]:
    """What makes a copy of an object, the same for each of its readers."""
    copy = plan(release, settings).copies[id(original)]
    spelled = write(Meaning(Standing.HOOK, copy.words, copy.wave, copy.policies), release.target)
    spelled[COPY_OF] = original.identity.name
    made: list[InPlace] = [SetScalar(original, NAME, copy.name)]
    for field, held, kept in (("annotations", original.annotations, spelled), ("labels", original.labels, COPY_LABEL)):
        dropped = (key for key in held if key not in kept and is_dropped(key, settings))
        made += [RemoveText(original, field, key) for key in dropped]
    made += [SetText(original, "annotations", key, value) for key, value in spelled.items()]
    made.append(SetText(original, "labels", COPY_LABEL, "true"))
    metadata = nodes.lookup(original.root, "metadata")
    made += [RemoveField(original, ("metadata", f)) for f in UNCOPIED_FIELDS if nodes.find(metadata, f)]
    if row := release.producer(original):
        made += edits_of_copy(original, row, settings, release.namespace_of(original))
    return tuple(dict.fromkeys((*made, *_references_of_copy(copy, release, settings))))


def _references_of_copy(copy: Copy, release: Release, settings: Settings) -> Iterator[InPlace]:
    """A copy reads copies: account → pull Secrets, binding → Role; a binding carries only the copied accounts."""
    copies = plan(release, settings).copies
    original = copy.original
    for reference in release.references(original):
        for target in release.resolve(original, reference):
            if id(target) in copies:
                yield _named(original, reference, copies[id(target)].name)
        if any(id(producer) in copies for producer in release.producers(original, reference)):
            yield _named(original, reference, copy_name(reference.name))
    if original.identity[:2] in BINDINGS:
        yield from _only_served(copy, copies, release)


def _only_served(copy: Copy, copies: dict[int, Copy], release: Release) -> Iterator[InPlace]:
    """The accounts that the readers run as, under the names of their copies, and no others."""
    binding = copy.original
    accounts = accounts_of(release, binding, copy.readers)
    named: list[tuple[int, str, str, str]] = []
    for number, namespace, name in subjects(binding):
        for account in accounts:
            own = account.identity.name
            if name in (own, account.annotations.get(COPY_OF)) and _lives(release, account, binding, namespace):
                named.append((number, namespace, name, copies[id(account)].name if id(account) in copies else own))
                break
    if len(named) == len(nodes.items(nodes.lookup(binding.root, "subjects"))) == 1:
        number, _, name, new = named[0]
        if new != name:
            yield SetScalar(binding, ("subjects", number, "name"), new)
    else:
        yield SetSubjects(binding, tuple((new, namespace) for _, namespace, _, new in named))


def _lives(release: Release, account: Manifest, binding: Manifest, namespace: str) -> bool:
    return release.may_be(binding, namespace, release.namespace_of(account))
