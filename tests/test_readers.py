"""Hooks of other kinds than Job read too: workflows, rollouts, pods, items of lists, kinds that the settings name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from postrenderer import pipeline, stream, tables
from postrenderer.extensions import Maker, Named, Product, Read, State, Value
from postrenderer.settings import Settings

from .given import PRE_SYNC, account, app, config_map, job, named, names, output, reads, refusals, secret, thing

if TYPE_CHECKING:
    from postrenderer.release import Release

ARGO = "argoproj.io/v1alpha1"
CONTAINER = "{image: i, envFrom: [{secretRef: {name: db}}]}"
TEMPLATES = {
    "a container": f"{{container: {CONTAINER}}}",
    "a script": f"{{script: {CONTAINER}}}",
    "a set of containers": f"{{containerSet: {{containers: [{CONTAINER}]}}}}",
    "an init container": f"{{initContainers: [{CONTAINER}]}}",
    "a sidecar": f"{{sidecars: [{CONTAINER}]}}",
    "a volume": "{volumes: [{name: v, secret: {secretName: db}}]}",
    "an artifact": "{inputs: {artifacts: [{name: a, s3: {accessKeySecret: {name: db, key: k}}}]}}",
}


def workflow(spec: str, kind: str = "Workflow", name: str = "migrate", annotations: str = PRE_SYNC) -> str:
    return thing(kind, name, annotations, f"spec: {{{spec}}}", ARGO)


def copied(text: str) -> list[str]:
    held = output(text)
    assert [name for name in read(held) if name == "db"] == []
    return [str(manifest) for manifest in held.manifests if manifest.is_copy]


def read(held: Release) -> list[str]:
    return [reference.name for hook in held.hooks for reference in held.references(hook)]


@pytest.mark.parametrize("template", TEMPLATES.values(), ids=TEMPLATES)
def test_a_workflow_reads_in_every_form_of_template(template: str) -> None:
    assert copied(secret() + workflow(f"templates: [{template}]") + app()) == ["Secret/db-presync"]


def test_a_workflow_s_template_comes_along_with_what_it_reads() -> None:
    shared = workflow(f"templates: [{{name: m, container: {CONTAINER}}}]", "WorkflowTemplate", "t", "")
    text = secret() + shared + workflow("workflowTemplateRef: {name: t}") + app()
    assert copied(text) == ["Secret/db-presync", "WorkflowTemplate/t-presync"]
    assert "workflowTemplateRef: {name: t-presync}" in named(output(text), "Workflow/migrate").document.text


@pytest.mark.parametrize(
    "step",
    [
        "templates: [{steps: [[{name: s, templateRef: {name: t, template: m, clusterScope: true}}]]}]",
        "templates: [{dag: {tasks: [{name: s, templateRef: {name: t, template: m, clusterScope: true}}]}}]",
        "workflowTemplateRef: {name: t, clusterScope: true}",
    ],
)
def test_a_template_of_the_cluster_comes_along_too(step: str) -> None:
    shared = workflow("templates: []", "ClusterWorkflowTemplate", "t", "")
    assert copied(shared + workflow(step)) == ["ClusterWorkflowTemplate/t-presync"]


def test_a_template_that_is_a_hook_waits_for_nothing_itself() -> None:
    early = workflow("templates: [{container: {envFrom: [{secretRef: {name: elsewhere}}]}}]", "WorkflowTemplate", "t")
    assert copied(secret("other") + early) == []


def test_what_an_ordinary_workflow_reads_is_no_hook() -> None:
    for kind, spec in (("Workflow", ""), ("CronWorkflow", "workflowSpec: ")):
        body = f"templates: [{{container: {CONTAINER}}}]"
        ordinary = workflow(f"{spec}{{{body}}}" if spec else body, kind, "w", "")
        held = output(secret(annotations=PRE_SYNC) + ordinary)
        assert names(filter(held.is_ordinary, held.manifests)) == ["Secret/db", f"{kind}/w"]


def test_a_rollout_reads_like_a_deployment() -> None:
    rollout = thing("Rollout", "app", body=f"spec: {{template: {{spec: {{{reads('db')}}}}}}}", api=ARGO)
    held = output(secret(annotations=PRE_SYNC) + rollout)
    assert names(held.hooks) == []


def test_a_rollout_reads_the_deployment_whose_pods_it_runs() -> None:
    rollout = thing(
        "Rollout", "app", body="spec: {workloadRef: {apiVersion: apps/v1, kind: Deployment, name: app}}", api=ARGO
    )
    held = output(app(annotations=PRE_SYNC, pod="containers: []") + rollout)
    assert names(held.hooks) == []


@pytest.mark.parametrize(
    "reader",
    [
        thing("Pod", "migrate", PRE_SYNC, f"spec: {{restartPolicy: Never, {reads('db')}}}"),
        thing(
            "CronJob",
            "migrate",
            PRE_SYNC,
            f"spec: {{jobTemplate: {{spec: {{template: {{spec: {{{reads('db')}}}}}}}}}}}",
            "batch/v1",
        ),
        "---\napiVersion: v1\nkind: List\nitems:\n- " + job().strip("-\n").replace("\n", "\n  ") + "\n",
    ],
    ids=["a pod", "a cron job", "an item of a list"],
)
def test_a_hook_of_another_kind_reads_too(reader: str) -> None:
    assert copied(secret() + reader + app()) == ["Secret/db-presync"]


# Kinds that the settings name; the examples of the README.

KNATIVE = thing(
    "Service",
    "site",
    PRE_SYNC,
    "spec: {template: {metadata: {annotations: {x.org/secret: db}}}}",
    "serving.knative.dev/v1",
)
KEDA = thing(
    "TriggerAuthentication", "q", PRE_SYNC, "spec: {secretTargetRef: [{name: db, key: k}]}", "keda.sh/v1alpha1"
)
TEKTON = thing("TaskRun", "m", PRE_SYNC, "spec: {workspaces: [{secret: {secretName: db}}]}", "tekton.dev/v1")
ADDED = {
    "Knative": (KNATIVE, Named("Service.serving.knative.dev", ("spec.template.metadata.annotations.[x.org/secret]",))),
    "KEDA": (KEDA, Named("TriggerAuthentication.keda.sh", ("spec.secretTargetRef.[].name",))),
    "Tekton": (TEKTON, Named("TaskRun.tekton.dev", ("spec.workspaces.[].secret.secretName",))),
    "an argument": (
        job(pod="containers: [{args: [run, --from=secret/db, --to=dbx]}]"),
        Named("Job.batch", ("spec.template.spec.containers.[].args.[]",), pattern="--from=secret/{name}"),
    ),
    "a template": (
        job(pod="containers: [{args: ['{{ with secret/db, }}']}]"),
        Named("Job.batch", ("spec.template.spec.containers.[].args.[]",), pattern="{{ with secret/{name}"),
    ),
    "a plain argument": (
        job(pod="containers: [{args: [db]}]"),
        Named("Job.batch", ("spec.template.spec.containers.[].args.[]",)),
    ),
    "an environment variable": (
        job(pod="containers: [{env: [{name: S, value: db}]}]"),
        Named("Job.batch", ("spec.template.spec.containers.[].env.[].value",)),
    ),
}


def rendered(text: str, *added: Named, producers: tuple[Maker, ...] = ()) -> pipeline.Rendered:
    settings = Settings(references=added, producers=producers)
    held = pipeline.read(stream.split(text), "argocd", tables=tables.of(settings))
    return pipeline.render(held, settings)


@pytest.mark.parametrize(("reader", "row"), ADDED.values(), ids=ADDED)
def test_a_field_that_the_settings_name_is_followed_and_rewritten(reader: str, row: Named) -> None:
    result = rendered(secret() + reader + app(), row)
    assert [judged.finding.message for judged in result.judged if judged.refuses] == []
    assert "name: db-presync" in result.text.replace('"', "")
    assert reader.replace("secret/db,", "secret/db-presync,").count("db-presync") <= result.text.count("db-presync")
    assert [j.finding.rule for j in result.judged if j.finding.rule == "old-name-in-text"] == []
    hook = pipeline.read(stream.split(result.text), "argocd", tables=tables.of(Settings(references=(row,)))).hooks[-1]
    assert "db-presync" in hook.document.text
    assert rendered(result.text, row).text == result.text


CONFIG = """\
data:
  app.yaml: |
    # which Secret
    secret: db
    other: db # not named so
"""


def test_a_name_inside_a_configuration_file_is_rewritten_in_the_hook_s_copy_alone() -> None:
    row = Named("ConfigMap", ("data.[app.yaml]",), pattern="secret: {name}")
    pod = "volumes: [{configMap: {name: config}}]"
    result = rendered(secret() + config_map(body=CONFIG.rstrip()) + job(pod=pod) + app(pod=pod), row)
    held = pipeline.read(stream.split(result.text), "argocd")
    assert CONFIG in named(held, "ConfigMap/config").document.text
    assert CONFIG.replace("secret: db", "secret: db-presync") in named(held, "ConfigMap/config-presync").document.text
    assert names(m for m in held.manifests if m.is_copy) == ["Secret/db-presync", "ConfigMap/config-presync"]


MADE = thing("Login", "x", body="spec: {to: db, by: helper, mode: strict, restarts: [app]}", api="my.org/v1")
MAKER = Maker(
    "Login.my.org",
    (Product(("spec.to",)),),
    reads=(Read(("spec.by",), "Helper.my.org"),),
    unless=(State(("spec.mode",), ("never",), "it never may"),),
    sets=(Value("spec.mode", "loose", "loose"),),
    ready="Ready",
)


def test_a_producer_that_the_settings_name_is_copied() -> None:
    result = rendered(MADE + job() + app(), producers=(MAKER,))
    assert "spec: {to: db-presync, by: helper, mode: loose, restarts: [app]}" in result.text
    assert "name: x-presync" in result.text
    said = [judged.finding.hint for judged in result.judged if judged.finding.rule == "unwatched-producer"]
    assert ["resource.customizations.health.my.org_Login" in hint for hint in said] == [True]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        (MAKER._replace(treat="refuse", reason="it is ours"), "it is ours"),
        (MAKER._replace(versions=("v2",)), "presync knows it in v2 only"),
        (MAKER._replace(unless=(State(("spec.mode",), ("!loose",), "it is not loose"),)), "it is not loose"),
        (MAKER._replace(makes=(Product((), "d{name}"),), reason=""), "what it makes is called after it"),
        (MAKER._replace(drops=("spec.restarts",)), "does not stand on lines of its own: restarts"),
    ],
)
def test_a_producer_that_the_settings_name_is_refused(changed: Maker, said: str) -> None:
    reader = job(pod=reads("dx" if changed.makes[0].default else "db"))
    (finding,) = [j.finding for j in rendered(MADE + reader, producers=(changed,)).judged if j.refuses]
    assert said in finding.message


def test_a_remedy_that_the_settings_name_may_hold_any_text() -> None:
    maker = MAKER._replace(treat="refuse", reason="it is ours", remedy="use {x} and {} for {secret}")
    (finding,) = [j.finding for j in rendered(MADE + job(), producers=(maker,)).judged if j.refuses]
    assert finding.hint == "use {x} and {} for db"


def test_a_key_with_dots_can_be_set() -> None:
    maker = MAKER._replace(sets=(Value("spec.[my.org/mode]", "loose", "strict"),))
    text = rendered(MADE + job(), producers=(maker,)).text
    assert '"my.org/mode": "loose"' in text or "my.org/mode: loose" in text


@pytest.mark.parametrize(
    "changed", [MAKER._replace(treat="share"), MAKER._replace(idle=(State(("spec.mode",), ("strict",)),))]
)
def test_a_producer_that_the_settings_name_is_left_alone(changed: Maker) -> None:
    result = rendered(MADE + job(), producers=(changed,))
    assert not any(judged.refuses for judged in result.judged)
    assert "db-presync" not in result.text


def test_the_settings_may_overrule_a_built_in_row() -> None:
    text = thing("Certificate", "c", body="spec: {secretName: tls}", api="cert-manager.io/v1") + job(pod=reads("tls"))
    assert [finding.rule for finding in refusals(text)] == ["copy-refused"]
    row = Maker("Certificate.cert-manager.io", (Product(("spec.secretName",)),), watched=True)
    assert "secretName: tls-presync" in rendered(text, producers=(row,)).text


# Accounts: who trusts a name, and what selects by label.

BY_NAME = {
    "an SCC": ("SecurityContextConstraints", "security.openshift.io/v1", "users: ['system:serviceaccount:ns:app']"),
    "Pod Identity": ("PodIdentityAssociation", "eks.services.k8s.aws/v1alpha1", "spec: {serviceAccount: app}"),
    "Pod Identity of Upbound": (
        "PodIdentityAssociation",
        "eks.aws.upbound.io/v1beta1",
        "spec: {forProvider: {serviceAccount: app}}",
    ),
    "Azure": (
        "FederatedIdentityCredential",
        "managedidentity.azure.com/v1api20230131",
        "spec: {subject: 'system:serviceaccount:ns:app'}",
    ),
    "Azure of Upbound": (
        "FederatedIdentityCredential",
        "managedidentity.azure.upbound.io/v1beta1",
        "spec: {forProvider: {subject: 'system:serviceaccount:ns:app'}}",
    ),
    "GKE": (
        "IAMPolicyMember",
        "iam.cnrm.cloud.google.com/v1beta1",
        "spec: {member: 'serviceAccount:p.svc.id.goog[ns/app]'}",
    ),
    "GKE's policy": (
        "IAMPartialPolicy",
        "iam.cnrm.cloud.google.com/v1beta1",
        "spec: {bindings: [{members: [{member: 'serviceAccount:p.svc.id.goog[ns/app]'}]}]}",
    ),
    "a user of an SCC": (
        "RoleBinding",
        "rbac.authorization.k8s.io/v1",
        "subjects: [{kind: User, name: 'system:serviceaccount:ns:app'}]\n"
        "roleRef: {kind: ClusterRole, name: 'system:openshift:scc:anyuid'}",
    ),
}
AS_APP = job(pod="serviceAccountName: app")


@pytest.mark.parametrize(("kind", "api", "body"), BY_NAME.values(), ids=BY_NAME)
def test_an_account_that_something_here_trusts_by_name_is_refused(kind: str, api: str, body: str) -> None:
    (finding,) = refusals(account() + thing(kind, "trust", body=body, api=api) + AS_APP, namespace="ns")
    assert f"{kind}/trust trusts it by name" in finding.message
    assert "copies.serviceAccount: share" in finding.hint
    other = body.replace(":app", ":other").replace("/app]", "/other]").replace(": app}", ": other}")
    assert refusals(account() + thing(kind, "trust", body=other, api=api) + AS_APP, namespace="ns") == []


def test_an_account_of_azure_s_pods_is_refused() -> None:
    body = (
        'spec: {template: {metadata: {labels: {azure.workload.identity/use: "true"}}, spec: {serviceAccountName: app}}}'
    )
    (finding,) = refusals(account() + thing("Job", "migrate", PRE_SYNC, body, "batch/v1"))
    assert "azure.workload.identity/use" in finding.message


@pytest.mark.parametrize("kind", ["SecretStore", "ClusterSecretStore"])
def test_an_account_by_which_a_store_signs_in_is_refused(kind: str) -> None:
    auth = "{auth: {kubernetes: {serviceAccountRef: {name: app}}}}"
    store = thing(kind, "s", body=f"spec: {{provider: {{vault: {auth}}}}}", api="external-secrets.io/v1")
    maker = thing(
        "ExternalSecret",
        "db",
        body=f"spec: {{secretStoreRef: {{name: s, kind: {kind}}}}}",
        api="external-secrets.io/v1",
    )
    (finding,) = refusals(account(namespace="ns") + store + maker + job(), namespace="ns")
    assert f"{kind}/s signs in as it" in finding.message


def test_an_account_by_which_a_mounted_class_signs_in_to_vault_is_refused() -> None:
    mounted = thing(
        "SecretProviderClass",
        "c",
        body="spec: {provider: vault, parameters: {roleName: r}}",
        api="secrets-store.csi.x-k8s.io/v1",
    )
    pod = "serviceAccountName: app, volumes: [{csi: {volumeAttributes: {secretProviderClass: c}}}]"
    (finding,) = refusals(account() + mounted + job(pod=pod))
    assert "SecretProviderClass/c trusts it by name" in finding.message


@pytest.mark.parametrize("group", ["system:serviceaccounts:ns", "system:serviceaccounts", "system:authenticated"])
def test_a_binding_of_a_group_needs_no_copy_and_is_told(group: str) -> None:
    body = f"subjects: [{{kind: Group, name: '{group}'}}]\nroleRef: {{kind: Role, name: r}}"
    text = account() + thing("RoleBinding", "all", body=body, api="rbac.authorization.k8s.io/v1") + AS_APP
    held = output(text, namespace="ns")
    assert names(manifest for manifest in held.manifests if manifest.is_copy) == ["ServiceAccount/app-presync"]
    result = pipeline.render(pipeline.read(stream.split(text), "argocd", "ns"))
    (said,) = [j.finding.message for j in result.judged if j.finding.rule == "copied-account"]
    assert "what RoleBinding/all grants to every account it has from Sync on" in said


def test_what_selects_the_migration_s_pod_by_label_still_does() -> None:
    body = f"spec: {{template: {{metadata: {{labels: {{role: migrate}}}}, spec: {{{reads('db')}}}}}}}"
    policy = thing(
        "NetworkPolicy", "p", body="spec: {podSelector: {matchLabels: {role: migrate}}}", api="networking.k8s.io/v1"
    )
    held = output(secret() + policy + thing("Job", "migrate", PRE_SYNC, body, "batch/v1") + app())
    assert named(held, "NetworkPolicy/p").document.text == policy
    assert "{metadata: {labels: {role: migrate}}, spec:" in named(held, "Job/migrate").document.text


# What text mentions and no field holds.

VOLUME = '[{"secret":{"secretName":"db"}}]'
MENTIONED = {
    "an argument": (job(pod=f"{reads('db')[:-2]}, args: [--secret=db]}}]"), "spec.template.spec.containers.[].args.[]"),
    "a variable": (
        job(pod=f"{reads('db')[:-2]}, env: [{{name: S, value: db}}]}}]"),
        "spec.template.spec.containers.[].env.[].value",
    ),
    "Vault's agent": (
        thing(
            "Job",
            "migrate",
            PRE_SYNC,
            "spec: {template: {metadata: {annotations: {vault.hashicorp.com/agent-inject-secret-x: kv/db}}, "
            f"spec: {{{reads('db')}}}}}}}",
            "batch/v1",
        ),
        "spec.template.metadata.annotations.[vault.hashicorp.com/agent-inject-secret-x]",
    ),
    "Istio": (
        thing(
            "Job",
            "migrate",
            PRE_SYNC,
            f"spec: {{template: {{metadata: {{annotations: {{sidecar.istio.io/userVolume: '{VOLUME}'}}}}, "
            f"spec: {{{reads('db')}}}}}}}",
            "batch/v1",
        ),
        "spec.template.metadata.annotations.[sidecar.istio.io/userVolume]",
    ),
    "reloader": (
        job(annotations=f"{PRE_SYNC}, secret.reloader.stakater.com/reload: 'a,db'"),
        "metadata.annotations.[secret.reloader.stakater.com/reload]",
    ),
    "Linkerd": (
        job(annotations=f"{PRE_SYNC}, config.linkerd.io/x: db"),
        "metadata.annotations.[config.linkerd.io/x]",
    ),
}


@pytest.mark.parametrize(
    "maker", [secret(), thing("BitwardenSecret", "b", body="spec: {secretName: db}", api="k8s.bitwarden.com/v1")]
)
@pytest.mark.parametrize(("reader", "path"), MENTIONED.values(), ids=MENTIONED)
def test_a_mention_is_reported_with_its_place(maker: str, reader: str, path: str) -> None:
    text = maker + reader + app()
    (found,) = [j.finding for j in rendered(text).judged if j.finding.rule == "old-name-in-text"]
    assert f"Job/migrate mentions Secret/db in {path}" in found.message
    assert f"paths: ['{path}']" in found.hint
    assert found.place is not None
    assert text.splitlines()[found.place.line - 1][found.place.column - 1 :].startswith("db")
