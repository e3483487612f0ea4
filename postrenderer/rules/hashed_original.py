"""An object whose name changes with its content leaves old copies behind.

Why: Argo CD prunes no hooks. A copy is named after its original, so each new content brings a copy of a new name, and
where the sync failed, so that HookSucceeded did not strike, the former one stays for good with all that is in it.

Finds: |
  apiVersion: v1
  kind: Secret
  metadata: {name: db-4b8t2h7k9m}
  stringData: {url: x}
  ---
  apiVersion: batch/v1
  kind: Job
  metadata: {name: migrate, annotations: {argocd.argoproj.io/hook: PreSync}}
  spec: {template: {spec: {containers: [{name: m, envFrom: [{secretRef: {name: db-4b8t2h7k9m}}]}]}}}
Accepts: |
  apiVersion: v1
  kind: Secret
  metadata: {name: db}
  stringData: {url: x}
  ---
  apiVersion: batch/v1
  kind: Job
  metadata: {name: migrate, annotations: {argocd.argoproj.io/hook: PreSync}}
  spec: {template: {spec: {containers: [{name: m, envFrom: [{secretRef: {name: db}}]}]}}}
Source: argo-cd issue 16895; kustomize api/hasher/hasher.go (the ten letters of a generated name)
"""

import re
from collections.abc import Iterator

from postrenderer.copies import plan
from postrenderer.findings import Finding, Severity
from postrenderer.release import Release
from postrenderer.settings import Settings

ID = "hashed-original"
SEVERITY = Severity.WARNING
HASH = r"-(?=[a-z]*[0-9])(?=[0-9]*[a-z])(?:[bcdfghkmt24-9]{10}|[0-9a-f]{8,64})\Z"  # kustomize's, or hexadecimal


def find(release: Release, settings: Settings) -> Iterator[Finding]:
    for copy in plan(release, settings).copies.values():
        if re.search(HASH, copy.original.identity.name):
            message = f"{copy.original}, which {copy.readers[0]} needs a copy of, is named after its content"
            hint = "Give it a name that stays; a `checksum/` annotation restarts pods as well."
            yield Finding(ID, SEVERITY, copy.original, message, hint, "stands here")
