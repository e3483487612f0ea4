"""What comes before what: phase, wave, kind (Argo CD); event, weight, name, kind (Helm).

Sources: Argo CD 3.6.1 gitops-engine/pkg/sync/sync_tasks.go (kind order), and tried on it; Helm 4.3.0
pkg/release/v1/util/kind_sorter.go and pkg/action/hooks.go. tests/upstream holds the lists.
"""

from postrenderer.hooks import FAILED, PRE_SYNC, SUCCEEDED, SYNC_PHASES, Standing
from postrenderer.manifest import Manifest
from postrenderer.release import Release

ARGOCD_KINDS = (
    "Namespace",
    "NetworkPolicy",
    "ResourceQuota",
    "LimitRange",
    "PodSecurityPolicy",
    "PodDisruptionBudget",
    "ServiceAccount",
    "Secret",
    "SecretList",
    "ConfigMap",
    "StorageClass",
    "PersistentVolume",
    "PersistentVolumeClaim",
    "CustomResourceDefinition",
    "ClusterRole",
    "ClusterRoleList",
    "ClusterRoleBinding",
    "ClusterRoleBindingList",
    "Role",
    "RoleList",
    "RoleBinding",
    "RoleBindingList",
    "Service",
    "DaemonSet",
    "Pod",
    "ReplicationController",
    "ReplicaSet",
    "Deployment",
    "HorizontalPodAutoscaler",
    "StatefulSet",
    "Job",
    "CronJob",
    "IngressClass",
    "Ingress",
    "APIService",
)
HELM_KINDS = ("PriorityClass", *ARGOCD_KINDS, "MutatingWebhookConfiguration", "ValidatingWebhookConfiguration")
_RANKS = {"argocd": {k: n for n, k in enumerate(ARGOCD_KINDS)}, "helm": {k: n for n, k in enumerate(HELM_KINDS)}}

# What the events before this one have left behind, in one run of Helm.
_FOLLOWS = {"post-install": "pre-install", "post-upgrade": "pre-upgrade"}


def rank(kind: str, target: str) -> int:
    """Place in the target's kind order; kinds it does not list come last."""
    return _RANKS[target].get(kind, len(_RANKS[target]))


def runs_earlier(release: Release, first: Manifest, then: Manifest) -> bool:
    """Whether the target creates one before the other within a phase or event that both have."""
    waves = release.meaning(first).wave, release.meaning(then).wave
    if waves[0] != waves[1] or first.is_copy:  # a copy that cannot be applied stops the next wave, not its own
        return waves[0] < waves[1]
    ranks = rank(first.identity.kind, release.target), rank(then.identity.kind, release.target)
    if release.target == "argocd":
        return ranks[0] < ranks[1]
    return (first.identity.name, ranks[0]) < (then.identity.name, ranks[1])


def is_in_time(release: Release, target: Manifest, reader: Manifest) -> bool:
    """Whether an object exists whenever a hook that needs it runs, the first install included."""
    if release.target == "argocd":
        return all(_exists_in_phase(release, target, reader, phase) for phase in release.meaning(reader).words)
    return all(_exists_at_event(release, target, reader, event) for event in release.meaning(reader).words)


def _exists_in_phase(release: Release, target: Manifest, reader: Manifest, phase: str) -> bool:
    if phase not in SYNC_PHASES:
        return True
    meaning = release.meaning(target)
    if meaning.standing not in (Standing.ORDINARY, Standing.HOOK):
        return False
    own = meaning.words if meaning.is_hook else ("Sync",)
    if phase == "SyncFail":  # Sync may never have come, and HookFailed strikes before these start
        waves = [release.meaning(hook).wave for hook in release.workloads if release.is_pre_sync(hook)]
        return "PreSync" in own and FAILED not in meaning.policies and meaning.wave <= min(waves, default=meaning.wave)
    phase_order = [SYNC_PHASES.index(word) for word in own if word in SYNC_PHASES[:3]]
    if any(place < SYNC_PHASES.index(phase) for place in phase_order):
        return True
    return phase in own and runs_earlier(release, target, reader)


def _exists_at_event(release: Release, target: Manifest, reader: Manifest, event: str) -> bool:
    meaning = release.meaning(target)
    if meaning.standing is Standing.ORDINARY:
        return event not in PRE_SYNC["helm"]
    if event in meaning.words:
        return runs_earlier(release, target, reader)
    stays = SUCCEEDED not in meaning.policies  # hooks are not a part of the release: nothing else removes them
    return stays and _FOLLOWS.get(event, "pre-install") in meaning.words and event not in PRE_SYNC["helm"]
