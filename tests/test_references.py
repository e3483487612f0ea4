"""Every row of the tables is proven by an object that holds a name there and nowhere else."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from postrenderer import nodes
from postrenderer.names import references
from postrenderer.paths import keys_of
from postrenderer.references import (
    CLAIM,
    CLUSTER_ROLE,
    CLUSTER_SCOPED,
    CLUSTER_WORKFLOW_TEMPLATE,
    CONFIG_MAP,
    ELSEWHERE,
    IN_POD_SPEC,
    NEVER_REFER,
    NO_KIND,
    POD_SPECS,
    ROLE,
    SECRET,
    SERVICE_ACCOUNT,
    VARIANTS,
    WITH_NAMESPACE,
    WORKFLOW_TEMPLATE,
    Field,
    Reference,
    subjects,
)
from postrenderer.tables import BUILT_IN

from . import given
from .given import PRE_SYNC, binding, config_map, job, one, reads, secret, thing

if TYPE_CHECKING:
    from postrenderer.manifest import Manifest

NAMED = "the-name"
Kind = tuple[str, str]


def nested(path: str | tuple[str, ...], leaf: Any = NAMED) -> Any:
    """The smallest data in which the path leads to the leaf."""
    key, *rest = keys_of(path) if isinstance(path, str) else path
    below = nested(tuple(rest), leaf) if rest else leaf
    return [below] if key == "[]" else {"any" if key == "*" else key: below}


def references_of(manifest: Manifest) -> list[Reference]:
    return references(manifest, BUILT_IN.fields)


def object_of(kind: Kind, data: dict[str, Any]) -> str:
    metadata = {"name": "holder"} | data.pop("metadata", {})
    return json.dumps(
        {"apiVersion": f"{kind[0]}/v1" if kind[0] else "v1", "kind": kind[1], "metadata": metadata} | data
    )


def found(text: str) -> list[tuple[Kind, str]]:
    return [(reference.target, reference.name) for reference in references_of(one(text))]


POD_ROWS = [
    pytest.param(kind, spec, target, path, id=f"{kind[1]}-{target[1]}-{path}")
    for kind, spec in POD_SPECS.items()
    for target, path in IN_POD_SPEC
]


@pytest.mark.parametrize(("kind", "spec", "target", "path"), POD_ROWS)
def test_a_name_in_a_pod_spec_is_found(kind: Kind, spec: str, target: Kind, path: str) -> None:
    manifest = one(object_of(kind, nested(f"{spec}.{path}")))
    (reference,) = references_of(manifest)
    assert (reference.target, reference.name) == (target, NAMED)
    assert reference.verified
    assert reference.written_here
    assert nodes.step(manifest.root, reference.steps) is reference.node


LIKE_A_WORKFLOW = (WORKFLOW_TEMPLATE, CLUSTER_WORKFLOW_TEMPLATE)
OTHER_ROWS = [
    pytest.param(kind, row, id=f"{kind[1]}-{row.path}")
    for kind, rows in BUILT_IN.fields.items()
    for row in rows
    if row.target != NO_KIND and kind not in LIKE_A_WORKFLOW
]


def test_templates_of_workflows_have_the_same_fields() -> None:
    workflow = BUILT_IN.fields["argoproj.io", "Workflow"]
    assert [BUILT_IN.fields[kind] == workflow for kind in LIKE_A_WORKFLOW] == [True, True]


@pytest.mark.parametrize(("kind", "row"), OTHER_ROWS)
def test_a_name_elsewhere_is_found(kind: Kind, row: Field) -> None:
    (reference,) = references_of(one(object_of(kind, nested(row.path))))
    assert (reference.target, reference.name, reference.verified) == (row.target, NAMED, True)


@pytest.mark.parametrize(("kind", "row"), [row for row in OTHER_ROWS if row.values[1].pattern == WITH_NAMESPACE])
def test_a_name_behind_its_namespace_is_found(kind: Kind, row: Field) -> None:
    (reference,) = references_of(one(object_of(kind, nested(row.path, "some/the-name"))))
    assert (reference.name, reference.namespace, reference.before) == (NAMED, "some", "some/")


@pytest.mark.parametrize(("kind", "row"), [row for row in OTHER_ROWS if row.values[1].target in VARIANTS])
def test_a_value_beside_the_name_tells_another_kind(kind: Kind, row: Field) -> None:
    if row.pattern:
        return
    key, value, other = VARIANTS[row.target]
    keys = keys_of(row.path)
    beside = nested(keys[:-1], {keys[-1]: NAMED, key: value})
    assert [found.target for found in references_of(one(object_of(kind, beside)))] == [other]


@pytest.mark.parametrize(
    ("kind", "path"),
    [(kind, row.path) for kind, rows in BUILT_IN.fields.items() for row in rows if row.target == NO_KIND],
)
def test_the_name_of_its_own_product_is_no_reference(kind: Kind, path: str) -> None:
    if "{}" not in path:
        assert references_of(one(object_of(kind, nested(path)))) == []


def test_the_namespace_beside_a_name_counts() -> None:
    data = nested("spec.provider.vault.auth.tokenSecretRef", {"name": NAMED, "namespace": "some"})
    (reference,) = references_of(one(object_of(("external-secrets.io", "ClusterSecretStore"), data)))
    assert (reference.name, reference.namespace) == (NAMED, "some")


@pytest.mark.parametrize(("kind", "target"), [("Role", ROLE), ("ClusterRole", CLUSTER_ROLE)])
def test_a_role_binding_says_which_kind_of_role_it_means(kind: str, target: Kind) -> None:
    assert found(binding(to=f"{kind}/x")) == [(target, "x")]


# name-references.md §1 and §2, in words of their own: what its tables list has to be in ours.
PAGE_ROOTS = """
Pod spec | PodTemplate template.spec | CronJob spec.jobTemplate.spec.template.spec
Deployment spec.template.spec | ReplicaSet spec.template.spec | StatefulSet spec.template.spec
DaemonSet spec.template.spec
ReplicationController spec.template.spec | Job spec.template.spec | Rollout spec.template.spec
"""
PAGE_ROWS = {
    "Secret": """
        {c}.[].env.[].valueFrom.secretKeyRef.name {c}.[].envFrom.[].secretRef.name volumes.[].secret.secretName
        volumes.[].projected.sources.[].secret.name imagePullSecrets.[].name volumes.[].azureFile.secretName
        volumes.[].cephfs.secretRef.name volumes.[].cinder.secretRef.name volumes.[].flexVolume.secretRef.name
        volumes.[].rbd.secretRef.name volumes.[].scaleIO.secretRef.name volumes.[].iscsi.secretRef.name
        volumes.[].storageos.secretRef.name volumes.[].csi.nodePublishSecretRef.name""",
    "ConfigMap": """
        {c}.[].env.[].valueFrom.configMapKeyRef.name {c}.[].envFrom.[].configMapRef.name volumes.[].configMap.name
        volumes.[].projected.sources.[].configMap.name""",
    "ServiceAccount": "serviceAccountName serviceAccount",
    "PersistentVolumeClaim": """
        volumes.[].persistentVolumeClaim.claimName volumes.[].ephemeral.volumeClaimTemplate.spec.dataSource.name
        volumes.[].ephemeral.volumeClaimTemplate.spec.dataSourceRef.name""",
    "SecretProviderClass": "volumes.[].csi.volumeAttributes.secretProviderClass",
    "PriorityClass": "priorityClassName",
    "RuntimeClass": "runtimeClassName",
    "ResourceClaim": "resourceClaims.[].resourceClaimName",
    "ResourceClaimTemplate": "resourceClaims.[].resourceClaimTemplateName",
}


def test_every_place_of_a_pod_spec_is_in_the_table() -> None:
    listed = dict(entry.split() for line in PAGE_ROOTS.split("\n") for entry in line.split("|") if entry.strip())
    assert {kind: path for (_, kind), path in POD_SPECS.items()} == listed


@pytest.mark.parametrize(
    ("kind", "path"), [(kind, path) for kind, rows in PAGE_ROWS.items() for path in rows.split() if "{c}" not in path]
)
def test_every_field_of_a_pod_spec_is_in_the_table(kind: str, path: str) -> None:
    assert path in [row for (_, target), row in IN_POD_SPEC if target == kind]


@pytest.mark.parametrize("containers", ["containers", "initContainers", "ephemeralContainers"])
@pytest.mark.parametrize(
    ("kind", "path"), [(kind, path) for kind, rows in PAGE_ROWS.items() for path in rows.split() if "{c}" in path]
)
def test_every_field_of_each_list_of_containers_is_in_the_table(kind: str, path: str, containers: str) -> None:
    assert path.format(c=containers) in [row for (_, target), row in IN_POD_SPEC if target == kind]


# kustomize's list: what it has besides, and why it is no row of ours.
NOT_FOLLOWED = {
    "Role rules/resourceNames": "a copied Role keeps its rules, so nothing is to be rewritten there",
    "ClusterRole rules/resourceNames": "the same",
    "Node spec/configSource": "a Node is in no release, and Kubernetes has dropped the field",
    "RoleBinding subjects": "read by `subjects`, since they may be of other namespaces",
    "ClusterRoleBinding subjects": "the same",
}
FOLLOWED_KINDS = {
    "Secret": SECRET,
    "ConfigMap": CONFIG_MAP,
    "ServiceAccount": SERVICE_ACCOUNT,
    "PersistentVolumeClaim": CLAIM,
}
GROUPS = {kind: group for group, kind in (*POD_SPECS, *ELSEWHERE)}
KNATIVE = ("serving.knative.dev", "Service")  # kustomize means this one: a core Service has no containers
LISTS = {"containers", "initContainers", "env", "envFrom", "volumes", "sources", "imagePullSecrets", "tls", "secrets"}


def kustomize_rows() -> list[tuple[str, str, str]]:
    listed = (Path(__file__).parent / "upstream" / "kustomize-name-references.txt").read_text(encoding="utf-8")
    rows = [line.split(" ", 2) for line in listed.splitlines()[1:]]
    wanted = [row for row in rows if row[0] in FOLLOWED_KINDS]
    return [tuple(row) for row in wanted if not f"{row[1]} {row[2]}".startswith(tuple(NOT_FOLLOWED))]


@pytest.mark.parametrize(("target", "kind", "path"), kustomize_rows())
def test_what_kustomize_follows_is_followed(target: str, kind: str, path: str) -> None:
    """`kustomize-name-references` writes lists like maps; the fields that hold one are ours to know."""
    steps = path.replace("\\/", "|").split("/")
    keys = ".".join(f"{key}.[]" if key in LISTS else f"[{key.replace('|', '/')}]" for key in steps)
    holder = KNATIVE if kind == "Service" else (GROUPS[kind], kind)
    data = nested(keys)
    if kind == "Service":
        data["spec"]["template"]["spec"]["containers"][0]["name"] = "c"
    assert found(object_of(holder, data)) == [(FOLLOWED_KINDS[target], NAMED)]


def test_a_hook_that_an_ingress_names_is_shared() -> None:
    key = "nginx.ingress.kubernetes.io/auth-secret"
    ingress = thing("Ingress", "web", f"{key}: ns/{NAMED}", api="networking.k8s.io/v1", namespace="ns")
    held = given.release(secret(NAMED, PRE_SYNC, namespace="ns") + ingress)
    assert [str(reader) for reader, _ in held.readers(held.hooks[0])] == ["Ingress/web"]


def test_what_is_not_followed_is_in_kustomize_s_list() -> None:
    listed = (Path(__file__).parent / "upstream" / "kustomize-name-references.txt").read_text(encoding="utf-8")
    assert [row for row in NOT_FOLLOWED if f" {row}" not in listed] == []


@pytest.mark.parametrize("kind", sorted(NEVER_REFER))
def test_some_kinds_never_refer(kind: Kind) -> None:
    assert found(object_of(kind, {"spec": {"secretName": NAMED}, "data": {"secretName": NAMED}})) == []


NO_NAMES = {
    "text": reads(pod="x: y").replace(
        "image: i", "image: i, args: [secretName, the-name], env: [{name: a, value: the-name}]"
    ),
    "an empty name": "serviceAccountName: ''",
    "a null name": "serviceAccountName: ~",
    "projected tokens": "volumes: [{projected: {sources: [{serviceAccountToken: {path: x}}, {downwardAPI: {}}]}}]",
    "a host path": "volumes: [{name: the-name, hostPath: {path: /the-name}}, {emptyDir: {}}]",
    "a map for a list": "imagePullSecrets: {name: the-name}",
    "a list for a map": "containers: [{env: [{valueFrom: [{secretKeyRef: {name: the-name}}]}]}]",
}


@pytest.mark.parametrize("pod", NO_NAMES.values(), ids=NO_NAMES)
def test_what_is_no_name_is_not_found(pod: str) -> None:
    assert found(job(pod=pod)) == []


def test_names_come_in_the_text_s_order() -> None:
    pod = "volumes: [{secret: {secretName: first}}], serviceAccountName: second, imagePullSecrets: [{name: third}]"
    assert [name for _, name in found(job(pod=pod))] == ["first", "second", "third"]


SOMEWHERE = {
    "AnalysisTemplate": "spec.metrics.[].provider.job.spec.template.spec",
    "Experiment": "spec.templates.[].template.spec",
    "ScaledJob": "spec.jobTargetRef.template.spec",
    "JobSet": "spec.replicatedJobs.[].template.spec.template.spec",
    "CloneSet": "spec.template.spec",
    "RayCluster": "spec.headGroupSpec.template.spec",
    "AtlasSchema": "spec.devDB.spec",
}


@pytest.mark.parametrize(("kind", "path"), SOMEWHERE.items())
def test_a_pod_spec_is_known_wherever_it_stands(kind: str, path: str) -> None:
    pod = {"containers": [{"image": "i", "envFrom": [{"secretRef": {"name": NAMED}}]}], "serviceAccountName": "s"}
    (secret, account) = references_of(one(object_of(("x.org", kind), nested(path, pod))))
    assert (secret.target, account.target) == (SECRET, SERVICE_ACCOUNT)
    assert (secret.verified, account.verified) == (True, True)


SHAPED = {
    "spec.secretName": SECRET,
    "spec.tls.tlsSecretName": SECRET,
    "spec.existingSecret": SECRET,
    "spec.credentialName": SECRET,
    "spec.auth.passwordSecretRef.name": SECRET,
    "spec.list.[].secretKeyRef.name": SECRET,
    "spec.customTLSSecret.name": SECRET,
    "spec.configMapName": CONFIG_MAP,
    "spec.sqlConfigMapKeyRef.name": CONFIG_MAP,
    "spec.configMap.name": CONFIG_MAP,
    "spec.serviceAccountName": SERVICE_ACCOUNT,
    "spec.serviceAccountRef.name": SERVICE_ACCOUNT,
}


@pytest.mark.parametrize(("path", "target"), SHAPED.items())
def test_a_field_that_looks_like_a_name_is_seen_and_not_trusted(path: str, target: Kind) -> None:
    (reference,) = references_of(one(object_of(("x.org", "Thing"), nested(path))))
    assert (reference.target, reference.name, reference.verified) == (target, NAMED, False)


@pytest.mark.parametrize("path", ["spec.secret", "spec.secretsName.x", "spec.name", "spec.secretKeyRef.key"])
def test_a_field_of_another_shape_is_no_name(path: str) -> None:
    assert found(object_of(("x.org", "Thing"), nested(path))) == []


ALIASED = {
    "the name": "a: &n db\nspec: {template: {spec: {serviceAccountName: *n}}}",
    "the anchor itself": "spec: {template: {spec: {serviceAccountName: &n db, nodeName: *n}}}",
    "the pod": "a: &p {serviceAccountName: db}\nspec: {template: {spec: *p}}",
    "a merge": "a: &p {serviceAccountName: db}\nspec: {template: {spec: {<<: *p}}}",
    "a part of what is used again": "spec: {template: &t {spec: {serviceAccountName: db}}}\nother: *t",
    "a container": "a: &c {envFrom: [{secretRef: {name: db}}]}\nspec: {template: {spec: {containers: [*c]}}}",
}


@pytest.mark.parametrize("body", ALIASED.values(), ids=ALIASED)
def test_a_name_behind_an_alias_is_found_and_not_ours_to_edit(body: str) -> None:
    (reference,) = references_of(one(thing("Job", "j", body=body, api="batch/v1")))
    assert (reference.name, reference.written_here) == ("db", False)


def test_the_subjects_of_a_binding_are_its_service_accounts() -> None:
    body = "subjects: [{kind: User}, {kind: ServiceAccount, name: a}, {kind: ServiceAccount, namespace: n, name: b}]"
    text = thing("RoleBinding", "b", body=body, api="rbac.authorization.k8s.io/v1")
    assert [subject[:3] for subject in subjects(one(text))] == [(1, "", "a"), (2, "n", "b")]


def test_a_config_map_that_speaks_of_secrets_names_none() -> None:
    assert found(config_map(body="data: {a: 'secretName: the-name'}")) == []


def test_what_has_no_namespace_is_known() -> None:
    assert {kind for _, kind in CLUSTER_SCOPED} == {
        "PriorityClass",
        "RuntimeClass",
        "ClusterRole",
        "ClusterRoleBinding",
        "ClusterExternalSecret",
        "ClusterSecretStore",
        "ClusterWorkflowTemplate",
    }
