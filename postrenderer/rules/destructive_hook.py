"""An object that holds data or serves must not be a hook.

Why: every hook is deleted sooner or later: before it is made anew, which is the default, or when the sync has
succeeded. With a PersistentVolumeClaim or a Namespace goes what is in it. `Prune=false` and `keep` protect no hook.

Finds: |
  apiVersion: v1
  kind: PersistentVolumeClaim
  metadata: {name: data, annotations: {helm.sh/hook: pre-install}}
Accepts: |
  apiVersion: v1
  kind: PersistentVolumeClaim
  metadata: {name: data}
Source: argo-cd issues 3837, 3762, 3502; tried on Argo CD 3.6.1
"""

from collections.abc import Iterator

from postrenderer.findings import Finding, Severity
from postrenderer.release import Release
from postrenderer.settings import Settings

ID = "destructive-hook"
SEVERITY = Severity.ERROR
HOLDS_DATA = {
    ("", "Namespace"): "all that is in it goes too",
    ("", "PersistentVolume"): "its data may go too",
    ("", "PersistentVolumeClaim"): "its data goes too",
    ("apiextensions.k8s.io", "CustomResourceDefinition"): "all objects of its kind go too",
    ("apps", "StatefulSet"): "its pods go too",
}
SERVES = {
    ("", "Service"): "nobody reaches its pods then",
    ("apps", "DaemonSet"): "its pods go too",
    ("apps", "Deployment"): "its pods go too",
    ("networking.k8s.io", "Ingress"): "nobody reaches its services then",
    ("storage.k8s.io", "StorageClass"): "no volume is made of it then",
}


def find(release: Release, settings: Settings) -> Iterator[Finding]:
    for hook in release.hooks:
        kind = hook.identity[:2]
        loss = HOLDS_DATA.get(kind) or SERVES.get(kind)
        policies = " and ".join(release.meaning(hook).policies)
        if loss and policies:
            severity = SEVERITY if kind in HOLDS_DATA else Severity.WARNING
            message = f"{hook} is a hook that {policies} deletes: {loss}"
            hint = "Make it an ordinary object, in an earlier wave where something needs it."
            yield Finding(ID, severity, hook, message, hint, "is a hook")
