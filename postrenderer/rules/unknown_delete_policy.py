"""An unknown delete policy does nothing.

Why: both tools skip delete policies they do not know, Argo CD also those in the wrong case. If nothing else is listed,
Argo CD falls back to BeforeHookCreation, and Helm to no policy at all.

Finds: |
  apiVersion: batch/v1
  kind: Job
  metadata:
    name: migrate
    annotations: {argocd.argoproj.io/hook: PreSync, argocd.argoproj.io/hook-delete-policy: hook-succeeded}
Accepts: |
  apiVersion: batch/v1
  kind: Job
  metadata:
    name: migrate
    annotations: {argocd.argoproj.io/hook: PreSync, argocd.argoproj.io/hook-delete-policy: BeforeHookCreation}
Fix: `render` leaves unknown ones out.
Source: Argo CD 3.6.1 gitops-engine/pkg/sync/hook/delete_policy.go; Helm 4.3.0 pkg/action/hooks.go
"""

from collections.abc import Iterator

from postrenderer.findings import Finding, Severity
from postrenderer.hooks import ARGOCD, HELM, POLICIES, Target, Vocabulary, spell_policy, unknown_policies
from postrenderer.release import Release
from postrenderer.settings import Settings

ID = "unknown-delete-policy"
SEVERITY = Severity.WARNING
SPELLING: dict[Vocabulary, Target] = {ARGOCD: "argocd", HELM: "helm"}


def find(release: Release, settings: Settings) -> Iterator[Finding]:
    for hook in release.hooks:
        for vocabulary in (ARGOCD, HELM):
            unknown = unknown_policies(hook.annotations, vocabulary, release.target)
            if unknown:
                message = f'{hook} has the delete policy "{", ".join(unknown)}", which {vocabulary.tool} does not know'
                known = ", ".join(spell_policy(policy, SPELLING[vocabulary]) for policy in POLICIES.values())
                hint = f"Known are {known}."
                yield Finding(ID, SEVERITY, hook, message, hint, "has it", fix="removed")
