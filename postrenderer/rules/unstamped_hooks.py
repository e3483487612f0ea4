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
Source: argo-cd issues 9830, 15915, 22694; tried on Argo CD 3.6.1
"""

from collections.abc import Iterator

from postrenderer.findings import Finding, Severity
from postrenderer.manifest import Manifest
from postrenderer.references import CONFIG_MAP
from postrenderer.release import Release
from postrenderer.settings import Settings
from postrenderer.stamps import is_current, is_stamp_wanted, stamp_name, stamped_workloads, stamps

ID = "unstamped-hooks"
SEVERITY = Severity.NOTE


def find(release: Release, settings: Settings) -> Iterator[Finding]:
    workloads = stamped_workloads(release)
    if is_stamp_wanted(release, settings) and not is_current(release, workloads) and not _is_taken(release, workloads):
        first = workloads[0]
        message = f"{first} could change without any ordinary object changing, and no automated sync would start"
        hint = "Let `presync render` stamp an ordinary ConfigMap with the digest of the hooks."
        yield Finding(ID, SEVERITY, first, message, hint, "stands here", fix="stamped")


def _is_taken(release: Release, workloads: list[Manifest]) -> bool:
    """Reported by `copy-name-taken`."""
    own = stamps(release)
    return any(other not in own for other in release.named(CONFIG_MAP, stamp_name(workloads), ""))
