"""A hook Job must not be suspended or wait in a queue.

Why: a suspended Job is Running to Argo CD, so the sync waits for ever. One that was resumed, as Kueue does it, counts
as done at once: its Suspended condition stays, now False, and hides that it still runs. The application starts beside
the migration. Helm waits for it until its time-out.

Finds: |
  apiVersion: batch/v1
  kind: Job
  metadata:
    name: migrate
    annotations: {argocd.argoproj.io/hook: PreSync}
    labels: {kueue.x-k8s.io/queue-name: batch}
Accepts: |
  apiVersion: batch/v1
  kind: Job
  metadata: {name: migrate, annotations: {argocd.argoproj.io/hook: PreSync}}
  spec: {suspend: false}
Source: argo-cd issue 10600; Argo CD 3.6.1 gitops-engine/pkg/health/health_job.go
"""

from collections.abc import Iterator

from postrenderer import nodes
from postrenderer.findings import Finding, Severity
from postrenderer.manifest import Manifest
from postrenderer.release import Release
from postrenderer.settings import Settings

ID = "suspended-hook"
SEVERITY = Severity.WARNING
QUEUE = "kueue.x-k8s.io/queue-name"


def find(release: Release, settings: Settings) -> Iterator[Finding]:
    for job in release.workloads:
        if said := _why_it_waits(job):
            hint = "Let a hook start at once: remove that."
            yield Finding(ID, SEVERITY, job, f"{job} is a hook that {said}", hint, "stands here")


def _why_it_waits(job: Manifest) -> str:
    if nodes.text(nodes.at(job.root, "spec", "suspend")) == "true":
        return "is suspended, and the sync waits for it"
    return f"waits in the queue that its label {QUEUE} names" if QUEUE in job.labels else ""
