"""What becomes of each resource that makes a Secret for a migration: every row of the tables is proven here."""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest
from ruamel.yaml import YAML

from postrenderer.databases import CROSSPLANE, DATABASES
from postrenderer.edits import RemoveField, copied
from postrenderer.paths import reach, walk
from postrenderer.producers import MARKED, ROWS
from postrenderer.producing import Producer, edits_of_copy, holds, products
from postrenderer.settings import DEFAULTS
from postrenderer.simulation import play, revisions
from postrenderer.simulation.scenarios import SCENARIOS

from .given import (
    HELM_4,
    HELM_PRE,
    PRE_SYNC,
    app,
    job,
    named,
    one,
    output,
    reads,
    refusals,
    release,
    rendered,
    secret,
    thing,
    wave,
)

ALL = (*ROWS, *DATABASES, *(row for _, row in MARKED), CROSSPLANE)
MADE_OF_ANY_KIND = ("rds.aws.upbound.io", "Instance")  # stands for all of Crossplane's
ESO, VSO, CSI = "external-secrets.io/v1", "secrets.hashicorp.com/v1beta1", "secrets-store.csi.x-k8s.io/v1"
INFISICAL = "secrets.infisical.com/v1alpha1"
MOUNTING = "volumes: [{csi: {volumeAttributes: {secretProviderClass: x}}}]"
STORE = "secretStoreRef: {name: vault}"
GENERATED = "a generator gives each copy another value"
PROVEN_WHERE_ABSENT = "spec.managedSecretReference.creationPolicy"
DATABASE = "a copy would be a second one"


class Proof(NamedTuple):
    """An object called `x`; its Secret; and the copy's own fields, or why there is none."""

    api: str
    kind: str
    body: str
    secret: str
    becomes: str = ""
    refused: str = ""
    pod: str = ""

    @property
    def text(self) -> str:
        return thing(self.kind, "x", body=self.body, api=self.api)


def refused(api: str, kind: str, body: str, secret: str, reason: str) -> Proof:
    return Proof(api, kind, body, secret, refused=reason)


PROOFS = (
    Proof(ESO, "ExternalSecret", f"spec: {{{STORE}}}", "x", f"spec: {{{STORE}}}"),
    Proof(
        "external-secrets.io/v1beta1",
        "ExternalSecret",
        f"spec: {{{STORE}, target: {{name: db, template: {{data: {{a: b}}}}}}}}",
        "db",
        f"spec: {{{STORE}, target: {{name: db-presync, template: {{data: {{a: b}}}}}}}}",
    ),
    Proof(
        ESO,
        "ExternalSecret",
        "spec: {target: {name: db, creationPolicy: Orphan}}",
        "db",
        "spec: {target: {name: db-presync, creationPolicy: Owner}}",
    ),
    *(
        refused(ESO, "ExternalSecret", f"spec: {body}", "x", reason)
        for body, reason in (
            ("{data: [{sourceRef: {generatorRef: {kind: Password, name: p}}}]}", GENERATED),
            ("{dataFrom: [{sourceRef: {generatorRef: {kind: Password, name: p}}}]}", GENERATED),
            ("{target: {manifest: {kind: ConfigMap}}}", "of a kind that it names itself"),
        )
    ),
    refused("external-secrets.io/v2", "ExternalSecret", "spec: {}", "x", "knows it in v1 and v1beta1 only"),
    Proof(
        ESO,
        "ClusterExternalSecret",
        "spec: {externalSecretName: es, externalSecretSpec: {target: {name: db, creationPolicy: Orphan}}}",
        "db",
        "spec: {externalSecretName: es-presync, externalSecretSpec: {target: {name: db-presync, "
        "creationPolicy: Owner}}}",
    ),
    Proof(
        ESO,
        "ClusterExternalSecret",
        "spec: {externalSecretName: es, externalSecretSpec: {refreshInterval: 1h}}",
        "es",
        "spec: {externalSecretName: es-presync, externalSecretSpec: {refreshInterval: 1h}}",
    ),
    *(
        refused(ESO, "ClusterExternalSecret", f"spec: {{externalSecretSpec: {body}}}", "x", reason)
        for body, reason in (
            ("{data: [{sourceRef: {generatorRef: {kind: Password, name: p}}}]}", GENERATED),
            ("{dataFrom: [{sourceRef: {generatorRef: {kind: Password, name: p}}}]}", GENERATED),
            ("{target: {manifest: {kind: ConfigMap}}}", "of a kind that it names itself"),
        )
    ),
    refused("bitnami.com/v1alpha1", "SealedSecret", "spec: {encryptedData: {a: b}}", "x", "sealed for this very name"),
    *(
        Proof(
            "bitnami.com/v1alpha1",
            "SealedSecret",
            f'  annotations: {{sealedsecrets.bitnami.com/{scope}-wide: "true"}}\nspec: {{encryptedData: {{a: b}}}}',
            "x",
            "spec: {encryptedData: {a: b}}",
        )
        for scope in ("cluster", "namespace")
    ),
    *(
        Proof(
            VSO,
            kind,
            "spec:\n  destination: {create: true, name: db}\n  rolloutRestartTargets: [{kind: Deployment, name: app}]",
            "db",
            "spec: {destination: {create: true, name: db-presync}}",
        )
        for kind in ("VaultStaticSecret", "VaultDynamicSecret", "VaultPKISecret", "HCPVaultSecretsApp")
    ),
    refused(
        VSO,
        "VaultStaticSecret",
        "spec: {destination: {create: true, name: db}, rolloutRestartTargets: []}",
        "db",
        "does not stand on lines of its own: rolloutRestartTargets",
    ),
    Proof(
        CSI,
        "SecretProviderClass",
        "spec: {provider: aws, secretObjects: [{secretName: db, type: Opaque}]}",
        "db",
        "spec: {provider: aws, secretObjects: [{secretName: db-presync, type: Opaque}]}",
        pod=MOUNTING,
    ),
    refused(
        CSI, "SecretProviderClass", "spec: {secretObjects: [{secretName: db}]}", "db", "only while a pod mounts it"
    ),
    *(
        Proof(
            INFISICAL,
            kind,
            "spec: {managedSecretReference: {secretName: db}, managedKubeSecretReferences: [{secretName: other, "
            "creationPolicy: Orphan}], managedKubeConfigMapReferences: [{configMapName: c, creationPolicy: Owner}]}",
            "db",
            "spec: {managedSecretReference: {creationPolicy: Owner, secretName: db-presync}, "
            "managedKubeSecretReferences: [{secretName: other-presync, creationPolicy: Owner}], "
            "managedKubeConfigMapReferences: [{configMapName: c-presync, creationPolicy: Owner}]}",
        )
        for kind in ("InfisicalSecret", "InfisicalDynamicSecret")
    ),
    Proof(
        INFISICAL,
        "InfisicalSecret",
        "spec:\n  managedSecretReference:\n    secretName: db # the application's",
        "db",
        "spec: {managedSecretReference: {creationPolicy: Owner, secretName: db-presync}}",
    ),
    Proof("onepassword.com/v1", "OnePasswordItem", "spec: {itemPath: a/b}", "x", "spec: {itemPath: a/b}"),
    Proof(
        "secrets.doppler.com/v1alpha1",
        "DopplerSecret",
        "spec: {tokenSecret: {name: t}, managedSecret: {name: db}}",
        "db",
        "spec: {tokenSecret: {name: t}, managedSecret: {name: db-presync}}",
    ),
    Proof("k8s.bitwarden.com/v1", "BitwardenSecret", "spec: {secretName: db}", "db", "spec: {secretName: db-presync}"),
    refused("cert-manager.io/v1", "Certificate", "spec: {secretName: db}", "db", "is issued another certificate"),
    refused(
        "isindir.github.com/v1alpha3",
        "SopsSecret",
        "spec: {secretTemplates: [{name: db}]}",
        "db",
        "its text is signed as a whole",
    ),
    refused("clustersecret.io/v1", "ClusterSecret", "data: {a: b}", "x", "into every namespace that it matches"),
    *(
        refused(f"{group}/v1alpha1", kind, "spec: {}", "x", GENERATED)
        for group, kinds in (
            ("secretgenerator.mittwald.de", ("StringSecret", "BasicAuth", "SSHKeyPair")),
            ("secretgen.k14s.io", ("Password", "RSAKey", "SSHKey", "Certificate")),
        )
        for kind in kinds
    ),
    *(
        refused(api, kind, f"spec: {{{body}}}", secret, DATABASE)
        for api, kind, body, secret in (
            ("postgresql.cnpg.io/v1", "Cluster", "instances: 1", "x-app"),
            ("postgresql.cnpg.io/v1", "Cluster", "bootstrap: {initdb: {secret: {name: own}}}", "own"),
            ("postgresql.cnpg.io/v1", "Cluster", "superuserSecret: {name: own}", "own"),
            ("postgresql.cnpg.io/v1", "Cluster", "certificates: {serverCASecret: own}", "own"),
            ("postgresql.cnpg.io/v1", "Cluster", "certificates: {serverTLSSecret: own}", "own"),
            ("postgresql.cnpg.io/v1", "Cluster", "certificates: {replicationTLSSecret: own}", "own"),
            *(
                ("postgresql.cnpg.io/v1", "Cluster", "instances: 1", f"x-{name}")
                for name in ("superuser", "ca", "server", "replication")
            ),
            ("acid.zalan.do/v1", "postgresql", "users: {a: []}", "a.x.credentials.postgresql.acid.zalan.do"),
            ("acid.zalan.do/v1", "postgresql", "", "postgres.x.credentials.postgresql.acid.zalan.do"),
            ("acid.zalan.do/v1", "postgresql", "", "standby.x.credentials.postgresql.acid.zalan.do"),
            ("postgres-operator.crunchydata.com/v1beta1", "PostgresCluster", "", "x-pguser-x"),
            ("postgres-operator.crunchydata.com/v1beta1", "PostgresCluster", "users: [{name: a}]", "x-pguser-a"),
            ("pgv2.percona.com/v2", "PerconaPGCluster", "users: [{name: a}]", "x-pguser-a"),
            ("pgv2.percona.com/v2", "PerconaPGCluster", "", "x-pguser-x"),
            ("pgv2.percona.com/v2", "PerconaPGCluster", "users: [{name: a, secretName: own}]", "own"),
            ("pxc.percona.com/v1", "PerconaXtraDBCluster", "", "x-secrets"),
            ("pxc.percona.com/v1", "PerconaXtraDBCluster", "secretsName: own", "own"),
            ("psmdb.percona.com/v1", "PerconaServerMongoDB", "", "x-secrets"),
            ("psmdb.percona.com/v1", "PerconaServerMongoDB", "secrets: {users: own}", "own"),
            ("mongodbcommunity.mongodb.com/v1", "MongoDBCommunity", "users: [{connectionStringSecretName: db}]", "db"),
            ("k8s.mariadb.com/v1alpha1", "MariaDB", "rootPasswordSecretKeyRef: {name: db, generate: true}", "db"),
            ("k8s.mariadb.com/v1alpha1", "MariaDB", "passwordSecretKeyRef: {name: db, generate: true}", "db"),
            ("k8s.mariadb.com/v1alpha1", "Connection", "", "x"),
            ("k8s.mariadb.com/v1alpha1", "Connection", "secretName: db", "db"),
            ("rabbitmq.com/v1beta1", "RabbitmqCluster", "", "x-default-user"),
            ("kafka.strimzi.io/v1", "KafkaUser", "", "x"),
            ("kafka.strimzi.io/v1", "Kafka", "", "x-cluster-ca-cert"),
            ("kafka.strimzi.io/v1", "Kafka", "", "x-clients-ca-cert"),
            ("elasticsearch.k8s.elastic.co/v1", "Elasticsearch", "", "x-es-elastic-user"),
            ("elasticsearch.k8s.elastic.co/v1", "Elasticsearch", "", "x-es-http-certs-public"),
            ("objectbucket.io/v1alpha1", "ObjectBucketClaim", "bucketName: b", "x"),
            ("/".join((MADE_OF_ANY_KIND[0], "v1")), "Instance", "writeConnectionSecretToRef: {name: db}", "db"),
        )
    ),
    *(
        refused(
            "networking.k8s.io/v1",
            "Ingress",
            f"  annotations: {{cert-manager.io/{issuer}: le}}\nspec: {{tls: [{{secretName: tls}}]}}",
            "tls",
            "cert-manager makes it for the Ingress",
        )
        for issuer in ("issuer", "cluster-issuer")
    ),
    refused(
        "apps/v1",
        "Deployment",
        "  annotations: {operator.1password.io/item-name: db}\nspec: {template: {spec: {containers: []}}}",
        "db",
        "1Password's operator makes it",
    ),
)

# In these states a resource makes nothing that a hook could wait for.
IDLE = (
    *(
        thing("ExternalSecret", "db", body=f"spec: {{target: {{creationPolicy: {p}}}}}", api=ESO)
        for p in ("Merge", "None")
    ),
    *(
        thing(
            "ClusterExternalSecret",
            "db",
            body=f"spec: {{externalSecretSpec: {{target: {{creationPolicy: {p}}}}}}}",
            api=ESO,
        )
        for p in ("Merge", "None")
    ),
    *(
        thing(kind, "db", body=f"spec: {{destination: {{name: db{create}}}}}", api=VSO)
        for kind in ("VaultStaticSecret", "VaultDynamicSecret", "VaultPKISecret", "HCPVaultSecretsApp")
        for create in ("", ", create: false")
    ),
    thing("Ingress", "db", "cert-manager.io/x: y", "spec: {tls: [{secretName: db}]}", "networking.k8s.io/v1"),
)


def name_of(proof: Proof) -> str:
    return f"{proof.kind}-{proof.secret}-{proof.refused[:12] or 'copied'}"


def loaded(text: str) -> Any:
    return YAML(typ="safe").load(text)


@pytest.mark.parametrize("proof", [proof for proof in PROOFS if proof.becomes], ids=name_of)
def test_the_migration_s_own_copy_makes_a_secret_of_its_own(proof: Proof) -> None:
    held = output(proof.text + job(pod=reads(proof.secret, pod=proof.pod)) + app(pod=reads(proof.secret)))
    copy = loaded(named(held, f"{proof.kind}/x-presync").document.text)
    own = {key: value for key, value in copy.items() if key not in ("apiVersion", "kind", "metadata")}
    assert own == loaded(proof.becomes)
    names = {name.name for name in held.references(named(held, "Job/migrate"))}
    assert f"{proof.secret}-presync" in names
    assert proof.secret not in names
    assert proof.text in "".join(document.text for document in held.documents)
    assert [product.name for product in products(one(proof.text), row_of(proof))].count(proof.secret) == 1


@pytest.mark.parametrize("proof", [proof for proof in PROOFS if proof.refused], ids=name_of)
def test_what_would_not_be_the_same_is_refused_with_a_reason(proof: Proof) -> None:
    (finding,) = refusals(proof.text + job(pod=reads(proof.secret)))
    assert finding.rule == "copy-refused"
    assert f"Secret/{proof.secret} of {proof.kind}/x" in finding.message
    assert proof.refused in finding.message


@pytest.mark.parametrize("text", IDLE)
def test_what_makes_nothing_is_no_producer(text: str) -> None:
    assert refusals(text + job()) == []
    assert names_of_copies(text + job()) == []


def names_of_copies(text: str) -> list[str]:
    return [str(manifest) for manifest in output(text).manifests if manifest.is_copy]


def row_of(proof: Proof) -> Producer:
    row = release(proof.text).producer(one(proof.text))
    assert row is not None
    return row


# The table and its proofs.


def proven(row: Producer) -> list[Proof]:
    kind = row.kind if row is not CROSSPLANE else MADE_OF_ANY_KIND
    return [proof for proof in PROOFS if (proof.api.rpartition("/")[0], proof.kind) == kind]


each_row = pytest.mark.parametrize("row", ALL, ids=lambda row: "-".join(row.kind))


@each_row
def test_every_row_has_a_proof_of_what_it_says(row: Producer) -> None:
    outcomes = {bool(proof.becomes) for proof in proven(row)}
    assert (row.treat == "copy") in outcomes


@each_row
def test_every_product_of_a_row_has_a_proof(row: Producer) -> None:
    held = [one(proof.text) for proof in proven(row)]
    paths = [path for made in row.makes for path in made.paths]
    assert [path for path in paths if not any(list(walk(manifest.root, path)) for manifest in held)] == []
    defaults = {made.default.format(name="x") for made in row.makes if made.default}
    assert defaults <= {proof.secret for proof in proven(row)}


@each_row
def test_every_condition_of_a_row_has_a_proof(row: Producer) -> None:
    held = [one(proof.text) for proof in proven(row) if proof.refused]
    assert [state for state in row.unless if not any(holds(manifest, state) for manifest in held)] == []
    idle = [one(text) for text in IDLE]
    assert [state for state in row.idle if not any(holds(m, state) for m in idle if m.identity[:2] == row.kind)] == []


@each_row
def test_every_change_of_a_row_has_a_proof(row: Producer) -> None:
    held = [one(proof.text) for proof in proven(row) if proof.becomes]
    paths = [*row.drops, *(wanted.path for wanted in row.sets)]
    missing = [path for path in paths if not any(list(reach(manifest.root, path)) for manifest in held)]
    assert [
        path for path in missing if path != "spec.managedSecretReference.creationPolicy"
    ] == []  # proven where absent


@each_row
def test_every_row_has_a_source_and_says_when_its_product_is_there(row: Producer) -> None:
    assert " " in row.source
    assert "/" in row.source
    assert row.ready or row.mounted or row.treat != "copy"
    assert bool(row.reason) == (row.treat == "refuse")


# Marks that other software acts on do not reach the copy's product.

MARK = "argocd.argoproj.io/secret-type"
MARKED_ROWS = [pytest.param(row, path, id=f"{row.kind[1]}-{path}") for row in ROWS for path in row.marks]


def block(path: str, leaf: str, indent: str = "") -> str:
    """A path as a block, a leaf below it."""
    key, _, rest = path.partition(".")
    if key == "[]":
        return f"{indent}- secretName: db\n" + block(rest, leaf, indent + "  ")
    return f"{indent}{key}:\n" + (block(rest, leaf, indent + "  ") if rest else f"{indent}  {leaf}\n")


@pytest.mark.parametrize(("row", "path"), MARKED_ROWS)
@pytest.mark.parametrize("beside", ["", "\n  team: a"])
def test_what_other_software_acts_on_does_not_reach_the_copy_s_product(row: Producer, path: str, beside: str) -> None:
    depth = "  " * path.count(".")
    text = thing(row.kind[1], "x", body=block(path, f"{MARK}: cluster" + beside.replace("\n", f"\n{depth}")).rstrip())
    manifest = one(text.replace("apiVersion: v1", f"apiVersion: {row.kind[0]}/v1"))
    changed = copied(manifest, [e for e in edits_of_copy(manifest, row, DEFAULTS, "") if isinstance(e, RemoveField)])
    assert MARK not in changed
    assert ("team: a" in changed) is bool(beside)
    assert loaded(changed)["spec" if beside else "kind"]


def test_marks_behind_a_dash_are_refused() -> None:
    body = f"spec:\n  secretObjects:\n  - labels:\n      {MARK}: cluster\n    secretName: db"
    text = thing("SecretProviderClass", "x", body=body, api=CSI)
    (finding, *_) = refusals(text + job(pod=reads("db", pod=MOUNTING)))
    assert "does not stand on lines of its own: labels" in finding.message


def test_marks_on_one_line_are_refused() -> None:
    labels = f"{{metadata: {{labels: {{{MARK}: cluster}}}}, type: Opaque}}"
    text = thing("ExternalSecret", "db", body=f"spec: {{target: {{template: {labels}}}}}", api=ESO)
    (finding,) = refusals(text + job())
    assert "does not stand on lines of its own: metadata" in finding.message


def test_fields_of_a_map_in_braces_are_not_cut_by_the_line() -> None:
    body = "spec: {\n  destination: {create: true, name: db},\n  rolloutRestartTargets: [],\n  mount: kv\n  }"
    (finding,) = refusals(thing("VaultStaticSecret", "x", body=body, api=VSO) + job())
    assert "does not stand on lines of its own: rolloutRestartTargets" in finding.message
    assert finding.hint == "Write this object one key per line, without anchors and aliases."


# Waves, and what comes along.

STORES = thing(
    "SecretStore", "vault", body="spec: {provider: {vault: {auth: {tokenSecretRef: {name: t, key: k}}}}}", api=ESO
)
FROM_STORE = thing("ExternalSecret", "db", body=f"spec: {{{STORE}}}", api=ESO)


def waves(text: str) -> dict[str, int]:
    held = output(text)
    return {str(manifest): held.meaning(manifest).wave for manifest in held.manifests if held.is_hook(manifest)}


def test_a_producer_comes_two_waves_before_its_reader_and_what_it_needs_three() -> None:
    assert waves(secret("t") + STORES + FROM_STORE + job() + app()) == {
        "Secret/t-presync": -3,
        "SecretStore/vault-presync": -3,
        "ExternalSecret/db-presync": -2,
        "Job/migrate": 0,
    }


def test_the_copies_name_each_other() -> None:
    held = output(secret("t") + STORES + FROM_STORE + job() + app())
    assert [name.name for name in held.references(named(held, "ExternalSecret/db-presync"))] == ["vault-presync"]
    assert [name.name for name in held.references(named(held, "SecretStore/vault-presync"))] == ["t-presync"]
    assert [name.name for name in held.references(named(held, "SecretStore/vault"))] == ["t"]


def test_a_store_of_the_cluster_comes_along_too() -> None:
    store = STORES.replace("kind: SecretStore", "kind: ClusterSecretStore")
    text = FROM_STORE.replace("{name: vault}", "{name: vault, kind: ClusterSecretStore}")
    assert waves(store + text + job()) == {
        "ClusterSecretStore/vault-presync": -3,
        "ExternalSecret/db-presync": -2,
        "Job/migrate": 0,
    }


VAULT = (
    thing("VaultConnection", "c", body="spec: {caCertSecretRef: ca}", api=VSO, namespace="ns")
    + thing("VaultAuth", "a", body="spec: {vaultConnectionRef: ns/c, appRole: {secretRef: r}}", api=VSO, namespace="ns")
    + thing("VaultStaticSecret", "db", body="spec: {vaultAuthRef: a, destination: {name: db, create: true}}", api=VSO)
)


def test_an_auth_comes_with_its_connection_and_their_secrets() -> None:
    held = output(secret("ca") + secret("r") + VAULT + job(), namespace="ns")
    assert {str(m): held.meaning(m).wave for m in held.manifests if m.is_copy} == {
        "Secret/ca-presync": -3,
        "Secret/r-presync": -3,
        "VaultConnection/c-presync": -3,
        "VaultAuth/a-presync": -3,
        "VaultStaticSecret/db-presync": -2,
    }
    assert "vaultConnectionRef: ns/c-presync" in named(held, "VaultAuth/a-presync").document.text


ALIASED = {
    "the name": "x: &n db\nspec: {target: {name: *n}}",
    "the anchored name": "spec: {target: {name: &n db, other: *n}}",
    "what holds it": "x: &t {name: db}\nspec: {target: *t}",
    "a merge": "x: &t {name: db}\nspec: {target: {<<: *t}}",
    "what is set": "x: &p Orphan\nspec: {target: {name: db, creationPolicy: *p}}",
}


@pytest.mark.parametrize("body", ALIASED.values(), ids=ALIASED)
def test_a_producer_that_a_copy_would_change_through_an_alias_is_refused(body: str) -> None:
    found = refusals(thing("ExternalSecret", "x", body=body, api=ESO) + job())
    assert [finding.rule for finding in found] == ["copy-refused"]
    assert "behind an alias" in found[0].message


def test_no_empty_map_is_left_of_marks() -> None:
    labels, annotations = (f"        {field}:\n          {MARK}: cluster" for field in ("labels", "annotations"))
    body = f"spec:\n  target:\n    name: db\n    template:\n      metadata:\n{labels}\n{annotations}"
    held = output(thing("ExternalSecret", "x", body=body, api=ESO) + job())
    assert loaded(named(held, "ExternalSecret/x-presync").document.text)["spec"] == {"target": {"name": "db-presync"}}


def test_the_namespace_that_is_not_written_is_the_given_one() -> None:
    body = "spec: {managedSecretReference: {secretName: db, secretNamespace: ns}}"
    held = output(thing("InfisicalSecret", "x", body=body, api=INFISICAL) + job(), namespace="ns")
    assert "creationPolicy: Owner" in named(held, "InfisicalSecret/x-presync").document.text.replace('"', "")


@pytest.mark.parametrize("policy", ["", "~", "{a: b}"])
def test_a_field_that_holds_no_text_is_not_set(policy: str) -> None:
    body = f"spec:\n  managedSecretReference:\n    secretName: db\n    creationPolicy: {policy}"
    (finding,) = refusals(thing("InfisicalSecret", "x", body=body, api=INFISICAL) + job())
    assert "its creationPolicy is no text that a copy could change" in finding.message


@pytest.mark.parametrize(("space", "policy"), [("ns", "Owner"), ("other", "Orphan")])
def test_a_copy_owns_no_secret_of_another_namespace(space: str, policy: str) -> None:
    reference = f"{{secretName: db, secretNamespace: {space}, creationPolicy: Orphan}}"
    body = f"spec: {{managedSecretReference: {reference}}}"
    maker = thing("InfisicalSecret", "x", body=body, api=INFISICAL, namespace="ns")
    held = output(maker + job(namespace=space))
    assert f"creationPolicy: {policy}" in named(held, "InfisicalSecret/x-presync").document.text


def test_a_pull_secret_of_a_copied_account_is_made_for_the_copy() -> None:
    account = thing("ServiceAccount", "app", body="imagePullSecrets: [{name: db}]")
    held = output(account + FROM_STORE + job(pod="serviceAccountName: app"))
    (name,) = held.references(named(held, "ServiceAccount/app-presync"))
    assert name.name == "db-presync"


def test_a_producer_that_is_early_but_late_moves() -> None:
    early = thing("ExternalSecret", "db", PRE_SYNC, f"spec: {{{STORE}}}", ESO)
    assert waves(early + job()) == {"ExternalSecret/db": -1, "Job/migrate": 0}


def test_a_producer_that_is_early_gets_its_store_in_time() -> None:
    early = thing("ExternalSecret", "db", f"{PRE_SYNC}, {wave(-5)}", f"spec: {{{STORE}}}", ESO)
    assert waves(STORES + early + job())["SecretStore/vault-presync"] == -6


def test_a_later_hook_waits_by_itself() -> None:
    assert names_of_copies(FROM_STORE + job(annotations="argocd.argoproj.io/hook: PostSync")) == []
    assert waves(FROM_STORE + job(annotations="argocd.argoproj.io/hook: Sync")) == {"Job/migrate": 0}


def test_one_of_two_that_make_the_same_is_enough() -> None:
    early = thing("ExternalSecret", "a", f"{PRE_SYNC}, {wave(-1)}", "spec: {target: {name: db}}", ESO)
    assert names_of_copies(early + FROM_STORE + job()) == []


def test_a_hook_whose_secret_the_application_reads_becomes_ordinary() -> None:
    held = output(thing("ExternalSecret", "db", PRE_SYNC, f"spec: {{{STORE}}}", ESO) + job() + app())
    assert held.is_ordinary(named(held, "ExternalSecret/db"))
    assert held.is_hook(named(held, "ExternalSecret/db-presync"))


def test_a_store_that_reads_what_is_made_from_it_is_refused() -> None:
    early = f"{PRE_SYNC}, {wave(-1)}"
    store = thing("SecretStore", "vault", early, "spec: {provider: {vault: {auth: {tokenSecretRef: {name: db}}}}}", ESO)
    (finding, *_) = refusals(store + thing("ExternalSecret", "db", early, f"spec: {{{STORE}}}", ESO) + job())
    assert finding.rule == "late-dependency"


STAYING = {
    "Doppler": ("DopplerSecret", "secrets.doppler.com/v1alpha1", "managedSecret: {name: db}"),
    "an orphan": ("ExternalSecret", ESO, "target: {name: db, creationPolicy: Orphan}"),
}


@pytest.mark.parametrize(("kind", "api", "spec"), STAYING.values(), ids=STAYING)
def test_a_hook_whose_secret_stays_may_make_what_the_application_reads_before_it(
    kind: str, api: str, spec: str
) -> None:
    maker = thing(kind, "x", f"{PRE_SYNC}, {wave(-1)}", f"spec: {{{spec}}}", api)
    text = maker + job() + app()
    assert output(text).is_hook(named(output(text), f"{kind}/x"))
    promised = [each for each in SCENARIOS["argocd"] if each.promised]
    played = [play(each, revisions(output(text), release(text)), "argocd").broken for each in promised]
    assert [event for broken in played for event in broken] == []
    late = maker.replace("PreSync", "PostSync") + app()
    assert output(late).is_ordinary(named(output(late), f"{kind}/x"))


@pytest.mark.parametrize(
    "filler",
    [
        thing("VaultStaticSecret", "v", body="spec: {destination: {name: db, create: true}}", api=VSO),
        thing("VaultStaticSecret", "v", body="spec: {destination: {name: db}}", api=VSO),
        thing("ExternalSecret", "v", body="spec: {target: {name: db, creationPolicy: Merge}}", api=ESO),
    ],
)
def test_a_secret_that_something_fills_later_is_not_copied(filler: str) -> None:
    (finding,) = refusals(secret() + filler + job())
    assert f"{one(filler)} fills it later" in finding.message


def test_a_secret_that_a_database_is_given_is_copied() -> None:
    body = "spec: {bootstrap: {initdb: {secret: {name: db}}}}"
    assert names_of_copies(secret() + thing("Cluster", "x", body=body, api="postgresql.cnpg.io/v1") + job()) == [
        "Secret/db-presync"
    ]


@pytest.mark.parametrize("other", [secret("db-presync"), FROM_STORE.replace("name: db", "name: db-presync")])
def test_the_name_of_a_copy_s_secret_must_be_free(other: str) -> None:
    maker = thing("BitwardenSecret", "b", body="spec: {secretName: db}", api="k8s.bitwarden.com/v1")
    (finding,) = refusals(maker + other + job())
    assert finding.rule == "copy-name-taken"


def test_a_sealed_secret_s_refusal_tells_the_command_that_reseals_it() -> None:
    sealed = thing("SealedSecret", "db", body="spec: {encryptedData: {a: b}}", api="bitnami.com/v1alpha1")
    (finding,) = refusals(sealed + job(), namespace="ns")
    assert finding.hint.endswith(
        "kubectl get secret db --namespace ns -o yaml | kubeseal --scope namespace-wide --format yaml"
    )


def test_what_reseals_a_secret_is_no_remedy_for_its_text() -> None:
    marks = 'sealedsecrets.bitnami.com/cluster-wide: "true"'
    body = "spec: &s {encryptedData: {a: b}, template: {metadata: {labels: {helm.sh/hook: x}}}}\nstatus: *s"
    (finding,) = refusals(thing("SealedSecret", "db", marks, body, "bitnami.com/v1alpha1") + job())
    assert "behind an alias" in finding.message
    assert "kubeseal" not in finding.hint


def test_it_may_be_accepted_that_a_secret_is_missing() -> None:
    shared = thing("Certificate", "c", 'presync/copy: "false"', "spec: {secretName: db}", "cert-manager.io/v1")
    assert refusals(shared + job()) == []


def test_a_second_render_has_nothing_to_do() -> None:
    once = rendered(secret("t") + STORES + FROM_STORE + job() + app()).text
    assert rendered(once).text == once
    said = {judged.finding.rule for judged in rendered(once).judged}
    assert said.isdisjoint({"late-dependency", "shared-hook", "copy-refused", "unwatched-producer"})


def test_helm_gets_them_in_the_same_order() -> None:
    text = thing("ExternalSecret", "db", HELM_4, f"spec: {{{STORE}}}", ESO) + job(annotations=f"{HELM_PRE}, {HELM_4}")
    copy = named(held := output(text, "helm"), "ExternalSecret/db-presync")
    assert (held.meaning(copy).words, held.meaning(copy).wave) == (("pre-install", "pre-upgrade"), -2)
