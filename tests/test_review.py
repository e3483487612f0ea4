"""What rules find in public charts, read by hand against each chart: what is true, and why.

Of rules of severity error every finding of that weight was read; of the others at least ten, or all there are.
"""

from __future__ import annotations

import functools
from fnmatch import fnmatchcase

import pytest

from postrenderer import pipeline, stream
from postrenderer.findings import Severity
from postrenderer.rulebook import EVERY_RULE
from postrenderer.settings import DEFAULTS

from . import corpus
from .test_rules import ill_put

pytestmark = corpus.needed

Row = tuple[str, str, str]  # chart, object, and why it is true; `*` stands for any rest of a name

PRE_UPGRADE = "its pre-upgrade is PreSync to Argo CD, on the first install too, and what it reads is ordinary"
PRE_INSTALL = "a pre-install hook in PreSync, and what it reads is ordinary"
BEFORE_AND_AFTER = "post-install,pre-upgrade is PreSync too, and what it reads is ordinary"
DEFAULT_POLICY = "a hook without a policy, so BeforeHookCreation, named in the pod spec of a Deployment"
BEFORE_ONLY = "BeforeHookCreation deletes it at each sync, and it is named in the pod spec of a Deployment"

ERRORS: dict[str, tuple[Row, ...]] = {
    "late-dependency": (
        ("bitnami-etcd", "Job/rel-etcd-pre-upgrade", PRE_UPGRADE),
        ("bitnami-kong", "Job/rel-kong-migrate", BEFORE_AND_AFTER),
        ("bitnami-mariadb-pwupdate", "Job/rel-mariadb-password-update", PRE_UPGRADE),
        ("bitnami-milvus", "Job/rel-etcd-pre-upgrade", PRE_UPGRADE),
        ("fixed-hf-3391", "Job/rel-datasets-server-job-mongodb-migration", "its ServiceAccount is still ordinary"),
        ("harbor", "Job/migration-job", PRE_UPGRADE),
        ("harbor-intdb", "Job/migration-job", PRE_UPGRADE),
        ("hf-datasets-server", "Job/rel-datasets-server-job-mongodb-migration", PRE_UPGRADE),
        (
            "kong-argo",
            "Job/rel-kong-*-migrations",
            "all three say PreSync to Argo CD; account and keypair are ordinary",
        ),
        (
            "odoo-imio",
            "Deployment/rel-odoo-maintenance-page",
            "a Deployment as pre-upgrade hook with ordinary ConfigMaps",
        ),
        ("prefix-bitnami-etcd-32889", "Job/rel-etcd-pre-upgrade", PRE_UPGRADE),
        ("prefix-hf-3391", "Job/rel-datasets-server-job-mongodb-migration", "mounts an ordinary SecretProviderClass"),
        ("prefix-hub-26", "Job/rel-hub-migrations", PRE_INSTALL),
        ("prefix-hub-27", "Job/rel-hub-migrations", PRE_INSTALL),
        ("prefix-hub-27-eso", "Job/rel-hub-migrations", PRE_INSTALL),
        (
            "prefix-langsmith-687",
            "Job/rel-langsmith-backend-*migrations",
            "Sync hooks of wave -1 read what wave 0 brings",
        ),
        ("prefix-meho-2417", "Job/rel-meho-migrate", "runs as the application's ordinary ServiceAccount"),
        ("sapcc-elektra", "Job/rotate-token-secret", BEFORE_AND_AFTER),
        ("sapcc-ironic", "Job/ironic-security-group-setup", BEFORE_AND_AFTER),
        ("sapcc-keystone", "Job/rel-job-creds-migrate-*", PRE_UPGRADE),
        ("sentry-hooks", "Job/rel-sentry-*", BEFORE_AND_AFTER),
        ("stable-kong", "Job/rel-kong-pre-upgrade-migrations", PRE_UPGRADE),
        ("umami", "Job/rel-umami-migration-v1-to-v2", PRE_INSTALL),
        ("uptrace", "Job/rel-uptrace-validate", PRE_UPGRADE),
    ),
    "shared-hook": (
        ("datahub", "Secret/datahub-*-secrets", DEFAULT_POLICY),
        ("dependency-track", "Secret/dt-*", BEFORE_ONLY),
        ("fixed-hf-3391", "SecretProviderClass/rel-datasets-server-*", "the fix made hooks of what Deployments mount"),
        ("fixed-meho-2417", "ConfigMap/rel-meho-config", BEFORE_ONLY),
        ("lago", "Secret/rel-secrets", DEFAULT_POLICY),
        (
            "lago",
            "ServiceAccount/rel-serviceaccount",
            "nine Deployments run as it: a new one at each sync ends their tokens",
        ),
        ("leoflow", "Secret/rel-leoflow-secrets", DEFAULT_POLICY),
        ("meho", "ConfigMap/rel-meho-config", BEFORE_ONLY),
        ("mlflow", "Secret/rel-mlflow-flask-server-secret-key", BEFORE_ONLY),
        ("ory-hydra", "Secret/rel-hydra", BEFORE_ONLY),
        ("ory-keto", "Secret/rel-keto", BEFORE_ONLY),
        ("ory-kratos", "Secret/rel-kratos", BEFORE_ONLY),
        ("prefix-meho-2417", "ConfigMap/rel-meho-config", BEFORE_ONLY),
        ("rancher", "Secret/bootstrap-secret", DEFAULT_POLICY),
        ("saleor", "Secret/postgresql-credentials", "a StatefulSet reads what each sync deletes and makes anew"),
        ("sapcc-ironic", "Secret/*", "both are mounted by Deployments"),
        ("sapcc-keystone", "Secret/keystone-initdb", DEFAULT_POLICY),
        ("sapcc-mariadb", "Secret/test-initdb", DEFAULT_POLICY),
        ("sentry", "Secret/rel-sentry-sentry-secret", DEFAULT_POLICY),
        ("sentry-hooks", "Secret/rel-sentry-sentry-secret", DEFAULT_POLICY),
        ("shell-be", "ExternalSecret/fect-be", "a Deployment reads the Secret that goes and comes with it"),
        ("stable-sumologic-fluentd", "Secret/rel-sumologic-fluentd", "a DaemonSet reads it"),
    ),
    "copy-refused": (
        ("prefix-onlyoffice-171", "Job/pre-upgrade", "mounts an ordinary PersistentVolumeClaim"),
        ("uptrace", "Job/rel-uptrace-validate", "CloudNativePG makes uptrace-postgresql-app for an ordinary Cluster"),
    ),
    "repeated-identity": (
        (
            "stable-kong",
            "ServiceAccount/rel-kong",
            "stands in the chart as a pre-upgrade hook and as an ordinary account",
        ),
    ),
}

ARGO_RUNS_IT = "says pre-upgrade or post-upgrade and no install word: PreSync or PostSync of the first sync too"
EVERY_SYNC = "says post-install or pre-install and no upgrade word"
NO_BEFORE = "names delete policies, and BeforeHookCreation is none of them"
HAS_FAILED = "hook-failed among its delete policies"
KEPT_IN_VAIN = "a pre-install hook with `helm.sh/resource-policy: keep`"
TWICE = "post-install,pre-upgrade: PreSync and PostSync"
NO_OTHER_WORD = "has no hook word but test, and Argo CD has no phase for it"
UNLIMITED = "its Job's spec does not hold the field"
FOR_HELM = "has only Helm's annotations"
NAMES_IT = "a variable, a command line or a configuration names the Service, which is ordinary"

SOME: dict[str, tuple[Row, ...]] = {
    "copied-account": (
        ("fixed-hf-3391", "ServiceAccount/rel-datasets-server", "the PreSync Job runs as the application's account"),
        ("hf-datasets-server", "ServiceAccount/rel-datasets-server", "the same"),
        ("kong-argo", "ServiceAccount/rel-kong", "the same, with a role and a cluster role bound to it"),
        ("prefix-hf-3391", "ServiceAccount/rel-datasets-server", "the same"),
        ("prefix-hub-26", "ServiceAccount/rel-hub", "the same"),
        ("prefix-meho-2417", "ServiceAccount/rel-meho", "the same"),
        ("sapcc-elektra", "ServiceAccount/elektra", "the same, with a role binding"),
        ("sapcc-keystone", "ServiceAccount/rel", "the same, with a cluster role binding"),
        ("uptrace", "ServiceAccount/rel-uptrace", "the same"),
    ),
    "destructive-hook": (
        ("dependency-track", "Deployment/postgres", "the database itself, deleted and made anew before each migration"),
        ("dependency-track", "Service/postgres", "its Service"),
        ("flagsmith-argo", "Deployment/rel-flagsmith*", "Sync hooks that HookSucceeded deletes when the sync is over"),
        ("flagsmith-argo", "Service/rel-flagsmith-*", "the same"),
        ("odoo-imio", "Deployment/rel-odoo-maintenance-page", "meant to go, and gone is what it says"),
        ("sentry", "Deployment/rel-sentry-*", "post-install hooks: the consumers stop and start at each sync"),
        ("sentry-hooks", "Deployment/rel-sentry-*", "the same"),
    ),
    "foreign-vocabulary": tuple(
        (chart, "*", FOR_HELM)
        for chart in (
            "aleph",
            "bitnami-etcd",
            "chatwoot",
            "datahub",
            "gitlab",
            "harbor",
            "lago",
            "meho",
            "sentry",
            "umami",
        )
    ),
    "hook-receives-traffic": (
        (
            "kubevela",
            "Job/rel-vela-core-*",
            "name and instance are all that Service/vela-core-webhook asks for, port 9443",
        ),
        ("stable-spinnaker", "Job/rel-spinnaker-cleanup-using-hal", "app and component of the live halyard Service"),
    ),
    "hooks-only-release": (
        ("redhat-helper-status-checker", "Job/installplan-approver", "its only object, and a Sync hook"),
        ("toolkit-argocd-hook-job", "Job/argocd-hook-job-", "all six objects are hooks of Argo CD"),
    ),
    "in-chart-database": (
        ("bitnami-etcd", "Job/rel-etcd-pre-upgrade", NAMES_IT),
        ("bitnami-kong", "Job/rel-kong-migrate", NAMES_IT),
        (
            "bitnami-mariadb-pwupdate",
            "Job/rel-mariadb-password-update",
            "its script connects to a pod by the headless one",
        ),
        ("flagsmith-argo", "Job/rel-flagsmith-migrate-db-*", "DATABASE_URL in the Secret that it reads"),
        ("harbor-intdb", "Job/migration-job", NAMES_IT),
        ("litellm", "Job/rel-litellm-migrations", "DATABASE_URL"),
        ("prefix-bitnami-etcd-32889", "Job/rel-etcd-pre-upgrade", NAMES_IT),
        ("sapcc-keystone", "Job/rel-job-creds-migrate-*", "waits for DEPENDENCY_SERVICE, keystone-mariadb"),
        ("sentry-hooks", "Job/rel-sentry-snuba-migrate", NAMES_IT),
        ("stable-kong", "Job/rel-kong-pre-upgrade-migrations", "its init container waits for KONG_PG_HOST"),
        ("umami", "Job/rel-umami-migration-v1-to-v2", NAMES_IT),
        ("uptrace", "Job/rel-uptrace-validate", NAMES_IT),
    ),
    "install-only-hook": (
        ("enterprise-logs", "Job/rel-enterprise-logs-tokengen", EVERY_SYNC),
        ("enterprise-metrics", "Job/rel-enterprise-metrics-tokengen", EVERY_SYNC),
        ("gitlab", "Job/rel-certmanager-startupapicheck", EVERY_SYNC),
        ("hoppscotch-she", "Job/rel-db-migration", EVERY_SYNC),
        ("linkerd-viz", "Job/namespace-metadata", EVERY_SYNC),
        ("onlyoffice-docs", "Job/pre-install", EVERY_SYNC),
        ("polyaxon", "Job/rel-admin-user", EVERY_SYNC),
        ("spire", "Job/rel-server-post-install", EVERY_SYNC),
        ("stable-sentry", "Job/rel-user-create", EVERY_SYNC),
        ("tyk-stack", "Job/bootstrap-pre-install-rel-tyk-bootstrap", EVERY_SYNC),
    ),
    "late-network-policy": (
        (
            "bitnami-kong",
            "NetworkPolicy/rel-kong-migrate",
            "selects component migration, which only the hook's pods have",
        ),
    ),
    "leftover-hook-weight": (
        ("redhat-operators-installer", "ConfigMap/op-v1-scripts", "weight 10 and a delete policy, and no hook word"),
    ),
    "lost-logs": (
        ("cockroachdb", "Job/rel-cockroachdb-self-signer*", HAS_FAILED),
        ("cockroachdb-selfsigner", "Job/rel-cockroachdb-self-signer*", HAS_FAILED),
        ("polyaxon", "Job/rel-clean-runs", HAS_FAILED),
        ("posthog", "Job/rel-grafana-annotation-job-post-*", HAS_FAILED),
        ("redhat-ploigos", "Pod/cluster-check", HAS_FAILED),
        ("redhat-ploigos", "Job/delete-csv", HAS_FAILED),
        ("spire", "Job/rel-*", HAS_FAILED),
    ),
    "mixed-delete-policies": (
        ("eoapi-argo", "ConfigMap/rel-*", "hook-succeeded in Helm's annotation only"),
        ("kong-argo", "Job/rel-kong-*-upgrade-migrations", "HookSucceeded in one, before-hook-creation in the other"),
    ),
    "never-ending-sidecar": (
        ("sapcc-keystone", "Job/rel-job-creds-migrate-*", "`linkerd.io/inject: enabled`, and nothing ends the proxy"),
    ),
    "never-run-hook": (
        ("onlyoffice-docs", "Job/pre-rollback", "Argo CD has no phase for pre-rollback"),
        ("onlyoffice-docs", "ConfigMap/pre-rollback", "the same"),
        ("prefix-onlyoffice-171", "Job/pre-rollback", "the same"),
        *(
            (chart, "Pod/*", NO_OTHER_WORD)
            for chart in ("chatwoot", "crowdsec", "growthbook", "hoppscotch", "litellm", "netbox", "spire", "unleash")
        ),
    ),
    "no-deadline": tuple(
        (chart, "Job/*", UNLIMITED)
        for chart in ("aleph", "chatwoot", "datahub", "gitlab", "kong", "meho", "pulsar", "rancher", "umami", "uptrace")
    ),
    "powerless-keep": (
        ("lago", "Secret/rel-secrets", KEPT_IN_VAIN),
        ("ory-hydra", "Secret/rel-hydra", KEPT_IN_VAIN),
        ("ory-keto", "Secret/rel-keto", KEPT_IN_VAIN),
        ("ory-kratos", "Secret/rel-kratos", KEPT_IN_VAIN),
        ("rancher", "Secret/bootstrap-secret", KEPT_IN_VAIN),
        ("saleor", "Secret/postgresql-credentials", KEPT_IN_VAIN),
        ("shell-be", "ExternalSecret/fect-be", "a PreSync hook with `Prune=false`"),
    ),
    "rerun-blocked": (
        ("aleph", "Job/aleph-upgrade", NO_BEFORE),
        ("bitnami-mariadb-pwupdate", "Job/rel-mariadb-password-update", NO_BEFORE),
        ("flagsmith-argo", "Job/rel-flagsmith-migrate-db-*", NO_BEFORE),
        ("kong-argo", "Job/rel-kong-init-migrations", NO_BEFORE),
        ("openebs", "Job/rel-pre-upgrade-hook", NO_BEFORE),
        ("posthog", "Job/rel-grafana-*", f"{NO_BEFORE}; its name holds the time, which one rendering cannot show"),
        ("pulsar", "Job/rel-pulsar-*-sts-cleanup", NO_BEFORE),
        ("redhat-ploigos", "Pod/cluster-check", f"{NO_BEFORE}; only an interrupted run would stay"),
        ("toolkit-argocd-hook-job", "Job/argocd-hook-job-", f"{NO_BEFORE}; a retry makes the same name again"),
        ("toolkit-ocs-operator", "Job/storage-post-sync-job-", f"{NO_BEFORE}; the same"),
    ),
    "runaway-retries": tuple(
        (chart, "Job/*", UNLIMITED)
        for chart in (
            "bitnami-etcd",
            "bitnami-kong",
            "blotout-nlb-create",
            "charlescd",
            "chatwoot",
            "cockroachdb",
            "harbor",
        )
    ),
    "several-phases": (
        ("bitnami-kong", "Job/rel-kong-migrate", TWICE),
        ("sapcc-elektra", "Job/rotate-token-secret", TWICE),
        ("sapcc-ironic", "Job/ironic-*", TWICE),
        ("sentry-hooks", "Job/rel-sentry-*", TWICE),
    ),
    "shared-hook": (
        (
            "enterprise-logs",
            "RoleBinding/*-tokengen",
            "names the account of nine Deployments; they may not need the role",
        ),
    ),
    "unwatched-producer": (
        (
            "hf-datasets-server",
            "InfisicalSecret/rel-datasets-server-infisical-secret",
            "its copy makes the migration's Secret, and Argo CD 3.6.1 has no health check of an InfisicalSecret",
        ),
    ),
    "late-dependency": (
        ("gitlab", "Job/rel-gitlab-upgrade-check", "mounts a ConfigMap that comes with Sync, `optional: true`"),
        ("gitlab-2023", "Job/rel-gitlab-upgrade-check", "the same"),
    ),
    "sync-and-delete-hook": (
        ("onlyoffice-docs", "ServiceAccount/wopi-sa", "pre-install,pre-upgrade,pre-delete"),
        ("onlyoffice-docs", "Role/wopi-role", "the same"),
        ("onlyoffice-docs", "RoleBinding/wopi-binding", "the same"),
    ),
    "unknown-delete-policy": tuple(
        (chart, "ConfigMap/early-owner-of-rel", "names the event post-delete as a policy")
        for chart in ("sapcc-elektra", "sapcc-ironic", "sapcc-keystone", "sapcc-opensearch-logs")
    ),
    "upgrade-only-hook": (
        ("bitnami-etcd", "Job/rel-etcd-pre-upgrade", ARGO_RUNS_IT),
        ("bitnami-redis-cluster", "Job/rel-redis-cluster-cluster-update", ARGO_RUNS_IT),
        ("gitlab", "Job/rel-gitlab-upgrade-check", ARGO_RUNS_IT),
        ("harbor", "Job/migration-job", ARGO_RUNS_IT),
        ("kong", "Job/rel-kong-post-upgrade-migrations", ARGO_RUNS_IT),
        ("onlyoffice-docs", "Job/pre-upgrade", ARGO_RUNS_IT),
        ("openebs", "Job/rel-pre-upgrade-hook", ARGO_RUNS_IT),
        ("pulsar", "Job/rel-pulsar-*-sts-cleanup", ARGO_RUNS_IT),
        ("rancher", "Job/rel-rancher-pre-upgrade", ARGO_RUNS_IT),
        ("spire", "Job/rel-server-*-upgrade", ARGO_RUNS_IT),
    ),
    "vanishing-job": (
        ("langsmith", "Job/rel-langsmith-e2e-test", "ttlSecondsAfterFinished: 10"),
        ("langsmith-argo", "Job/rel-langsmith-e2e-test", "the same"),
        ("prefix-langsmith-687", "Job/rel-langsmith-e2e-test", "the same"),
    ),
    "words-disagree": (
        (
            "kong-argo",
            "Job/rel-kong-post-upgrade-migrations",
            "PreSync beside post-upgrade: it finishes before the upgrade",
        ),
    ),
}

# What was mended in each chart, and must not be found in it any more.
FIXED = {
    "fixed-hf-3391": ("prefix-hf-3391", "late-dependency", "SecretProviderClass/"),
    "fixed-hub-27": ("prefix-hub-27", "late-dependency", ""),
    "fixed-meho-2417": ("prefix-meho-2417", "late-dependency", "ServiceAccount/"),
}


@functools.cache
def found(chart: str) -> tuple[corpus.Said, ...]:
    """What all rules say of the chart as it stands."""
    release = pipeline.read(stream.split(corpus.read(chart)), "argocd", "ns")
    findings = pipeline.find(release, DEFAULTS, EVERY_RULE)
    return tuple(corpus.Said(f.rule, f.severity.value, str(f.manifest), f.message, f.hint, False) for f in findings)


def names(chart: str, rule: str, error: bool) -> set[str]:
    return {f.name for f in found(chart) if f.rule == rule and (f.severity == Severity.ERROR.value) is error}


@pytest.mark.parametrize("rule", [rule.ID for rule in EVERY_RULE if rule.SEVERITY is Severity.ERROR])
def test_every_error_was_read_and_is_true(rule: str) -> None:
    read = ERRORS.get(rule, ())
    unread = [
        (chart, name)
        for chart in corpus.CHARTS
        for name in names(chart, rule, error=True)
        if not any(chart == row[0] and fnmatchcase(name, row[1]) for row in read)
    ]
    assert unread == []


@pytest.mark.parametrize(("table", "error"), [(ERRORS, True), (SOME, False)], ids=["errors", "others"])
def test_what_was_read_is_found(table: dict[str, tuple[Row, ...]], error: bool) -> None:
    lost = [
        (rule, chart, pattern)
        for rule, rows in table.items()
        for chart, pattern, why in rows
        if not why or not any(fnmatchcase(name, pattern) for name in names(chart, rule, error))
    ]
    assert lost == []


def test_of_every_other_rule_ten_were_read_or_all() -> None:
    for rule in EVERY_RULE:
        places = [(chart, name) for chart in corpus.CHARTS for name in names(chart, rule.ID, error=False)]
        read = [p for p in places if any(p[0] == row[0] and fnmatchcase(p[1], row[1]) for row in SOME.get(rule.ID, ()))]
        assert len(read) >= min(10, len(places)), rule.ID


@pytest.mark.parametrize("chart", FIXED)
def test_a_fault_that_its_maintainers_mended_is_not_found_any_more(chart: str) -> None:
    before, rule, target = FIXED[chart]
    said = [[f for f in found(each) if f.rule == rule and target in f.message] for each in (before, chart)]
    assert said[0]
    assert said[1] == []


def test_every_finding_is_put_as_findings_are() -> None:
    said = [finding for chart in corpus.CHARTS for finding in found(chart)]
    assert ill_put([(f.rule, f.name, f.message, f.hint) for f in said]) == []
