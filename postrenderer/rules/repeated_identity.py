"""A hook must not have the identity of another object of the release.

Why: Argo CD keeps only the last of two objects with one identity. After `helm template` that is the hook, so the
application's own object is no longer managed and is deleted with the hook. Helm deletes the live one at each upgrade.

Finds: |
  apiVersion: v1
  kind: ServiceAccount
  metadata: {name: app}
  ---
  apiVersion: v1
  kind: ServiceAccount
  metadata: {name: app, annotations: {argocd.argoproj.io/hook: PreSync}}
Accepts: |
  apiVersion: v1
  kind: ServiceAccount
  metadata: {name: app}
  ---
  apiVersion: v1
  kind: ServiceAccount
  metadata: {name: app-migrate, annotations: {argocd.argoproj.io/hook: PreSync}}
Fix: `render` keeps the ordinary object and gives the hook the name of a copy.
Source: Argo CD 3.6.1 controller/state.go (NormalizeTargetObjects); tried on Argo CD 3.6.1, Helm 4.3.0 and 3.22.0
"""

from collections.abc import Iterator

from postrenderer.findings import Finding, Related, Severity
from postrenderer.hooks import SYNC_PHASES
from postrenderer.manifest import Manifest, copy_name
from postrenderer.release import Release
from postrenderer.settings import Settings

ID = "repeated-identity"
SEVERITY = Severity.ERROR


def find(release: Release, settings: Settings) -> Iterator[Finding]:
    for hook in release.hooks:
        others = [other for other in release.identical(hook) if other is not hook and _collides(release, hook, other)]
        if any(
            release.is_ordinary(other) or release.is_pre_sync(other) or release.is_pre_sync(hook) for other in others
        ):
            message = f"{hook} is a hook and stands in this release twice"
            hint = "Give the hook a name of its own."
            related = (Related("stands here too", others[0].place()),)
            yield Finding(
                ID,
                SEVERITY,
                hook,
                message,
                hint,
                "is a hook",
                hook.place(),
                related,
                others[0],
                f"renamed to {copy_name(hook.identity.name, hook.identity.kind)}",
            )


def _collides(release: Release, hook: Manifest, other: Manifest) -> bool:
    """Two hooks of different Helm events replace each other at their times; all else of one identity collides."""
    if release.is_ordinary(other):
        return True
    if not release.meaning(other).is_hook:
        return False
    if release.target == "helm":
        return not set(release.meaning(hook).words).isdisjoint(release.meaning(other).words)
    return any(word in SYNC_PHASES for word in release.meaning(other).words)
