"""An automated Application retries a migration that fails.

Why: without a `retry` block Argo CD syncs a failed revision five times more, and each time deletes the failed Job with
its logs; with a negative limit it never stops. Times the Job's own six retries that is 42 pods for one bad commit.

Finds: |
  apiVersion: argoproj.io/v1alpha1
  kind: Application
  metadata: {name: app}
  spec:
    source: {repoURL: https://example.org/app.git, path: chart, plugin: {name: presync}}
    syncPolicy: {automated: {prune: true}}
Accepts: |
  apiVersion: argoproj.io/v1alpha1
  kind: Application
  metadata: {name: app}
  spec:
    source: {repoURL: https://example.org/app.git, path: chart, plugin: {name: presync}}
    syncPolicy: {automated: {prune: true}, retry: {limit: 0}}
Source: argo-cd issues 11872, 14046; Argo CD 3.6.1 controller/appcontroller.go and application_defaults.go
"""

from collections.abc import Iterator

from postrenderer import nodes
from postrenderer.applications import with_hooks
from postrenderer.findings import Finding, Severity
from postrenderer.release import Release
from postrenderer.settings import Settings

ID = "retried-migration"
SEVERITY = Severity.WARNING


def find(release: Release, settings: Settings) -> Iterator[Finding]:
    for application in with_hooks(release):
        automated = nodes.lookup(application.policy, "automated")
        if automated is None or nodes.text(nodes.lookup(automated, "enabled")) == "false":
            continue
        retry = nodes.lookup(application.policy, "retry")
        limit = nodes.text(nodes.lookup(retry, "limit")) or ""
        said = "without an end" if limit.startswith("-") else "" if nodes.pairs(retry) else "five times"
        if said:
            manifest = application.manifest
            message = f"{manifest} repeats a failed sync {said}, and its hooks with it"
            hint = "Set `syncPolicy.retry.limit`: 0, or as often as a migration may run."
            place = manifest.place(retry if retry is not None else automated)
            yield Finding(ID, SEVERITY, manifest, message, hint, "stands here", place)
