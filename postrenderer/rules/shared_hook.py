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
Source: argo-cd issues 3837, 13429, 14046; tried on Argo CD 3.6.1, Helm 4.3.0 and 3.22.0
"""

from collections.abc import Iterator

from postrenderer.findings import Finding, Related, Severity
from postrenderer.hooks import SUCCEEDED
from postrenderer.manifest import Manifest, Place
from postrenderer.producing import Producer, outlives, products, why_not
from postrenderer.references import BINDINGS, SERVICE_ACCOUNT, subjects
from postrenderer.release import Release
from postrenderer.settings import Settings

ID = "shared-hook"
SEVERITY = Severity.ERROR
HINT = "Make it an ordinary object, and give the hooks that read it a copy: `presync render` does both."
ONCE = "It is made once, by the first install: make it an ordinary object that keeps its content (`lookup`) instead."
PRODUCER = "Make it an ordinary object, and bring the Secret that the migration needs by another of another name."
MADE = "what a custom resource makes"
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
        twins = any(release.is_ordinary(other) for other in release.identical(hook))
        if twins:
            continue
        if readers := dict(_readers(release, hook)):
            yield _finding(release, hook, readers, "it is read by", "reads it here")
        elif granted := dict(_granted(release, hook)):
            found = _finding(release, hook, granted, "it gives rights to", "gets its rights here")
            yield found._replace(severity=Severity.WARNING)  # which may be the hooks' own, not what these need
        elif (row := release.producer(hook)) and (made := dict(_readers_of_product(release, hook, row))):
            found = _finding(release, hook, made, "what it makes is read by", "reads what it makes here")
            gone = SUCCEEDED in release.meaning(hook).policies
            severity = SEVERITY if gone else Severity.WARNING
            barred = why_not(hook, row, settings, release.namespace_of(hook))
            yield found._replace(severity=severity, hint=PRODUCER, about=MADE) if barred else found


def _finding(release: Release, hook: Manifest, readers: dict[Manifest, Place], said: str, label: str) -> Finding:
    reader, place = next(iter(readers.items()))
    others = f" and {len(readers) - 1} more" if len(readers) > 1 else ""
    message = f"{hook} is a hook, but {said} {reader}{others}"
    kept = release.target == "helm" and "pre-upgrade" not in release.meaning(hook).words
    related = (Related(f"{reader} {label}", place),)
    found = Finding(ID, SEVERITY, hook, message, ONCE if kept else HINT, "is a hook", hook.place(), related)
    return found._replace(fix="made ordinary", then=ADOPTION[release.target])


def _readers(release: Release, hook: Manifest) -> Iterator[tuple[Manifest, Place]]:
    for reader, reference in release.readers(hook):
        if release.is_ordinary(reader):
            yield reader, reader.place(reference.node)


def _granted(release: Release, hook: Manifest) -> Iterator[tuple[Manifest, Place]]:
    """Ordinary objects that run as an account which the hook, a role binding, names; one that goes when the sync has
    succeeded was meant for hooks only."""
    if hook.identity[:2] in BINDINGS and SUCCEEDED not in release.meaning(hook).policies and not hook.is_copy:
        for _, namespace, name in subjects(hook):
            for account in release.named(SERVICE_ACCOUNT, name, namespace or release.namespace_of(hook)):
                yield from _readers(release, account)


def _readers_of_product(release: Release, hook: Manifest, row: Producer) -> Iterator[tuple[Manifest, Place]]:
    """Ordinary objects that read the Secret which the hook, a custom resource, makes too late or takes with it."""
    kept = release.is_pre_sync(hook) and outlives(hook, row)
    for product in () if kept else products(hook, row):
        for reader in filter(release.is_ordinary, release.mentioning(product.name)):
            for reference in release.references(reader):
                if reference.name == product.name and hook in release.producers(reader, reference):
                    yield reader, reader.place(reference.node)
