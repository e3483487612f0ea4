"""PreSync hooks get their own copies of what they share with the application; what is shared is no hook."""

from collections.abc import Iterator

from postrenderer import nodes
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
from postrenderer.release import Need, Release
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
            yield from _copy(planned.copies[id(need.target)], release, settings)
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
            if release.meaning(binding).is_hook:
                yield from _renamed_subjects(binding, {hook.identity.name: name})


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
    readers = [hook for hook in release.hook_readers if any(n.target is target for n in release.needs(hook))]
    late = [r for r in readers if not set(release.meaning(r).words).isdisjoint(release.meaning(need.workload).words)]
    wave = min(release.meaning(reader).wave for reader in late) - 1
    own = HELM if release.target == "helm" and events(target.annotations) else ARGOCD
    return SetText(target, "annotations", own.wave, str(wave))


def _copy(copy: Copy, release: Release, settings: Settings) -> Iterator[Edit]:
    original = copy.original
    meaning = Meaning(Standing.HOOK, copy.words, copy.wave, copy.policies)
    spelled = write(meaning, release.target)
    made: list[InPlace] = [SetScalar(original, NAME, copy.name)]
    for field, held in (("annotations", original.annotations), ("labels", original.labels)):
        made += [RemoveText(original, field, key) for key in held if key not in spelled and is_dropped(key, settings)]
    for key, value in spelled.items():
        made.append(SetText(original, "annotations", key, value))
    made.append(SetText(original, "annotations", COPY_OF, original.identity.name))
    made = [edit for edit in made if not (isinstance(edit, RemoveText) and edit.key in (COPY_OF, COPY_LABEL))]
    made.append(SetText(original, "labels", COPY_LABEL, "true"))
    made += _references_of_copy(copy, release, settings)
    yield AddManifest(original, copied(original, made))


def _references_of_copy(copy: Copy, release: Release, settings: Settings) -> Iterator[InPlace]:
    """A copy reads copies: account → pull Secrets, binding → Role; a binding carries only the copied accounts."""
    copies = plan(release, settings).copies
    original = copy.original
    for reference in release.references(original):
        for target in release.resolve(original, reference):
            if id(target) in copies:
                yield SetScalar(original, reference.steps, copies[id(target)].name)
    if original.identity[:2] in BINDINGS:
        needs = (need for reader in copy.readers for need in release.needs(reader))
        served = {need.reader.identity.name: need.reader for need in needs if need.target is original}
        names = {name: copies[id(m)].name if id(m) in copies else name for name, m in served.items()}
        yield from _renamed_subjects(original, names)


def _renamed_subjects(binding: Manifest, names: dict[str, str]) -> Iterator[InPlace]:
    """The accounts of these names, under their new ones, and no others."""
    listed = [(number, ns, name) for number, ns, name, _, _ in subjects(binding) if name in names]
    everyone = len(nodes.items(nodes.lookup(binding.root, "subjects")))
    if len(listed) == everyone == 1:
        number, _, name = listed[0]
        if names[name] != name:
            yield SetScalar(binding, ("subjects", number, "name"), names[name])
    else:
        yield SetSubjects(binding, tuple((names[name], namespace) for _, namespace, name in listed))


def _point_at_copy(need: Need, copies: dict[int, Copy], release: Release) -> Iterator[Edit]:
    """The hook itself, or a hook on the way that is there in time, names the copy; ordinary readers never change."""
    if need.reference and release.meaning(need.reader).is_hook and id(need.reader) not in copies:
        yield SetScalar(need.reader, need.reference.steps, copies[id(need.target)].name)
