"""Which fields of Kubernetes' own kinds hold another object's name: tables.

Sources: Kubernetes 1.37 API types (core/v1, rbac/v1, networking/v1, storage/v1); kustomize's nameReference table is a
part of these (tests/upstream). `paths` tells how a path is written.
"""

from collections.abc import Iterator, Mapping
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
SECRET_STORE = ("external-secrets.io", "SecretStore")
CLUSTER_SECRET_STORE = ("external-secrets.io", "ClusterSecretStore")
VAULT_AUTH = ("secrets.hashicorp.com", "VaultAuth")
VAULT_AUTH_GLOBAL = ("secrets.hashicorp.com", "VaultAuthGlobal")
VAULT_CONNECTION = ("secrets.hashicorp.com", "VaultConnection")
WORKFLOW_TEMPLATE = ("argoproj.io", "WorkflowTemplate")
CLUSTER_WORKFLOW_TEMPLATE = ("argoproj.io", "ClusterWorkflowTemplate")
NO_KIND = ("", "")  # of a field that looks like a name and is none, or names what its own controller makes

BINDINGS = (ROLE_BINDING, CLUSTER_ROLE_BINDING)
CLUSTER_SCOPED = frozenset(
    (
        PRIORITY_CLASS,
        RUNTIME_CLASS,
        CLUSTER_ROLE,
        CLUSTER_ROLE_BINDING,
        CLUSTER_SECRET_STORE,
        CLUSTER_WORKFLOW_TEMPLATE,
        ("external-secrets.io", "ClusterExternalSecret"),
    )
)

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


class Field(NamedTuple):
    """A place that holds the name of an object of a kind; in text, `pattern` tells which part of it is the name."""

    target: Kind
    path: str
    pattern: str = ""


Fields = Mapping[Kind, tuple[Field, ...]]
WITH_NAMESPACE = "{namespace}/{name}"  # the pattern of a whole value in which the namespace may be left out

_IN_INGRESS = (
    (SECRET, ("ingress.kubernetes.io/auth-secret", "nginx.ingress.kubernetes.io/auth-secret")),
    (SECRET, ("nginx.ingress.kubernetes.io/auth-tls-secret", "nginx.ingress.kubernetes.io/proxy-ssl-secret")),
    (CONFIG_MAP, ("nginx.ingress.kubernetes.io/auth-proxy-set-headers", "nginx.ingress.kubernetes.io/custom-headers")),
    (CONFIG_MAP, ("nginx.ingress.kubernetes.io/fastcgi-params-configmap",)),
)
ELSEWHERE: dict[Kind, tuple[Field, ...]] = {
    SERVICE_ACCOUNT: (Field(SECRET, "secrets.[].name"), Field(SECRET, "imagePullSecrets.[].name")),
    INGRESS: (
        Field(SECRET, "spec.tls.[].secretName"),
        *(Field(kind, f"metadata.annotations.[{key}]", WITH_NAMESPACE) for kind, keys in _IN_INGRESS for key in keys),
    ),
    ("storage.k8s.io", "StorageClass"): tuple(
        Field(SECRET, f"parameters.{key}") for key in ("secretName", "adminSecretName", "userSecretName", "secretRef")
    ),
    ("", "PersistentVolume"): (Field(SECRET, "spec.azureFile.secretName"),),
    ROLE_BINDING: (Field(ROLE, "roleRef.name"),),
    CLUSTER_ROLE_BINDING: (Field(CLUSTER_ROLE, "roleRef.name"),),
}

# A value beside the name that tells another kind than the table's.
VARIANTS: dict[Kind, tuple[str, str, Kind]] = {
    SECRET: ("type", "ConfigMap", CONFIG_MAP),  # External Secrets' caProvider
    ROLE: ("kind", "ClusterRole", CLUSTER_ROLE),
    SECRET_STORE: ("kind", "ClusterSecretStore", CLUSTER_SECRET_STORE),
    WORKFLOW_TEMPLATE: ("clusterScope", "true", CLUSTER_WORKFLOW_TEMPLATE),
}
# A value beside the name that tells the namespace.
NAMESPACE_KEYS = ("namespace", "secretNamespace", "configMapNamespace")

# Kinds that never name another object we follow, however much text they hold.
NEVER_REFER = frozenset(
    (
        CONFIG_MAP,
        SECRET,
        ROLE,
        CLUSTER_ROLE,
        NAMESPACE,
        ("", "Service"),
        CUSTOM_RESOURCE_DEFINITION,
        ("monitoring.coreos.com", "PrometheusRule"),
        ("networking.k8s.io", "NetworkPolicy"),
        ("policy", "PodDisruptionBudget"),
    )
)


class Reference(NamedTuple):
    """A name in one manifest that stands for another object."""

    target: Kind
    name: str
    steps: Steps  # from the reader's root to the scalar
    node: Node
    written_here: bool  # False behind an alias or a merge: not ours to edit
    verified: bool = True  # False where only the field's shape says that it is a name
    optional: bool = False  # the pod starts without it
    namespace: str = ""  # the one written beside the name; else the reader's own
    before: str = ""  # where the scalar holds more than the name: the text on its two sides
    after: str = ""


def namespace_in(beside: Node) -> str:
    """The namespace that the mapping which holds a name gives for it."""
    return next((said for key in NAMESPACE_KEYS if (said := nodes.text(nodes.lookup(beside, key)))), "")


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
