"""A copy of what issues credentials gets others than the application's.

Why: each VaultDynamicSecret is a lease, and so a database user, of its own. What the migration creates belongs to that
user, who is gone when the copy is.

Finds: |
  apiVersion: secrets.hashicorp.com/v1beta1
  kind: VaultDynamicSecret
  metadata: {name: db}
  spec: {mount: database, path: creds/app, destination: {name: db, create: true}}
  ---
  apiVersion: batch/v1
  kind: Job
  metadata: {name: migrate, annotations: {argocd.argoproj.io/hook: PreSync}}
  spec: {template: {spec: {containers: [{name: m, envFrom: [{secretRef: {name: db}}]}]}}}
Accepts: |
  apiVersion: secrets.hashicorp.com/v1beta1
  kind: VaultStaticSecret
  metadata: {name: db}
  spec: {mount: kv, path: app, destination: {name: db, create: true}}
  ---
  apiVersion: batch/v1
  kind: Job
  metadata: {name: migrate, annotations: {argocd.argoproj.io/hook: PreSync}}
  spec: {template: {spec: {containers: [{name: m, envFrom: [{secretRef: {name: db}}]}]}}}
Source: vault-secrets-operator controllers/vaultdynamicsecret_controller.go
"""

from collections.abc import Iterator

from postrenderer.copies import plan
from postrenderer.findings import Finding, Severity
from postrenderer.release import Release
from postrenderer.settings import Settings

ID = "other-credentials"
SEVERITY = Severity.WARNING
HINT = "Let what it creates belong to a role that both have, or let the migration read a Secret that exists already."


def find(release: Release, settings: Settings) -> Iterator[Finding]:
    for copy in plan(release, settings).copies.values():
        row = release.producer(copy.original)
        if row and row.anew:
            message = f"{copy.readers[0]} gets a copy of {copy.original}, which is issued credentials of its own"
            yield Finding(ID, SEVERITY, copy.original, message, HINT, "is copied")
