"""Who refers to whom in a release, who is granted what, and what must be there before a workload runs."""

from __future__ import annotations

import pytest

from postrenderer.closure import needs
from postrenderer.edits import NAME, AddManifest, SetScalar
from postrenderer.errors import BadInputError
from postrenderer.references import SECRET

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
    names,
    reads,
    release,
    role,
    secret,
    thing,
)


@pytest.mark.parametrize("text", ["", "\n", "---\n# c\n", "---\n...\n", "apiVersion: v1\nkind: List\nitems: []\n"])
def test_a_stream_without_an_object_is_bad_input(text: str) -> None:
    with pytest.raises(BadInputError, match="nothing came in") as caught:
        release(text)
    assert "pipefail" in caught.value.hint


def test_objects_come_in_the_stream_s_order() -> None:
    listed = "---\nkind: List\nitems: [{kind: Secret, metadata: {name: b}}, {kind: Secret, metadata: {name: c}}]\n"
    assert names(release(secret("a") + "---\n# c\n" + listed + secret("d")).manifests) == [
        f"Secret/{name}" for name in "abcd"
    ]


# Namespaces: what a name stands for.

RESOLVED = {
    "both name none": (secret(), job(), "", ["stdin:1"]),
    "both name one": (secret(namespace="a"), job(namespace="a"), "", ["stdin:1"]),
    "each names another": (secret(namespace="a"), job(namespace="b"), "", []),
    "only the Secret names one": (secret(namespace="a"), job(), "", ["stdin:1"]),
    "only the Job names one": (secret(), job(namespace="a"), "", ["stdin:1"]),
    "the same is given": (secret(namespace="a"), job(), "a", ["stdin:1"]),
    "another is given": (secret(namespace="a"), job(), "b", []),
    "given for the Secret": (secret(), job(namespace="b"), "b", ["stdin:1"]),
    "exact goes first": (secret(namespace="a") + secret(), job(), "", ["stdin:8"]),
    "exact goes first, explicitly": (secret(namespace="a") + secret(), job(namespace="a"), "", ["stdin:1"]),
    "several are possible": (secret(namespace="a") + secret(namespace="b"), job(), "", ["stdin:1", "stdin:8"]),
    "several, and one is given": (secret(namespace="a") + secret(namespace="b"), job(), "b", ["stdin:8"]),
}


@pytest.mark.parametrize(("secrets", "reader", "namespace", "lines"), RESOLVED.values(), ids=RESOLVED)
def test_a_name_stands_for_what_may_be_meant(secrets: str, reader: str, namespace: str, lines: list[str]) -> None:
    held = release(secrets + reader, namespace=namespace)
    found = held.named(SECRET, "db", held.namespace_of(named(held, "Job/migrate")))
    assert [f"stdin:{manifest.document.line}" for manifest in found] == lines


def test_kind_and_group_are_part_of_a_name() -> None:
    held = release(secret("app") + config_map("app") + thing("Secret", "app", api="example.org/v1"))
    assert [manifest.identity.group for manifest in held.named(SECRET, "app", "")] == [""]


def test_what_has_no_namespace_is_found_from_everywhere() -> None:
    held = release(
        role("r", kind="ClusterRole") + binding(to="ClusterRole/r", kind="ClusterRoleBinding"), namespace="a"
    )
    assert names(held.named(("rbac.authorization.k8s.io", "ClusterRole"), "r", "b")) == ["ClusterRole/r"]


def test_objects_are_identical_only_in_one_namespace() -> None:
    text = secret(namespace="a") + secret(namespace="b") + secret(namespace="a")
    held = release(text)
    assert [len(held.identical(manifest)) for manifest in held.manifests] == [2, 1, 2]
    assert len(release(secret() + secret(namespace="a"), namespace="a").identical(held.manifests[0])) == 2


def test_objects_with_generated_names_are_never_identical() -> None:
    text = thing("Job", "x", api="batch/v1").replace("name: x", "generateName: x-") * 2
    held = release(text)
    assert held.identical(held.manifests[0]) == []


# Readers and grants.


def test_every_reader_of_an_object_is_found() -> None:
    pod = reads("db", "other")
    held = release(secret() + app(pod=pod) + job() + job("other", pod=reads("other")) + config_map("db"))
    assert [str(reader) for reader, _ in held.readers(named(held, "Secret/db"))] == ["Deployment/app", "Job/migrate"]


def test_a_reader_that_spells_the_name_with_escapes_is_found() -> None:
    held = release(secret() + app(pod=reads().replace("envFrom: []", 'envFrom: [{secretRef: {name: "d\\x62"}}]')))
    assert [str(reader) for reader, _ in held.readers(named(held, "Secret/db"))] == ["Deployment/app"]


def test_a_reader_of_another_namespace_is_none() -> None:
    held = release(secret(namespace="a") + job(namespace="b"))
    assert list(held.readers(named(held, "Secret/db"))) == []


GRANTS = {
    "by name": (binding(), "", True),
    "among others": (binding(accounts="x app y"), "", True),
    "for the cluster": (binding(accounts="ns/app", kind="ClusterRoleBinding"), "ns", True),
    "in its own namespace": (binding(accounts="ns/app"), "ns", True),
    "in another namespace": (binding(accounts="other/app"), "ns", False),
    "another account": (binding(accounts="x"), "", False),
    "a user of that name": (binding().replace("kind: ServiceAccount", "kind: User"), "", False),
}


@pytest.mark.parametrize(("text", "namespace", "grants"), GRANTS.values(), ids=GRANTS)
def test_a_binding_grants_to_the_accounts_it_names(text: str, namespace: str, grants: bool) -> None:
    held = release(account() + text, namespace=namespace)
    assert bool(list(held.granting(named(held, "ServiceAccount/app")))) is grants


EXTERNAL = thing("ExternalSecret", "db", body="spec: {target: {name: made}}", api="external-secrets.io/v1")
CLAIM = thing("Claim", "c", body="spec: {writeConnectionSecretToRef: {name: made}}", api="x.crossplane.io/v1")


@pytest.mark.parametrize("producer", [EXTERNAL, CLAIM])
def test_what_makes_a_secret_is_found_by_its_name(producer: str) -> None:
    held = release(producer + job(pod=reads("made", "other")))
    reader = named(held, "Job/migrate")
    found = [[*map(str, held.producers(reader, reference))] for reference in held.references(reader)]
    assert found == [[str(held.manifests[0])], []]


def test_what_makes_a_secret_of_another_namespace_is_not_meant() -> None:
    held = release(EXTERNAL + job(pod=reads("made"), namespace="b"), namespace="a")
    reader = named(held, "Job/migrate")
    assert held.producers(reader, held.references(reader)[0]) == []


# What a workload needs.

WHOLE = (
    secret()
    + secret("pull")
    + config_map()
    + account(body="imagePullSecrets: [{name: pull}]")
    + role()
    + role("wide", kind="ClusterRole")
    + binding()
    + binding("wide", kind="ClusterRoleBinding", to="ClusterRole/wide", accounts="ns/app other/app")
    + binding("not-this", accounts="other")
    + secret("not-read")
    + app()
    + job(pod=reads("db", pod="serviceAccountName: app, volumes: [{configMap: {name: config}}]"))
)


def test_needs_are_followed_through_accounts_bindings_and_roles() -> None:
    held = release(WHOLE, namespace="ns")
    found = [(str(need.reader), str(need.target)) for need in needs(held, named(held, "Job/migrate"))]
    assert sorted(found) == [
        ("ClusterRoleBinding/wide", "ClusterRole/wide"),
        ("Job/migrate", "ConfigMap/config"),
        ("Job/migrate", "Secret/db"),
        ("Job/migrate", "ServiceAccount/app"),
        ("RoleBinding/app", "Role/app"),
        ("ServiceAccount/app", "ClusterRoleBinding/wide"),
        ("ServiceAccount/app", "RoleBinding/app"),
        ("ServiceAccount/app", "Secret/pull"),
    ]


def test_each_need_knows_the_workload_and_the_field_that_names_it() -> None:
    held = release(WHOLE, namespace="ns")
    found = needs(held, named(held, "Job/migrate"))
    assert {str(need.workload) for need in found} == {"Job/migrate"}
    assert {need.target.identity.name == need.reference.name for need in found if need.reference} == {True}
    assert {str(need.target) for need in found if not need.reference} == {"RoleBinding/app", "ClusterRoleBinding/wide"}


def test_objects_that_need_each_other_end_the_search() -> None:
    first = thing("Thing", "a", body="spec: {serviceAccountName: b}", api="x.org/v1")
    text = account("b", body="secrets: [{name: s}]") + secret("s") + first
    held = release(text + job(pod="serviceAccountName: b"))
    assert [str(need.target) for need in needs(held, named(held, "Job/migrate"))] == ["ServiceAccount/b", "Secret/s"]


# Hooks.

STANDINGS = {
    "ordinary": (job(annotations=""), False, False, False),
    "PreSync": (job(), True, True, True),
    "SyncFail": (job(annotations=SYNC_FAIL), True, False, True),
    "Sync": (job(annotations="argocd.argoproj.io/hook: Sync"), True, False, False),
    "Helm's words": (job(annotations=HELM_PRE), True, True, True),
    "a test": (job(annotations="helm.sh/hook: test"), False, False, False),
    "not a hook, it says": (job(annotations='presync/hook: "false"'), False, False, False),
}


@pytest.mark.parametrize(("text", "is_hook", "is_pre_sync", "runs_early"), STANDINGS.values(), ids=STANDINGS)
def test_a_release_knows_its_hooks(text: str, is_hook: bool, is_pre_sync: bool, runs_early: bool) -> None:
    held = release(text)
    (manifest,) = held.manifests
    assert (manifest in held.hooks, held.is_pre_sync(manifest)) == (is_hook, is_pre_sync)
    assert not is_hook or held.runs_early(manifest) is runs_early


def test_hooks_that_only_hold_data_read_nothing() -> None:
    annotated = [make(annotations=PRE_SYNC) for make in (secret, config_map, account, role, binding)]
    held = release("".join(annotated) + job() + app(annotations=PRE_SYNC))
    assert names(held.hook_readers) == ["Job/migrate", "Deployment/app"]
    assert names(held.workloads) == ["Job/migrate"]


@pytest.mark.parametrize(
    ("text", "target", "is_helm_4", "unseen"),
    [
        (secret(), "helm", False, True),
        (secret(annotations=HELM_4), "helm", True, False),
        (secret(), "argocd", False, False),
        (secret(annotations=HELM_4), "argocd", True, False),
    ],
)
def test_helm_4_is_known_by_the_annotation_it_adds(text: str, target: str, is_helm_4: bool, unseen: bool) -> None:
    held = release(text, target)
    assert (held.is_helm_4, held.hooks_unseen) == (is_helm_4, unseen)


def test_a_command_in_no_pipe_of_helm_s_sees_all_hooks() -> None:
    held = release(job(annotations=HELM_PRE), "helm")
    held.is_whole = True
    assert not held.edited([]).hooks_unseen


# Editing.


def test_a_release_is_never_changed_by_an_edit() -> None:
    held = release(secret() + job())
    other = held.edited(
        [SetScalar(named(held, "Secret/db"), NAME, "x"), AddManifest(named(held, "Job/migrate"), "kind: X")]
    )
    assert names(held.manifests) == ["Secret/db", "Job/migrate"]
    assert names(other.manifests) == ["Secret/x", "Job/migrate", "X/?"]
    assert other.documents[0] is not held.documents[0]


def test_what_was_not_edited_is_kept_as_it_was_read() -> None:
    held = release(secret() + job(), namespace="ns")
    other = held.edited([SetScalar(named(held, "Secret/db"), NAME, "x")])
    assert other.manifests[1] is held.manifests[1]
    assert (other.target, other.namespace) == ("argocd", "ns")


# A second rendering.

GENERATED = {
    "the same": (secret(), secret(), set()),
    "other content": (secret(body="data: {a: b}"), secret(body="data: {a: c}"), {"Secret/db"}),
    "other comments": (secret(body="data: {a: b} # c"), secret(body="data: {a: b}"), set()),
    "another order": (secret("a") + secret("b"), secret("b") + secret("a"), set()),
    "a name that is another each time": (secret("a"), secret("b"), {"Secret/a"}),
    "a number for a string": (secret(body="data: {a: 1}"), secret(body="data: {a: '1'}"), {"Secret/db"}),
    "an item of a List": (
        "kind: List\nitems: [{kind: Secret, metadata: {name: a}, data: {x: y}}, {kind: Secret, metadata: {name: b}}]\n",
        "kind: List\nitems: [{kind: Secret, metadata: {name: a}, data: {x: z}}, {kind: Secret, metadata: {name: b}}]\n",
        {"Secret/a"},
    ),
}


@pytest.mark.parametrize(("first", "second", "generated"), GENERATED.values(), ids=GENERATED)
def test_what_a_second_rendering_gives_other_content_is_generated(first: str, second: str, generated: set[str]) -> None:
    held = release(first, again=second)
    assert {str(manifest) for manifest in held.manifests if held.is_generated(manifest)} == generated


def test_without_a_second_rendering_nothing_is_known_to_be_generated() -> None:
    held = release(secret())
    assert held.generated is None
    assert not held.is_generated(held.manifests[0])


def test_a_binding_means_the_account_of_the_namespace_it_names() -> None:
    text = account(namespace="a") + account(namespace="b") + binding(accounts="b/app", kind="ClusterRoleBinding")
    held = release(text)
    assert [len(list(held.granting(manifest))) for manifest in held.manifests[:2]] == [0, 1]
