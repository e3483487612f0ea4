"""Annotation values are strings.

Why: one value of another type (`hook-weight: -5` without quotes) hides every annotation of the object from Argo CD,
hook words included; with annotation tracking the whole Application fails to render.

Finds: |
  apiVersion: batch/v1
  kind: Job
  metadata:
    name: migrate
    annotations:
      argocd.argoproj.io/hook: PreSync
      argocd.argoproj.io/sync-wave: -1
Accepts: |
  apiVersion: batch/v1
  kind: Job
  metadata:
    name: migrate
    annotations:
      argocd.argoproj.io/hook: PreSync
      argocd.argoproj.io/sync-wave: "-1"
Fix: `render` puts the value of a hook into quotes.
Source: Argo CD 3.6.1 util/kube/kube.go; tried on Argo CD 3.6.1
"""

from collections.abc import Iterator

from postrenderer import nodes
from postrenderer.findings import Finding, Severity
from postrenderer.release import Release
from postrenderer.settings import Settings

ID = "non-string-annotation"
SEVERITY = Severity.ERROR


def find(release: Release, settings: Settings) -> Iterator[Finding]:
    for hook in release.hooks:
        written = hook.document.text
        for key, value in nodes.pairs(nodes.at(hook.root, "metadata", "annotations")):
            if not nodes.is_string(value, written):
                message = f"{hook} has the annotation {key.value}, whose value is not a string"
                hint = "Put the value into quotes."
                yield Finding(
                    ID, SEVERITY, hook, message, hint, "is not a string", hook.place(key), (), key.value, "quoted"
                )
