"""Without `# Source:` lines the presync folder cannot be seen.

Why: the folder an object's template lies in is its marker, and Helm tells it in a comment. A tool between Helm and
presync that drops comments makes every marked object an ordinary one. Argo CD's Applications come from no template.

Finds: |
  apiVersion: v1
  kind: ConfigMap
  metadata: {name: app}
Accepts: |
  # Source: app/templates/configmap.yaml
  apiVersion: v1
  kind: ConfigMap
  metadata: {name: app}
Source: Helm 4.3.0 and 3.22.0: pkg/action/action.go
"""

from collections.abc import Iterator

from postrenderer.findings import Finding, Severity
from postrenderer.manifest import PHASE
from postrenderer.release import Release
from postrenderer.settings import Settings

ID = "no-origin"
SEVERITY = Severity.WARNING
NEVER_TEMPLATED = (("argoproj.io", "Application"), ("argoproj.io", "ApplicationSet"))


def find(release: Release, settings: Settings) -> Iterator[Finding]:
    objects = release.manifests
    marked = any(PHASE in m.annotations or release.is_pre_sync(m) for m in release.candidates)
    if marked or any(m.template for m in objects):
        return
    if any(m.identity[:2] not in NEVER_TEMPLATED for m in objects):
        message = f"{objects[0]} names no template, and no other object does, so {settings.folder}/ cannot be seen"
        hint = "Pipe Helm's own output, or mark PreSync objects with the annotation `presync/phase: PreSync`."
        yield Finding(ID, SEVERITY, objects[0], message, hint, "names no template", objects[0].place())
