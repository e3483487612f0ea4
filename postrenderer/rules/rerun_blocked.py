"""A hook that runs to completion needs BeforeHookCreation.

Why: without it the finished Job of the last sync is still there. Argo CD applies the new one over it: unchanged it
counts as done or failed without running, changed it is refused as immutable. So a migration that failed never runs
again, and one that succeeded in a sync that failed later is skipped without a word. Helm 3 stops with "already exists",
at every upgrade.

Finds: |
  apiVersion: batch/v1
  kind: Job
  metadata:
    name: migrate
    annotations: {argocd.argoproj.io/hook: PreSync, argocd.argoproj.io/hook-delete-policy: HookSucceeded}
Accepts: |
  apiVersion: batch/v1
  kind: Job
  metadata:
    name: migrate
    annotations:
      argocd.argoproj.io/hook: PreSync
      argocd.argoproj.io/hook-delete-policy: BeforeHookCreation,HookSucceeded
Fix: `render` adds it.
Source: tried on Argo CD 3.6.1, Helm 4.3.0 and 3.22.0; Argo CD 3.6.1 gitops-engine/pkg/sync/sync_context.go
"""

from collections.abc import Iterator

from postrenderer.findings import Finding, Severity
from postrenderer.hooks import BEFORE_CREATION, DELETE_PHASES, EVENT_PHASES, FAILED, SUCCEEDED, VOCABULARIES
from postrenderer.release import Release
from postrenderer.settings import Settings

ID = "rerun-blocked"
SEVERITY = Severity.WARNING


def find(release: Release, settings: Settings) -> Iterator[Finding]:
    if BEFORE_CREATION not in settings.delete_policies.workloads.must:
        return
    for hook in release.workloads:
        meaning = release.meaning(hook)
        repeats = any(EVENT_PHASES.get(word, word) not in DELETE_PHASES for word in meaning.words)
        if repeats and BEFORE_CREATION not in meaning.policies:
            said = "only " + " and ".join(meaning.policies) if meaning.policies else "no delete policy that is known"
            message = f"{hook} has {said}, so its last run stands in the way of the next"
            hint = f"Add {BEFORE_CREATION} to {VOCABULARIES[release.target].policy}."
            removed = {SUCCEEDED, FAILED} <= set(meaning.policies)  # but for a run that was interrupted
            severity = Severity.ERROR if release.target == "helm" and not removed else SEVERITY
            found = Finding(ID, severity, hook, message, hint, "stands here")
            yield found._replace(fix=f"{BEFORE_CREATION} added")
