"""Hooks must not be applied by `kubectl replace`.

Why: with `Replace=true` Argo CD creates what it does not see yet and replaces the rest. A hook that was just deleted is
often still in its cache or on its way out, and the sync ends in AlreadyExists or NotFound.

Finds: |
  apiVersion: argoproj.io/v1alpha1
  kind: Application
  metadata: {name: app}
  spec:
    source: {repoURL: https://example.org/app.git, path: chart, plugin: {name: presync}}
    syncPolicy: {syncOptions: [Replace=true]}
Accepts: |
  apiVersion: argoproj.io/v1alpha1
  kind: Application
  metadata: {name: app}
  spec:
    source: {repoURL: https://example.org/app.git, path: chart, plugin: {name: presync}}
    syncPolicy: {syncOptions: [ServerSideApply=true]}
Source: Argo CD 3.6.1 gitops-engine/pkg/sync/sync_context.go (applyObject)
"""

from collections.abc import Iterator

from postrenderer.applications import with_hooks
from postrenderer.findings import Finding, Severity
from postrenderer.release import Release
from postrenderer.settings import Settings

ID = "replaced-hooks"
SEVERITY = Severity.WARNING
OPTION = "Replace=true"


def find(release: Release, settings: Settings) -> Iterator[Finding]:
    for application in with_hooks(release):
        if OPTION in application.options:
            manifest = application.manifest
            message = f"{manifest} replaces all its objects (sync option {OPTION}), its hooks too"
            hint = "Annotate the objects that need it: `argocd.argoproj.io/sync-options: Replace=true`."
            place = manifest.place(application.options[OPTION])
            yield Finding(ID, SEVERITY, manifest, message, hint, "stands here", place)
