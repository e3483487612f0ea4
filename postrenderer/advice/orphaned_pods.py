"""A hook Job must take its pods along when it is deleted.

Why: Argo CD deletes hooks with the propagation that the Application names for pruning. With `orphan` the old Job goes
and its pods stay: after a failure or a retry two migrations run side by side.

Finds: |
  apiVersion: argoproj.io/v1alpha1
  kind: Application
  metadata: {name: app}
  spec:
    source: {repoURL: https://example.org/app.git, path: chart, plugin: {name: presync}}
    syncPolicy: {syncOptions: [PrunePropagationPolicy=orphan]}
Accepts: |
  apiVersion: argoproj.io/v1alpha1
  kind: Application
  metadata: {name: app}
  spec:
    source: {repoURL: https://example.org/app.git, path: chart, plugin: {name: presync}}
    syncPolicy: {syncOptions: [PrunePropagationPolicy=foreground]}
Source: argo-cd issue 14929; Argo CD 3.6.1 gitops-engine/pkg/sync/sync_context.go
"""

from collections.abc import Iterator

from postrenderer.applications import with_hooks
from postrenderer.findings import Finding, Severity
from postrenderer.release import Release
from postrenderer.settings import Settings

ID = "orphaned-pods"
SEVERITY = Severity.WARNING
OPTION = "PrunePropagationPolicy=orphan"


def find(release: Release, settings: Settings) -> Iterator[Finding]:
    for application in with_hooks(release):
        if OPTION in application.options:
            manifest = application.manifest
            message = f"{manifest} leaves the pods of hook Jobs running when it deletes these ({OPTION})"
            hint = "Write foreground, the default, or background."
            place = manifest.place(application.options[OPTION])
            yield Finding(ID, SEVERITY, manifest, message, hint, "stands here", place)
