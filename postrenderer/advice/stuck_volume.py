"""A volume claim must not be waited for before the pod that uses it.

Why: Argo CD waits until a wave is healthy, and a claim that is Pending is not. Most storage classes bind a claim only
when its first pod is scheduled (WaitForFirstConsumer), and that pod is in a later wave or phase: the sync waits for
ever.

Finds: |
  apiVersion: v1
  kind: PersistentVolumeClaim
  metadata: {name: data, annotations: {argocd.argoproj.io/sync-wave: "-1"}}
  ---
  apiVersion: apps/v1
  kind: Deployment
  metadata: {name: app}
  spec: {template: {spec: {volumes: [{name: data, persistentVolumeClaim: {claimName: data}}]}}}
Accepts: |
  apiVersion: v1
  kind: PersistentVolumeClaim
  metadata: {name: data}
  ---
  apiVersion: apps/v1
  kind: Deployment
  metadata: {name: app}
  spec: {template: {spec: {volumes: [{name: data, persistentVolumeClaim: {claimName: data}}]}}}
Source: argo-cd issue 12840; Argo CD 3.6.1 gitops-engine/pkg/health/health_pvc.go
"""

from collections.abc import Iterator

from postrenderer import nodes
from postrenderer.findings import Finding, Related, Severity
from postrenderer.hooks import SYNC_PHASES
from postrenderer.manifest import Manifest
from postrenderer.references import CLAIM
from postrenderer.release import Release
from postrenderer.settings import Settings

ID = "stuck-volume"
SEVERITY = Severity.WARNING
STORAGE_CLASS = ("storage.k8s.io", "StorageClass")


def find(release: Release, settings: Settings) -> Iterator[Finding]:
    if release.target != "argocd":
        return
    for claim in release.manifests:
        if claim.identity[:2] == CLAIM and _moments(release, claim) != [(1, 0)]:
            readers = dict(release.readers(claim))
            if _precedes_all(release, claim, list(readers)) and not _binds_at_once(release, claim):
                reader, reference = next(iter(readers.items()))
                message = f"{claim} is waited for before {reader}, its first user, is created"
                hint = "Put the claim into the wave of its first user, or use a storage class that binds at once."
                there = Related(f"{reader} uses it here", reader.place(reference.node))
                yield Finding(ID, SEVERITY, claim, message, hint, "stands here", claim.place(), (there,))


def _moments(release: Release, manifest: Manifest) -> list[tuple[int, int]]:
    """Phase and wave of each time it is applied."""
    meaning = release.meaning(manifest)
    words = meaning.words if meaning.is_hook else ("Sync",) if release.is_ordinary(manifest) else ()
    return sorted((SYNC_PHASES.index(word), meaning.wave) for word in words if word in SYNC_PHASES)


def _precedes_all(release: Release, claim: Manifest, readers: list[Manifest]) -> bool:
    own = _moments(release, claim)
    uses = [moment for reader in readers for moment in _moments(release, reader)]
    return bool(own and uses) and own[0] < min(uses)


def _binds_at_once(release: Release, claim: Manifest) -> bool:
    """Bound to a volume by hand, or of a class of this release that says so."""
    spec = nodes.lookup(claim.root, "spec")
    name = nodes.text(nodes.lookup(spec, "storageClassName"))
    if nodes.text(nodes.lookup(spec, "volumeName")) or name == "":
        return True
    classes = release.named(STORAGE_CLASS, name or "", "")
    return any(nodes.text(nodes.lookup(each.root, "volumeBindingMode")) == "Immediate" for each in classes)
