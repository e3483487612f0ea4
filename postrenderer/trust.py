"""Who trusts a ServiceAccount by its name, and would not trust a copy: clouds, Vault, OpenShift, Kubernetes itself."""

from collections.abc import Iterator

from postrenderer import nodes
from postrenderer.closure import Need
from postrenderer.manifest import Manifest
from postrenderer.paths import walk
from postrenderer.readers import COPIED
from postrenderer.references import (
    BINDINGS,
    CLUSTER_WORKFLOW_TEMPLATE,
    POD_SPECS,
    PROVIDER_CLASS,
    WORKFLOW_TEMPLATE,
    Kind,
)
from postrenderer.release import Release

# On the account.
CLOUD_IDENTITIES = (
    "eks.amazonaws.com/role-arn",
    "iam.gke.io/gcp-service-account",
    "azure.workload.identity/client-id",
    "azure.workload.identity/tenant-id",
    "pod-identity.alibabacloud.com/role-name",
)
AZURE = "azure.workload.identity/use"  # a label of the pod, and of the account until azure-workload-identity v1
MOUNTABLE = "kubernetes.io/enforce-mountable-secrets"
# On the pod.
VAULT_ROLE = "vault.hashicorp.com/role"
POD_METADATA = {
    **{kind: (*path.split(".")[:-1], "metadata") for kind, path in POD_SPECS.items()},
    ("argoproj.io", "Workflow"): ("spec", "podMetadata"),
}

USER = "system:serviceaccount:{namespace}:{name}"
OF_GKE = ".svc.id.goog[{namespace}/{name}]"
# Objects of the release that name accounts: what their values end with, beside `{name}` alone.
BY_NAME: dict[Kind, tuple[str, str]] = {
    ("security.openshift.io", "SecurityContextConstraints"): ("users.[]", USER),
    ("eks.services.k8s.aws", "PodIdentityAssociation"): ("spec.serviceAccount", "{name}"),
    ("eks.aws.upbound.io", "PodIdentityAssociation"): ("spec.forProvider.serviceAccount", "{name}"),
    ("managedidentity.azure.com", "FederatedIdentityCredential"): ("spec.subject", USER),
    ("managedidentity.azure.upbound.io", "FederatedIdentityCredential"): ("spec.forProvider.subject", USER),
    ("iam.cnrm.cloud.google.com", "IAMPolicyMember"): ("spec.member", OF_GKE),
    ("iam.cnrm.cloud.google.com", "IAMPartialPolicy"): ("spec.bindings.[].members.[].member", OF_GKE),
}
SCC = "system:openshift:scc:"
EVERY_ACCOUNT = ("system:serviceaccounts", "system:authenticated")
STORES = {*COPIED} - {WORKFLOW_TEMPLATE, CLUSTER_WORKFLOW_TEMPLATE}


def distrust(release: Release, need: Need) -> str:
    """Why a copy of the account would not be trusted; empty if nothing here says so."""
    account, workload = need.target, need.workload
    marks = {*account.annotations, *account.labels, *_pod_texts(workload, "labels")}
    for key in (*CLOUD_IDENTITIES, AZURE):
        if key in marks:
            return f"the cloud trusts it by name ({key}), and would not trust a copy"
    if account.annotations.get(MOUNTABLE) == "true":
        return f"{MOUNTABLE} ties it to the Secrets it names"
    if VAULT_ROLE in _pod_texts(workload, "annotations"):
        return f"Vault trusts it by name ({VAULT_ROLE} of {workload}), and would not trust a copy"
    if need.reader.identity[:2] in (*release.tables.producers, *STORES):
        return f"{need.reader.as_written} signs in as it, and whoever trusts its name would not trust a copy"
    for holder in (*_vault_classes(release, workload), *_naming(release, account)):
        return f"{holder.as_written} trusts it by name, and would not trust a copy"
    return ""


def users(release: Release, account: Manifest) -> set[str]:
    return {USER.format(namespace=release.namespace_of(account), name=account.identity.name)}


def groups(release: Release, account: Manifest) -> set[str]:
    return {f"system:serviceaccounts:{release.namespace_of(account)}", *EVERY_ACCOUNT}


def bindings_of(release: Release, names: set[str]) -> Iterator[Manifest]:
    """Role bindings whose subjects are users or groups of these names."""
    for binding in release.manifests:
        if binding.identity[:2] in BINDINGS and any(name in binding.document.text for name in names):
            subjects = nodes.items(nodes.lookup(binding.root, "subjects"))
            if any(nodes.text(nodes.lookup(subject, "name")) in names for subject in subjects):
                yield binding


def _naming(release: Release, account: Manifest) -> Iterator[Manifest]:
    """Objects that name the account where only the cloud or the cluster's policies look."""
    identity = {"namespace": release.namespace_of(account), "name": account.identity.name}
    for manifest in release.manifests:
        path, form = BY_NAME.get(manifest.identity[:2], ("", ""))
        wanted = form.format(**identity)
        if path and any(_ends(node.value, wanted) for node, _, _ in walk(manifest.root, path)):
            yield manifest
    for binding in bindings_of(release, users(release, account)):
        if (nodes.text(nodes.at(binding.root, "roleRef", "name")) or "").startswith(SCC):
            yield binding


def _ends(value: str, wanted: str) -> bool:
    return value.endswith(wanted) if wanted.startswith(".") else value == wanted


def _vault_classes(release: Release, workload: Manifest) -> Iterator[Manifest]:
    """Classes by which the pod's own account signs in to Vault."""
    for reference in release.references(workload):
        for mounted in release.resolve(workload, reference) if reference.target == PROVIDER_CLASS else ():
            named = nodes.at(mounted.root, "spec", "parameters", "roleName")
            if named is not None and nodes.text(nodes.at(mounted.root, "spec", "provider")) == "vault":
                yield mounted


def _pod_texts(workload: Manifest, field: str) -> dict[str, str]:
    path = POD_METADATA.get(workload.identity[:2], ("spec", "template", "metadata"))
    return {
        key: nodes.text(pair[1]) or "" for key, pair in nodes.entries(nodes.at(workload.root, *path, field)).items()
    }
