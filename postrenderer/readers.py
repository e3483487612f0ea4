"""Which fields of custom resources hold names that a copy may change: a table.

A field that is not in it is seen by its shape only, and never rewritten. `paths` tells how a path is written.
"""

from postrenderer.references import (
    CLUSTER_SECRET_STORE,
    CLUSTER_WORKFLOW_TEMPLATE,
    CONFIG_MAP,
    IN_POD_SPEC,
    NO_KIND,
    SECRET,
    SECRET_STORE,
    SERVICE_ACCOUNT,
    VAULT_AUTH,
    VAULT_AUTH_GLOBAL,
    VAULT_CONNECTION,
    WITH_NAMESPACE,
    WORKFLOW_TEMPLATE,
    Field,
    Fields,
    Kind,
)

_ARTIFACT_SECRETS = (  # argo-workflows v3.7 pkg/apis/workflow/v1alpha1/workflow_types.go
    *(f"s3.{key}" for key in ("accessKeySecret", "secretKeySecret", "sessionTokenSecret", "caSecret")),
    *(f"git.{key}" for key in ("usernameSecret", "passwordSecret", "sshPrivateKeySecret")),
    *(f"oss.{key}" for key in ("accessKeySecret", "secretKeySecret")),
    *(f"artifactory.{key}" for key in ("usernameSecret", "passwordSecret")),
    *(f"http.auth.basicAuth.{key}" for key in ("usernameSecret", "passwordSecret")),
    "gcs.serviceAccountKeySecret",
    "azure.accountKeySecret",
)
_CONTAINERS = ("container", "script", "containerSet.containers.[]", "initContainers.[]", "sidecars.[]")
_STEPS = ("steps.[].[].templateRef.name", "dag.tasks.[].templateRef.name")


def _in_workflow(root: str) -> tuple[Field, ...]:
    """Pod fields without a pod spec: of one container each, and the rest in the workflow and in its templates."""
    container = [
        (kind, path.removeprefix("containers.[].")) for kind, path in IN_POD_SPEC if path[:12] == "containers.["
    ]
    pod = [(kind, path) for kind, path in IN_POD_SPEC if "ontainers.[]" not in path]
    templates = (f"{root}templates.[].", f"{root}templateDefaults.")
    artifacts = (f"{root}arguments.", *(f"{each}{io}." for each in templates for io in ("inputs", "outputs")))
    return (
        *(
            Field(kind, f"{each}{place}.{path}")
            for each in templates
            for place in _CONTAINERS
            for kind, path in container
        ),
        *(Field(kind, f"{each}{path}") for each in (root, *templates) for kind, path in pod),
        *(Field(SECRET, f"{each}artifacts.[].{path}.name") for each in artifacts for path in _ARTIFACT_SECRETS),
        *(Field(CONFIG_MAP, f"{each}parameters.[].valueFrom.configMapKeyRef.name") for each in artifacts),
        Field(WORKFLOW_TEMPLATE, f"{root}workflowTemplateRef.name"),
        *(Field(WORKFLOW_TEMPLATE, f"{root}templates.[].{step}") for step in _STEPS),
        *(Field(SERVICE_ACCOUNT, f"{root}{key}.serviceAccountName") for key in ("executor", "artifactGC")),
        Field(CONFIG_MAP, f"{root}artifactRepositoryRef.configMap"),
        Field(CONFIG_MAP, f"{root}synchronization.semaphores.[].configMapKeyRef.name"),
    )


_PROVIDER = "spec.provider.*."
_IN_STORE = (  # external-secrets v1.3.2 config/crds/bases/external-secrets.io_secretstores.yaml
    *(
        Field(SECRET, f"{_PROVIDER}{path}.name")
        for path in (
            "auth.secretRef.*",
            "auth.SecretRef.*",
            "auth.tokenSecretRef",
            "auth.*.secretRef",
            "auth.iam.secretRef.*",
            "auth.appRole.roleRef",
            "auth.cert.clientCert",
            "auth.cert.clientKey",
            "auth.token.bearerToken",
            "auth.universalAuthCredentials.*",
            "authSecretRef.*",
            "authSecretRef.secretRef.*",
            "secrets.[].secretRef",
            "caProvider",
            "server.caProvider",
        )
    ),
    *(
        Field(SERVICE_ACCOUNT, f"{_PROVIDER}{path}.name")
        for path in (
            "auth.*.serviceAccountRef",
            "auth.*.kubernetesServiceAccountToken.serviceAccountRef",
            "auth.iam.jwt.serviceAccountRef",
            "auth.serviceAccount",
            "serviceAccountRef",
        )
    ),
)
_IN_MIGRATION = (  # atlas-operator api/v1alpha1/{atlasmigration,atlasschema}_types.go
    *(Field(SECRET, f"spec.{key}.secretKeyRef.name") for key in ("urlFrom", "devURLFrom", "configFrom")),
    *(Field(SECRET, f"spec.credentials.{key}From.secretKeyRef.name") for key in ("user", "password", "host")),
    Field(SECRET, "spec.cloud.tokenFrom.secretKeyRef.name"),
    Field(SECRET, "spec.vars.[].valueFrom.secretKeyRef.name"),
    Field(CONFIG_MAP, "spec.vars.[].valueFrom.configMapKeyRef.name"),
    Field(CONFIG_MAP, "spec.dir.configMapRef.name"),
    Field(CONFIG_MAP, "spec.schema.configMapKeyRef.name"),
)

_IN_WORKFLOW = _in_workflow("spec.")
READERS: Fields = {
    ("argoproj.io", "Workflow"): _IN_WORKFLOW,
    WORKFLOW_TEMPLATE: _IN_WORKFLOW,
    CLUSTER_WORKFLOW_TEMPLATE: _IN_WORKFLOW,
    ("argoproj.io", "CronWorkflow"): _in_workflow("spec.workflowSpec."),
    ("argoproj.io", "Rollout"): (Field(("apps", "Deployment"), "spec.workloadRef.name"),),
    SECRET_STORE: _IN_STORE,
    CLUSTER_SECRET_STORE: _IN_STORE,
    ("external-secrets.io", "PushSecret"): (
        Field(SECRET, "spec.selector.secret.name"),
        Field(SECRET_STORE, "spec.secretStoreRefs.[].name"),
    ),
    VAULT_AUTH: (  # vault-secrets-operator api/v1beta1/vaultauth_types.go
        *(Field(SERVICE_ACCOUNT, f"spec.{key}.serviceAccount") for key in ("kubernetes", "jwt")),
        Field(SERVICE_ACCOUNT, "spec.aws.irsaServiceAccount"),
        Field(SERVICE_ACCOUNT, "spec.gcp.workloadIdentityServiceAccount"),
        *(Field(SECRET, f"spec.{key}.secretRef") for key in ("appRole", "jwt", "aws")),
        Field(VAULT_CONNECTION, "spec.vaultConnectionRef", WITH_NAMESPACE),
        Field(VAULT_AUTH_GLOBAL, "spec.vaultAuthGlobalRef.name"),
    ),
    VAULT_CONNECTION: (Field(SECRET, "spec.caCertSecretRef"),),
    ("db.atlasgo.io", "AtlasMigration"): _IN_MIGRATION,
    ("db.atlasgo.io", "AtlasSchema"): _IN_MIGRATION,
    ("k8s.mariadb.com", "SqlJob"): (  # mariadb-operator api/v1alpha1/sqljob_types.go
        Field(SECRET, "spec.passwordSecretKeyRef.name"),
        Field(CONFIG_MAP, "spec.sqlConfigMapKeyRef.name"),
        Field(SERVICE_ACCOUNT, "spec.serviceAccountName"),
    ),
    # A place in Infisical, not a Secret of the cluster.
    ("secrets.infisical.com", "InfisicalSecret"): (Field(NO_KIND, "spec.authentication.*.secretsScope.secretName"),),
}
COPIED: tuple[Kind, ...] = (
    SECRET_STORE,
    CLUSTER_SECRET_STORE,
    VAULT_AUTH,
    VAULT_AUTH_GLOBAL,
    VAULT_CONNECTION,
    WORKFLOW_TEMPLATE,
    CLUSTER_WORKFLOW_TEMPLATE,
)
