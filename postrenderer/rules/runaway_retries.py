"""A hook Job without a retry limit runs a failing migration many times.

Why: Kubernetes retries a Job six times, and automated Argo CD a sync five times: up to 42 pods for one bad commit. It
is a note where the settings name no limit.

Settings: {jobs: {backoffLimit: 0}}
Finds: |
  apiVersion: batch/v1
  kind: Job
  metadata: {name: migrate, annotations: {argocd.argoproj.io/hook: PreSync}}
  spec: {activeDeadlineSeconds: 60}
Accepts: |
  apiVersion: batch/v1
  kind: Job
  metadata: {name: migrate, annotations: {argocd.argoproj.io/hook: PreSync}}
  spec: {backoffLimit: 1}
Fix: `render` adds the limit that the settings name (`jobs`).
Source: argo-cd issue 11872; Argo CD 3.6.1 controller/appcontroller.go; Kubernetes 1.37 batch/v1 JobSpec
"""

from collections.abc import Iterator

from postrenderer.findings import Finding, Severity
from postrenderer.release import Release
from postrenderer.rules.no_deadline import unlimited
from postrenderer.settings import Settings

ID = "runaway-retries"
SEVERITY = Severity.WARNING
FIELD = "backoffLimit"


def find(release: Release, settings: Settings) -> Iterator[Finding]:
    yield from unlimited(release, ID, FIELD, settings.jobs.backoff_limit)
