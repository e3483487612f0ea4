"""A weight on an ordinary object is a sync wave.

Why: Argo CD reads Helm's `hook-weight` on any object that has no wave of its own, hook or not. An object that was a
hook once is then applied in a wave apart, 2 s after or before the rest, and everything behind waits for its health.

Finds: |
  apiVersion: v1
  kind: ConfigMap
  metadata: {name: app, annotations: {helm.sh/hook-weight: "5"}}
Accepts: |
  apiVersion: v1
  kind: ConfigMap
  metadata: {name: app, annotations: {argocd.argoproj.io/sync-wave: "5"}}
Source: Argo CD 3.6.1 gitops-engine/pkg/sync/syncwaves/waves.go, seen to be so
"""

from collections.abc import Iterator

from postrenderer.findings import Finding, Severity
from postrenderer.hooks import ARGOCD, HELM, number
from postrenderer.release import Release
from postrenderer.settings import Settings

ID = "leftover-hook-weight"
SEVERITY = Severity.WARNING


def find(release: Release, settings: Settings) -> Iterator[Finding]:
    if release.target != "argocd":
        return
    for manifest in filter(release.is_ordinary, release.candidates):
        own = number(manifest.annotations.get(ARGOCD.wave, ""))
        weight = number(manifest.annotations.get(HELM.wave, ""))
        if weight and own is None:
            message = f"{manifest} is no hook, and its {HELM.wave} puts it into sync wave {weight}"
            hint = f"Remove the annotation, or write {ARGOCD.wave} if the wave is meant."
            yield Finding(ID, SEVERITY, manifest, message, hint, "stands here")
