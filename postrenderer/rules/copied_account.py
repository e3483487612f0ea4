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

from postrenderer.copies import plan
from postrenderer.findings import Finding, Severity
from postrenderer.references import SERVICE_ACCOUNT
from postrenderer.release import Release
from postrenderer.settings import Settings
from postrenderer.trust import bindings_of, groups, users

ID = "copied-account"
SEVERITY = Severity.WARNING
HINT = "If others grant rights to the original, grant them to the copy, or give the migration its own account."


def find(release: Release, settings: Settings) -> Iterator[Finding]:
    copies = plan(release, settings).copies
    for copy in copies.values():
        account = copy.original
        if account.identity[:2] == SERVICE_ACCOUNT:
            granted = ", ".join(str(binding) for binding in release.granting(account) if id(binding) in copies)
            message = f"{copy.readers[0]} runs as {account} and gets a copy of it with {granted or 'no role binding'}"
            message += _said(", but without what {} grants to it as a user", release, users(release, account))
            message += _said("; what {} grants to every account it has from Sync on", release, groups(release, account))
            yield Finding(ID, SEVERITY, account, message, HINT, "is copied")


def _said(about: str, release: Release, names: set[str]) -> str:
    bindings = ", ".join(map(str, bindings_of(release, names)))
    return about.format(bindings) if bindings else ""
