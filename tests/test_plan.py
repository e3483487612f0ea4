"""The plan: what the target does, in which order, and what each step reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from postrenderer.hooks import Standing
from postrenderer.plan import plan

from .given import (
    BEFORE,
    HELM_4,
    HELM_PRE,
    PRE_SYNC,
    SYNC_FAIL,
    account,
    app,
    binding,
    config_map,
    job,
    reads,
    release,
    role,
    secret,
    thing,
    wave,
)

if TYPE_CHECKING:
    from postrenderer.hooks import Target
    from postrenderer.steps import Plan, Step

POST_SYNC = "argocd.argoproj.io/hook: PostSync"
COPY = "argocd.argoproj.io/hook-delete-policy: 'BeforeHookCreation,HookSucceeded'"


def planned(text: str, target: Target = "argocd", namespace: str = "") -> Plan:
    return plan(release(text, target, namespace))


def order(found: Plan) -> list[str]:
    return [f"{each.phase} {each.number}: {step.manifest}" for each in found.waves for step in each.steps]


def step(found: Plan, name: str) -> Step:
    (only,) = (step for step in found.steps if str(step.manifest) == name)
    return only


def seconds(found: Plan) -> list[tuple[str, int | None, int, int]]:
    return [(each.phase, each.number, each.first, each.later) for each in found.waves]


def test_phases_come_first_then_waves_kinds_and_names() -> None:
    text = (
        job("z", POST_SYNC)
        + app(annotations=wave(-7))
        + secret("b")
        + secret("a")
        + job("late", f"{PRE_SYNC}, {wave(2)}")
        + job("b", PRE_SYNC)
        + thing("Widget", "a", PRE_SYNC, api="x.io/v1")
        + job("a", PRE_SYNC)
        + config_map("z", PRE_SYNC)
    )
    assert order(planned(text)) == [
        "PreSync 0: ConfigMap/z",
        "PreSync 0: Job/a",
        "PreSync 0: Job/b",
        "PreSync 0: Widget/a",
        "PreSync 2: Job/late",
        "Sync -7: Deployment/app",
        "Sync 0: Secret/a",
        "Sync 0: Secret/b",
        "PostSync 0: Job/z",
    ]


def test_a_hook_of_two_phases_has_two_steps() -> None:
    both = job("both", "argocd.argoproj.io/hook: 'PostSync,PreSync'")
    assert order(planned(both + secret())) == ["PreSync 0: Job/both", "Sync 0: Secret/db", "PostSync 0: Job/both"]


def test_sync_fail_hooks_come_at_once() -> None:
    text = job("a", f"{SYNC_FAIL}, {wave(5)}") + job("b", f"{SYNC_FAIL}, {wave(-5)}") + secret()
    assert order(planned(text)) == ["Sync 0: Secret/db", "SyncFail None: Job/b", "SyncFail None: Job/a"]


def test_a_namespace_is_made_before_the_first_hook_in_it() -> None:
    text = secret() + thing("Namespace", "ns") + job(annotations=f"{PRE_SYNC}, {wave(3)}")
    assert order(planned(text, namespace="ns")) == [
        "PreSync 3: Namespace/ns",
        "PreSync 3: Job/migrate",
        "Sync 0: Secret/db",
    ]
    assert order(planned(text, namespace="other"))[0] == "PreSync 3: Job/migrate"


def test_a_definition_is_made_before_the_first_object_of_its_kind() -> None:
    names = "spec: {group: x.io, names: {kind: Widget}}"
    text = (
        thing("CustomResourceDefinition", "widgets.x.io", body=names, api="apiextensions.k8s.io/v1")
        + thing(
            "CustomResourceDefinition",
            "things.x.io",
            body=names.replace("Widget", "Thing"),
            api="apiextensions.k8s.io/v1",
        )
        + thing("Widget", "w", PRE_SYNC, api="x.io/v1")
    )
    assert order(planned(text)) == [
        "PreSync 0: CustomResourceDefinition/widgets.x.io",
        "PreSync 0: Widget/w",
        "Sync 0: CustomResourceDefinition/things.x.io",
    ]


def test_of_one_identity_the_last_counts_for_argo_cd() -> None:
    text = secret(annotations=PRE_SYNC) + job() + secret()
    found = planned(text)
    assert order(found) == ["PreSync 0: Job/migrate", "Sync 0: Secret/db"]
    assert [(str(each.manifest), each.standing) for each in found.left_out] == [("Secret/db", Standing.HOOK)]
    assert [read.found for read in step(found, "Job/migrate").reads] == [step(found, "Secret/db").manifest]


def test_what_is_never_applied_is_left_out() -> None:
    text = secret() + job("a", "helm.sh/hook: test") + job("b", "argocd.argoproj.io/hook: Presync")
    assert [each.standing for each in planned(text).left_out] == [Standing.UNRUN, Standing.UNKNOWN]


def test_a_step_tells_all_that_its_object_reads() -> None:
    pod = reads("db", "elsewhere", pod="serviceAccountName: app")
    text = job(pod=pod) + secret() + account() + binding() + role()
    found = planned(text)
    shown = [(read.how, read.name, str(read.found)) for read in step(found, "Job/migrate").reads]
    assert shown == [
        ("reference", "db", "Secret/db"),
        ("reference", "elsewhere", "None"),
        ("reference", "app", "ServiceAccount/app"),
    ]
    (grant,) = step(found, "ServiceAccount/app").reads
    assert (grant.how, str(grant.found)) == ("grant", "RoleBinding/app")
    assert [str(read.found) for read in step(found, "RoleBinding/app").reads] == ["Role/app"]


def test_a_secret_that_a_controller_makes_is_a_product() -> None:
    text = job() + thing("ExternalSecret", "db", api="external-secrets.io/v1", body="spec: {}")
    (read,) = step(planned(text), "Job/migrate").reads
    assert (read.how, str(read.found)) == ("product", "ExternalSecret/db")


def test_a_wave_costs_two_seconds_and_four_where_something_live_is_deleted_first() -> None:
    text = secret("copy", f"{PRE_SYNC}, {COPY}, {wave(-1)}") + job(annotations=f"{PRE_SYNC}, {BEFORE}") + app()
    assert seconds(planned(text)) == [("PreSync", -1, 2, 2), ("PreSync", 0, 2, 4), ("Sync", 0, 0, 0)]


def test_an_object_of_two_phases_is_deleted_in_between() -> None:
    both = secret("both", "argocd.argoproj.io/hook: 'PreSync,PostSync'")
    assert seconds(planned(both + app() + job("z", f"{POST_SYNC}, {wave(1)}"))) == [
        ("PreSync", 0, 2, 4),
        ("Sync", 0, 2, 2),
        ("PostSync", 0, 4, 4),
        ("PostSync", 1, 0, 0),
    ]


def test_a_generated_name_deletes_nothing() -> None:
    text = job(annotations=PRE_SYNC).replace("name: migrate", "generateName: migrate-", 1) + app()
    assert seconds(planned(text))[0] == ("PreSync", 0, 2, 2)


def test_helm_takes_hooks_by_weight_and_name_and_the_release_by_kind() -> None:
    weight = 'helm.sh/hook-weight: "-5"'
    text = (
        app(annotations=HELM_4)
        + secret()
        + thing("Zebra", "a", api="x.io/v1")
        + thing("Ape", "a", api="x.io/v1")
        + secret("zz", HELM_PRE)
        + job("a", HELM_PRE)
        + job("first", f"{HELM_PRE}, {weight}")
        + job("check", "helm.sh/hook: test")
    )
    assert order(planned(text, "helm")) == [
        "pre-install -5: Job/first",
        "pre-install 0: Job/a",
        "pre-install 0: Secret/zz",
        "pre-upgrade -5: Job/first",
        "pre-upgrade 0: Job/a",
        "pre-upgrade 0: Secret/zz",
        "release None: Secret/db",
        "release None: Deployment/app",
        "release None: Ape/a",
        "release None: Zebra/a",
        "test 0: Job/check",
    ]


def test_a_definition_that_is_a_hook_stays_in_helm() -> None:
    policies = f"{HELM_PRE}, helm.sh/hook-delete-policy: 'before-hook-creation,hook-succeeded'"
    text = thing("CustomResourceDefinition", "a.x.io", f"{policies}, {HELM_4}", api="apiextensions.k8s.io/v1")
    assert {(each.stays, each.deletes_first) for each in planned(text, "helm").steps} == {(True, False)}
    assert {(each.stays, each.deletes_first) for each in planned(text, "argocd").steps} == {(False, True)}
