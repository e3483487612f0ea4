"""A container that never ends keeps its Job from ending.

Why: a Job is done when all containers of its pod are. A proxy that a mesh injects, an agent or a database proxy beside
the migration goes on, and the sync waits for it for ever, or Helm until its time-out. What starts as a native sidecar
(an init container with `restartPolicy: Always`) ends with the pod.

Finds: |
  apiVersion: batch/v1
  kind: Job
  metadata: {name: migrate, annotations: {argocd.argoproj.io/hook: PreSync}}
  spec: {template: {spec: {containers: [{name: m}, {name: proxy, image: cloud-sql-connectors/cloud-sql-proxy:2}]}}}
Accepts: |
  apiVersion: batch/v1
  kind: Job
  metadata: {name: migrate, annotations: {argocd.argoproj.io/hook: PreSync}}
  spec:
    template:
      spec:
        initContainers: [{name: proxy, image: cloud-sql-connectors/cloud-sql-proxy:2, restartPolicy: Always}]
        containers: [{name: m}]
Source: kubernetes issue 25908 (closed by native sidecars, Kubernetes 1.29); istio issue 6324
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from postrenderer import nodes
from postrenderer.findings import Finding, Severity
from postrenderer.manifest import Manifest
from postrenderer.pods import containers, pod_annotations, pod_labels, words_of
from postrenderer.release import Release
from postrenderer.settings import Settings

ID = "never-ending-sidecar"
SEVERITY = Severity.WARNING
JOB = ("batch", "Job")


class Injector(NamedTuple):
    """What asks for a sidecar in a pod, what asks for it in a whole namespace, and what ends it with the pod."""

    name: str
    pod: tuple[str, str]  # label or annotation, and values
    namespace: tuple[str, str] = ("", "")
    ends: tuple[str, str] = ("", "")


INJECTORS = (
    Injector("Istio's proxy", ("sidecar.istio.io/inject", "true"), ("istio-injection", "enabled")),
    Injector(
        "Linkerd's proxy",
        ("linkerd.io/inject", "enabled|ingress"),
        ("linkerd.io/inject", "enabled|ingress"),
        ("config.alpha.linkerd.io/proxy-enable-native-sidecar|config.linkerd.io/proxy-enable-native-sidecar", "true"),
    ),
    Injector(
        "Vault's agent",
        ("vault.hashicorp.com/agent-inject", "true"),
        ends=("vault.hashicorp.com/agent-pre-populate-only", "true"),
    ),
)
DAEMONS = re.compile(
    r"(?:^|/)(?:cloud-sql-proxy|gce-proxy|cloudsql-proxy|istio-proxyv2|proxyv2|envoy|pgbouncer)(?:[:@]|$)"
)
ENDED = re.compile(r"quitquitquit|linkerd-await|pkill|killall|/shutdown|quit-on|exit-on")  # somebody ends it


def find(release: Release, settings: Settings) -> Iterator[Finding]:
    for job in release.workloads:
        listed = containers(job)
        if job.identity[:2] != JOB or any(_ends_another(container) for container in listed):
            continue
        kept = [f"its container {name}" for name in _daemons(listed)] if len(listed) > 1 else []
        for sidecar in (*kept, *_injected(release, job)):
            message = f"{job} is a hook that does not end before {sidecar} does"
            hint = "Make it a native sidecar, leave it out of this pod, or let the migration end it."
            yield Finding(ID, SEVERITY, job, message, hint, "stands here")


def _daemons(listed: list[nodes.Node]) -> Iterator[str]:
    for container in listed:
        if DAEMONS.search(nodes.text(nodes.lookup(container, "image")) or ""):
            yield nodes.text(nodes.lookup(container, "name")) or "?"


def _ends_another(container: nodes.Node) -> bool:
    return any(ENDED.search(nodes.text(word) or "") for word in words_of(container))


def _injected(release: Release, job: Manifest) -> Iterator[str]:
    for injector in INJECTORS:
        written = job.document.text
        asked = [key in written and _said(job, key) for key in injector.pod[0].split("|")]
        wanted = any(value and value in injector.pod[1].split("|") for value in asked)
        everywhere = not any(asked) and injector.namespace[0] and _is_asked_of_namespace(release, job, injector)
        if (wanted or everywhere) and not any(_said(job, key) == "true" for key in injector.ends[0].split("|")):
            yield injector.name


def _said(job: Manifest, key: str) -> str:
    return pod_labels(job).get(key) or pod_annotations(job).get(key, "")


def _is_asked_of_namespace(release: Release, job: Manifest, injector: Injector) -> bool:
    key, values = injector.namespace
    for namespace in release.named(("", "Namespace"), job.identity.namespace or release.namespace, ""):
        said = namespace.labels.get(key) or namespace.annotations.get(key, "")
        if said in values.split("|"):
            return True
    return False
