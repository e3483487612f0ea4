"""A hook of the deletion must not need what is deleted before it.

Why: `post-delete` hooks run when the release, or all of the Application's objects, are gone. Their pod then waits in
CreateContainerConfigError, and the Application stays in deletion until somebody removes its finalizers.

Finds: |
  apiVersion: v1
  kind: Secret
  metadata: {name: db}
  stringData: {url: x}
  ---
  apiVersion: batch/v1
  kind: Job
  metadata: {name: drop, annotations: {helm.sh/hook: post-delete}}
  spec: {template: {spec: {containers: [{name: m, envFrom: [{secretRef: {name: db}}]}]}}}
Accepts: |
  apiVersion: v1
  kind: Secret
  metadata: {name: db, annotations: {helm.sh/hook: post-delete, helm.sh/hook-weight: "-1"}}
  stringData: {url: x}
  ---
  apiVersion: batch/v1
  kind: Job
  metadata: {name: drop, annotations: {helm.sh/hook: post-delete}}
  spec: {template: {spec: {containers: [{name: m, envFrom: [{secretRef: {name: db}}]}]}}}
Source: argo-cd issue 17191; Argo CD 3.6.1 controller/hook.go; Helm 4.3.0 pkg/action/uninstall.go
"""

from collections.abc import Iterator

from postrenderer.advice.powerless_keep import is_kept
from postrenderer.closure import Need, needs
from postrenderer.copies import is_shared_on_purpose
from postrenderer.findings import Finding, Related, Severity
from postrenderer.manifest import Manifest
from postrenderer.release import Release
from postrenderer.settings import Settings

ID = "gone-at-deletion"
SEVERITY = Severity.WARNING
AFTER = {"argocd": "PostDelete", "helm": "post-delete"}


def find(release: Release, settings: Settings) -> Iterator[Finding]:
    after = AFTER[release.target]
    for hook in release.hook_readers:
        if after in release.meaning(hook).words:
            for need in needs(release, hook):
                kept = is_kept(need.target) or is_shared_on_purpose(release, need.target, settings)
                if not kept and not _is_optional(need) and _is_gone(release, need.target, after):
                    yield _finding(need, after)


def _is_gone(release: Release, target: Manifest, after: str) -> bool:
    """Argo CD deletes the hooks of former syncs as well; Helm leaves hooks alone."""
    if release.target == "helm":
        return release.is_ordinary(target)
    return after not in release.meaning(target).words


def _is_optional(need: Need) -> bool:
    return need.reference is not None and need.reference.optional


def _finding(need: Need, after: str) -> Finding:
    through = "" if need.reader is need.workload else f" through {need.reader}"
    message = f"{need.workload}{through} needs {need.target} in {after}, when it is deleted already"
    hint = f"Make what it needs a {after} hook of another name, or run it before the deletion."
    place = need.reader.place(need.reference.node if need.reference else None)
    there = Related(f"{need.target} stands here", need.target.place())
    return Finding(ID, SEVERITY, need.workload, message, hint, "needs it here", place, (there,))
