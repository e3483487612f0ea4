"""Content that each rendering generates anew must not reach a hook.

Why: Argo CD renders again at every refresh. A password made by `randAlphaNum` is another one each time, and a workload
that differs each time would run again and again.

Again: |
  apiVersion: batch/v1
  kind: Job
  metadata: {name: migrate, annotations: {argocd.argoproj.io/hook: PreSync}}
  spec: {template: {spec: {containers: [{name: m, args: [b]}]}}}
Finds: |
  apiVersion: batch/v1
  kind: Job
  metadata: {name: migrate, annotations: {argocd.argoproj.io/hook: PreSync}}
  spec: {template: {spec: {containers: [{name: m, args: [a]}]}}}
Accepts: |
  apiVersion: batch/v1
  kind: Job
  metadata: {name: migrate, annotations: {argocd.argoproj.io/hook: PreSync}}
  spec: {template: {spec: {containers: [{name: m, args: [b]}]}}}
Source: argo-cd issues 9830, 15915; Argo CD 3.6.1 reposerver/repository/repository.go renders at each refresh
"""

from collections.abc import Iterator

from postrenderer.findings import Finding, Severity
from postrenderer.release import Release
from postrenderer.settings import Settings

ID = "generated-data"
SEVERITY = Severity.WARNING


def find(release: Release, settings: Settings) -> Iterator[Finding]:
    for hook in release.hooks:
        if release.is_generated(hook):
            message = f"{hook} is rendered with other content each time"
            hint = "Take generated values from the values or from a Secret that exists already."
            yield Finding(ID, SEVERITY, hook, message, hint, "differs")
