"""A commit that changes only a hook starts no automated sync.

Why: hooks are never compared, so the Application stays Synced at the new revision and the migration does not run; an
Application of hooks only is never synced at all (argo-cd issues 9830, 15915, 22694).

Again: |
  # Source: app/templates/presync/job.yaml
  apiVersion: batch/v1
  kind: Job
  metadata: {name: migrate, annotations: {argocd.argoproj.io/hook: PreSync}}
Finds: |
  # Source: app/templates/presync/job.yaml
  apiVersion: batch/v1
  kind: Job
  metadata: {name: migrate, annotations: {argocd.argoproj.io/hook: PreSync}}
Accepts: |
  # Source: app/templates/job.yaml
  apiVersion: batch/v1
  kind: Job
  metadata: {name: migrate}
Fix: `render` adds an ordinary ConfigMap with the digest of the PreSync workloads, if it is told or shown that they are
  the same in each rendering.
Source: argocd-observed 8, 3.11
"""

from collections.abc import Iterator

from postrenderer.findings import Finding, Severity
from postrenderer.release import Release
from postrenderer.settings import Settings
from postrenderer.stamps import is_current, stamped_workloads

ID = "unstamped-hooks"
SEVERITY = Severity.NOTE


def find(release: Release, settings: Settings) -> Iterator[Finding]:
    workloads = stamped_workloads(release)
    if release.target != "argocd" or not workloads or not _is_wanted(release, settings):
        return
    if not is_current(release, workloads):
        first = workloads[0]
        message = f"{first} could change without any ordinary object changing, and no automated sync would start"
        hint = "Let `presync render` stamp an ordinary ConfigMap with the digest of the hooks."
        yield Finding(ID, SEVERITY, first, message, hint, "stands here", first.place(), fix="stamped")


def _is_wanted(release: Release, settings: Settings) -> bool:
    if settings.stamp == "auto":
        known = release.generated is not None
        return known and not any(release.is_generated(workload) for workload in stamped_workloads(release))
    return settings.stamp == "on"
