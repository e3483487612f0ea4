"""What the application reads must not be a hook.

Why: a hook is deleted and made anew at every sync (BeforeHookCreation, the default), and with HookSucceeded it is gone
before the application's first pod starts. Argo CD shows the application Synced all the while: hooks are never compared,
healed or pruned. A terminated sync leaves it deleted for good (argo-cd issues 3837, 13429).

Finds: |
  apiVersion: v1
  kind: Secret
  metadata: {name: db, annotations: {argocd.argoproj.io/hook: PreSync}}
  stringData: {url: x}
  ---
  apiVersion: apps/v1
  kind: Deployment
  metadata: {name: app}
  spec: {template: {spec: {containers: [{name: app, envFrom: [{secretRef: {name: db}}]}]}}}
Accepts: |
  apiVersion: v1
  kind: Secret
  metadata: {name: db}
  stringData: {url: x}
  ---
  apiVersion: apps/v1
  kind: Deployment
  metadata: {name: app}
  spec: {template: {spec: {containers: [{name: app, envFrom: [{secretRef: {name: db}}]}]}}}
Fix: `render` makes it an ordinary object again and gives the hooks that read it a copy.
Source: argocd-observed 2a, 2b, 14'; helm-observed 7 and 14
"""

from collections.abc import Iterator

from postrenderer.findings import Finding, Related, Severity
from postrenderer.refusals import is_created_once
from postrenderer.release import Release
from postrenderer.settings import Settings

ID = "shared-hook"
SEVERITY = Severity.ERROR
HINT = "Make it an ordinary object, and give the hooks that read it a copy: `presync render` does both."
ONCE = "It is made once, by the first install: make it an ordinary object that keeps its content (`lookup`) instead."
ADOPTION = {
    "argocd": (
        "if it is live already, nothing is deleted, but an automated Application starts that sync only when an "
        "ordinary object changes too: sync once by hand, or set `stamp: on`"
    ),
    "helm": (
        "if it is live already, give it to the release before that upgrade: label it app.kubernetes.io/managed-by=Helm "
        "and annotate it meta.helm.sh/release-name, meta.helm.sh/release-namespace and helm.sh/resource-policy=keep "
        "(`--take-ownership` alone loses it when the upgrade is rolled back)"
    ),
}


def find(release: Release, settings: Settings) -> Iterator[Finding]:
    for hook in release.hooks:
        readers = {id(reader): (reader, ref) for reader, ref in release.readers(hook) if release.is_ordinary(reader)}
        if readers and not any(release.is_ordinary(other) for other in release.identical(hook)):
            reader, reference = next(iter(readers.values()))
            others = f" and {len(readers) - 1} more" if len(readers) > 1 else ""
            message = f"{hook} is a hook, but {reader}{others} reads it"
            related = (Related(f"{reader} reads it here", reader.place(reference.node)),)
            once = release.target == "helm" and is_created_once(release, hook)
            found = Finding(ID, SEVERITY, hook, message, ONCE if once else HINT, "is a hook", hook.place(), related)
            yield found._replace(fix="made ordinary", then=ADOPTION[release.target])
