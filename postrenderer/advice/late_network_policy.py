"""The network policy of a hook's pod must be there before it.

Why: a NetworkPolicy that is an ordinary object comes with Sync. Where the namespace lets nothing through by default,
the first migration cannot reach its database, and waits or fails for a rule that only its own success would bring.

Finds: |
  apiVersion: networking.k8s.io/v1
  kind: NetworkPolicy
  metadata: {name: migrate}
  spec: {podSelector: {matchLabels: {app: migrate}}, egress: [{ports: [{port: 5432}]}]}
  ---
  apiVersion: batch/v1
  kind: Job
  metadata: {name: migrate, annotations: {argocd.argoproj.io/hook: PreSync}}
  spec: {template: {metadata: {labels: {app: migrate}}, spec: {containers: [{name: m}]}}}
Accepts: |
  apiVersion: networking.k8s.io/v1
  kind: NetworkPolicy
  metadata: {name: migrate, annotations: {argocd.argoproj.io/hook: PreSync, argocd.argoproj.io/sync-wave: "-1"}}
  spec: {podSelector: {matchLabels: {app: migrate}}, egress: [{ports: [{port: 5432}]}]}
  ---
  apiVersion: batch/v1
  kind: Job
  metadata: {name: migrate, annotations: {argocd.argoproj.io/hook: PreSync}}
  spec: {template: {metadata: {labels: {app: migrate}}, spec: {containers: [{name: m}]}}}
Source: Kubernetes 1.37 networking/v1 NetworkPolicySpec; Argo CD 3.6.1 gitops-engine/pkg/sync/sync_tasks.go
"""

from collections.abc import Iterator

from postrenderer import nodes
from postrenderer.findings import Finding, Related, Severity
from postrenderer.manifest import Manifest
from postrenderer.order import is_in_time
from postrenderer.pods import pod_labels, selects
from postrenderer.references import POD_SPECS
from postrenderer.release import Release
from postrenderer.settings import Settings

ID = "late-network-policy"
SEVERITY = Severity.WARNING
NETWORK_POLICY = ("networking.k8s.io", "NetworkPolicy")


def find(release: Release, settings: Settings) -> Iterator[Finding]:
    early = [hook for hook in release.workloads if release.runs_early(hook) and pod_labels(hook)]
    if not early:
        return
    for policy in release.manifests:
        if policy.identity[:2] == NETWORK_POLICY and (chosen := _chosen(release, policy, early)):
            hook = chosen[0]
            message = f"{policy} is for the pod of {hook}, and comes only after it"
            hint = "Make it a hook of the same phase in an earlier wave."
            there = Related(f"{hook} stands here", hook.place())
            yield Finding(ID, SEVERITY, policy, message, hint, "stands here", policy.place(), (there,))


def _chosen(release: Release, policy: Manifest, early: list[Manifest]) -> list[Manifest]:
    """Hooks that the policy allows something and comes after; none if it is for pods of the application too."""
    spec = nodes.lookup(policy.root, "spec")
    if not any(nodes.items(nodes.lookup(spec, way)) for way in ("egress", "ingress")):
        return []
    selector = nodes.lookup(spec, "podSelector")
    late = [hook for hook in early if selects(selector, pod_labels(hook)) and not is_in_time(release, policy, hook)]
    for other in release.manifests if late else ():
        if other.identity[:2] in POD_SPECS and release.is_ordinary(other) and selects(selector, pod_labels(other)):
            return []
    return late
