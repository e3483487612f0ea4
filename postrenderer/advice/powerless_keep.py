"""Nothing keeps a hook from its delete policies.

Why: `helm.sh/resource-policy: keep` and Argo CD's `Prune=false` and `Delete=false` hold back uninstalling and pruning
only. A hook with a delete policy, and BeforeHookCreation is the default of both tools, is deleted all the same (seen
with Argo CD 3.6.1, Helm 4.3.0 and Helm 3.22.0).

Finds: |
  apiVersion: v1
  kind: Secret
  metadata: {name: db, annotations: {helm.sh/hook: pre-install, helm.sh/resource-policy: keep}}
Accepts: |
  apiVersion: v1
  kind: Secret
  metadata: {name: db, annotations: {helm.sh/resource-policy: keep}}
Source: argo-cd issue 3837; Argo CD 3.6.1 gitops-engine/pkg/sync/sync_context.go; Helm 4.3.0 pkg/action/hooks.go
"""

from collections.abc import Iterator

from postrenderer.findings import Finding, Severity
from postrenderer.hooks import words
from postrenderer.manifest import Manifest
from postrenderer.release import Release
from postrenderer.settings import Settings

ID = "powerless-keep"
SEVERITY = Severity.WARNING
KEEP = "helm.sh/resource-policy"
OPTIONS = "argocd.argoproj.io/sync-options"
HELD_BACK = ("Prune=false", "Delete=false")


def find(release: Release, settings: Settings) -> Iterator[Finding]:
    for hook in release.hooks:
        if not hook.is_workload and release.meaning(hook).policies and (asked := _asked(hook)):
            message = f"{hook} is a hook that its delete policies remove, whatever its {asked} says"
            hint = "Make it an ordinary object, which can be kept."
            yield Finding(ID, SEVERITY, hook, message, hint, "asks to be kept", hook.place())


def is_kept(manifest: Manifest) -> bool:
    """Whether uninstalling leaves an ordinary object alone."""
    return bool(_asked(manifest))


def _asked(hook: Manifest) -> str:
    if hook.annotations.get(KEEP, "").strip().lower() == "keep":
        return KEEP
    return OPTIONS if any(word in HELD_BACK for word in words(hook.annotations, OPTIONS)) else ""
