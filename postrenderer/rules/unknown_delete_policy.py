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
Source: gitops-engine/pkg/sync/hook/delete_policy.go; helm pkg/action/hooks.go
"""

from collections.abc import Iterator

from postrenderer.findings import Finding, Severity
from postrenderer.hooks import ARGOCD, HELM, POLICIES, words
from postrenderer.release import Release
from postrenderer.settings import Settings

ID = "unknown-delete-policy"
SEVERITY = Severity.WARNING


def find(release: Release, settings: Settings) -> Iterator[Finding]:
    helm = "".lower if release.target == "argocd" else None
    for hook in release.hooks:
        for vocabulary, known in ((ARGOCD, tuple(POLICIES.values())), (HELM, tuple(POLICIES))):
            listed = words(hook.annotations, vocabulary.policy)
            folded = [word if vocabulary is ARGOCD or helm else word.lower() for word in listed]
            unknown = [word for word, heard in zip(listed, folded, strict=True) if heard not in known]
            if unknown:
                message = f'{hook} has the delete policy "{", ".join(unknown)}", which {vocabulary.tool} does not know'
                hint = f"Known are {', '.join(known)}."
                yield Finding(ID, SEVERITY, hook, message, hint, "has it", hook.place(), fix="left out")
