"""Which resources make Secrets, under which names, and what a copy of each would be: a table.

`producing` tells what a row means. Databases have a table of their own.
"""

from postrenderer.producing import ANY, Made, Producer, Set, When
from postrenderer.references import (
    CONFIG_MAP,
    PROVIDER_CLASS,
    SECRET,
    SECRET_STORE,
    SERVICE_ACCOUNT,
    VAULT_AUTH,
    WITH_NAMESPACE,
    Field,
    Kind,
)

NAME = "metadata.name"
OWN_NAME = (Made((NAME,)),)
REMEDY = "Let the migration read a Secret that exists already."
GENERATOR = "a generator gives each copy another value"
AUTH = "spec.vaultAuthRef"
ESO = "external-secrets v1.3.2 config/crds/bases/external-secrets.io_"
VSO = "vault-secrets-operator api/v1beta1/"

_EXTERNAL = (
    Field(SECRET_STORE, "{}secretStoreRef.name"),
    Field(SECRET_STORE, "{}data.[].sourceRef.storeRef.name"),
    Field(SECRET_STORE, "{}dataFrom.[].sourceRef.storeRef.name"),
    Field(SECRET, "{}target.template.templateFrom.[].secret.name"),
    Field(CONFIG_MAP, "{}target.template.templateFrom.[].configMap.name"),
)


def _marks(path: str) -> tuple[str, ...]:
    return f"{path}labels", f"{path}annotations"


def _external(kind: str, root: str, *paths: str) -> Producer:
    """ExternalSecret, or the form of it in which ClusterExternalSecret holds it."""
    policy = f"{root}target.creationPolicy"
    return Producer(
        ("external-secrets.io", kind),
        ("v1", "v1beta1"),
        (Made((f"{root}target.name", *paths), "{name}"),),
        f"{ESO}{kind.lower()}s.yaml",
        reads=tuple(Field(row.target, row.path.format(root)) for row in _EXTERNAL),
        idle=(When((policy,), ("Merge", "None")),),  # a Secret that is there already, or none
        unless=(
            When((f"{root}data.[].sourceRef.generatorRef.kind",), (ANY,), GENERATOR),
            When((f"{root}dataFrom.[].sourceRef.generatorRef.kind",), (ANY,), GENERATOR),
            When((f"{root}target.manifest.kind",), (ANY,), "it makes an object of a kind that it names itself"),
        ),
        sets=(Set(policy, "Owner", "Owner"),),
        marks=(*_marks(f"{root}target.template.metadata."), *(_marks("spec.externalSecretMetadata.") if paths else ())),
        watched=True,
        ready="Ready",
    )


def _vault(kind: str, *, anew: bool) -> Producer:
    return Producer(
        ("secrets.hashicorp.com", kind),
        ("v1beta1",),
        (Made(("spec.destination.name",)),),
        f"{VSO}{kind.lower()}_types.go",
        reads=(Field(VAULT_AUTH, AUTH, WITH_NAMESPACE),),
        idle=(When(("spec.destination.create",), ("!true",)),),  # it fills a Secret that is there already
        drops=("spec.rolloutRestartTargets",),
        marks=_marks("spec.destination."),
        anew=anew,
        ready="SecretSynced",
    )


def _infisical(kind: str, *, anew: bool) -> Producer:
    single, listed = "spec.managedSecretReference.", "spec.managedKubeSecretReferences.[]."
    auth = "spec.authentication.*."
    return Producer(
        ("secrets.infisical.com", kind),
        ("v1alpha1",),
        (
            Made((f"{single}secretName",)),
            Made((f"{listed}secretName",)),
            Made(("spec.managedKubeConfigMapReferences.[].configMapName",), kind=CONFIG_MAP),
        ),
        f"infisical k8-operator/api/v1alpha1/{kind.lower()}_types.go",
        reads=(
            Field(SECRET, f"{auth}credentialsRef.secretName"),
            Field(SECRET, f"{auth}serviceTokenSecretReference.secretName"),
            Field(SERVICE_ACCOUNT, f"{auth}serviceAccountRef.name"),
            Field(SECRET, "spec.tokenSecretReference.secretName"),
            Field(SECRET, "spec.tls.caRef.secretName"),
        ),
        sets=tuple(
            Set(f"{path}creationPolicy", "Owner", "Orphan")
            for path in (single, listed, "spec.managedKubeConfigMapReferences.[].")
        ),
        marks=(*_marks(f"{single}template.metadata."), *_marks(f"{listed}template.metadata.")),
        anew=anew,
        ready="secrets.infisical.com/ReadyToSyncSecrets",
    )


def refused(kind: Kind, versions: str, reason: str, source: str, *makes: Made, remedy: str = REMEDY) -> Producer:
    return Producer(kind, tuple(versions.split()), makes, source, "refuse", reason, remedy)


SEALED = "sealedsecrets.bitnami.com"
MITTWALD = ("secretgenerator.mittwald.de", "kubernetes-secret-generator deploy/crds/")
CARVEL = ("secretgen.k14s.io", "secretgen-controller pkg/apis/secretgen/v1alpha1/")
ROWS: tuple[Producer, ...] = (
    _external("ExternalSecret", "spec."),
    _external("ClusterExternalSecret", "spec.externalSecretSpec.", "spec.externalSecretName"),
    Producer(
        ("bitnami.com", "SealedSecret"),
        ("v1alpha1",),
        OWN_NAME,
        "sealed-secrets v0.40.0 pkg/apis/sealedsecrets/v1alpha1/sealedsecret_expansion.go",
        remedy="Seal it so that a copy in its namespace can be opened too: kubectl get secret {secret}{at} -o yaml | "
        "kubeseal --scope namespace-wide --format yaml",
        unless=(
            When(
                tuple(f"metadata.annotations.[{SEALED}/{scope}-wide]" for scope in ("cluster", "namespace")),
                ("!true",),
                "it is sealed for this very name, and a copy could not be opened",
            ),
        ),
        marks=_marks("spec.template.metadata."),
        watched=True,
        ready="Synced",
    ),
    _vault("VaultStaticSecret", anew=False),
    _vault("VaultDynamicSecret", anew=True),
    _vault("VaultPKISecret", anew=True),
    _vault("HCPVaultSecretsApp", anew=False),
    Producer(
        PROVIDER_CLASS,
        ("v1", "v1alpha1"),
        (Made(("spec.secretObjects.[].secretName",)),),
        "secrets-store-csi-driver apis/v1/secretproviderclass_types.go",
        marks=_marks("spec.secretObjects.[]."),
        mounted=True,
    ),
    _infisical("InfisicalSecret", anew=False),
    _infisical("InfisicalDynamicSecret", anew=True),
    Producer(
        ("onepassword.com", "OnePasswordItem"),
        ("v1",),
        OWN_NAME,
        "onepassword-operator api/v1/onepassworditem_types.go",
        watched=True,
        ready="Ready",
    ),
    Producer(
        ("secrets.doppler.com", "DopplerSecret"),
        ("v1alpha1",),
        (Made(("spec.managedSecret.name",)),),
        "doppler kubernetes-operator controllers/dopplersecret_controller_secrets.go",
        reads=(Field(SECRET, "spec.tokenSecret.name"),),
        stays=True,
        ready="secrets.doppler.com/SecretSyncReady",
    ),
    Producer(
        ("k8s.bitwarden.com", "BitwardenSecret"),
        ("v1",),
        (Made(("spec.secretName",)),),
        "bitwarden sm-kubernetes internal/controller/bitwardensecret_controller.go",
        reads=(Field(SECRET, "spec.authToken.secretName"),),
        ready="SuccessfulSync",
    ),
    refused(
        ("cert-manager.io", "Certificate"),
        "v1",
        "each copy is issued another certificate, and issuers limit how many they issue",
        "cert-manager v1.21.2 deploy/crds/cert-manager.io_certificates.yaml",
        Made(("spec.secretName",)),
    )._replace(watched=True, ready="Ready"),
    refused(
        ("isindir.github.com", "SopsSecret"),
        "v1alpha3",
        "its text is signed as a whole, and a copy with other names could not be opened",
        "sops-secrets-operator api/v1alpha3/sopssecret_types.go",
        Made(("spec.secretTemplates.[].name",)),
    ),
    refused(
        ("clustersecret.io", "ClusterSecret"),
        "v1",
        "it writes into every namespace that it matches",
        "ClusterSecret yaml/01_crd.yaml",
        *OWN_NAME,
    ),
    *(
        refused((group, kind), "v1alpha1", GENERATOR, source, *OWN_NAME)
        for (group, source), kinds in (
            (MITTWALD, ("StringSecret", "BasicAuth", "SSHKeyPair")),
            (CARVEL, ("Password", "RSAKey", "SSHKey", "Certificate")),
        )
        for kind in kinds
    ),
)

ISSUED = "metadata.annotations.[cert-manager.io/issuer]", "metadata.annotations.[cert-manager.io/cluster-issuer]"
# Producers of other kinds, known by what their text holds.
MARKED: tuple[tuple[str, Producer], ...] = (
    (
        "cert-manager.io/",
        refused(
            ("networking.k8s.io", "Ingress"),
            "v1",
            "cert-manager makes it for the Ingress",
            "cert-manager v1.21.2 pkg/apis/certmanager/v1/types.go",
            Made(("spec.tls.[].secretName",)),
        )._replace(idle=(When(ISSUED, ("",)),)),
    ),
    (
        "operator.1password.io/item-name",
        refused(
            ("apps", "Deployment"),
            "v1",
            "1Password's operator makes it for the Deployment",
            "onepassword-operator internal/controller/deployment_controller.go",
            Made(("metadata.annotations.[operator.1password.io/item-name]",)),
        ),
    ),
)
