"""The logs of a migration that failed must stay.

Why: HookFailed deletes the Job, its pods and their logs in the moment in which somebody wants to read them. Argo CD
asks whether the sync failed, not the hook: a migration that succeeded goes as well when something else fails.

Finds: |
  apiVersion: batch/v1
  kind: Job
  metadata:
    name: migrate
    annotations:
      argocd.argoproj.io/hook: PreSync
      argocd.argoproj.io/hook-delete-policy: BeforeHookCreation,HookFailed
Accepts: |
  apiVersion: batch/v1
  kind: Job
  metadata:
    name: migrate
    annotations:
      argocd.argoproj.io/hook: PreSync
      argocd.argoproj.io/hook-delete-policy: BeforeHookCreation,HookSucceeded
Fix: with `deletePolicies: {workloads: {mustNot: [HookFailed]}}` in the settings `render` removes it, and
  `wrong-delete-policy` says so instead.
Source: argo-cd issues 11872, 27506; Argo CD 3.6.1 gitops-engine/pkg/sync/sync_context.go
"""

from collections.abc import Iterator

from postrenderer.findings import Finding, Severity
from postrenderer.hooks import FAILED, HELM, SYNC_PHASES, words
from postrenderer.manifest import Manifest
from postrenderer.release import Release
from postrenderer.settings import Settings

ID = "lost-logs"
SEVERITY = Severity.WARNING
PRINTED = "hook-failed"  # in Helm's helm.sh/hook-output-log-policy, since 3.18


def find(release: Release, settings: Settings) -> Iterator[Finding]:
    if FAILED in settings.delete_policies.workloads.must_not:
        return
    for hook in release.workloads:
        if FAILED in release.meaning(hook).policies and not (release.target == "helm" and _is_printed(hook)):
            syncs = not set(SYNC_PHASES).isdisjoint(release.meaning(hook).words)
            message = f"{hook} is deleted with its logs when {'the sync' if syncs else 'it'} fails"
            hint = f"Remove {FAILED} from its delete policies; BeforeHookCreation removes it before the next run."
            yield Finding(ID, SEVERITY, hook, message, hint, "stands here")


def _is_printed(hook: Manifest) -> bool:
    return any(PRINTED in words(hook.annotations, key) for key in HELM.others)
