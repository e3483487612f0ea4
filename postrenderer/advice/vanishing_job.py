"""A hook Job must not vanish before its end was seen.

Why: `ttlSecondsAfterFinished` of a few seconds lets Kubernetes delete the finished Job while the tool is still waiting
for it. Helm 4 takes that for no success and runs into its time-out; Argo CD waited for ever up to 2.14, and keeps the
Job with a finalizer since 3.0.

Target: helm
Finds: |
  apiVersion: batch/v1
  kind: Job
  metadata: {name: migrate, annotations: {helm.sh/hook: "pre-install,pre-upgrade"}}
  spec: {ttlSecondsAfterFinished: 0}
Accepts: |
  apiVersion: batch/v1
  kind: Job
  metadata: {name: migrate, annotations: {helm.sh/hook: "pre-install,pre-upgrade"}}
  spec: {ttlSecondsAfterFinished: 600}
Source: argo-cd issue 21055; Argo CD 3.6.1 gitops-engine/pkg/sync/sync_context.go; Helm 4.3.0 pkg/kube/statuswait.go
"""

from collections.abc import Iterator

from postrenderer import nodes
from postrenderer.findings import Finding, Severity
from postrenderer.hooks import number
from postrenderer.release import Release
from postrenderer.settings import Settings

ID = "vanishing-job"
SEVERITY = Severity.WARNING
FIELD = "ttlSecondsAfterFinished"
SHORT = 60  # seconds that a busy controller may need to look
SEVERITIES = {"argocd": Severity.NOTE, "helm": Severity.WARNING}
WHO = {"argocd": "Argo CD up to 2.14 waits for it for ever", "helm": "Helm 4 may wait for it in vain"}


def find(release: Release, settings: Settings) -> Iterator[Finding]:
    for job in release.workloads:
        seconds = number(nodes.text(nodes.at(job.root, "spec", FIELD)) or "")
        if seconds is not None and seconds < SHORT:
            message = f"{job} is deleted {seconds} s after its end, and {WHO[release.target]}"
            hint = f"Remove {FIELD}, or make it some minutes: the hook's delete policies remove it anyway."
            yield Finding(ID, SEVERITIES[release.target], job, message, hint, "stands here")
