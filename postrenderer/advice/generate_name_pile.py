"""Hooks with generated names pile up.

Why: each sync makes an object of a new name, so BeforeHookCreation never finds one to delete, and hooks are not pruned:
three syncs leave three Jobs (seen with Argo CD 3.6.1). Only a retry of the same sync meets the same name again.

Finds: |
  apiVersion: batch/v1
  kind: Job
  metadata:
    generateName: migrate-
    annotations: {argocd.argoproj.io/hook: PreSync, argocd.argoproj.io/hook-delete-policy: BeforeHookCreation}
Accepts: |
  apiVersion: batch/v1
  kind: Job
  metadata:
    generateName: migrate-
    annotations: {argocd.argoproj.io/hook: PreSync, argocd.argoproj.io/hook-delete-policy: BeforeHookCreation}
  spec: {ttlSecondsAfterFinished: 86400}
Source: argo-cd issues 16895, 25475; Argo CD 3.6.1 gitops-engine/pkg/sync/sync_context.go
"""

from collections.abc import Iterator

from postrenderer import nodes
from postrenderer.advice.vanishing_job import FIELD
from postrenderer.findings import Finding, Severity
from postrenderer.hooks import SUCCEEDED
from postrenderer.release import Release
from postrenderer.settings import Settings

ID = "generate-name-pile"
SEVERITY = Severity.WARNING


def find(release: Release, settings: Settings) -> Iterator[Finding]:
    if release.target != "argocd":
        return
    for hook in release.hooks:
        if hook.identity.name or not hook.generate_name:
            continue
        expires = nodes.at(hook.root, "spec", FIELD) is not None
        if not expires and SUCCEEDED not in release.meaning(hook).policies:
            message = f"{hook} gets a new name at each sync, and nothing deletes the old ones"
            hint = f"Give it a name, or add HookSucceeded; {FIELD} also removes those that failed."
            yield Finding(ID, SEVERITY, hook, message, hint, "stands here")
