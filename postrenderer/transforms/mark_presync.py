"""Objects of the presync folder, or marked by annotation, become PreSync hooks in the target's words."""

from collections.abc import Iterator

from postrenderer.edits import Edit
from postrenderer.findings import Finding
from postrenderer.hooks import PRE_SYNC, Meaning, Standing, wave_and_policies
from postrenderer.release import Release
from postrenderer.rules import unmarked_presync
from postrenderer.settings import Settings
from postrenderer.transforms.rewrite_hooks import spell

SETTLES = (unmarked_presync,)


def settle(finding: Finding, release: Release, settings: Settings) -> Iterator[Edit]:
    manifest = finding.manifest
    meaning = Meaning(Standing.HOOK, PRE_SYNC[release.target], *wave_and_policies(manifest.annotations))
    yield from spell(manifest, meaning, release.target)
