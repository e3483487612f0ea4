"""Where each of these rules begins and ends: what is found, and what only looks like it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from postrenderer.findings import Severity
from postrenderer.rulebook import EVERY_RULE
from postrenderer.settings import DEFAULTS

from . import given
from .given import BEFORE, HELM_4, PRE_SYNC, app, config_map, job, reads, secret, thing, wave

if TYPE_CHECKING:
    from postrenderer.findings import Finding
    from postrenderer.hooks import Target

RULES = {rule.ID: rule for rule in EVERY_RULE}
HELM_JOB = f'helm.sh/hook: "pre-install,pre-upgrade", {HELM_4}'


def found(rule: str, text: str, target: Target = "argocd", namespace: str = "") -> list[Finding]:
    return list(RULES[rule].find(given.release(text, target, namespace), DEFAULTS))


def pod(labels: str = "", container: str = "name: m", annotations: str = "", kind: str = "Job", more: str = "") -> str:
    """A PreSync hook whose pod template is all that matters."""
    metadata = f"metadata: {{labels: {{{labels}}}, annotations: {{{annotations}}}}}"
    body = f"spec: {{template: {{{metadata}, spec: {{containers: [{{{container}}}]}}}}}}"
    return thing(kind, "migrate", f"{PRE_SYNC}{more}", body, "batch/v1")


def service(selector: str = "app: web", port: str = "8080", name: str = "web", annotations: str = "") -> str:
    body = f"spec:\n  selector: {{{selector}}}\n  ports: [{{port: 80, targetPort: {port}}}]"
    return thing("Service", name, annotations, body)


def database(port: int = 5432) -> str:
    return thing("Service", "db", "", f"spec: {{selector: {{app: db}}, ports: [{{port: {port}}}]}}")


def env(name: str, value: str) -> str:
    return pod(container=f'name: m, image: app, env: [{{name: {name}, value: "{value}"}}]')


# hook-receives-traffic


@pytest.mark.parametrize(
    ("labels", "selected", "port", "expected"),
    [
        ("app: web, tier: hooks", "app: web", "8080", True),
        ("app: web", "app: web, tier: front", "8080", False),
        ("app: web", "", "8080", False),
        ("app: web", "app: web", "http", False),
        ("", "app: web", "8080", False),
    ],
    ids=["a-part-of-its-labels", "one-label-is-missing", "no-selector", "a-port-it-does-not-declare", "no-labels"],
)
def test_a_service_reaches_the_pod_of_a_hook(labels: str, selected: str, port: str, expected: bool) -> None:
    assert bool(found("hook-receives-traffic", service(selected, port) + pod(labels))) is expected


def test_a_named_port_that_the_hook_declares_is_reached() -> None:
    declared = pod("app: web", "name: m, ports: [{name: http, containerPort: 80}]")
    assert found("hook-receives-traffic", service(port="http") + declared)


def test_after_the_deletion_no_service_is_left_to_reach_a_hook() -> None:
    text = service() + pod("app: web").replace("PreSync", "PostDelete")
    assert found("hook-receives-traffic", text) == []


def test_a_selector_in_block_style_is_read_without_parsing_and_the_same() -> None:
    block = "spec:\n  selector:\n    app: web\n    tier: %s\n  ports:\n    - port: 80\n"
    ours, other = (thing("Service", tier, "", block % tier) for tier in ("front", "back"))
    assert [
        f.related[0].label for f in found("hook-receives-traffic", ours + other + pod("app: web, tier: front"))
    ] == ["Service/front stands here"]


# in-chart-database


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DB_HOST", "db"),
        ("DB_HOST", "db.ns.svc.cluster.local"),
        ("DATABASE_URL", "postgres://user:$(PASSWORD)@db/app"),
        ("X", "db:5432"),
        ("X", "mongodb-0.db.ns.svc"),
        ("WAIT_FOR", "pg_isready -h db"),
    ],
)
def test_an_address_of_a_database_of_the_release(name: str, value: str) -> None:
    assert [f.severity for f in found("in-chart-database", database() + env(name, value))] == [Severity.WARNING]


@pytest.mark.parametrize(
    ("name", "value"),
    [("X", "db"), ("DB_HOST", "other-db"), ("DB_HOST", "db-other"), ("DB_NAME", "db"), ("DB_HOST", "example.org")],
)
def test_a_word_that_is_no_address(name: str, value: str) -> None:
    assert found("in-chart-database", database() + env(name, value)) == []


def test_the_address_may_stand_in_what_the_hook_reads_and_no_value_is_said() -> None:
    url = "cG9zdGdyZXM6Ly91OmNhbmFyeUBkYjo1NDMyL2FwcA=="  # postgres://u:canary@db:5432/app
    text = database() + secret("login", body=f"data: {{URL: {url}}}") + job(pod=reads("login"))
    (finding,) = found("in-chart-database", text)
    assert "canary" not in str(finding[3:5])
    assert finding.place
    assert finding.place.line > text[: text.index("kind: Secret")].count("\n")


def test_the_names_of_a_certificate_are_no_addresses() -> None:
    assert (
        found("in-chart-database", database() + pod(container="name: m, args: [create, '--host=db,db.ns.svc']")) == []
    )


def test_what_is_no_database_by_its_port_is_a_note() -> None:
    assert [f.severity for f in found("in-chart-database", database(8080) + env("URL", "http://db/"))] == [
        Severity.NOTE
    ]


def test_the_application_s_own_address_is_none_that_a_migration_needs() -> None:
    own = app(pod="containers: [{name: a, image: app}]").replace(
        "template: {", "template: {metadata: {labels: {app: db}}, "
    )
    assert found("in-chart-database", database(8080) + env("URL", "http://db/") + own) == []


def test_a_sync_hook_speaks_to_what_sync_brings() -> None:
    assert found("in-chart-database", (database() + env("DB_HOST", "db")).replace("PreSync", "Sync")) == []


@pytest.mark.parametrize(("words", "expected"), [("pre-install,pre-upgrade", True), ("pre-upgrade", False)])
def test_helm_runs_upgrade_hooks_when_the_release_is_there(words: str, expected: bool) -> None:
    text = (database() + env("DB_HOST", "db")).replace(PRE_SYNC, f'helm.sh/hook: "{words}", {HELM_4}')
    assert bool(found("in-chart-database", text, "helm")) is expected


# late-network-policy


def network_policy(selector: str, rules: str = "egress: [{}]", annotations: str = "") -> str:
    body = f"spec: {{podSelector: {selector}, {rules}}}"
    return thing("NetworkPolicy", "allow", annotations, body, "networking.k8s.io/v1")


OWN = "{matchLabels: {app: migrate}}"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (network_policy(OWN), True),
        (network_policy("{matchExpressions: [{key: app, operator: In, values: [migrate, backup]}]}"), True),
        (network_policy("{matchExpressions: [{key: app, operator: NotIn, values: [migrate]}]}"), False),
        (network_policy("{matchExpressions: [{key: app, operator: Exists}]}"), True),
        (network_policy("{matchExpressions: [{key: app, operator: DoesNotExist}]}"), False),
        (network_policy(OWN, "policyTypes: [Egress]"), False),
        (network_policy(OWN, annotations=f"{PRE_SYNC}, {wave(-1)}"), False),
        (network_policy("{}") + app().replace("template: {", "template: {metadata: {labels: {app: web}}, "), False),
    ],
    ids=[
        "its-label",
        "in",
        "not-in",
        "exists",
        "does-not-exist",
        "allows-nothing",
        "is-early",
        "for-the-application-too",
    ],
)
def test_a_network_policy_for_the_pods_of_a_hook(text: str, expected: bool) -> None:
    assert bool(found("late-network-policy", text + pod("app: migrate"))) is expected


# stuck-volume


def claim(annotations: str = "", spec: str = "spec: {accessModes: [ReadWriteOnce]}") -> str:
    return thing("PersistentVolumeClaim", "data", annotations, spec)


def storage_class(mode: str) -> str:
    return thing("StorageClass", "fast", "", f"volumeBindingMode: {mode}", "storage.k8s.io/v1")


USES = "volumes: [{name: d, persistentVolumeClaim: {claimName: data}}]"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (claim(wave(-1)) + app(pod=USES), True),
        (claim() + app(pod=USES), False),
        (claim(wave(-1)) + app(pod=USES, annotations=wave(-1)), False),
        (claim(PRE_SYNC) + app(pod=USES), True),
        (claim(f"{PRE_SYNC}, {wave(-1)}") + job(pod=USES), True),
        (claim(PRE_SYNC) + job(pod=USES), False),
        (claim(wave(-1)), False),
        (claim(wave(-1), "spec: {volumeName: disk}") + app(pod=USES), False),
        (claim(wave(-1), 'spec: {storageClassName: ""}') + app(pod=USES), False),
        (claim(wave(-1), "spec: {storageClassName: fast}") + storage_class("Immediate") + app(pod=USES), False),
        (
            claim(wave(-1), "spec: {storageClassName: fast}") + storage_class("WaitForFirstConsumer") + app(pod=USES),
            True,
        ),
    ],
)
def test_a_claim_before_its_first_user(text: str, expected: bool) -> None:
    assert bool(found("stuck-volume", text)) is expected


# gone-at-deletion

DROP = {"argocd": "argocd.argoproj.io/hook: PostDelete", "helm": f"helm.sh/hook: post-delete, {HELM_4}"}


@pytest.mark.parametrize("target", ["argocd", "helm"])
def test_what_a_post_delete_hook_reads_is_gone(target: Target) -> None:
    drop = job("drop", DROP[target])
    kept = "helm.sh/resource-policy: keep"
    assert found("gone-at-deletion", secret() + drop, target)
    assert found("gone-at-deletion", secret(annotations=DROP[target]) + drop, target) == []
    assert found("gone-at-deletion", secret(annotations=kept) + drop, target) == []
    assert found("gone-at-deletion", drop, target) == []


def test_helm_leaves_its_hooks_at_the_deletion_and_argo_cd_does_not() -> None:
    other = {"argocd": PRE_SYNC, "helm": HELM_JOB}
    texts = {target: secret(annotations=other[target]) + job("drop", DROP[target]) for target in DROP}
    assert found("gone-at-deletion", texts["argocd"])
    assert found("gone-at-deletion", texts["helm"], "helm") == []


# Hooks that do not run, end or stay.


@pytest.mark.parametrize(
    ("rule", "text", "expected"),
    [
        ("several-phases", job(annotations='helm.sh/hook: "post-install,pre-upgrade"'), True),
        ("several-phases", job(annotations="argocd.argoproj.io/hook: 'PostSync,SyncFail'"), False),
        ("several-phases", secret(annotations='helm.sh/hook: "pre-install,post-install"'), False),
        ("several-phases", secret(annotations="argocd.argoproj.io/hook: 'PreSync,Sync'"), True),
        ("never-run-hook", job(annotations="helm.sh/hook: pre-rollback"), True),
        ("never-run-hook", job(annotations='helm.sh/hook: "pre-upgrade,pre-rollback"'), False),
        ("suspended-hook", job().replace("spec: {", "spec: {suspend: true, ", 1), True),
        ("suspended-hook", job().replace("spec: {", "spec: {suspend: false, ", 1), False),
        ("restarting-hook", thing("Pod", "p", PRE_SYNC, "spec: {restartPolicy: Always}"), True),
        ("restarting-hook", thing("Pod", "p", "", "spec: {restartPolicy: Always}"), False),
        ("restarting-hook", thing("Pod", "p", PRE_SYNC, "spec: {restartPolicy: OnFailure}"), False),
        ("lost-logs", job(annotations=f"{PRE_SYNC}, {BEFORE}"), False),
        ("lost-logs", secret(annotations=f"{PRE_SYNC}, argocd.argoproj.io/hook-delete-policy: HookFailed"), False),
        ("leftover-hook-weight", config_map(annotations='helm.sh/hook-weight: "0"'), False),
        ("leftover-hook-weight", config_map(annotations=f'helm.sh/hook-weight: "5", {wave(1)}'), False),
        ("leftover-hook-weight", config_map(annotations=f'helm.sh/hook-weight: "5", {PRE_SYNC}'), False),
        ("hooks-only-release", job(annotations="helm.sh/hook: post-delete"), False),
        ("hooks-only-release", job() + config_map(), False),
        ("powerless-keep", secret(annotations=f"{PRE_SYNC}, argocd.argoproj.io/sync-options: Prune=false"), True),
        ("powerless-keep", job(annotations=f"{PRE_SYNC}, argocd.argoproj.io/sync-options: Prune=false"), False),
        ("sync-and-delete-hook", job(annotations='helm.sh/hook: "pre-delete,post-delete"'), False),
    ],
)
def test_a_hook_that_does_not_run_end_or_stay(rule: str, text: str, expected: bool) -> None:
    assert bool(found(rule, text)) is expected


@pytest.mark.parametrize(
    ("rule", "annotations"),
    [
        ("several-phases", f'helm.sh/hook: "post-install,pre-upgrade", {HELM_4}'),
        ("sync-and-delete-hook", f'helm.sh/hook: "pre-install,pre-delete", {HELM_4}'),
        ("never-run-hook", f"helm.sh/hook: pre-rollback, {HELM_4}"),
        ("hooks-only-release", HELM_JOB),
        ("generate-name-pile", HELM_JOB),
        ("overlong-generate-name", HELM_JOB),
    ],
)
def test_what_only_argo_cd_does_is_not_said_to_helm(rule: str, annotations: str) -> None:
    text = job(annotations=annotations)
    if "generate" in rule:
        text = text.replace("name: migrate", f"generateName: {'migrate' * 9}-", 1)
    assert found(rule, text, "helm") == []


def test_helm_prints_the_logs_before_it_deletes_them_where_it_is_told_to() -> None:
    failed = f'{HELM_JOB}, helm.sh/hook-delete-policy: "before-hook-creation,hook-failed"'
    assert found("lost-logs", job(annotations=failed), "helm")
    assert found("lost-logs", job(annotations=f"{failed}, helm.sh/hook-output-log-policy: hook-failed"), "helm") == []


# never-ending-sidecar

VAULT = "vault.hashicorp.com/agent"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (pod(annotations="linkerd.io/inject: enabled"), True),
        (pod(annotations="linkerd.io/inject: disabled"), False),
        (pod(labels="sidecar.istio.io/inject: 'true'"), True),
        (pod(annotations=f"{VAULT}-inject: 'true'"), True),
        (pod(annotations=f"{VAULT}-inject: 'true', {VAULT}-pre-populate-only: 'true'"), False),
        (pod(container="name: m}, {name: p, image: gcr.io/cloudsql-docker/gce-proxy:1.33.2"), True),
        (pod(container="name: p, image: gcr.io/cloudsql-docker/gce-proxy:1.33.2"), False),
        (pod(container="name: m, command: [sh, -c, run && pkill proxy]}, {name: p, image: envoy"), False),
        (
            pod(annotations="linkerd.io/inject: enabled", container="name: m, command: [linkerd-await, --shutdown]"),
            False,
        ),
        (pod(annotations="linkerd.io/inject: enabled, config.linkerd.io/proxy-enable-native-sidecar: 'true'"), False),
    ],
)
def test_a_container_that_goes_on(text: str, expected: bool) -> None:
    assert bool(found("never-ending-sidecar", text)) is expected


def test_a_namespace_of_the_release_that_asks_for_sidecars() -> None:
    asks = thing("Namespace", "team", labels="istio-injection: enabled")
    assert found("never-ending-sidecar", asks + pod(), namespace="team")
    assert found("never-ending-sidecar", asks + pod(labels="sidecar.istio.io/inject: 'false'"), namespace="team") == []
    assert found("never-ending-sidecar", asks + pod(), namespace="other") == []


# generateName


def generated(name: str, phase: str = "PreSync", policy: str = "") -> str:
    return job("x", f"argocd.argoproj.io/hook: {phase}{policy}").replace("name: x", f"generateName: {name}", 1)


def test_two_generated_names_are_one_in_one_phase_of_one_kind() -> None:
    assert len(found("repeated-generate-name", generated("a-") + generated("a-"))) == 1
    assert found("repeated-generate-name", generated("a-") + generated("b-")) == []
    assert found("repeated-generate-name", generated("a-") + generated("a-", "PostSync")) == []


@pytest.mark.parametrize(("length", "expected"), [(37, False), (38, True)])
def test_a_generated_name_of_a_job_has_63_characters_with_what_argo_cd_adds(length: int, expected: bool) -> None:
    assert bool(found("overlong-generate-name", generated("a" * (length - 1) + "-"))) is expected


def test_a_hook_that_is_deleted_when_the_sync_succeeded_does_not_pile_up() -> None:
    gone = ", argocd.argoproj.io/hook-delete-policy: HookSucceeded"
    assert found("generate-name-pile", generated("a-"))
    assert found("generate-name-pile", generated("a-", policy=gone)) == []


# Applications


def application(policy: str, source: str = "plugin: {name: presync}", kind: str = "Application") -> str:
    spec = f"{{source: {{{source}}}, destination: {{namespace: app}}, syncPolicy: {policy}}}"
    body = f"spec: {{template: {{spec: {spec}}}}}" if kind == "ApplicationSet" else f"spec: {spec}"
    return thing(kind, "app", "", body, "argoproj.io/v1alpha1")


SAID = {
    "hookless-heal": "{automated: {selfHeal: true}}",
    "retried-migration": "{automated: {}, retry: {limit: -1}}",
    "replaced-hooks": "{syncOptions: [Replace=true]}",
    "orphaned-pods": "{syncOptions: [PrunePropagationPolicy=orphan]}",
    "uncreated-namespace": "{}",
}


@pytest.mark.parametrize("rule", SAID)
def test_an_application_is_judged_where_it_is_known_to_have_hooks(rule: str) -> None:
    assert found(rule, application(SAID[rule]))
    assert found(rule, application(SAID[rule], kind="ApplicationSet"))
    assert found(rule, application(SAID[rule], "helm: {}")) == []
    assert (
        found(rule, application(SAID[rule], "helm: {}") + job()) == []
    )  # the hooks of a chart that brings Applications


@pytest.mark.parametrize(
    ("rule", "policy"),
    [
        ("hookless-heal", "{automated: {selfHeal: false}}"),
        ("retried-migration", "{automated: {}, retry: {limit: 2}}"),
        ("retried-migration", "{automated: {enabled: false}}"),
        ("retried-migration", "{}"),
        ("replaced-hooks", "{syncOptions: [Replace=false]}"),
        ("orphaned-pods", "{syncOptions: [PrunePropagationPolicy=background]}"),
        ("uncreated-namespace", "{syncOptions: [CreateNamespace=true]}"),
    ],
)
def test_an_application_that_is_right(rule: str, policy: str) -> None:
    assert found(rule, application(policy)) == []


def test_a_namespace_of_the_release_is_there_before_its_hooks() -> None:
    assert found("uncreated-namespace", application("{}") + thing("Namespace", "app")) == []


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("helm: {}, plugin: {name: other}", True),
        ("kustomize: {}, directory: {recurse: true}", True),
        ("helm: null, plugin: {name: presync}", False),
        ("helm: {}", False),
    ],
)
def test_a_source_has_one_type(source: str, expected: bool) -> None:
    assert bool(found("two-source-types", application("{}", source))) is expected


# What a render heeds.


def test_what_an_ordinary_custom_resource_seems_to_read_is_said_where_it_alone_makes_a_hook_shared() -> None:
    shaped = thing("Database", "d", "", "spec: {adminSecretRef: {name: db}}", "example.org/v1")
    hook = secret(annotations=PRE_SYNC)
    assert [str(f.manifest) for f in found("unverified-reference", hook + shaped)] == ["Database/d"]
    assert found("unverified-reference", hook + shaped + app()) == []
    assert found("unverified-reference", secret() + shaped) == []


@pytest.mark.parametrize("name", ["db-4b8t2h7k9m", "db-0f3a91c2d4", "settings-5f2b8c1e"])
def test_a_name_made_of_content(name: str) -> None:
    assert found("hashed-original", secret(name) + job(pod=reads(name)))


@pytest.mark.parametrize("name", ["db", "db-12345678", "db-deadbeef", "release-name-credentials", "db-v2"])
def test_a_name_that_stays(name: str) -> None:
    assert found("hashed-original", secret(name) + job(pod=reads(name))) == []


def test_an_optional_object_that_comes_late_is_a_warning() -> None:
    optional = job(pod="containers: [{name: m, envFrom: [{secretRef: {name: db, optional: true}}]}]")
    assert [f.severity for f in found("late-dependency", secret() + optional)] == [Severity.WARNING]


def test_what_has_no_word_in_helm_does_not_disagree_with_it() -> None:
    both = 'argocd.argoproj.io/hook: {}, helm.sh/hook: "post-install,pre-upgrade"'
    assert found("words-disagree", job(annotations=both.format("Sync"))) == []
    assert found("words-disagree", job(annotations=both.format("PostSync")))


def test_limits_that_no_settings_name_are_notes_and_never_written() -> None:
    text = job(annotations=f"{PRE_SYNC}, {BEFORE}", pod="containers: [{name: m}]")
    assert {f.severity for rule in ("no-deadline", "runaway-retries") for f in found(rule, text)} == {Severity.NOTE}
    assert given.rendered(text).text == text
