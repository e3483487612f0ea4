"""To Argo CD every sync is an upgrade and an install in one.

Why: Argo CD cannot tell a first install from an upgrade. A `pre-upgrade` hook also runs on the first install, where
there is no database schema yet and nothing to upgrade from.

Finds: |
  apiVersion: batch/v1
  kind: Job
  metadata: {name: migrate, annotations: {helm.sh/hook: pre-upgrade}}
Accepts: |
  apiVersion: batch/v1
  kind: Job
  metadata: {name: migrate, annotations: {helm.sh/hook: "pre-install,pre-upgrade"}}
Source: argo-cd issue 7536; Argo CD 3.6.1 gitops-engine/pkg/sync/hook/helm/type.go
"""

from collections.abc import Iterator

from postrenderer.findings import Finding, Severity
from postrenderer.hooks import ARGOCD, HELM, words
from postrenderer.release import Release
from postrenderer.settings import Settings

ID = "upgrade-only-hook"
SEVERITY = Severity.WARNING
PAIRS = (("pre-upgrade", "pre-install"), ("post-upgrade", "post-install"))


def find(release: Release, settings: Settings) -> Iterator[Finding]:
    if release.target != "argocd":
        return
    for hook in release.workloads:
        said = words(hook.annotations, HELM.hook)
        for upgrade, install in PAIRS:
            if upgrade in said and install not in said and ARGOCD.hook not in hook.annotations:
                message = f"{hook} is a {upgrade} hook, and Argo CD runs it on the first install as well"
                hint = "Make it safe to run on an empty database."
                yield Finding(ID, SEVERITY, hook, message, hint, "is such a hook")
