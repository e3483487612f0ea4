"""What only looks like a reference may be none.

Why: presync knows the fields of Kubernetes' own kinds. In a custom resource it goes by the shape of a field, such as
`secretRef.name`, and takes a hook that is named there for shared: a render makes that hook an ordinary object. If the
field is an output, or means another namespace, that was not needed.

Finds: |
  apiVersion: v1
  kind: Secret
  metadata: {name: db, annotations: {argocd.argoproj.io/hook: PreSync}}
  stringData: {url: x}
  ---
  apiVersion: example.org/v1
  kind: Database
  metadata: {name: app}
  spec: {adminSecretRef: {name: db}}
Accepts: |
  apiVersion: v1
  kind: Secret
  metadata: {name: db, annotations: {argocd.argoproj.io/hook: PreSync}}
  stringData: {url: x}
  ---
  apiVersion: example.org/v1
  kind: Database
  metadata: {name: app}
  spec: {adminSecretRef: {name: other}}
Source: 4,235 public custom resource definitions of August 2026 (SHAPES in references.py)
"""

from collections.abc import Iterator

from postrenderer.findings import Finding, Related, Severity
from postrenderer.release import Release
from postrenderer.settings import Settings

ID = "unverified-reference"
SEVERITY = Severity.WARNING


def find(release: Release, settings: Settings) -> Iterator[Finding]:
    for hook in release.hooks:
        ordinary = [(reader, named) for reader, named in release.readers(hook) if release.is_ordinary(reader)]
        if any(named.verified for _, named in ordinary):
            continue
        for reader, named in dict(ordinary).items():
            message = f"{reader} seems to read {hook}, a hook, by the look of its field {named.steps[-1]} alone"
            hint = f"If it does not, set `presync/allow: shared-hook` on {hook}; if it does, allow {ID}."
            there = Related(f"{hook} stands here", hook.place())
            yield Finding(ID, SEVERITY, reader, message, hint, "names it here", reader.place(named.node), (there,))
