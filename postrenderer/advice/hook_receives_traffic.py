"""The pod of a hook must not look like a pod of the application.

Why: a Service sends traffic to every ready pod that has its labels, and a Job's pod without a readiness probe is ready
as soon as it starts. At every upgrade the live Service then sends requests to a migration that answers none.

Finds: |
  apiVersion: v1
  kind: Service
  metadata: {name: app}
  spec: {selector: {app: web}, ports: [{port: 80, targetPort: 8080}]}
  ---
  apiVersion: batch/v1
  kind: Job
  metadata: {name: migrate, annotations: {argocd.argoproj.io/hook: PreSync}}
  spec: {template: {metadata: {labels: {app: web, tier: hooks}}, spec: {containers: [{name: m}]}}}
Accepts: |
  apiVersion: v1
  kind: Service
  metadata: {name: app}
  spec: {selector: {app: web}, ports: [{port: 80, targetPort: 8080}]}
  ---
  apiVersion: batch/v1
  kind: Job
  metadata: {name: migrate, annotations: {argocd.argoproj.io/hook: PreSync}}
  spec: {template: {metadata: {labels: {app: web-migrate}}, spec: {containers: [{name: m}]}}}
Source: BerriAI/litellm issue 19940; Kubernetes 1.37 staging/src/k8s.io/endpointslice/utils.go
"""

import re
from collections.abc import Iterator

from postrenderer import nodes
from postrenderer.advice.gone_at_deletion import AFTER
from postrenderer.findings import Finding, Related, Severity
from postrenderer.glance import tokens
from postrenderer.manifest import Manifest
from postrenderer.pods import containers, pod_labels
from postrenderer.release import Release
from postrenderer.settings import Settings

ID = "hook-receives-traffic"
SEVERITY = Severity.WARNING
SERVICE = ("", "Service")
HINT = "Give its pod other values for these labels; one label more is not enough, since a selector asks for a part."
BLOCK = r"\n  selector:\n((?:    [^\n]*\n)+)"  # as most templates write it


def find(release: Release, settings: Settings) -> Iterator[Finding]:
    labelled = [(hook, labels) for hook in release.workloads if (labels := pod_labels(hook)) and _meets(release, hook)]
    if not labelled:
        return
    words = {word for _, labels in labelled for pair in labels.items() for word in pair}
    for service in release.manifests:
        if service.identity[:2] == SERVICE and _may_select(service, words) and release.is_ordinary(service):
            for hook, labels in labelled:
                if _selects(service, labels) and _has_port(service, hook):
                    message = f"{service} sends traffic to the pod of {hook}, which has all labels that it asks for"
                    there = Related(f"{service} stands here", service.place())
                    yield Finding(ID, SEVERITY, hook, message, HINT, "stands here", hook.place(), (there,))


def _meets(release: Release, hook: Manifest) -> bool:
    """Whether any Service is there when it runs; after the deletion there is none."""
    return any(word not in AFTER.values() for word in release.meaning(hook).words)


def _may_select(service: Manifest, words: set[str]) -> bool:
    """By its text alone, where that is plain: most Services ask for other labels and need no parsing."""
    block = re.search(BLOCK, service.document.text)
    return block is None or {token.rstrip(":") for token in tokens(block[1])} <= words


def _selects(service: Manifest, labels: dict[str, str]) -> bool:
    wanted = nodes.entries(nodes.at(service.root, "spec", "selector"))
    return bool(wanted) and all(labels.get(key) == nodes.text(value) for key, (_, value) in wanted.items())


def _has_port(service: Manifest, hook: Manifest) -> bool:
    """A port by number is there in every pod, one by name only where a container declares it."""
    declared = [nodes.lookup(p, "name") for c in containers(hook) for p in nodes.items(nodes.lookup(c, "ports"))]
    names = {nodes.text(name) for name in declared}
    ports = nodes.items(nodes.at(service.root, "spec", "ports"))
    targets = [nodes.text(nodes.lookup(port, "targetPort")) or "0" for port in ports]
    return not ports or any(target.isdigit() or target in names for target in targets)
