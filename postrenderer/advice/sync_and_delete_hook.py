"""A hook of syncs must not be one of the application's deletion too.

Why: Argo CD runs `pre-delete` since 3.3, and `post-delete` in a list of words only since then; older ones heed the sync
alone. One delete policy then has to be right for both lives of the object: an account that HookSucceeded removed after
the sync was missing when the Application was deleted.

Finds: |
  apiVersion: v1
  kind: ServiceAccount
  metadata: {name: hooks, annotations: {helm.sh/hook: "pre-install,pre-delete"}}
Accepts: |
  apiVersion: v1
  kind: ServiceAccount
  metadata: {name: hooks, annotations: {helm.sh/hook: "pre-install,pre-upgrade"}}
Source: argo-cd issues 26404, 26996; Argo CD 3.6.1 controller/hook.go
"""

from collections.abc import Iterator

from postrenderer.findings import Finding, Severity
from postrenderer.hooks import DELETE_PHASES, SYNC_PHASES
from postrenderer.release import Release
from postrenderer.settings import Settings

ID = "sync-and-delete-hook"
SEVERITY = Severity.WARNING


def find(release: Release, settings: Settings) -> Iterator[Finding]:
    if release.target != "argocd":
        return
    for hook in release.hooks:
        said = release.meaning(hook).words
        syncs, deletes = ([word for word in said if word in listed] for listed in (SYNC_PHASES, DELETE_PHASES))
        if syncs and deletes:
            message = f"{hook} is a hook of {' and '.join(syncs)} and of {' and '.join(deletes)} in one object"
            hint = "Write two objects with names of their own, one for syncs and one for the deletion."
            yield Finding(ID, SEVERITY, hook, message, hint, "is both")
