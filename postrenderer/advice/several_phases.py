"""A hook of several phases runs, or is made anew, in each of them at every sync.

Why: `post-install,pre-upgrade`, once each to Helm, is PreSync and PostSync to Argo CD: the Job runs twice at every
sync, the first one included. What does not run, but is a hook of Sync besides another phase so that the application may
read it, is deleted and made anew in between, twice in each sync.

Finds: |
  apiVersion: batch/v1
  kind: Job
  metadata: {name: migrate, annotations: {helm.sh/hook: "post-install,pre-upgrade"}}
Accepts: |
  apiVersion: batch/v1
  kind: Job
  metadata: {name: migrate, annotations: {helm.sh/hook: "pre-install,pre-upgrade"}}
Source: Argo CD 3.6.1 gitops-engine/pkg/sync/sync_phase.go and hook/helm/type.go, seen to be so
"""

from collections.abc import Iterator

from postrenderer.findings import Finding, Severity
from postrenderer.hooks import BEFORE_CREATION, SYNC_PHASES
from postrenderer.release import Release
from postrenderer.settings import Settings

ID = "several-phases"
SEVERITY = Severity.WARNING
REGULAR = SYNC_PHASES[:3]  # SyncFail runs where the others did not


def find(release: Release, settings: Settings) -> Iterator[Finding]:
    if release.target != "argocd":
        return
    for hook in release.hooks:
        meaning = release.meaning(hook)
        phases = [word for word in meaning.words if word in REGULAR]
        lasting = "Sync" in phases and BEFORE_CREATION in meaning.policies
        if len(phases) > 1 and (hook.is_workload or lasting):
            done = "runs" if hook.is_workload else "is deleted and made anew"
            message = f"{hook} {done} in {' and '.join(phases)} of every sync"
            hint = "Keep one phase." if hook.is_workload else "Keep one phase, and give other phases an object each."
            yield Finding(ID, SEVERITY, hook, message, hint, "is such a hook")
