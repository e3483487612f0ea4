"""A Pod that is a hook must be allowed to end.

Why: without `restartPolicy: Never` or `OnFailure` Kubernetes restarts a Pod for ever. To Argo CD it has then succeeded
as soon as it is ready, while the migration still runs; Helm waits until its time-out for an end that never comes.

Finds: |
  apiVersion: v1
  kind: Pod
  metadata: {name: migrate, annotations: {argocd.argoproj.io/hook: PreSync}}
  spec: {containers: [{name: m}]}
Accepts: |
  apiVersion: v1
  kind: Pod
  metadata: {name: migrate, annotations: {argocd.argoproj.io/hook: PreSync}}
  spec: {restartPolicy: Never, containers: [{name: m}]}
Source: Argo CD 3.6.1 gitops-engine/pkg/health/health_pod.go; Helm 4.3.0 pkg/kube/client.go
"""

from collections.abc import Iterator

from postrenderer.findings import Finding, Severity
from postrenderer.release import Release
from postrenderer.settings import Settings

ID = "restarting-hook"
SEVERITY = Severity.WARNING
SAID = {"argocd": "counts as done as soon as it is ready", "helm": "never counts as done"}


def find(release: Release, settings: Settings) -> Iterator[Finding]:
    for hook in release.hooks:
        if hook.identity[:2] == ("", "Pod") and not hook.is_workload:
            message = f"{hook} is a hook that is restarted for ever, and {SAID[release.target]}"
            hint = "Set restartPolicy: Never, or make it a Job."
            yield Finding(ID, SEVERITY, hook, message, hint, "stands here")
