"""What hook annotations mean: Argo CD's reading (reference/argocd.md §1.7), and Helm's (reference/helm.md §4.1)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .objects import Resource

ARGO_WORDS = frozenset({"PreSync", "Sync", "PostSync", "SyncFail", "Skip"})
HELM_WORDS_IN_ARGO = {
    "pre-install": "PreSync",
    "pre-upgrade": "PreSync",
    "post-install": "PostSync",
    "post-upgrade": "PostSync",
}
ARGO_POLICIES = frozenset({"BeforeHookCreation", "HookSucceeded", "HookFailed"})
HELM_POLICIES_IN_ARGO = {
    "before-hook-creation": "BeforeHookCreation",
    "hook-succeeded": "HookSucceeded",
    "hook-failed": "HookFailed",
}
HELM_EVENTS = frozenset(
    f"{when}-{what}" for when in ("pre", "post") for what in ("install", "upgrade", "rollback", "delete")
) | {"test", "test-success"}
HELM_DEFAULT_POLICIES = frozenset({"before-hook-creation"})

PHASE_ORDER = ("PreSync", "Sync", "PostSync", "SyncFail")
KIND_ORDER = (
    "Namespace", "NetworkPolicy", "ResourceQuota", "LimitRange", "PodSecurityPolicy", "PodDisruptionBudget",
    "ServiceAccount", "Secret", "SecretList", "ConfigMap", "StorageClass", "PersistentVolume",
    "PersistentVolumeClaim", "CustomResourceDefinition", "ClusterRole", "ClusterRoleList", "ClusterRoleBinding",
    "ClusterRoleBindingList", "Role", "RoleList", "RoleBinding", "RoleBindingList", "Service", "DaemonSet", "Pod",
    "ReplicationController", "ReplicaSet", "Deployment", "HorizontalPodAutoscaler", "StatefulSet", "Job", "CronJob",
    "IngressClass", "Ingress", "APIService",
)  # fmt: skip


def words(resource: Resource, annotation: str) -> list[str]:
    listed = (word.strip() for word in resource.annotations.get(annotation, "").split(","))
    return list(dict.fromkeys(word for word in listed if word))


def hook_types(resource: Resource) -> list[str]:
    own = [word for word in words(resource, "argocd.argoproj.io/hook") if word in ARGO_WORDS]
    helms = words(resource, "helm.sh/hook")
    return own or [HELM_WORDS_IN_ARGO[word] for word in helms if word in HELM_WORDS_IN_ARGO]


def is_skipped(resource: Resource) -> bool:
    return hook_types(resource) == ["Skip"]


def is_hook(resource: Resource) -> bool:
    if "argocd.argoproj.io/hook" in resource.annotations:
        return not is_skipped(resource)
    return resource.annotations.get("helm.sh/hook", "crd-install") != "crd-install"


def is_dropped(resource: Resource) -> bool:
    """A hook that no sync runs: test, rollback, delete and unknown words."""
    return is_hook(resource) and not hook_types(resource)


def phases(resource: Resource) -> frozenset[str]:
    if is_skipped(resource):
        return frozenset()
    return frozenset(hook_types(resource)) - {"Skip"} if is_hook(resource) else frozenset({"Sync"})


def runs_as_hook(resource: Resource) -> bool:
    return is_hook(resource) and bool(phases(resource))


def is_ordinary(resource: Resource) -> bool:
    return not is_hook(resource) and not is_skipped(resource)


def policies(resource: Resource) -> frozenset[str]:
    own = {word for word in words(resource, "argocd.argoproj.io/hook-delete-policy") if word in ARGO_POLICIES}
    helms = words(resource, "helm.sh/hook-delete-policy")
    union = own | {HELM_POLICIES_IN_ARGO[word] for word in helms if word in HELM_POLICIES_IN_ARGO}
    return frozenset(union or {"BeforeHookCreation"})


def wave(resource: Resource) -> int:
    for annotation in ("argocd.argoproj.io/sync-wave", "helm.sh/hook-weight"):
        number = atoi(resource.annotations.get(annotation, ""))
        if number is not None:
            return number
    return 0


def atoi(text: str) -> int | None:
    """Go's strconv.Atoi: a sign, digits, 64 bits, no blanks."""
    if not re.fullmatch(r"[+-]?[0-9]+", text):
        return None
    return int(text) if -(2**63) <= int(text) < 2**63 else None


def kind_rank(kind: str) -> int:
    return KIND_ORDER.index(kind) if kind in KIND_ORDER else len(KIND_ORDER)


def runs_to_completion(resource: Resource) -> bool:
    group, kind = resource.key.group, resource.key.kind
    restart: Any = (resource.body.get("spec") or {}).get("restartPolicy")
    bare_pod = (group, kind) == ("", "Pod") and restart in ("Never", "OnFailure")
    return bare_pod or (group, kind) in {("batch", "Job"), ("argoproj.io", "Workflow")}


def deletion_phases(resource: Resource) -> frozenset[str]:
    """What the controller runs when the application is deleted; it looks at both spellings (argocd.md §1.5)."""
    own = {word for word in words(resource, "argocd.argoproj.io/hook") if word in ("PreDelete", "PostDelete")}
    helms = {"pre-delete": "PreDelete", "post-delete": "PostDelete"}
    return frozenset(own | {helms[word] for word in words(resource, "helm.sh/hook") if word in helms})


def helm_events(resource: Resource) -> frozenset[str]:
    """Empty where Helm sees no hook, and where one unknown word makes it drop the object."""
    found = frozenset(word.strip().lower() for word in resource.annotations.get("helm.sh/hook", "").split(","))
    return found if found <= HELM_EVENTS else frozenset()


def helm_drops(resource: Resource) -> bool:
    return "helm.sh/hook" in resource.annotations and not helm_events(resource)


def helm_weight(resource: Resource) -> int:
    return atoi(resource.annotations.get("helm.sh/hook-weight", "")) or 0


def helm_policies(resource: Resource) -> frozenset[str]:
    """The default stands in for a missing list only: a list of useless words means no policy at all."""
    listed = resource.annotations.get("helm.sh/hook-delete-policy")
    if listed is None:
        return HELM_DEFAULT_POLICIES
    return frozenset(word.strip().lower() for word in listed.split(",")) & set(HELM_POLICIES_IN_ARGO)
