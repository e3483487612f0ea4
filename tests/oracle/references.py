"""Whose names an object holds: reference/name-references.md §1 (where pod specs are) and §2 (what they name)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from .objects import CLUSTER_SCOPED, Resource

if TYPE_CHECKING:
    from collections.abc import Iterator

TEMPLATE = ("spec", "template", "spec")
POD_SPEC_PATHS = {
    ("", "Pod"): ("spec",),
    ("", "PodTemplate"): ("template", "spec"),
    ("", "ReplicationController"): TEMPLATE,
    ("apps", "Deployment"): TEMPLATE,
    ("apps", "ReplicaSet"): TEMPLATE,
    ("apps", "StatefulSet"): TEMPLATE,
    ("apps", "DaemonSet"): TEMPLATE,
    ("batch", "Job"): TEMPLATE,
    ("batch", "CronJob"): ("spec", "jobTemplate", *TEMPLATE),
}
LEGACY_VOLUMES = ("cephfs", "cinder", "flexVolume", "rbd", "scaleIO", "iscsi", "storageos")

# A path is read key by key; a list on the way means each of its items.
Table = dict[tuple[str, ...], str]
ENVIRONMENT: Table = {
    ("env", "valueFrom", "secretKeyRef", "name"): "Secret",
    ("env", "valueFrom", "configMapKeyRef", "name"): "ConfigMap",
    ("envFrom", "secretRef", "name"): "Secret",
    ("envFrom", "configMapRef", "name"): "ConfigMap",
}
POD_SPEC_REFERENCES: Table = {
    **{
        (containers, *path): kind
        for containers in ("containers", "initContainers", "ephemeralContainers")
        for path, kind in ENVIRONMENT.items()
    },
    ("volumes", "secret", "secretName"): "Secret",
    ("volumes", "configMap", "name"): "ConfigMap",
    ("volumes", "projected", "sources", "secret", "name"): "Secret",
    ("volumes", "projected", "sources", "configMap", "name"): "ConfigMap",
    ("volumes", "azureFile", "secretName"): "Secret",
    **{("volumes", driver, "secretRef", "name"): "Secret" for driver in LEGACY_VOLUMES},
    ("volumes", "csi", "nodePublishSecretRef", "name"): "Secret",
    ("volumes", "csi", "volumeAttributes", "secretProviderClass"): "SecretProviderClass",
    ("volumes", "persistentVolumeClaim", "claimName"): "PersistentVolumeClaim",
    ("volumes", "ephemeral", "volumeClaimTemplate", "spec", "dataSource", "name"): "PersistentVolumeClaim",
    ("volumes", "ephemeral", "volumeClaimTemplate", "spec", "dataSourceRef", "name"): "PersistentVolumeClaim",
    ("imagePullSecrets", "name"): "Secret",
    ("serviceAccountName",): "ServiceAccount",
    ("serviceAccount",): "ServiceAccount",
    ("priorityClassName",): "PriorityClass",
    ("runtimeClassName",): "RuntimeClass",
    ("resourceClaims", "resourceClaimName"): "ResourceClaim",
    ("resourceClaims", "resourceClaimTemplateName"): "ResourceClaimTemplate",
}
SERVICE_ACCOUNT_REFERENCES: Table = {("imagePullSecrets", "name"): "Secret", ("secrets", "name"): "Secret"}

# name-references.md §4: where a custom resource says which Secret it makes; its own name where it does not say.
MADE_SECRETS = {
    "ExternalSecret": (("spec", "target", "name"),),
    "ClusterExternalSecret": (("spec", "externalSecretSpec", "target", "name"), ("spec", "externalSecretName")),
    "SealedSecret": (),
    "Certificate": (("spec", "secretName"),),
    "SecretProviderClass": (("spec", "secretObjects", "secretName"),),
    "VaultStaticSecret": (("spec", "destination", "name"),),
    "VaultDynamicSecret": (("spec", "destination", "name"),),
    "VaultPKISecret": (("spec", "destination", "name"),),
    "DopplerSecret": (("spec", "managedSecret", "name"),),
    "InfisicalSecret": (
        ("spec", "managedSecretReference", "secretName"),
        ("spec", "managedKubeSecretReferences", "secretName"),
    ),
    "BitwardenSecret": (("spec", "secretName"),),
    "OnePasswordItem": (),
}
MAKES_NOTHING = ("Merge", "None")  # creation policies of External Secrets
MADE_WHILE_MOUNTED = ("SecretProviderClass",)

DATABASE_SECRETS = {
    ("postgresql.cnpg.io", "Cluster"): ("-app", "-superuser", "-ca", "-server", "-replication"),
    ("postgres-operator.crunchydata.com", "PostgresCluster"): ("-pguser-",),
}

GROUPS = {
    "PriorityClass": "scheduling.k8s.io",
    "RuntimeClass": "node.k8s.io",
    "ResourceClaim": "resource.k8s.io",
    "ResourceClaimTemplate": "resource.k8s.io",
    "Role": "rbac.authorization.k8s.io",
    "ClusterRole": "rbac.authorization.k8s.io",
    "SecretProviderClass": "secrets-store.csi.x-k8s.io",
}


class Target(NamedTuple):
    """The identity that a reference asks for."""

    group: str
    kind: str
    namespace: str
    name: str


def target(kind: str, name: str, namespace: str) -> Target:
    return Target(GROUPS.get(kind, ""), kind, "" if kind in CLUSTER_SCOPED else namespace, name)


def pod_specs(resource: Resource) -> Iterator[dict[str, Any]]:
    path = POD_SPEC_PATHS.get((resource.key.group, resource.key.kind))
    if path:
        yield from (spec for spec in at(resource.body, path) if isinstance(spec, dict))
    elif resource.key.kind != "CustomResourceDefinition":
        yield from pod_shapes(resource.body)


def pod_shapes(value: Any) -> Iterator[dict[str, Any]]:
    """In kinds we do not know: every mapping with a `containers` list."""
    if isinstance(value, dict):
        containers = value.get("containers")
        if isinstance(containers, list) and any(isinstance(item, dict) for item in containers):
            yield value
        for inner in value.values():
            yield from pod_shapes(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from pod_shapes(inner)


def is_workload(resource: Resource) -> bool:
    return any(True for _ in pod_specs(resource))


def workload_targets(resource: Resource) -> set[Target]:
    found = (pair for spec in pod_specs(resource) for pair in names(spec, POD_SPEC_REFERENCES))
    return {target(kind, name, resource.key.namespace) for kind, name in found}


def account_targets(account: Resource) -> set[Target]:
    found = names(account.body, SERVICE_ACCOUNT_REFERENCES)
    return {target(kind, name, account.key.namespace) for kind, name in found}


def makes_secret(resource: Resource, name: str) -> bool:
    group_and_kind = (resource.key.group, resource.key.kind)
    endings = DATABASE_SECRETS.get(group_and_kind, ())
    prefixes = tuple(resource.key.name + ending for ending in endings if ending.endswith("-"))
    of_database = name in {resource.key.name + ending for ending in endings} or name.startswith(prefixes)
    return of_database if endings else name in made_secrets(resource)


def made_secrets(resource: Resource) -> set[str]:
    paths = MADE_SECRETS.get(resource.key.kind)
    policies = set(at(resource.body, ("spec", "target", "creationPolicy")))
    if paths is None or policies & set(MAKES_NOTHING):
        return set()
    for path in paths:
        if found := {name for name in at(resource.body, path) if isinstance(name, str) and name}:
            return found
    return {resource.key.name} if resource.key.kind not in MADE_WHILE_MOUNTED else set()


def names(value: Any, table: Table) -> Iterator[tuple[str, str]]:
    for path, kind in table.items():
        yield from ((kind, name) for name in at(value, path) if isinstance(name, str) and name)


def at(value: Any, path: tuple[str, ...]) -> Iterator[Any]:
    if isinstance(value, list):
        for item in value:
            yield from at(item, path)
    elif not path:
        yield value
    elif isinstance(value, dict):
        yield from at(value.get(path[0]), path[1:])
