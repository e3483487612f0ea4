"""Delete policies in two vocabularies add up.

Why: Argo CD obeys the union of both annotations. `HookSucceeded` written for one tool deletes the object for the other
as well, which is how Secrets and logs vanish (argo-cd issue 15613).

Finds: |
  apiVersion: batch/v1
  kind: Job
  metadata:
    name: migrate
    annotations:
      argocd.argoproj.io/hook: PreSync
      argocd.argoproj.io/hook-delete-policy: BeforeHookCreation
      helm.sh/hook-delete-policy: hook-succeeded
Accepts: |
  apiVersion: batch/v1
  kind: Job
  metadata:
    name: migrate
    annotations:
      argocd.argoproj.io/hook: PreSync
      argocd.argoproj.io/hook-delete-policy: BeforeHookCreation,HookSucceeded
Fix: `render` writes what they add up to, in one vocabulary.
Source: argo-cd issue 15613; Argo CD 3.6.1 gitops-engine/pkg/sync/hook/delete_policy.go
"""

from collections.abc import Iterator

from postrenderer.findings import Finding, Severity
from postrenderer.hooks import ARGOCD, HELM, known_policies
from postrenderer.release import Release
from postrenderer.settings import Settings

ID = "mixed-delete-policies"
SEVERITY = Severity.WARNING


def find(release: Release, settings: Settings) -> Iterator[Finding]:
    for hook in release.hooks:
        if not {ARGOCD.policy, HELM.policy} <= set(hook.annotations):
            continue
        argocd, helm = (known_policies(hook.annotations, each, release.target) for each in (ARGOCD, HELM))
        if argocd != helm:
            listed = [" and ".join(policies) or "nothing known" for policies in (argocd, helm)]
            message = f"{hook} has {listed[0]} in Argo CD's annotation and {listed[1]} in Helm's"
            hint = "Keep one annotation, with the policies you want."
            yield Finding(ID, SEVERITY, hook, message, hint, "has both", fix="merged into one annotation")
