"""Helm has no event for Sync, SyncFail and Skip.

Why: Helm would apply the object as an ordinary one, or drop it, and neither is what its author meant.

Target: helm
Finds: |
  apiVersion: batch/v1
  kind: Job
  metadata:
    name: check
    annotations: {argocd.argoproj.io/hook: SyncFail, postrenderer.helm.sh/postrender-filename: a/templates/b.yaml}
Accepts: |
  apiVersion: batch/v1
  kind: Job
  metadata:
    name: check
    annotations: {argocd.argoproj.io/hook: PostSync, postrenderer.helm.sh/postrender-filename: a/templates/b.yaml}
Fix: with `unrunnable: drop` in the settings `render` leaves the object out.
Source: Helm 4.3.0 pkg/release/v1/hook.go
"""

from collections.abc import Iterator

from postrenderer.findings import Finding, Severity
from postrenderer.hooks import ARGOCD, PHASE_EVENTS, events, words
from postrenderer.release import Release
from postrenderer.settings import Settings

ID = "unrunnable-hook"
SEVERITY = Severity.ERROR
UNRUNNABLE = ("Sync", "SyncFail", "Skip")


def find(release: Release, settings: Settings) -> Iterator[Finding]:
    if release.target != "helm":
        return
    for manifest in release.candidates:
        listed = words(manifest.annotations, ARGOCD.hook)
        lost = [word for word in listed if word in UNRUNNABLE]
        if lost and not events(manifest.annotations):
            message = f"{manifest} is a {' and '.join(lost)} hook, and Helm has no event for that"
            hint = "Give it Helm's words as well, or set `unrunnable: drop` to leave it out of Helm's releases."
            whole = not any(word in PHASE_EVENTS for word in listed)
            yield Finding(
                ID, SEVERITY, manifest, message, hint, "is such a hook", manifest.place(), (), whole, "left out"
            )
