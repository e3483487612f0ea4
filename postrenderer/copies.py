"""Which objects of a release get a PreSync copy, under which name and wave, and which cannot have one and why."""

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from postrenderer import edits, nodes
from postrenderer.hooks import EVENTS, FAILED, PRE_SYNC, Standing
from postrenderer.manifest import COPY, Manifest
from postrenderer.order import is_in_time
from postrenderer.references import (
    BINDINGS,
    CLAIM,
    CLUSTER_ROLE,
    CONFIG_MAP,
    PRODUCERS,
    PROVIDER_CLASS,
    ROLE,
    SECRET,
    SERVICE_ACCOUNT,
    Kind,
)
from postrenderer.release import Need, Release
from postrenderer.settings import Settings

SUFFIX = "-presync"
MAX_NAME = 253  # of a DNS subdomain, which every kind that is copied is named by
COPIED_KINDS = (SECRET, CONFIG_MAP, SERVICE_ACCOUNT, ROLE, CLUSTER_ROLE, *BINDINGS, PROVIDER_CLASS)

# Annotations and labels that other software acts on (argocd.md rule 26, name-references §6); `*` stands for any rest.
DROPPED = (
    "argocd.argoproj.io/*",
    "grafana_*",
    "helm.sh/hook*",
    "helm.sh/resource-policy",
    "jenkins.io/credentials-type",
    "kapp.k14s.io/*",
    "kubectl.kubernetes.io/last-applied-configuration",
    "kubed.appscode.com/sync",
    "kustomize.toolkit.fluxcd.io/*",
    "meta.helm.sh/*",
    "operator.1password.io/*",
    "presync/*",
    "rbac.authorization.k8s.io/aggregate-to-*",
    "reflector.v1.k8s.emberstack.com/reflection-*",
    "reloader.stakater.com/*",
    "replicator.v1.mittwald.de/replicate-to*",
    "replicator.v1.mittwald.de/replication-*",
    "sealedsecrets.bitnami.com/sealed-secrets-key",
)
CLOUD_IDENTITIES = (
    "eks.amazonaws.com/role-arn",
    "iam.gke.io/gcp-service-account",
    "azure.workload.identity/client-id",
)
TOKEN_TYPES = {
    "kubernetes.io/service-account-token": "is filled by Kubernetes",
    "bootstrap.kubernetes.io/token": "lets nodes join the cluster",
    "helm.sh/release.v1": "is Helm's own record of a release",
}
GENERATED_BY = ("secret-generator.v1.mittwald.de/autogenerate",)
VAULT_ROLE = "vault.hashicorp.com/role"
MOUNTABLE = "kubernetes.io/enforce-mountable-secrets"


class Copy(NamedTuple):
    """An object's planned copy."""

    original: Manifest
    name: str
    wave: int
    words: tuple[str, ...]
    readers: tuple[Manifest, ...]  # hooks that run in PreSync or SyncFail


class Plan(NamedTuple):
    """What the early hooks of a release lack."""

    copies: dict[int, Copy]  # by id of the original
    needs: tuple[Need, ...]  # late, of early hooks, met by a copy
    refused: tuple[tuple[Need, str], ...]  # late, and why there can be no copy
    taken: tuple[Copy, ...]  # whose names stand for other objects already


@lru_cache(maxsize=2)
def plan(release: Release, settings: Settings) -> Plan:
    late = [need for need in _late(release) if not _is_shared_on_purpose(need.target, settings)]
    refused = [(need, reason) for need in late if (reason := refusal(release, need, settings))]
    barred = {id(need.target) for need, _ in refused}
    met = [need for need in late if id(need.target) not in barred]
    planned = {id(need.target): _copy(release, need.target, met) for need in met}
    taken = [copy for copy in planned.values() if _is_taken(release, copy)]
    for copy in taken:
        del planned[id(copy.original)]
    return Plan(
        planned,
        tuple(need for need in met if id(need.target) in planned),
        tuple(refused),
        tuple(taken),
    )


def copy_name(name: str) -> str:
    """`NAME-presync`; too long a name is cut and told apart by a hash of the whole, the same at every render."""
    full = name + SUFFIX
    if len(full) <= MAX_NAME:
        return full
    from hashlib import sha256  # 5 ms of start-up that almost no render needs

    digest = sha256(full.encode()).hexdigest()[:8]
    return full[: MAX_NAME - len(digest) - 1].strip("-.") + "-" + digest


def is_dropped(key: str, settings: Settings) -> bool:
    patterns = (*DROPPED, *settings.copies.drop)
    return any(key.startswith(p[:-1]) if p.endswith("*") else key == p for p in patterns) or ".reloader.stakater" in key


def is_movable(release: Release, need: Need) -> bool:
    """Whether another wave alone would bring the target in time."""
    target, reader = release.meaning(need.target), release.meaning(need.workload)
    if release.target == "helm":
        return target.is_hook and set(reader.words) <= set(target.words)
    if release.runs_early(need.workload):
        return release.is_pre_sync(need.target) and not ("SyncFail" in reader.words and FAILED in target.policies)
    return target.standing is Standing.ORDINARY or not set(reader.words).isdisjoint(target.words)


def refusal(release: Release, need: Need, settings: Settings) -> str:
    """Why the target cannot be copied for this reader; empty if it can."""
    target = need.target
    kind = target.identity[:2]
    if need.reference and not _can_rewrite(release, need):
        return "the name stands where presync does not edit: behind an alias, or in a field it only knows by its shape"
    if len({m.identity for m in release.resolve(need.reader, need.reference)} if need.reference else ()) > 1:
        return "its namespace is not known and several are possible: pass --namespace"
    if release.meaning(target).standing in (Standing.SKIPPED, Standing.UNRUN, Standing.UNKNOWN):
        return "it is never created: its own hook words are none that run"
    if kind in PRODUCERS and kind != PROVIDER_CLASS:
        return f"{target.identity.kind} makes the Secret in Sync, and presync does not copy what makes Secrets yet"
    if kind not in COPIED_KINDS:
        return "a PersistentVolumeClaim is shared or not there" if kind == CLAIM else "its kind is not one to copy"
    return _kept_back(release, need, settings) or edits.obstacle(target)


def _late(release: Release) -> Iterator[Need]:
    """Needs of early hooks that are not in time and that no other wave would bring in time."""
    for reader in release.hook_readers:
        if release.runs_early(reader):
            for need in release.needs(reader):
                if not is_in_time(release, need.target, reader) and not is_movable(release, need):
                    yield need


def _is_shared_on_purpose(target: Manifest, settings: Settings) -> bool:
    if target.annotations.get(COPY) == "false":
        return True
    return target.identity[:2] == SERVICE_ACCOUNT and settings.copies.service_account == "share"


def _can_rewrite(release: Release, need: Need) -> bool:
    reference = need.reference
    assert reference is not None
    return reference.written_here and reference.verified and release.meaning(need.reader).standing in (
        Standing.HOOK,
        Standing.ORDINARY,
    )


def _kept_back(release: Release, need: Need, settings: Settings) -> str:
    target = need.target
    kind = target.identity[:2]
    if release.target == "helm" and is_created_once(release, target):
        return "it is made once, at install, and this rendering may give it other content"
    if target.identity in release.generated:
        return "it is generated anew by each rendering, so a copy would not agree with the original"
    if kind == SECRET:
        return _secret_kept_back(target)
    if kind == SERVICE_ACCOUNT:
        return _account_kept_back(target, need.workload, settings)
    if kind == CLUSTER_ROLE and nodes.lookup(target.root, "aggregationRule") is not None:
        return "its rules are gathered from other ClusterRoles"
    if kind == PROVIDER_CLASS and nodes.at(target.root, "spec", "secretObjects") is not None:
        return "it makes Secrets, and presync does not copy what makes Secrets yet"
    return ""


def _secret_kept_back(secret: Manifest) -> str:
    written_type = nodes.text(nodes.lookup(secret.root, "type")) or ""
    if written_type in TOKEN_TYPES:
        return f"a Secret of type {written_type} {TOKEN_TYPES[written_type]}"
    for key in GENERATED_BY:
        if key in secret.annotations:
            return "an operator generates its content"
    if not any(nodes.pairs(nodes.lookup(secret.root, field)) for field in ("data", "stringData")):
        return "it has no data in the chart: something fills it later"
    return ""


def _account_kept_back(account: Manifest, workload: Manifest, settings: Settings) -> str:
    for key in CLOUD_IDENTITIES:
        if key in account.annotations:
            return f"the cloud trusts it by name ({key}), and would not trust a copy"
    if account.annotations.get(MOUNTABLE) == "true":
        return f"{MOUNTABLE} ties it to the Secrets it names"
    pod = nodes.at(workload.root, "spec", "template", "metadata", "annotations")
    if nodes.lookup(pod, VAULT_ROLE) is not None:
        return f"Vault trusts it by name ({VAULT_ROLE} of {workload}), and would not trust a copy"
    return "the settings say so (copies.serviceAccount: refuse)" if settings.copies.service_account == "refuse" else ""


def _copy(release: Release, original: Manifest, met: list[Need]) -> Copy:
    readers = tuple({id(n.workload): n.workload for n in met if n.target is original}.values())
    return Copy(original, copy_name(original.identity.name), _wave(release, readers), _words(release, readers), readers)


def _wave(release: Release, readers: tuple[Manifest, ...]) -> int:
    """One before the first reader; before every PreSync hook where a SyncFail hook reads it."""
    waves = [release.meaning(reader).wave for reader in readers]
    if any("SyncFail" in release.meaning(reader).words for reader in readers):
        waves += [release.meaning(hook).wave for hook in release.hooks if release.is_pre_sync(hook) and not hook.is_copy]
    return min(waves) - 1


def _words(release: Release, readers: tuple[Manifest, ...]) -> tuple[str, ...]:
    """Argo CD keeps a PreSync copy to the operation's end; Helm removes it after each event, so it needs them all."""
    if release.target == "argocd":
        return PRE_SYNC["argocd"]
    wanted = {word for reader in readers for word in release.meaning(reader).words}
    return tuple(event for event in EVENTS if event in wanted)


def is_created_once(release: Release, target: Manifest) -> bool:
    """Helm's idiom for passwords: a hook of the first install only, which no upgrade touches."""
    meaning = release.meaning(target)
    return meaning.is_hook and "pre-install" in meaning.words and "pre-upgrade" not in meaning.words


def _is_taken(release: Release, copy: Copy) -> bool:
    kind: Kind = copy.original.identity[:2]
    return bool(release.named(kind, copy.name, release.namespace_of(copy.original)))
