"""A hook has a name or a generated one, and for Helm always a name.

Why: where both are set Argo CD uses the name, so that what was meant to be a new object each time is one that is
replaced. Helm cannot delete a hook without a name: it fails, with Helm 3 after the Job has run.

Finds: |
  apiVersion: batch/v1
  kind: Job
  metadata:
    name: migrate
    generateName: migrate-
    annotations: {argocd.argoproj.io/hook: PreSync}
Accepts: |
  apiVersion: batch/v1
  kind: Job
  metadata:
    generateName: migrate-
    annotations: {argocd.argoproj.io/hook: PreSync}
Source: argo-cd issue 4295; tried on Helm 4.3.0 and 3.22.0
"""

from collections.abc import Iterator

from postrenderer.findings import Finding, Severity
from postrenderer.release import Release
from postrenderer.settings import Settings

ID = "name-and-generate-name"
SEVERITY = Severity.ERROR


def find(release: Release, settings: Settings) -> Iterator[Finding]:
    for hook in release.hooks:
        if hook.generate_name and (hook.identity.name or release.target == "helm"):
            both = "both name and generateName" if hook.identity.name else "generateName, which Helm cannot delete"
            hint = "Keep the name; BeforeHookCreation replaces the object at each run."
            yield Finding(ID, SEVERITY, hook, f"{hook} is a hook with {both}", hint, "stands here")
