"""Helm 3 shows no hooks to a post-renderer and makes none of what it gets back.

Why: an object that a post-renderer turns into a hook is an ordinary one to Helm 3: the migration would run beside the
application, and `helm uninstall` would leave it behind.

Target: helm
Finds: |
  # Source: app/templates/presync/migrate-job.yaml
  apiVersion: batch/v1
  kind: Job
  metadata: {name: migrate}
Accepts: |
  apiVersion: batch/v1
  kind: Job
  metadata: {name: migrate, annotations: {postrenderer.helm.sh/postrender-filename: app/templates/presync/job.yaml}}
Source: Helm 3.22.0 pkg/action/action.go and uninstall.go; tried on Helm 3.22.0
"""

from collections.abc import Iterator

from postrenderer.findings import Finding, Severity
from postrenderer.hooks import ARGOCD, HELM
from postrenderer.release import Release
from postrenderer.rules.unmarked_presync import is_marked
from postrenderer.settings import Settings

ID = "hooks-unseen"
SEVERITY = Severity.ERROR


def find(release: Release, settings: Settings) -> Iterator[Finding]:
    if not release.hooks_unseen:
        return
    for manifest in release.manifests:
        marked = is_marked(manifest, settings)
        if marked or (manifest.may_be_hooked and {ARGOCD.hook, HELM.hook} & set(manifest.annotations)):
            message = f"{manifest} is to be a hook, and Helm 3 makes no hooks of what a post-renderer returns"
            hint = (
                "Use Helm 4, or let the chart itself write Helm's hook annotations (`presync.mode: helm` in presync's "
                "own chart). For Argo CD pipe `helm template` into `presync --target argocd`."
            )
            yield Finding(ID, SEVERITY, manifest, message, hint, "is to be a hook")
