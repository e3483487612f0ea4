"""A release of hooks only is never synced by itself.

Why: Argo CD compares ordinary objects. Where there are none the Application is Synced and Healthy before anything
exists, and automated sync never runs its hooks (watched for 100 s with Argo CD 3.6.1).

Finds: |
  apiVersion: batch/v1
  kind: Job
  metadata: {name: migrate, annotations: {argocd.argoproj.io/hook: PreSync}}
Accepts: |
  apiVersion: batch/v1
  kind: Job
  metadata: {name: migrate, annotations: {argocd.argoproj.io/hook: PreSync}}
  ---
  apiVersion: v1
  kind: ConfigMap
  metadata: {name: app}
Fix: with `stamp: on`, or with `--again`, `render` adds an ordinary ConfigMap, and `unstamped-hooks` says so instead.
Source: argo-cd issues 15915, 22694
"""

from collections.abc import Iterator

from postrenderer.findings import Finding, Severity
from postrenderer.hooks import SYNC_PHASES
from postrenderer.release import Release
from postrenderer.settings import Settings
from postrenderer.stamps import is_stamp_wanted

ID = "hooks-only-release"
SEVERITY = Severity.WARNING


def find(release: Release, settings: Settings) -> Iterator[Finding]:
    if release.target != "argocd" or is_stamp_wanted(release, settings):
        return
    run = [hook for hook in release.hooks if not set(SYNC_PHASES).isdisjoint(release.meaning(hook).words)]
    if run and not any(release.is_ordinary(manifest) for manifest in release.manifests):
        first = min(run, key=lambda hook: not hook.is_workload)
        message = f"{first} is a hook, as is all of this release, and no automated sync starts for hooks"
        hint = "Add an ordinary object that changes with the hooks: `presync render` with `stamp: on` does."
        yield Finding(ID, SEVERITY, first, message, hint, "stands here")
