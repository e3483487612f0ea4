"""A hook Job without a deadline can hold every later sync.

Why: a pod that cannot start (a missing image or Secret) never fails its Job, and Argo CD waits without a limit; newer
commits wait behind it until somebody terminates the sync. Helm gives up after its time-out and deletes the Job's
copies, while the Job goes on. It is a note where the settings name no limit: most charts leave this to whoever installs
them.

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
Fix: `render` adds the limit that the settings name (`jobs`).
Source: argo-cd issues 15593, 16489, 4979
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
    yield from unlimited(release, ID, FIELD, settings.jobs.active_deadline_seconds)


def unlimited(release: Release, rule: str, field: str, limit: int | None) -> Iterator[Finding]:
    """Hook Jobs whose `spec` does not hold the field: a note, unless the settings name the limit to give them."""
    for job in release.workloads:
        spec = nodes.lookup(job.root, "spec")
        if job.identity.kind == "Job" and nodes.pairs(spec) and nodes.lookup(spec, field) is None:
            message = f"{job} has no {field}"
            if limit is None:
                hint = f"Set {field}, or let `jobs` in the settings set it everywhere."
                yield Finding(rule, Severity.NOTE, job, message, hint, "stands here")
            else:
                found = Finding(rule, Severity.WARNING, job, message, f"Set {field}.", "stands here")
                yield found._replace(about=(("spec", field), limit), fix=f"set to {limit}")
