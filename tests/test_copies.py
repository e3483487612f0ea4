"""Which copies are planned, how they are called, when they come, what they carry; what cannot be copied and why."""

from __future__ import annotations

import pytest
from hypothesis import given as over
from hypothesis import strategies as st

from postrenderer import trust
from postrenderer.copies import plan
from postrenderer.manifest import MAX_NAME, copy_name
from postrenderer.marks import DROPPED, is_dropped
from postrenderer.references import subjects
from postrenderer.settings import DEFAULTS, Copies, Settings

from .given import (
    HELM_4,
    HELM_PRE,
    PRE_SYNC,
    SYNC_FAIL,
    account,
    app,
    binding,
    config_map,
    job,
    named,
    output,
    reads,
    release,
    rendered,
    role,
    secret,
    thing,
    wave,
)
from .given import refusals as refused

NAMES = st.from_regex(r"[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?", fullmatch=True)


@over(NAMES)
def test_a_copy_s_name_is_a_name_and_tells_the_original(name: str) -> None:
    made = copy_name(name)
    assert len(made) <= MAX_NAME
    assert made[0].isalnum()
    assert made[-1].isalnum()
    assert made == f"{name}-presync" or made.startswith(name[: MAX_NAME - 9].rstrip("-."))


@over(st.lists(NAMES, min_size=2, max_size=2, unique=True))
def test_different_objects_have_different_copies(names: list[str]) -> None:
    assert copy_name(names[0]) != copy_name(names[1])


def test_a_long_name_is_cut_the_same_way_for_ever() -> None:
    """Hooks are never pruned: a name that changed would leave the old copy behind."""
    assert copy_name("db") == "db-presync"
    assert copy_name("n" * 245) == "n" * 245 + "-presync"
    assert copy_name("n" * 246) == "n" * 244 + "-cebb8177"
    assert copy_name("n" * 240 + ".-.-abcdef") == "n" * 240 + "-32a46543"


def copies(text: str, target: str = "argocd", settings: Settings = DEFAULTS) -> dict[str, tuple[str, int]]:
    planned = plan(release(text, target), settings).copies.values()
    return {str(copy.original): (copy.name, copy.wave) for copy in planned}


WAVES = {
    "one before its reader": (job(), -1),
    "one before a reader of another wave": (job(annotations=f"{PRE_SYNC}, {wave(-3)}"), -4),
    "one before the first reader": (
        job() + job("b", f"{PRE_SYNC}, {wave(-2)}") + job("c", f"{PRE_SYNC}, {wave(5)}"),
        -3,
    ),
    "before all of PreSync for a SyncFail reader": (
        job("a", SYNC_FAIL) + job("b", f"{PRE_SYNC}, {wave(-2)}", pod=reads("other")),
        -3,
    ),
    "in Helm's words": (job(annotations=HELM_PRE + ', helm.sh/hook-weight: "-5"'), -6),
}


@pytest.mark.parametrize(("readers", "number"), WAVES.values(), ids=WAVES)
def test_a_copy_comes_before_its_readers(readers: str, number: int) -> None:
    assert copies(secret() + readers) == {"Secret/db": ("db-presync", number)}


def test_all_readers_share_one_copy() -> None:
    held = output(secret() + job("a") + job("b", SYNC_FAIL))
    assert [str(manifest) for manifest in held.manifests] == ["Secret/db", "Secret/db-presync", "Job/a", "Job/b"]


NOT_COPIED = {
    "read by the application only": secret() + app(),
    "read by hooks only, in time": secret(annotations=f"{PRE_SYNC}, {wave(-1)}") + job(),
    "read by hooks only, in its kind's order": secret(annotations=PRE_SYNC) + job(),
    "read by a hook of Sync": secret() + job(annotations="argocd.argoproj.io/hook: Sync"),
    "read by a hook of PostSync": secret() + job(annotations="argocd.argoproj.io/hook: PostSync"),
    "read by nobody": secret("other") + job(),
    "shared on purpose": secret(annotations='presync/copy: "false"') + job(),
    "of another namespace": secret(namespace="a") + job(namespace="b"),
}


@pytest.mark.parametrize("text", NOT_COPIED.values(), ids=NOT_COPIED)
def test_nothing_is_copied_without_need(text: str) -> None:
    assert copies(text) == {}


def test_an_account_is_shared_if_the_settings_say_so() -> None:
    text = account() + binding() + role() + job(pod="serviceAccountName: app")
    assert sorted(copies(text)) == ["Role/app", "RoleBinding/app", "ServiceAccount/app"]
    assert "ServiceAccount/app" not in copies(text, settings=Settings(copies=Copies(service_account="share")))


def policies(text: str, name: str = "Secret/db-presync", target: str = "argocd") -> tuple[str, ...]:
    held = output(text, target)
    return held.meaning(named(held, name)).policies


def test_a_copy_goes_when_the_sync_has_succeeded_and_stays_when_it_has_failed() -> None:
    assert policies(secret() + job()) == ("BeforeHookCreation", "HookSucceeded")


def test_a_copy_stays_for_a_hook_whose_pods_may_start_again() -> None:
    assert policies(secret() + job() + app(annotations=PRE_SYNC)) == ("BeforeHookCreation",)


def test_a_copy_for_helm_has_every_event_of_its_readers() -> None:
    text = secret("a-db", annotations=HELM_4) + job("b", f"{HELM_PRE}, {HELM_4}", reads("a-db"))
    text += job("c", f"helm.sh/hook: post-upgrade, {HELM_4}", reads("a-db"))
    held = output(text, "helm")
    assert held.meaning(named(held, "Secret/a-db-presync")).words == ("pre-install", "pre-upgrade")


def test_a_copy_keeps_data_type_and_what_nobody_acts_on() -> None:
    body = "type: Opaque\nimmutable: true\ndata: # kept\n  k: dg==\n"
    held = output(secret(annotations="team: a", labels="app: b", body=body.rstrip()) + job())
    copy = named(held, "Secret/db-presync")
    assert body.rstrip() in copy.document.text
    assert copy.annotations | {"team": "a", "presync/copy-of": "db"} == copy.annotations
    assert copy.labels == {"app": "b", "presync/copy": "true"}


@pytest.mark.parametrize("pattern", DROPPED)
@pytest.mark.parametrize("field", ["annotations", "labels"])
def test_what_other_software_acts_on_is_not_copied(pattern: str, field: str) -> None:
    key = pattern.replace("*", "x")
    key = {"argocd.argoproj.io/x": "argocd.argoproj.io/instance", "helm.sh/hookx": "helm.sh/hook-weight"}.get(key, key)
    held = output(secret(**{field: f'"{key}": "7"'}) + job())
    copy = named(held, "Secret/db-presync")
    assert key not in {"annotations": copy.annotations, "labels": copy.labels}[field]


@pytest.mark.parametrize(
    ("key", "dropped"),
    [
        ("secret.reloader.stakater.com/reload", True),
        ("configmap.reloader.stakater.com/auto", True),
        ("app.kubernetes.io/name", False),
        ("helm.sh/chart", False),
        ("my.org/sync", True),
        ("my.org/other", True),
        ("my.organisation/x", False),
        ("exact", True),
        ("exactly", False),
    ],
)
def test_what_is_dropped_can_be_extended(key: str, dropped: bool) -> None:
    assert is_dropped(key, Settings(copies=Copies(drop=("my.org/*", "exact")))) is dropped


def test_a_copied_binding_grants_to_the_copy_alone() -> None:
    text = account() + account("other") + role() + binding(accounts="app other ns/app")
    held = output(text + job(pod="serviceAccountName: app"), namespace="ns")
    copy = named(held, "RoleBinding/app-presync")
    assert {name for _, _, name in subjects(copy)} == {"app-presync"}
    assert list(held.granting(named(held, "ServiceAccount/app-presync"))) == [copy]


def test_a_copied_account_reads_copied_pull_secrets() -> None:
    text = secret("pull") + account(body="imagePullSecrets: [{name: pull}]") + job(pod="serviceAccountName: app")
    held = output(text)
    (reference,) = held.references(named(held, "ServiceAccount/app-presync"))
    assert reference.name == "pull-presync"


# Refusals: the reason of each, and an object that meets it.

SECRET_TYPES = {
    "kubernetes.io/service-account-token": "is filled by Kubernetes",
    "bootstrap.kubernetes.io/token": "lets nodes join",
    "helm.sh/release.v1": "Helm's own record",
}
AS_APP = job(pod="serviceAccountName: app")
VAULTED = "spec: {template: {metadata: {annotations: {vault.hashicorp.com/role: r}}, spec: {serviceAccountName: app}}}"
REFUSED = {
    "a volume claim": (
        thing("PersistentVolumeClaim", "data") + job(pod="volumes: [{persistentVolumeClaim: {claimName: data}}]"),
        "a volume has data of its own",
    ),
    "another kind": (
        thing("ResourceClaim", "gpu", api="resource.k8s.io/v1") + job(pod="resourceClaims: [{resourceClaimName: gpu}]"),
        "presync copies no ResourceClaim",
    ),
    **{
        f"a Secret of type {kind}": (secret(body=f"type: {kind}\ndata: {{a: b}}") + job(), reason)
        for kind, reason in SECRET_TYPES.items()
    },
    "a Secret without data": (secret(body="type: Opaque") + job(), "it has no data in the chart"),
    "a Secret with empty data": (secret(body="data: {}\nstringData: ~") + job(), "it has no data in the chart"),
    "a Secret that an operator fills": (
        secret(annotations="secret-generator.v1.mittwald.de/autogenerate: password") + job(),
        "an operator generates its content",
    ),
    **{
        f"an account with {key}": (account(annotations=f"{key}: x") + AS_APP, "the cloud trusts it by name")
        for key in trust.CLOUD_IDENTITIES
    },
    "an account with mountable secrets": (
        account(annotations='kubernetes.io/enforce-mountable-secrets: "true"') + AS_APP,
        "ties it to the Secrets it names",
    ),
    "an account that Vault trusts": (
        account() + thing("Job", "migrate", PRE_SYNC, VAULTED, "batch/v1"),
        "Vault trusts it by name",
    ),
    "an aggregated role": (
        account()
        + binding(to="ClusterRole/wide")
        + role("wide", kind="ClusterRole").replace("rules: []", "aggregationRule: {}")
        + AS_APP,
        "gathered from other ClusterRoles",
    ),
    "an object that is never created": (
        secret(annotations="helm.sh/hook: test") + job(),
        "it is never created",
    ),
    "a name behind an alias": (
        secret()
        + thing("Job", "migrate", PRE_SYNC, f"x: &p {{{reads('db')}}}\nspec: {{template: {{spec: *p}}}}", "batch/v1"),
        "behind an alias",
    ),
    "a name that only looks like one": (
        secret() + thing("Workflow", "w", PRE_SYNC, "spec: {artifact: {secretName: db}}", "argoproj.io/v1alpha1"),
        "a field it only knows by its shape",
    ),
    "anchored metadata": (
        secret(body="stringData: {url: *n}").replace("name: db", "name: &n db") + job(),
        "anchored",
    ),
    "several namespaces": (secret(namespace="a") + secret(namespace="b") + job(), "namespace is not known"),
}


@pytest.mark.parametrize(("text", "reason"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_copied_is_refused_with_a_reason(text: str, reason: str) -> None:
    found = [finding for finding in refused(text) if finding.rule == "copy-refused"]
    assert found
    assert all(reason in finding.message for finding in found)
    assert all("Job/migrate" in finding.message or "Workflow/w" in finding.message for finding in found)


@pytest.mark.parametrize("text", [text for text, _ in REFUSED.values()], ids=REFUSED)
def test_the_owner_may_accept_that_it_is_missing(text: str) -> None:
    assert refused(text, settings=Settings(allow=("copy-refused", "unknown-hook-word"))) == []


def test_an_account_is_refused_if_the_settings_say_so() -> None:
    (finding,) = refused(account() + AS_APP, settings=Settings(copies=Copies(service_account="refuse")))
    assert "copies.serviceAccount: refuse" in finding.message


def test_a_generated_secret_is_refused() -> None:
    first, second = secret(body="stringData: {p: a}") + job(), secret(body="stringData: {p: b}") + job()
    found = [each.finding for each in rendered(first, again=second).judged if each.refuses]
    assert ["generated anew" in finding.message for finding in found] == [True]


def test_what_helm_makes_once_is_not_copied() -> None:
    text = secret("a", annotations=f"helm.sh/hook: pre-install, {HELM_4}") + job(
        "b", f"{HELM_PRE}, {HELM_4}", reads("a")
    )
    (finding,) = refused(text, "helm")
    assert "it is made once, at install" in finding.message


@pytest.mark.parametrize("other", [secret("db-presync"), secret("db-presync", annotations=PRE_SYNC)])
def test_a_name_that_is_taken_is_refused(other: str) -> None:
    (finding,) = refused(secret() + other + job())
    assert (finding.rule, "Secret/db-presync" in finding.message) == ("copy-name-taken", True)


def test_a_name_of_another_kind_or_namespace_is_free() -> None:
    held = output(
        secret(namespace="a")
        + config_map("db-presync", namespace="a")
        + secret("db-presync", namespace="b")
        + job(namespace="a")
    )
    assert [m.identity.namespace for m in held.manifests if str(m) == "Secret/db-presync"] == ["a", "b"]


def test_what_only_a_later_phase_makes_is_copied_and_not_moved() -> None:
    both = "argocd.argoproj.io/hook: 'Sync,PostSync'"
    held = output(secret(annotations="argocd.argoproj.io/hook: PostSync") + job(annotations=both))
    assert {"Secret/db", "Secret/db-presync"} <= {str(manifest) for manifest in held.manifests}
