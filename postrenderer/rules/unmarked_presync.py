"""An object of the presync folder is a PreSync hook, and says so only once it is rendered.

Why: without a hook annotation the migration runs beside the application, or after it.

Finds: |
  # Source: app/templates/presync/migrate-job.yaml
  apiVersion: batch/v1
  kind: Job
  metadata: {name: migrate}
Accepts: |
  # Source: app/templates/presync/migrate-job.yaml
  apiVersion: batch/v1
  kind: Job
  metadata: {name: migrate, annotations: {argocd.argoproj.io/hook: PreSync}}
Fix: `render` adds the annotation.
Source: Helm 4.3.0 pkg/action/action.go, which names the template of each document
"""

import re
from collections.abc import Iterator
from functools import lru_cache

from postrenderer.findings import Finding, Severity
from postrenderer.hooks import Standing
from postrenderer.manifest import HOOK, PHASE, Manifest
from postrenderer.release import Release
from postrenderer.settings import Settings

ID = "unmarked-presync"
SEVERITY = Severity.ERROR


def find(release: Release, settings: Settings) -> Iterator[Finding]:
    if release.hooks_unseen:
        return
    for manifest in release.manifests:
        if is_marked(manifest, settings) and release.meaning(manifest).standing is Standing.ORDINARY:
            message = f"{manifest} is marked as a PreSync object and has no hook annotation"
            hint = "Let `presync render` add it."
            yield Finding(ID, SEVERITY, manifest, message, hint, "is marked", fix="hook annotations added")


def is_marked(manifest: Manifest, settings: Settings) -> bool:
    """By its template's folder or by annotation, unless it says that it is never a hook."""
    own = manifest.annotations if manifest.may_be_hooked else {}
    if own.get(HOOK) == "false":
        return False
    return own.get(PHASE) == "PreSync" or bool(_folder(settings.folder).match(manifest.template))


@lru_cache(maxsize=4)
def _folder(folder: str) -> re.Pattern[str]:
    """The folder directly under the root of a chart or subchart."""
    return re.compile(rf"[^/]+(?:/charts/[^/]+)*/{re.escape(folder.strip('/'))}/")
