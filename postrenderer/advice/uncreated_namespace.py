"""The namespace of a hook must be there before it.

Why: the first objects of a first sync are its hooks. Argo CD creates their namespace before them if the Application
says `CreateNamespace=true`, and moves a Namespace of the release in front of them; otherwise somebody else has to.

Finds: |
  apiVersion: argoproj.io/v1alpha1
  kind: Application
  metadata: {name: app}
  spec:
    source: {repoURL: https://example.org/app.git, path: chart, plugin: {name: presync}}
    destination: {namespace: app}
Accepts: |
  apiVersion: argoproj.io/v1alpha1
  kind: Application
  metadata: {name: app}
  spec:
    source: {repoURL: https://example.org/app.git, path: chart, plugin: {name: presync}}
    destination: {namespace: app}
    syncPolicy: {syncOptions: [CreateNamespace=true]}
Source: argo-cd issues 3762, 5522; Argo CD 3.6.1 gitops-engine/pkg/sync/sync_tasks.go
"""

from collections.abc import Iterator

from postrenderer import nodes
from postrenderer.applications import with_hooks
from postrenderer.findings import Finding, Severity
from postrenderer.release import Release
from postrenderer.settings import Settings

ID = "uncreated-namespace"
SEVERITY = Severity.NOTE
OPTION = "CreateNamespace=true"


def find(release: Release, settings: Settings) -> Iterator[Finding]:
    for application in with_hooks(release):
        name = nodes.text(nodes.at(application.spec, "destination", "namespace"))
        if name and OPTION not in application.options and not release.named(("", "Namespace"), name, ""):
            manifest = application.manifest
            message = f"{manifest} has hooks in the namespace {name}, which nothing here creates"
            hint = f"Add the sync option {OPTION}, unless the namespace is made elsewhere."
            place = manifest.place(nodes.at(application.spec, "destination", "namespace"))
            yield Finding(ID, SEVERITY, manifest, message, hint, "stands here", place)
