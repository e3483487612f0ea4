"""PreSync hooks get their own copies of what they share with the application; what is shared is no hook."""

from collections.abc import Iterator
from functools import lru_cache

from postrenderer import nodes
from postrenderer.closure import Need, needs
from postrenderer.copies import Copy, copy_name, is_dropped, plan
from postrenderer.edits import (
    NAME,
    AddManifest,
    Edit,
    InPlace,
    RemoveText,
    SetScalar,
    SetSubjects,
    SetText,
    copied,
    obstacle,
)
from postrenderer.findings import Finding
from postrenderer.hooks import ARGOCD, HELM, HOOK_KEYS, Meaning, Standing, events, write
from postrenderer.manifest import COPY_LABEL, COPY_OF, HOOK, Manifest
from postrenderer.references import BINDINGS, SERVICE_ACCOUNT, subjects
from postrenderer.refusals import is_created_once
from postrenderer.release import Release
from postrenderer.rules import late_dependency, repeated_identity, shared_hook
from postrenderer.settings import Settings

SETTLES = (repeated_identity, shared_hook, late_dependency)
KEEP = ("helm.sh/resource-policy", "keep")


def settle(finding: Finding, release: Release, settings: Settings) -> Iterator[Edit]:
    if finding.rule == repeated_identity.ID:
        yield from _rename(finding, release)
    elif finding.rule == shared_hook.ID:
        yield from _make_ordinary(finding.manifest, release)
    elif isinstance(finding.about, Need):
        need = finding.about
        planned = plan(release, settings)
        if id(need.target) in planned.copies:
            yield AddManifest(need.target, _copy(need.target, release, settings))
            yield from _point_at_copy(need, planned.copies, release)
        else:
            yield _move(need, release)


def _rename(finding: Finding, release: Release) -> Iterator[Edit]:
    """The ordinary object stays; the hook takes a copy's name, and hooks that name it follow."""
    hook, other = finding.manifest, finding.about
    name = copy_name(hook.identity.name)
    taken = release.named(hook.identity[:2], name, release.namespace_of(hook))
    if not isinstance(other, Manifest) or not release.is_ordinary(other) or taken or obstacle(hook):
        return
    yield SetScalar(hook, NAME, name)
    yield SetText(hook, "annotations", COPY_OF, hook.identity.name)
    yield SetText(hook, "labels", COPY_LABEL, "true")
    for reader, reference in release.readers(hook):
        if release.meaning(reader).is_hook and reference.written_here and release.runs_early(reader):
            yield SetScalar(reader, reference.steps, name)
    if hook.identity[:2] == SERVICE_ACCOUNT:
        for binding in release.granting(hook):
            for number, _, account, _, _ in subjects(binding):
                if release.meaning(binding).is_hook and account == hook.identity.name:
                    yield SetScalar(binding, ("subjects", number, "name"), name)


def _make_ordinary(hook: Manifest, release: Release) -> Iterator[Edit]:
    if obstacle(hook) or (release.target == "helm" and is_created_once(release, hook)):
        return
    for key in hook.annotations:
        if key in HOOK_KEYS:
            yield RemoveText(hook, "annotations", key)
    waves = [release.meaning(reader).wave for reader, _ in release.readers(hook) if release.is_ordinary(reader)]
    if release.target == "argocd" and min(waves, default=0) < 0:
        yield SetText(hook, "annotations", ARGOCD.wave, str(min(waves)))
    if release.target == "helm":
        yield SetText(hook, "annotations", *KEEP)
    yield SetText(hook, "annotations", HOOK, "false")


def _move(need: Need, release: Release) -> Edit:
    """To the wave before its first reader."""
    target = need.target
    readers = [hook for hook in release.hook_readers if any(n.target is target for n in needs(release, hook))]
    late = [r for r in readers if not set(release.meaning(r).words).isdisjoint(release.meaning(need.workload).words)]
    wave = min(release.meaning(reader).wave for reader in late) - 1
    own = HELM if release.target == "helm" and events(target.annotations) else ARGOCD
    return SetText(target, "annotations", own.wave, str(wave))


@lru_cache(maxsize=64)
def _copy(original: Manifest, release: Release, settings: Settings) -> str:
    """The text of the copy, the same for each of its readers."""
    copy = plan(release, settings).copies[id(original)]
    spelled = write(Meaning(Standing.HOOK, copy.words, copy.wave, copy.policies), release.target)
    spelled[COPY_OF] = original.identity.name
    made: list[InPlace] = [SetScalar(original, NAME, copy.name)]
    for field, held, kept in (("annotations", original.annotations, spelled), ("labels", original.labels, COPY_LABEL)):
        dropped = (key for key in held if key not in kept and is_dropped(key, settings))
        made += [RemoveText(original, field, key) for key in dropped]
    made += [SetText(original, "annotations", key, value) for key, value in spelled.items()]
    made.append(SetText(original, "labels", COPY_LABEL, "true"))
    return copied(original, [*made, *_references_of_copy(copy, release, settings)])


def _references_of_copy(copy: Copy, release: Release, settings: Settings) -> Iterator[InPlace]:
    """A copy reads copies: account → pull Secrets, binding → Role; a binding carries only the copied accounts."""
    copies = plan(release, settings).copies
    original = copy.original
    for reference in release.references(original):
        for target in release.resolve(original, reference):
            if id(target) in copies:
                yield SetScalar(original, reference.steps, copies[id(target)].name)
    if original.identity[:2] in BINDINGS:
        yield from _only_served(copy, copies, release)


def _only_served(copy: Copy, copies: dict[int, Copy], release: Release) -> Iterator[InPlace]:
    """The subjects that the readers run as, under the names of their copies, and no others."""
    binding = copy.original
    names = {}
    for account in (
        need.reader for reader in copy.readers for need in needs(release, reader) if need.target is binding
    ):
        own = account.identity.name
        names[account.annotations.get(COPY_OF, own)] = copies[id(account)].name if id(account) in copies else own
        names.setdefault(own, own)
    listed = [(number, namespace, name) for number, namespace, name, _, _ in subjects(binding) if name in names]
    if len(listed) == len(nodes.items(nodes.lookup(binding.root, "subjects"))) == 1:
        number, _, name = listed[0]
        if names[name] != name:
            yield SetScalar(binding, ("subjects", number, "name"), names[name])
    else:
        yield SetSubjects(binding, tuple((names[name], namespace) for _, namespace, name in listed))


def _point_at_copy(need: Need, copies: dict[int, Copy], release: Release) -> Iterator[Edit]:
    """The hook itself, or a hook on the way that is there in time, names the copy; ordinary readers never change."""
    if need.reference and release.meaning(need.reader).is_hook and id(need.reader) not in copies:
        yield SetScalar(need.reader, need.reference.steps, copies[id(need.target)].name)
