"""A migration that runs as the application's ServiceAccount gets a copy of it.

Why: the copy has the grants that this release makes. What others granted to the original by name, a cluster
administrator or a cloud, it does not have.

Finds: |
  apiVersion: v1
  kind: ServiceAccount
  metadata: {name: app}
  ---
  apiVersion: batch/v1
  kind: Job
  metadata: {name: migrate, annotations: {argocd.argoproj.io/hook: PreSync}}
  spec: {template: {spec: {serviceAccountName: app}}}
Accepts: |
  apiVersion: v1
  kind: ServiceAccount
  metadata: {name: migrate, annotations: {argocd.argoproj.io/hook: PreSync}}
  ---
  apiVersion: batch/v1
  kind: Job
  metadata: {name: migrate, annotations: {argocd.argoproj.io/hook: PreSync}}
  spec: {template: {spec: {serviceAccountName: migrate}}}
Source: tried on Argo CD 3.6.1; argo-cd issues 4384, 26404
"""

from collections.abc import Iterator

from postrenderer import nodes
from postrenderer.copies import plan
from postrenderer.findings import Finding, Severity
from postrenderer.manifest import Manifest
from postrenderer.references import BINDINGS, SERVICE_ACCOUNT
from postrenderer.release import Release
from postrenderer.settings import Settings

ID = "copied-account"
SEVERITY = Severity.WARNING


def find(release: Release, settings: Settings) -> Iterator[Finding]:
    copies = plan(release, settings).copies
    for copy in copies.values():
        account = copy.original
        if account.identity[:2] == SERVICE_ACCOUNT:
            granted = ", ".join(str(binding) for binding in release.granting(account) if id(binding) in copies)
            message = f"{copy.readers[0]} runs as {account} and gets a copy of it with {granted or 'no role binding'}"
            others = ", ".join(str(binding) for binding in _naming_as_user(release, account))
            message += f", but without what {others} grants to it as a user or group" if others else ""
            hint = (
                "If others grant rights to the original, grant them to the copy, or give the migration its own account."
            )
            yield Finding(ID, SEVERITY, account, message, hint, "is copied")


def _naming_as_user(release: Release, account: Manifest) -> Iterator[Manifest]:
    """Role bindings whose subjects are the account's user name, or a group of its namespace."""
    home = release.namespace_of(account)
    names = {f"system:serviceaccount:{home}:{account.identity.name}", f"system:serviceaccounts:{home}"}
    for binding in release.manifests:
        if binding.identity[:2] in BINDINGS and "system:serviceaccount" in binding.document.text:
            listed = nodes.items(nodes.lookup(binding.root, "subjects"))
            if any(nodes.text(nodes.lookup(subject, "name")) in names for subject in listed):
                yield binding
