"""Which fields of which kinds hold another object's name: tables, and one walk.

Sources: Kubernetes 1.37 API types (core/v1, rbac/v1, networking/v1); kustomize's nameReference table is a part of
these (tests/upstream). A path is written `a.b.[].c`: `[]` is each item of a list.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from postrenderer import nodes
from postrenderer.edits import Steps
from postrenderer.manifest import Manifest
from postrenderer.nodes import Node

Kind = tuple[str, str]  # group, kind

SECRET = ("", "Secret")
CONFIG_MAP = ("", "ConfigMap")
SERVICE_ACCOUNT = ("", "ServiceAccount")
CLAIM = ("", "PersistentVolumeClaim")
PRIORITY_CLASS = ("scheduling.k8s.io", "PriorityClass")
RUNTIME_CLASS = ("node.k8s.io", "RuntimeClass")
PROVIDER_CLASS = ("secrets-store.csi.x-k8s.io", "SecretProviderClass")
ROLE = ("rbac.authorization.k8s.io", "Role")
CLUSTER_ROLE = ("rbac.authorization.k8s.io", "ClusterRole")
ROLE_BINDING = ("rbac.authorization.k8s.io", "RoleBinding")
CLUSTER_ROLE_BINDING = ("rbac.authorization.k8s.io", "ClusterRoleBinding")
INGRESS = ("networking.k8s.io", "Ingress")
NAMESPACE = ("", "Namespace")
CUSTOM_RESOURCE_DEFINITION = ("apiextensions.k8s.io", "CustomResourceDefinition")
RESOURCE_CLAIM = ("resource.k8s.io", "ResourceClaim")
RESOURCE_CLAIM_TEMPLATE = ("resource.k8s.io", "ResourceClaimTemplate")

BINDINGS = (ROLE_BINDING, CLUSTER_ROLE_BINDING)
CLUSTER_SCOPED = frozenset((PRIORITY_CLASS, RUNTIME_CLASS, CLUSTER_ROLE, CLUSTER_ROLE_BINDING))

POD_SPECS: dict[Kind, str] = {
    ("", "Pod"): "spec",
    ("", "PodTemplate"): "template.spec",
    ("", "ReplicationController"): "spec.template.spec",
    ("apps", "DaemonSet"): "spec.template.spec",
    ("apps", "Deployment"): "spec.template.spec",
    ("apps", "ReplicaSet"): "spec.template.spec",
    ("apps", "StatefulSet"): "spec.template.spec",
    ("batch", "CronJob"): "spec.jobTemplate.spec.template.spec",
    ("batch", "Job"): "spec.template.spec",
    ("argoproj.io", "Rollout"): "spec.template.spec",
}

CONTAINERS = ("containers", "initContainers", "ephemeralContainers")
_DRIVERS = ("cephfs", "cinder", "flexVolume", "rbd", "scaleIO", "iscsi", "storageos")  # in-tree, some long gone
IN_POD_SPEC: tuple[tuple[Kind, str], ...] = (
    *((SECRET, f"{listed}.[].env.[].valueFrom.secretKeyRef.name") for listed in CONTAINERS),
    *((SECRET, f"{listed}.[].envFrom.[].secretRef.name") for listed in CONTAINERS),
    (SECRET, "volumes.[].secret.secretName"),
    (SECRET, "volumes.[].projected.sources.[].secret.name"),
    (SECRET, "imagePullSecrets.[].name"),
    (SECRET, "volumes.[].azureFile.secretName"),
    *((SECRET, f"volumes.[].{driver}.secretRef.name") for driver in _DRIVERS),
    (SECRET, "volumes.[].csi.nodePublishSecretRef.name"),
    *((CONFIG_MAP, f"{listed}.[].env.[].valueFrom.configMapKeyRef.name") for listed in CONTAINERS),
    *((CONFIG_MAP, f"{listed}.[].envFrom.[].configMapRef.name") for listed in CONTAINERS),
    (CONFIG_MAP, "volumes.[].configMap.name"),
    (CONFIG_MAP, "volumes.[].projected.sources.[].configMap.name"),
    (SERVICE_ACCOUNT, "serviceAccountName"),
    (SERVICE_ACCOUNT, "serviceAccount"),  # deprecated alias; the API server refuses two that differ
    (CLAIM, "volumes.[].persistentVolumeClaim.claimName"),
    (CLAIM, "volumes.[].ephemeral.volumeClaimTemplate.spec.dataSource.name"),
    (CLAIM, "volumes.[].ephemeral.volumeClaimTemplate.spec.dataSourceRef.name"),
    (PROVIDER_CLASS, "volumes.[].csi.volumeAttributes.secretProviderClass"),
    (PRIORITY_CLASS, "priorityClassName"),
    (RUNTIME_CLASS, "runtimeClassName"),
    (RESOURCE_CLAIM, "resourceClaims.[].resourceClaimName"),
    (RESOURCE_CLAIM_TEMPLATE, "resourceClaims.[].resourceClaimTemplateName"),
)

ELSEWHERE: dict[Kind, tuple[tuple[Kind, str], ...]] = {
    SERVICE_ACCOUNT: ((SECRET, "secrets.[].name"), (SECRET, "imagePullSecrets.[].name")),
    INGRESS: ((SECRET, "spec.tls.[].secretName"),),
    ROLE_BINDING: ((ROLE, "roleRef.name"),),  # or a ClusterRole: roleRef.kind says which
    CLUSTER_ROLE_BINDING: ((CLUSTER_ROLE, "roleRef.name"),),
}

# Annotations of an Ingress that hold a name, or `namespace/name`; seen, never rewritten.
INGRESS_ANNOTATIONS: tuple[tuple[Kind, str], ...] = (
    *((SECRET, f"nginx.ingress.kubernetes.io/{key}") for key in ("auth-secret", "auth-tls-secret", "proxy-ssl-secret")),
    *((CONFIG_MAP, f"nginx.ingress.kubernetes.io/{key}") for key in ("auth-proxy-set-headers", "custom-headers")),
    (CONFIG_MAP, "nginx.ingress.kubernetes.io/fastcgi-params-configmap"),
    (SECRET, "ingress.kubernetes.io/auth-secret"),
)

# Kinds that never name another object we follow, however much text they hold.
_IN_GROUPS = (
    CUSTOM_RESOURCE_DEFINITION,
    ("monitoring.coreos.com", "PrometheusRule"),
    ("networking.k8s.io", "NetworkPolicy"),
    ("policy", "PodDisruptionBudget"),
)
NEVER_REFER = frozenset((CONFIG_MAP, SECRET, ROLE, CLUSTER_ROLE, NAMESPACE, ("", "Service"), *_IN_GROUPS))

# Shapes that hold a name in most custom resources; seen, never rewritten (counted over 4,235 public CRD schemas).
SHAPES: tuple[tuple[Kind, re.Pattern[str], str], ...] = (
    (SECRET, re.compile(r"(?:.*[sS]ecretKeyRef|.*[sS]ecretRef|secret|.*Secret)\Z"), "name"),
    (SECRET, re.compile(r"(?:secretName|.*SecretName|credentialName|existingSecret)\Z"), ""),
    (CONFIG_MAP, re.compile(r"(?:.*[cC]onfigMapKeyRef|.*[cC]onfigMapRef|configMap)\Z"), "name"),
    (CONFIG_MAP, re.compile(r"(?:configMapName|.*ConfigMapName)\Z"), ""),
    (SERVICE_ACCOUNT, re.compile(r"(?:serviceAccountName|serviceAccount)\Z"), ""),
    (SERVICE_ACCOUNT, re.compile(r"serviceAccountRef\Z"), "name"),
)


class Reference(NamedTuple):
    """A name in one manifest that stands for another object of the same namespace."""

    target: Kind
    name: str
    steps: Steps  # from the reader's root to the scalar
    node: Node
    written_here: bool  # False behind an alias or a merge: not ours to edit
    verified: bool = True  # False where only the field's shape says that it is a name
    optional: bool = False  # the pod starts without it


def references(manifest: Manifest) -> list[Reference]:
    """Every name the manifest holds of a Secret, ConfigMap, ServiceAccount and the like, in the text's order."""
    kind = manifest.identity[:2]
    if kind in NEVER_REFER:
        return []
    found = list(_at_known_places(manifest, kind))
    if kind not in POD_SPECS and kind not in ELSEWHERE:
        found += _anywhere(manifest.root, found)
    if "&" in manifest.document.text:
        found = [reference._replace(written_here=_is_used_once(manifest, reference)) for reference in found]
    return sorted(found, key=lambda reference: nodes.start(reference.node))


def _is_used_once(manifest: Manifest, reference: Reference) -> bool:
    """Whether neither the name nor anything it stands in is anchored for use elsewhere."""
    text = manifest.document.text
    passed = (nodes.step(manifest.root, reference.steps[:depth]) for depth in range(1, len(reference.steps) + 1))
    return reference.written_here and not any(nodes.is_anchored(node, text) for node in passed)


def subjects(binding: Manifest) -> Iterator[tuple[int, str, str]]:
    """Number, namespace and name of each ServiceAccount subject."""
    for number, subject in enumerate(nodes.items(nodes.lookup(binding.root, "subjects"))):
        name = nodes.text(nodes.lookup(subject, "name"))
        if name and nodes.text(nodes.lookup(subject, "kind")) == "ServiceAccount":
            yield number, nodes.text(nodes.lookup(subject, "namespace")) or "", name


def are_subjects_written(binding: Manifest) -> bool:
    """Whether the list of subjects stands in the binding itself, free of anchors and aliases."""
    pair = nodes.find(binding.root, "subjects")
    if pair is None or not nodes.is_written(binding.root, *pair):
        return False
    text = binding.document.text
    return not any(mark in text[nodes.start(pair[1]) : nodes.end(pair[1])] for mark in ("&", "*"))


def walk(node: Node | None, path: str) -> Iterator[tuple[Node, Steps, bool]]:
    """Scalars at a path: the node, the steps to it, and whether no alias or merge was passed on the way."""
    yield from _walk(node, path.split("."), (), True)


def _walk(node: Node | None, keys: list[str], steps: Steps, here: bool) -> Iterator[tuple[Node, Steps, bool]]:
    if node is None:
        return
    if not keys:
        if nodes.text(node):
            yield node, steps, here
    elif keys[0] == "[]":
        for number, item, written in nodes.held(node) if nodes.is_sequence(node) else ():
            yield from _walk(item, keys[1:], (*steps, number), here and written)
    elif (pair := nodes.find(node, keys[0])) is not None:
        yield from _walk(pair[1], keys[1:], (*steps, keys[0]), here and nodes.is_written(node, *pair))


def _at_known_places(manifest: Manifest, kind: Kind) -> Iterator[Reference]:
    for target, path in ELSEWHERE.get(kind, ()):
        for node, steps, here in walk(manifest.root, path):
            if kind == ROLE_BINDING and nodes.text(nodes.at(manifest.root, "roleRef", "kind")) == "ClusterRole":
                target = CLUSTER_ROLE
            yield Reference(target, node.value, steps, node, here)
    if kind == INGRESS:
        yield from _in_annotations(manifest)
    if kind in POD_SPECS:
        yield from _in_pod_spec(manifest.root, POD_SPECS[kind] + ".", (), True)


def _in_annotations(manifest: Manifest) -> Iterator[Reference]:
    held = nodes.entries(nodes.at(manifest.root, "metadata", "annotations"))
    for target, key in INGRESS_ANNOTATIONS:
        space, _, name = ((nodes.text(held[key][1]) if key in held else "") or "").rpartition("/")
        if name and (not space or manifest.identity.namespace in ("", space)):
            yield Reference(target, name, ("metadata", "annotations", key), held[key][1], written_here=False)


def _in_pod_spec(node: Node | None, prefix: str, steps: Steps, here: bool) -> Iterator[Reference]:
    for target, path in IN_POD_SPEC:
        for name, below, written in walk(node, prefix + path):
            found = Reference(target, name.value, (*steps, *below), name, here and written)
            yield found._replace(optional=True) if _is_optional(node, prefix + path, below) else found


def _is_optional(node: Node, path: str, below: Steps) -> bool:
    """Whether `optional: true` stands beside the name, in the kinds of field that have it."""
    if "Ref." not in path and not path.endswith((".secretName", "onfigMap.name", ".secret.name")):
        return False
    return nodes.text(nodes.lookup(nodes.step(node, below[:-1]), "optional")) == "true"


def _anywhere(root: Node, known: list[Reference]) -> Iterator[Reference]:
    """In a kind without a row: pod specs wherever they stand, and fields that look like names."""
    seen = {id(reference.node) for reference in known}
    for node, steps, here in _everywhere(root):
        listed = list(_in_pod_spec(node, "", steps, here)) if _is_pod_spec(node) else []
        for key, value, written in nodes.held(node):
            named = _shaped(str(key), value)
            listed += [Reference(target, n.value, (*steps, key), n, here and written, False) for target, n in named]
        for reference in listed:
            if id(reference.node) not in seen:
                seen.add(id(reference.node))
                yield reference


def _everywhere(root: Node) -> Iterator[tuple[Node, Steps, bool]]:
    """Every collection once, whatever aliases repeat it."""
    waiting: list[tuple[Node, Steps, bool]] = [(root, (), True)]
    visited: set[int] = set()
    while waiting:
        node, steps, here = waiting.pop()
        if id(node) not in visited:
            visited.add(id(node))
            yield node, steps, here
            waiting += [(child, (*steps, step), here and written) for step, child, written in nodes.held(node)]


def _is_pod_spec(node: Node) -> bool:
    listed = nodes.items(nodes.lookup(node, "containers")) if nodes.is_mapping(node) else []
    return any(nodes.lookup(item, "name") is not None or nodes.lookup(item, "image") is not None for item in listed)


def _shaped(key: str, value: Node) -> Iterator[tuple[Kind, Node]]:
    for target, pattern, below in SHAPES:
        name = nodes.lookup(value, below) if below else value
        if name is not None and nodes.text(name) and pattern.match(key):
            yield target, name
