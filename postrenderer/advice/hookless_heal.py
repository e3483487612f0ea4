"""Self-heal syncs without hooks.

Why: self-heal is a selective sync, and those skip hooks. It also takes some new revisions for drift: then the new
image starts and its migration never ran, with nothing but a `Synced` to show for it. PreSync is no guarantee there.

Finds: |
  apiVersion: argoproj.io/v1alpha1
  kind: Application
  metadata: {name: app}
  spec:
    source: {repoURL: https://example.org/app.git, path: chart, plugin: {name: presync}}
    syncPolicy: {automated: {selfHeal: true}}
Accepts: |
  apiVersion: argoproj.io/v1alpha1
  kind: Application
  metadata: {name: app}
  spec:
    source: {repoURL: https://example.org/app.git, path: chart, plugin: {name: presync}}
    syncPolicy: {automated: {prune: true}}
Source: argo-cd issues 22795, 25397, 25475; Argo CD 3.6.1 controller/appcontroller.go and controller/sync.go
"""

from collections.abc import Iterator

from postrenderer import nodes
from postrenderer.applications import with_hooks
from postrenderer.findings import Finding, Severity
from postrenderer.release import Release
from postrenderer.settings import Settings

ID = "hookless-heal"
SEVERITY = Severity.WARNING


def find(release: Release, settings: Settings) -> Iterator[Finding]:
    for application in with_hooks(release):
        if application.is_on("automated", "selfHeal"):
            manifest = application.manifest
            message = f"{manifest} heals itself, which applies objects without running its hooks"
            hint = "Turn selfHeal off, or let the application itself refuse a database of another version."
            place = manifest.place(nodes.at(application.policy, "automated", "selfHeal"))
            yield Finding(ID, SEVERITY, manifest, message, hint, "is on here", place)
