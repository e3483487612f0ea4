"""A source is rendered by one tool.

Why: Argo CD refuses an Application whose source has `helm` beside `plugin`: ComparisonError, and nothing is synced. A
plugin takes value files and parameters from `plugin.parameters` instead.

Finds: |
  apiVersion: argoproj.io/v1alpha1
  kind: Application
  metadata: {name: app}
  spec:
    source:
      repoURL: https://example.org/app.git
      path: chart
      helm: {valueFiles: [values.yaml]}
      plugin: {name: presync}
Accepts: |
  apiVersion: argoproj.io/v1alpha1
  kind: Application
  metadata: {name: app}
  spec:
    source:
      repoURL: https://example.org/app.git
      path: chart
      plugin: {name: presync, parameters: [{name: value-files, array: [values.yaml]}]}
Source: Argo CD 3.6.1 pkg/apis/application/v1alpha1/types.go (ExplicitType)
"""

from collections.abc import Iterator

from postrenderer import nodes
from postrenderer.applications import applications
from postrenderer.findings import Finding, Severity
from postrenderer.release import Release
from postrenderer.settings import Settings

ID = "two-source-types"
SEVERITY = Severity.ERROR
TYPES = ("kustomize", "helm", "directory", "plugin")


def find(release: Release, settings: Settings) -> Iterator[Finding]:
    for application in applications(release):
        for source in application.sources:
            held = [
                each for each in TYPES if (node := nodes.lookup(source, each)) is not None and not nodes.is_null(node)
            ]
            if len(held) > 1:
                manifest = application.manifest
                message = f"{manifest} has {' and '.join(held)} in one source, of which Argo CD takes one only"
                hint = "Keep one; a plugin gets value files and parameters from `plugin.parameters`."
                yield Finding(ID, SEVERITY, manifest, message, hint, "stands here", manifest.place(source))
