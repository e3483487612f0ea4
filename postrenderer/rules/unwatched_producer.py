"""Argo CD does not wait for what it has no health check of.

Why: a producer's copy stands in an earlier wave so that its Secret is there when the migration starts. A wave ends when
its hooks are healthy, and a kind without a health check is healthy at once. The migration's pod then waits for the
Secret by itself, in CreateContainerConfigError, unless the reference is optional; where the Secret of an earlier sync
is still there it starts with old content.

Finds: |
  apiVersion: secrets.infisical.com/v1alpha1
  kind: InfisicalSecret
  metadata: {name: db}
  spec: {managedSecretReference: {secretName: db, secretNamespace: shop}}
  ---
  apiVersion: batch/v1
  kind: Job
  metadata: {name: migrate, annotations: {argocd.argoproj.io/hook: PreSync}}
  spec: {template: {spec: {containers: [{name: m, envFrom: [{secretRef: {name: db}}]}]}}}
Accepts: |
  apiVersion: external-secrets.io/v1
  kind: ExternalSecret
  metadata: {name: db, annotations: {argocd.argoproj.io/hook: PreSync, argocd.argoproj.io/sync-wave: "-1"}}
  spec: {secretStoreRef: {name: vault, kind: ClusterSecretStore}}
  ---
  apiVersion: batch/v1
  kind: Job
  metadata: {name: migrate, annotations: {argocd.argoproj.io/hook: PreSync}}
  spec: {template: {spec: {containers: [{name: m, envFrom: [{secretRef: {name: db}}]}]}}}
Source: Argo CD 3.6.1 resource_customizations/ and gitops-engine/pkg/sync/sync_context.go (getOperationPhase)
"""

from collections.abc import Iterator

from postrenderer.closure import needs
from postrenderer.copies import plan
from postrenderer.findings import Finding, Related, Severity
from postrenderer.producing import Producer
from postrenderer.release import Release
from postrenderer.settings import Settings

ID = "unwatched-producer"
SEVERITY = Severity.WARNING
CHECK = (
    "for _, c in ipairs((obj.status or {{}}).conditions or {{}}) do if c.type == '{ready}' and c.status == 'True' then "
    "return {{status = 'Healthy'}} end end return {{status = 'Progressing'}}"
)
OLD = "; the Secret of the sync before stays, so it may start with old content"


def find(release: Release, settings: Settings) -> Iterator[Finding]:
    copies = plan(release, settings).copies if release.target == "argocd" else {}
    said: set[int] = set()
    for hook in release.hook_readers if release.target == "argocd" else ():
        for need in needs(release, hook):
            row = release.producer(need.target)
            early = id(need.target) in copies or (release.is_pre_sync(need.target) and not need.target.is_copy)
            if row and not (row.watched or row.mounted) and need.is_made and early and id(need.target) not in said:
                said.add(id(need.target))
                message = f"{hook} reads {need.what}, and Argo CD does not wait until that is made"
                there = (Related("makes what it reads", need.target.place()),)
                place = need.reader.place(need.reference.node if need.reference else None)
                message += OLD if row.stays else ""
                yield Finding(ID, SEVERITY, need.target, message, hint(row, need.target.identity[:2]), "", place, there)


def hint(row: Producer, kind: tuple[str, str]) -> str:
    """The health check to add, in one line."""
    if not row.ready:
        return "Give its kind a health check in argocd-cm, and say `watched: true` in the settings."
    key = "resource.customizations.health." + "_".join(kind)
    return f'In argocd-cm, {key}: "{CHECK.format(ready=row.ready)}" makes it wait.'
