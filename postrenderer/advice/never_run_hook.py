"""A hook must be something that runs.

Why: a CronJob counts as done as soon as it exists, so the sync goes on without the work. Argo CD gives no phase to
Helm's rollback and test words and drops what has no others, without a message; its own rollback runs no hooks at all.

Finds: |
  apiVersion: batch/v1
  kind: CronJob
  metadata: {name: migrate, annotations: {argocd.argoproj.io/hook: PreSync}}
Accepts: |
  apiVersion: batch/v1
  kind: Job
  metadata: {name: migrate, annotations: {argocd.argoproj.io/hook: PreSync}}
Source: Argo CD 3.6.1 resource_customizations/batch/CronJob/health.lua, gitops-engine/pkg/sync/hook/helm/type.go and
  server/application/application.go
"""

from collections.abc import Iterator

from postrenderer.findings import Finding, Severity
from postrenderer.hooks import HELM, UNRUN_BY_ARGOCD, Standing, words
from postrenderer.manifest import Manifest
from postrenderer.release import Release
from postrenderer.settings import Settings

ID = "never-run-hook"
SEVERITY = Severity.WARNING
CRON_JOB = ("batch", "CronJob")
TESTS = ("test", "test-success")  # nobody expects a sync to run these


def find(release: Release, settings: Settings) -> Iterator[Finding]:
    for manifest in release.candidates:
        if release.is_hook(manifest) and manifest.identity[:2] == CRON_JOB:
            message = f"{manifest} is a hook that counts as done as soon as it exists, before it ever ran"
            hint = "Make it a Job, or an ordinary CronJob."
            yield Finding(ID, SEVERITY, manifest, message, hint, "is such a hook")
        elif release.target == "argocd" and release.meaning(manifest).standing is Standing.UNRUN:
            yield _unrun(manifest)


def _unrun(manifest: Manifest) -> Finding:
    listed = [word for word in words(manifest.annotations, HELM.hook) if word in UNRUN_BY_ARGOCD]
    tests_only = all(word in TESTS for word in listed)
    message = f"{manifest} is a {' and '.join(listed)} hook, which Argo CD never runs"
    hint = "Leave it for Helm." if tests_only else "Do not count on it: after a rollback run it by hand."
    severity = Severity.NOTE if tests_only else SEVERITY
    return Finding(ID, severity, manifest, message, hint, "is such a hook")
