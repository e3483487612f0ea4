"""A hook of the first install only does not stay one.

Why: Argo CD cannot tell a first install from an upgrade, so a `pre-install` or `post-install` Job runs at every sync:
it creates the administrator or fills the database again. Helm runs it once at most: after a first install that failed,
`helm upgrade --install` runs the upgrade's hooks and never these (seen with Helm 4.3.0 and 3.22.0).

Finds: |
  apiVersion: batch/v1
  kind: Job
  metadata: {name: create-admin, annotations: {helm.sh/hook: post-install}}
Accepts: |
  apiVersion: batch/v1
  kind: Job
  metadata: {name: migrate, annotations: {helm.sh/hook: "pre-install,pre-upgrade"}}
Source: argo-cd issue 7536; Argo CD 3.6.1 gitops-engine/pkg/sync/hook/helm/type.go; Helm 4.3.0 pkg/action/upgrade.go
"""

from collections.abc import Iterator

from postrenderer.findings import Finding, Severity
from postrenderer.hooks import ARGOCD, HELM, words
from postrenderer.release import Release
from postrenderer.settings import Settings

ID = "install-only-hook"
SEVERITY = Severity.WARNING
INSTALL = ("pre-install", "post-install")
UPGRADE = ("pre-upgrade", "post-upgrade")
SAID = {
    "argocd": "and Argo CD runs it at every sync",
    "helm": "and Helm never runs it again after a first install that failed",
}
HINTS = {
    "argocd": "Make it safe to run again.",
    "helm": "Make it safe to run again, and let it run before upgrades too.",
}


def find(release: Release, settings: Settings) -> Iterator[Finding]:
    for hook in release.workloads:
        said = [word.lower() for word in words(hook.annotations, HELM.hook)]
        only = [word for word in INSTALL if word in said]
        overruled = release.target == "argocd" and ARGOCD.hook in hook.annotations
        if only and not overruled and not any(word in said for word in UPGRADE):
            message = f"{hook} is a {' and '.join(only)} hook, {SAID[release.target]}"
            severity = SEVERITY if release.target == "argocd" else Severity.NOTE  # what its author asked Helm for
            yield Finding(ID, severity, hook, message, HINTS[release.target], "is such a hook")
