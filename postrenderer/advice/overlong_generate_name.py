"""A generated name must leave room for what Argo CD adds to it.

Why: Argo CD makes the name itself: revision, phase and time are up to 27 characters more. The name of a Job or a Pod is
a label of its pods too, of 63 characters at most, and the API server refuses what is longer.

Finds: |
  apiVersion: batch/v1
  kind: Job
  metadata:
    generateName: the-very-long-name-of-an-application-migrate-
    annotations: {argocd.argoproj.io/hook: PreSync, argocd.argoproj.io/hook-delete-policy: HookSucceeded}
Accepts: |
  apiVersion: batch/v1
  kind: Job
  metadata:
    generateName: migrate-
    annotations: {argocd.argoproj.io/hook: PreSync, argocd.argoproj.io/hook-delete-policy: HookSucceeded}
Source: argo-cd issue 9184; Argo CD 3.6.1 gitops-engine/pkg/sync/sync_context.go
"""

from collections.abc import Iterator

from postrenderer.findings import Finding, Severity
from postrenderer.hooks import SYNC_PHASES
from postrenderer.manifest import MAX_LABEL
from postrenderer.release import Release
from postrenderer.settings import Settings

ID = "overlong-generate-name"
SEVERITY = Severity.WARNING
REVISION_AND_TIME = len("0123456--1700000000")


def find(release: Release, settings: Settings) -> Iterator[Finding]:
    if release.target != "argocd":
        return
    for hook in release.hooks:
        most = MAX_LABEL.get(hook.identity.kind)
        phases = [len(word) for word in release.meaning(hook).words if word in SYNC_PHASES]
        if most and phases and not hook.identity.name:
            room = most - REVISION_AND_TIME - max(phases)
            if len(hook.generate_name) > room:
                message = f"{hook} is a generateName of {len(hook.generate_name)} characters, where {room} have room"
                yield Finding(ID, SEVERITY, hook, message, "Shorten it, or give the hook a name.", "stands here")
