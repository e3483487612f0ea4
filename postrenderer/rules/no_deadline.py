"""A hook Job without a deadline can hold every later sync.

Why: a pod that cannot start (a missing image or Secret) never fails its Job, and Argo CD waits without a limit; newer
commits wait behind it (argo-cd issues 15593, 16489).

Settings: {jobs: {activeDeadlineSeconds: 600}}
Finds: |
  apiVersion: batch/v1
  kind: Job
  metadata: {name: migrate, annotations: {argocd.argoproj.io/hook: PreSync}}
  spec: {backoffLimit: 1}
Accepts: |
  apiVersion: batch/v1
  kind: Job
  metadata: {name: migrate, annotations: {argocd.argoproj.io/hook: PreSync}}
  spec: {activeDeadlineSeconds: 60}
Fix: `render` adds the limit that the settings name; without one there, this rule is off.
"""

from collections.abc import Iterator

from postrenderer import nodes
from postrenderer.findings import Finding, Severity
from postrenderer.release import Release
from postrenderer.settings import Settings

ID = "no-deadline"
SEVERITY = Severity.WARNING
FIELD = "activeDeadlineSeconds"


def find(release: Release, settings: Settings) -> Iterator[Finding]:
    if settings.jobs.active_deadline_seconds is not None:
        yield from unlimited(release, ID, FIELD, settings.jobs.active_deadline_seconds)


def unlimited(release: Release, rule: str, field: str, limit: int) -> Iterator[Finding]:
    """Hook Jobs whose `spec` does not hold the field."""
    for job in release.workloads:
        spec = nodes.lookup(job.root, "spec")
        if job.identity.kind == "Job" and nodes.pairs(spec) and nodes.lookup(spec, field) is None:
            message = f"{job} has no {field}"
            about = (("spec", field), limit)
            found = Finding(rule, SEVERITY, job, message, f"Set {field}.", "stands here")
            yield found._replace(about=about, fix=f"set to {limit}")
