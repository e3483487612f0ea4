"""Hooks get the delete policies that their role demands, in one annotation; hook Jobs the limits the settings name."""

from collections.abc import Iterator

from postrenderer.edits import AddField, Edit, RemoveText, SetText
from postrenderer.findings import Finding
from postrenderer.hooks import BEFORE_CREATION, POLICIES, VOCABULARIES, spell_policy
from postrenderer.manifest import Manifest
from postrenderer.release import Release
from postrenderer.rules import (
    mixed_delete_policies,
    no_deadline,
    rerun_blocked,
    runaway_retries,
    unknown_delete_policy,
    wrong_delete_policy,
)
from postrenderer.settings import Settings

SETTLES = (
    rerun_blocked,
    mixed_delete_policies,
    unknown_delete_policy,
    wrong_delete_policy,
    no_deadline,
    runaway_retries,
)


def settle(finding: Finding, release: Release, settings: Settings) -> Iterator[Edit]:
    if isinstance(finding.about, tuple):
        steps, limit = finding.about
        yield AddField(finding.manifest, steps, limit)
    else:
        yield from _policies(finding.manifest, release, settings)


def _policies(hook: Manifest, release: Release, settings: Settings) -> Iterator[Edit]:
    wanted = wrong_delete_policy.role(hook, settings)
    held = {*release.meaning(hook).policies, *wanted.must} - set(wanted.must_not)
    kept = [spell_policy(policy, release.target) for policy in POLICIES.values() if policy in held]
    own = VOCABULARIES[release.target]
    for other in VOCABULARIES.values():
        if other is not own and other.policy in hook.annotations:
            yield RemoveText(hook, "annotations", other.policy)
    said = ",".join(kept) or spell_policy(BEFORE_CREATION, release.target)
    if hook.annotations.get(own.policy) != said:
        yield SetText(hook, "annotations", own.policy, said)
