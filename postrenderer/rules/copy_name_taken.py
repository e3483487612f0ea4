"""The name of a copy must be free.

Why: two objects of one identity are one object to Argo CD, the last one; and whatever carries the copy's name in the
cluster is deleted at the next sync.

Finds: |
  apiVersion: v1
  kind: Secret
  metadata: {name: db}
  stringData: {url: x}
  ---
  apiVersion: v1
  kind: Secret
  metadata: {name: db-presync}
  stringData: {url: y}
  ---
  apiVersion: batch/v1
  kind: Job
  metadata: {name: migrate, annotations: {argocd.argoproj.io/hook: PreSync}}
  spec: {template: {spec: {containers: [{name: m, envFrom: [{secretRef: {name: db}}]}]}}}
Accepts: |
  apiVersion: v1
  kind: Secret
  metadata: {name: db-presync}
  stringData: {url: y}
Source: argocd-observed 3.3
"""

from collections.abc import Iterator

from postrenderer.copies import plan
from postrenderer.findings import Finding, Related, Severity
from postrenderer.release import Release
from postrenderer.settings import Settings

ID = "copy-name-taken"
SEVERITY = Severity.ERROR


def find(release: Release, settings: Settings) -> Iterator[Finding]:
    for copy in plan(release, settings).taken:
        kind = copy.original.identity[:2]
        other = release.named(kind, copy.name, release.namespace_of(copy.original))[0]
        message = f"{copy.readers[0]} needs a copy of {copy.original}, but {other} has its name already"
        hint = "Rename that object, or let the hook read it and not the original."
        related = (Related("has the name of the copy", other.place()),)
        yield Finding(ID, SEVERITY, copy.original, message, hint, "is to be copied", copy.original.place(), related)
