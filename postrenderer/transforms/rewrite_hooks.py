"""Hooks are spelled in the words of the tool that reads them, and in no others."""

from collections.abc import Iterator

from postrenderer.edits import Edit, InPlace, RemoveManifest, RemoveText, SetText
from postrenderer.findings import Finding
from postrenderer.hooks import VOCABULARIES, Meaning, Target, write
from postrenderer.manifest import Manifest
from postrenderer.release import Release
from postrenderer.rules import foreign_vocabulary, non_string_annotation, unrunnable_hook, words_disagree
from postrenderer.settings import Settings

SETTLES = (words_disagree, foreign_vocabulary, non_string_annotation, unrunnable_hook)


def settle(finding: Finding, release: Release, settings: Settings) -> Iterator[Edit]:
    manifest = finding.manifest
    if finding.rule == unrunnable_hook.ID:
        if settings.unrunnable == "drop" and not manifest.in_flow_list:
            yield from [RemoveManifest(manifest)] if finding.about else _spelled(manifest, release)
    elif finding.rule == non_string_annotation.ID:
        key = str(finding.about)
        yield SetText(manifest, "annotations", key, manifest.annotations[key])
    elif release.meaning(manifest).is_hook and finding.about != words_disagree.MARKED:
        yield from _spelled(manifest, release)


def _spelled(manifest: Manifest, release: Release) -> Iterator[Edit]:
    yield from spell(manifest, release.meaning(manifest), release.target)


def spell(manifest: Manifest, meaning: Meaning, target: Target) -> Iterator[InPlace]:
    """The annotations that say this in the target's words, each in the place of its foreign twin."""
    own = VOCABULARIES[target]
    other = next(vocabulary for vocabulary in VOCABULARIES.values() if vocabulary is not own)
    spelled = write(meaning, target)
    if not manifest.is_workload and not {own.policy, other.policy} & set(manifest.annotations):
        spelled.pop(own.policy, None)
    for key, twin in zip(own.keys, other.keys, strict=True):
        held = manifest.annotations.get(key)
        if key in spelled and held != spelled[key]:
            yield SetText(manifest, "annotations", key, spelled[key], "" if key in manifest.annotations else twin)
        if key not in spelled and held is not None:
            yield RemoveText(manifest, "annotations", key)
        if twin in manifest.annotations and (key not in spelled or key in manifest.annotations):
            yield RemoveText(manifest, "annotations", twin)
    yield from (RemoveText(manifest, "annotations", key) for key in other.others if key in manifest.annotations)
