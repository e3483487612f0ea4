"""Which custom resources make Secrets, and under which names: a table.

Source: the operators' own API types at the versions of late 2026 (CRD schemas and documentation).
"""

from collections.abc import Iterator

from postrenderer import nodes
from postrenderer.manifest import Manifest
from postrenderer.references import PROVIDER_CLASS, Kind, walk

# Custom resources whose controllers make a Secret: its name's path, and the name where that is absent ("" for none).
PRODUCERS: dict[Kind, tuple[tuple[str, str], ...]] = {
    ("external-secrets.io", "ExternalSecret"): (("spec.target.name", "{name}"),),
    ("external-secrets.io", "ClusterExternalSecret"): (
        ("spec.externalSecretSpec.target.name", ""),
        ("spec.externalSecretName", "{name}"),
    ),
    ("bitnami.com", "SealedSecret"): (("metadata.name", ""),),
    ("secrets.hashicorp.com", "VaultStaticSecret"): (("spec.destination.name", ""),),
    ("secrets.hashicorp.com", "VaultDynamicSecret"): (("spec.destination.name", ""),),
    ("secrets.hashicorp.com", "VaultPKISecret"): (("spec.destination.name", ""),),
    ("secrets.hashicorp.com", "HCPVaultSecretsApp"): (("spec.destination.name", ""),),
    PROVIDER_CLASS: (("spec.secretObjects.[].secretName", ""),),
    ("cert-manager.io", "Certificate"): (("spec.secretName", ""),),
    ("secrets.infisical.com", "InfisicalSecret"): (
        ("spec.managedSecretReference.secretName", ""),
        ("spec.managedKubeSecretReferences.[].secretName", ""),
    ),
    ("secrets.infisical.com", "InfisicalDynamicSecret"): (("spec.managedSecretReference.secretName", ""),),
    ("onepassword.com", "OnePasswordItem"): (("metadata.name", ""),),
    ("secrets.doppler.com", "DopplerSecret"): (("spec.managedSecret.name", ""),),
    ("k8s.bitwarden.com", "BitwardenSecret"): (("spec.secretName", ""),),
    ("isindir.github.com", "SopsSecret"): (("spec.secretTemplates.[].name", ""),),
    ("clustersecret.io", "ClusterSecret"): (("metadata.name", ""),),
    ("secretgenerator.mittwald.de", "StringSecret"): (("metadata.name", ""),),
    ("secretgenerator.mittwald.de", "BasicAuth"): (("metadata.name", ""),),
    ("secretgenerator.mittwald.de", "SSHKeyPair"): (("metadata.name", ""),),
    ("secretgen.k14s.io", "Password"): (("metadata.name", ""),),
    ("postgresql.cnpg.io", "Cluster"): (
        ("spec.bootstrap.initdb.secret.name", "{name}-app"),
        ("spec.superuserSecret.name", "{name}-superuser"),
        ("spec.certificates.serverCASecret", "{name}-ca"),
    ),
    ("postgres-operator.crunchydata.com", "PostgresCluster"): (
        ("spec.users.[].name", ""),
        ("", "{name}-pguser-{name}"),
    ),
    ("pxc.percona.com", "PerconaXtraDBCluster"): (("spec.secretsName", "{name}-secrets"),),
    ("psmdb.percona.com", "PerconaServerMongoDB"): (("spec.secrets.users", "{name}-secrets"),),
    ("rabbitmq.com", "RabbitmqCluster"): (("", "{name}-default-user"),),
    ("kafka.strimzi.io", "KafkaUser"): (("metadata.name", ""),),
    ("elasticsearch.k8s.elastic.co", "Elasticsearch"): (
        ("", "{name}-es-elastic-user"),
        ("", "{name}-es-http-certs-public"),
    ),
    ("objectbucket.io", "ObjectBucketClaim"): (("metadata.name", ""),),
}
CONNECTION_NAME = "spec.writeConnectionSecretToRef.name"  # any Crossplane resource


def produced(manifest: Manifest) -> Iterator[str]:
    """Names of the Secrets that the custom resource's controller makes."""
    rows = PRODUCERS.get(manifest.identity[:2], ((CONNECTION_NAME, ""),))
    for path, default in rows:
        named = [nodes.text(node) or "" for node, _, _ in walk(manifest.root, path)] if path else []
        yield from named or ([default.format(name=manifest.identity.name)] if default else [])
