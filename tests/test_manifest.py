"""One object as its author wrote it."""

from __future__ import annotations

import pytest

from postrenderer import manifest as module
from postrenderer import nodes
from postrenderer.errors import BadInputError
from postrenderer.manifest import Identity, Manifest, manifests
from postrenderer.stream import Document, split

from .given import PRE_SYNC, app, job, one, secret, thing

CANARY = "hunter2-canary"


def held(text: str) -> list[Manifest]:
    return [manifest for document in split(text) for manifest in manifests(document)]


IDENTITIES = {
    secret("db"): ("", "Secret", "", "db"),
    secret("db", namespace="ns"): ("", "Secret", "ns", "db"),
    app("web"): ("apps", "Deployment", "", "web"),
    thing("CronTab", "c", api="stable.example.com/v1"): ("stable.example.com", "CronTab", "", "c"),
    '{"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "j", "namespace": "n"}}': (
        "batch",
        "Job",
        "n",
        "j",
    ),
    'apiVersion: v1\nkind: Secret\nmetadata: {name: "d\\x62"}\n': ("", "Secret", "", "db"),
    "apiVersion: v1\nkind: Secret\nmetadata:\n  name: ~\n": ("", "Secret", "", ""),
    "apiVersion: v1\nkind: Secret\nmetadata: ~\n": ("", "Secret", "", ""),
    "apiVersion: v1\nkind: Secret\n": ("", "Secret", "", ""),
}


@pytest.mark.parametrize(("text", "identity"), IDENTITIES.items())
def test_an_object_is_known_by_group_kind_namespace_and_name(text: str, identity: tuple[str, ...]) -> None:
    assert one(text).identity == Identity(*identity)


def test_an_object_is_called_by_kind_and_name() -> None:
    assert str(one(secret("db"))) == "Secret/db"
    assert str(one("apiVersion: batch/v1\nkind: Job\nmetadata: {generateName: m-}\n")) == "Job/m-"
    assert str(one("apiVersion: batch/v1\nkind: Job\n")) == "Job/?"


@pytest.mark.parametrize(
    "text", ["", "---\n", "---\n# c\n", "--- # c\n", "\n\n", "...\n", "---\n~\n", "\ufeff---\n", "---\nnull\n"]
)
def test_a_document_without_an_object_holds_none(text: str) -> None:
    assert held(text) == []


def test_the_items_of_a_list_are_objects_of_their_own() -> None:
    listed = held(
        "apiVersion: v1\nkind: List\nitems: [{kind: Secret, metadata: {name: a}}, {kind: Pod, metadata: {name: b}}]\n"
    )
    assert [(str(manifest), manifest.item) for manifest in listed] == [("Secret/a", 0), ("Pod/b", 1)]


@pytest.mark.parametrize("kind", ["List", "SecretList", "ConfigMapList"])
def test_every_kind_of_list_is_one(kind: str) -> None:
    assert len(held(f"apiVersion: v1\nkind: {kind}\nitems: [{{kind: Secret, metadata: {{name: a}}}}]\n")) == 1


def test_a_kind_that_only_ends_like_a_list_is_an_object() -> None:
    assert [str(manifest) for manifest in held("apiVersion: x.io/v1\nkind: AllowList\nmetadata: {name: a}\n")] == [
        "AllowList/a"
    ]


def test_an_empty_list_holds_nothing() -> None:
    assert held("apiVersion: v1\nkind: List\nitems: []\n") == []


TEXTS = {
    "metadata: {name: x, annotations: {a: b}}": {"a": "b"},
    "metadata: {name: x, annotations: {}}": {},
    "metadata: {name: x, annotations: ~}": {},
    "metadata: {name: x, annotations: }": {},
    "metadata: {name: x}": {},
    "metadata: {name: x, annotations: {a: 1, b: true, c: ~, d: ''}}": {"a": "1", "b": "true", "c": "", "d": ""},
    "metadata: {name: x, annotations: {a: b, a: c}}": {"a": "c"},
    "metadata: {name: x, annotations: [a]}": {},
}


@pytest.mark.parametrize(("metadata", "annotations"), TEXTS.items())
def test_annotations_are_read_as_text(metadata: str, annotations: dict[str, str]) -> None:
    assert one(f"apiVersion: v1\nkind: Secret\n{metadata}\n").annotations == annotations


@pytest.mark.parametrize("text", [f"- {CANARY}\n", f"{CANARY}\n", f"---\n[{CANARY}]\n", f'"{CANARY}"\n', "42\n"])
def test_a_document_that_is_no_object_is_refused_and_not_shown(text: str) -> None:
    with pytest.raises(BadInputError) as caught:
        held(text)
    assert "not a Kubernetes object" in caught.value.message
    assert CANARY not in caught.value.message + caught.value.hint


REPEATED = {
    "kind": "kind: Secret\nkind: Secret\nmetadata: {name: x}\n",
    "apiVersion": "apiVersion: v1\napiVersion: v1\nkind: Secret\nmetadata: {name: x}\n",
    "metadata": "kind: Secret\nmetadata: {name: x}\nmetadata: {name: y}\n",
    "spec": "kind: Pod\nmetadata: {name: x}\nspec: {}\nspec: {}\n",
    "name": "kind: Secret\nmetadata: {name: x, name: y}\n",
    "namespace": "kind: Secret\nmetadata: {name: x, namespace: a, namespace: b}\n",
    "annotations": "kind: Secret\nmetadata: {name: x, annotations: {a: b}, annotations: {c: d}}\n",
    "labels": "kind: Secret\nmetadata: {name: x, labels: {}, labels: {}}\n",
}


@pytest.mark.parametrize(("key", "text"), REPEATED.items(), ids=REPEATED)
def test_a_key_that_decides_what_the_object_is_must_be_written_once(key: str, text: str) -> None:
    with pytest.raises(BadInputError, match=f"the key '{key}' is written twice"):
        held(text)


def test_the_same_in_an_item_of_a_list() -> None:
    with pytest.raises(BadInputError, match="written twice"):
        held("apiVersion: v1\nkind: List\nitems:\n- kind: Secret\n  metadata: {name: x, name: y}\n")


def test_elsewhere_a_repeated_key_is_no_fault() -> None:
    text = "apiVersion: v1\nkind: Secret\nmetadata: {name: x, annotations: {a: b, a: c}}\ndata: {k: v, k: w}\n"
    assert one(text).annotations == {"a": "c"}


def test_an_object_that_a_glance_tells_is_not_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "compose", lambda _: pytest.fail("parsed"))
    manifest = one(secret("db"))
    assert str(manifest) == "Secret/db"
    assert not manifest.may_be_hooked
    assert not manifest.meaning("argocd").is_hook
    assert manifest.mentions({"db", "other"}) == {"db"}


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (app(pod="serviceAccountName: a"), {"a"}),
        (app(pod='serviceAccountName: "\\x61"'), {"a", "b"}),  # escapes could spell any name
        (app(pod="serviceAccountName: ab"), set()),
    ],
)
def test_an_object_tells_which_names_it_could_mean(text: str, names: set[str]) -> None:
    assert one(text).mentions({"a", "b"}) == names


WORKLOADS = {
    job(): True,
    app(): False,
    thing("Job", "j", api="example.com/v1"): False,
    thing("Workflow", "w", api="argoproj.io/v1alpha1"): True,
    thing("Pod", "p", body="spec: {restartPolicy: Never}"): True,
    thing("Pod", "p", body="spec: {restartPolicy: OnFailure}"): True,
    thing("Pod", "p", body="spec: {restartPolicy: Always}"): False,
    thing("Pod", "p"): False,
    thing("CronJob", "c", api="batch/v1"): False,
    secret(): False,
}


@pytest.mark.parametrize(("text", "is_workload"), WORKLOADS.items())
def test_what_runs_to_completion_is_a_workload(text: str, is_workload: bool) -> None:
    assert one(text).is_workload is is_workload


def test_the_place_of_an_object_is_its_first_line() -> None:
    _, second = split("a: b\n---\n# Source: app/a.yaml\n\n# c\nkind: Secret\nmetadata: {name: x}\n", "all.yaml")
    (manifest,) = manifests(second)
    assert manifest.place() == ("all.yaml", 6, 1, "app/a.yaml")
    assert str(manifest.place()) == "all.yaml:6:1"


def test_the_place_of_an_item_is_its_own() -> None:
    listed = held("kind: List\nitems:\n- kind: Secret\n  metadata: {name: a}\n- kind: Secret\n  metadata: {name: b}\n")
    assert [manifest.place()[1:3] for manifest in listed] == [(3, 3), (5, 3)]


def test_the_place_of_a_value_is_where_it_stands() -> None:
    manifest = one(job(annotations=PRE_SYNC))
    assert manifest.place(nodes.at(manifest.root, "metadata", "name"))[1:3] == (5, 9)


def test_objects_are_alike_only_if_they_are_the_same() -> None:
    document = Document(secret(), 1)
    assert manifests(document)[0] != manifests(document)[0]
