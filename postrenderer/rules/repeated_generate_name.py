"""Two hooks of one phase must not have the same generated name.

Why: Argo CD makes the name from `generateName`, the revision, the phase and the time the sync began. Two hooks that
agree in all of these are one object: the second is applied over the first, and one of them never runs.

Finds: |
  apiVersion: batch/v1
  kind: Job
  metadata: {generateName: migrate-, annotations: {argocd.argoproj.io/hook: PreSync}}
  ---
  apiVersion: batch/v1
  kind: Job
  metadata: {generateName: migrate-, annotations: {argocd.argoproj.io/hook: PreSync}}
Accepts: |
  apiVersion: batch/v1
  kind: Job
  metadata: {generateName: migrate-a-, annotations: {argocd.argoproj.io/hook: PreSync}}
  ---
  apiVersion: batch/v1
  kind: Job
  metadata: {generateName: migrate-b-, annotations: {argocd.argoproj.io/hook: PreSync}}
Source: argo-cd issue 9184; Argo CD 3.6.1 gitops-engine/pkg/sync/sync_context.go
"""

from collections.abc import Iterator

from postrenderer.findings import Finding, Related, Severity
from postrenderer.hooks import SYNC_PHASES
from postrenderer.manifest import Manifest
from postrenderer.release import Release
from postrenderer.settings import Settings

ID = "repeated-generate-name"
SEVERITY = Severity.ERROR


def find(release: Release, settings: Settings) -> Iterator[Finding]:
    if release.target != "argocd":
        return
    first = {key: hook for hook in reversed(release.hooks) for key in _keys(release, hook)}
    for hook in release.hooks:
        for key in _keys(release, hook):
            if first[key] is not hook:
                message = f"{hook} and another hook get one and the same name in {key[-1]}"
                there = Related("gets the same name", first[key].place())
                hint = "Give them names, or a generateName each."
                yield Finding(ID, SEVERITY, hook, message, hint, "gets it", hook.place(), (there,))


def _keys(release: Release, hook: Manifest) -> list[tuple[str, ...]]:
    """What the name is made of, and where it must be the only one, for each phase."""
    if hook.identity.name or not hook.generate_name:
        return []
    phases = [word for word in release.meaning(hook).words if word in SYNC_PHASES]
    return [(*hook.identity[:2], release.namespace_of(hook), hook.generate_name, phase) for phase in phases]
