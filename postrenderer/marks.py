"""Annotations and labels that other software acts on, and that a copy must not carry."""

from postrenderer.settings import Settings

# `*` stands for any rest.
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


def is_dropped(key: str, settings: Settings) -> bool:
    patterns = (*DROPPED, *settings.copies.drop)
    return any(key.startswith(p[:-1]) if p.endswith("*") else key == p for p in patterns) or ".reloader.stakater" in key
