"""Each edit, in every way an object may be written, gives the data it says and leaves all other text alone."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given as over
from hypothesis import strategies as st

from postrenderer import nodes
from postrenderer.edits import (
    NAME,
    AddField,
    AddManifest,
    CopyManifest,
    RemoveManifest,
    RemoveText,
    SetScalar,
    SetSubjects,
    SetText,
    apply,
    copied,
    expected,
    obstacle,
)
from postrenderer.manifest import manifests
from postrenderer.stream import join, split

from .given import binding, job, one, secret
from .oracle.yaml_text import load

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from postrenderer.edits import Edit, InPlace
    from postrenderer.manifest import Manifest

pytestmark = pytest.mark.usefixtures("parser")

HEAD = "# head\napiVersion: v1 # c\nkind: Secret\n"
TAIL = "# between\ndata:\n  k: dg==\n"


def block(metadata: str) -> str:
    return f"{HEAD}metadata:\n{metadata}{TAIL}"


FORMS = {
    "block": block("  name: db\n  annotations:\n    a: b\n    c: d\n  labels:\n    a: b\n    c: d\n"),
    "block with comments": block(
        "  # c\n  name: db # c\n  # c\n  annotations: # c\n    # first\n    a: b # c: d\n\n"
        "    # second\n    c: d\n    # last\n  labels:\n    # c\n    a: b\n    c: d # c\n  # end\n"
    ),
    "quotes": block(
        "  \"name\": 'db'\n  'annotations':\n    \"a\": \"b\"\n    'c': 'd'\n"
        "  \"labels\":\n    'a': b\n    \"c\": 'd'\n"
    ),
    "windows lines": block("  name: db\n  annotations:\n    a: b\n    c: d\n  labels:\n    a: b\n    c: d\n").replace(
        "\n", "\r\n"
    ),
    "no newline at the end": (
        "kind: Pod\nmetadata:\n  labels: {a: b, c: d}\n  name: db\n  annotations:\n    c: d\n    a: b"
    ),
    "flow": block("  name: db\n  annotations: {a: b, c: d}\n  labels: {'a': 'b', \"c\": \"d\"} # c\n"),
    "nothing for a value in flow style": block("  name: db\n  annotations: {a: , c: d, e: }\n  labels: {a: b, c: }\n"),
    "flow over lines": block(
        "  annotations: {\n      a: b,\n      c: d,\n    }\n  labels: {a: b,\n    c: d}\n  name: db\n"
    ),
    "flow metadata": f"{HEAD}metadata: {{name: db, labels: {{a: b, c: d}}, annotations: {{c: d, a: b}}}}\n{TAIL}",
    "JSON": (
        '{"apiVersion":"v1","kind":"Secret","metadata":{"name":"db","annotations":{"a":"b","c":"d"},'
        '"labels":{"a":"b","c":"d"}},"data":{"k":"v"}}'
    ),
    "JSON over lines": (
        '{\n  "kind": "Secret",\n  "metadata": {\n    "annotations": {\n      "a": "b",\n      "c": "d"\n    },\n'
        '    "labels": {"c": "d", "a": "b"},\n    "name": "db"\n  }\n}\n'
    ),
    "wide indentation": block(
        "      name: db\n      annotations:\n          a: b\n          c: d\n      labels:\n       c: d\n       a: b\n"
    ),
    "no indentation of the comment": block(
        "  name: db\n  annotations:\n# c\n    a: b\n# c\n    c: d\n  labels:\n    a: b\n    c: d\n"
    ),
    "block scalars": block(
        "  name: |-\n    db\n  annotations:\n    a: |\n      b: c\n\n      d\n    c: >-\n      d\n"
        "  labels:\n    c: d\n    a: >-\n      b\n"
    ),
    "values over lines": block(
        "  name:\n    db\n  annotations:\n    a:\n      b\n    c: \"d\n      e\"\n  labels:\n    a: 'b'\n    c: d\n"
    ),
    "numbers and nulls": block("  name: 1\n  annotations:\n    a: 1\n    c: ~\n  labels:\n    c: true\n    a:\n"),
    "a repeated key": block("  name: db\n  annotations:\n    a: x\n    c: d\n    a: b\n  labels: {a: x, c: d, a: b}\n"),
    "a separator": "---\n# Source: app/a.yaml\n"
    + block("  name: db\n  annotations:\n    a: b\n    c: d\n  labels: {a: b, c: d}\n"),
    "tags": block("  name: !!str db\n  annotations:\n    a: !!str b\n    !!str c: d\n  labels: {a: !!str b, c: d}\n"),
    "a colon and a hash in values": block(
        "  name: db\n  annotations:\n    a: b:c#d\n    c: 'x: y # z'\n  labels: {a: b, c: d#e}\n"
    ),
}
EMPTY = {
    "absent": "",
    "null": "  {}: null\n",
    "nothing": "  {}:\n",
    "nothing and a comment": "  {}: # c\n",
    "a tilde": "  {}: ~\n",
    "a tilde and a comment": "  {}: ~ # c\n",
    "empty": "  {}: {{}}\n",
    "empty and a comment": "  {}: {{}} # c\n",
    "empty with blanks": "  {}: {{ }}\n",
    "empty over lines": "  {}: {{\n    }}\n",
}
EMPTY_FORMS = {
    f"{kind} {where} the name": block("  {}".format("").join(parts))
    for kind, line in EMPTY.items()
    for where, parts in {
        "before": [line.format("annotations") + line.format("labels") + "  name: db\n"],
        "behind": ["  name: db\n" + line.format("labels") + line.format("annotations")],
    }.items()
}
EMPTY_FORMS |= {
    f"{kind} in flow style": f"{HEAD}metadata: {{name: db{more}}}\n{TAIL}"
    for kind, more in {
        "absent": "",
        "null": ", annotations: null",
        "a tilde": ", annotations: ~",
        "empty": ", annotations: {}",
    }.items()
}


def parsed(text: str) -> Any:
    """The data as Kubernetes reads it, with maps of metadata that hold nothing left out."""
    data = copy.deepcopy(load(text))
    for field in ("annotations", "labels"):
        if not data["metadata"].get(field, True):
            del data["metadata"][field]
    return data


def put(data: Any, field: str, key: str, value: str | None, instead_of: str = "") -> None:
    held = data["metadata"].setdefault(field, {})
    held.pop(instead_of, None)
    held.pop(key, None)
    if value is not None:
        held[key] = value
    if not held:
        del data["metadata"][field]


Change = tuple["Callable[[Manifest], Sequence[InPlace]]", "Callable[[Any], None]"]
NASTY = 'a: "b" # \\ {c} [d], é🚧 - *x &y'
CHANGES: dict[str, Change] = {
    "a new annotation": (
        lambda m: [SetText(m, "annotations", "new.io/key", "1")],
        lambda d: put(d, "annotations", "new.io/key", "1"),
    ),
    "two new annotations": (
        lambda m: [SetText(m, "annotations", "n1", "x"), SetText(m, "annotations", "n2", "y")],
        lambda d: (put(d, "annotations", "n1", "x"), put(d, "annotations", "n2", "y")),
    ),
    "another value": (
        lambda m: [SetText(m, "annotations", "a", "true")],
        lambda d: put(d, "annotations", "a", "true"),
    ),
    "a value with every sign": (
        lambda m: [SetText(m, "annotations", "c", NASTY), SetText(m, "labels", "new", NASTY)],
        lambda d: (put(d, "annotations", "c", NASTY), put(d, "labels", "new", NASTY)),
    ),
    "another key in its place": (
        lambda m: [SetText(m, "annotations", "new", "x", "a")],
        lambda d: put(d, "annotations", "new", "x", "a"),
    ),
    "another key that is there already": (
        lambda m: [SetText(m, "annotations", "c", "x", "a")],
        lambda d: put(d, "annotations", "c", "x", "a"),
    ),
    "the first removed": (
        lambda m: [RemoveText(m, "annotations", "a")],
        lambda d: put(d, "annotations", "a", None),
    ),
    "the last removed": (
        lambda m: [RemoveText(m, "annotations", "c")],
        lambda d: put(d, "annotations", "c", None),
    ),
    "all removed": (
        lambda m: [RemoveText(m, field, key) for field in ("annotations", "labels") for key in "ac"],
        lambda d: [put(d, field, key, None) for field in ("annotations", "labels") for key in "ac"],
    ),
    "all removed and one set": (
        lambda m: [*(RemoveText(m, "annotations", key) for key in "ac"), SetText(m, "annotations", "new", "x")],
        lambda d: [put(d, "annotations", key, value) for key, value in (("a", None), ("c", None), ("new", "x"))],
    ),
    "one removed, one replaced, one new": (
        lambda m: [RemoveText(m, "labels", "a"), SetText(m, "labels", "c", "x"), SetText(m, "labels", "new", "")],
        lambda d: [put(d, "labels", key, value) for key, value in (("a", None), ("c", "x"), ("new", ""))],
    ),
    "another name": (
        lambda m: [SetScalar(m, NAME, "db-presync")],
        lambda d: d["metadata"].update(name="db-presync"),
    ),
    "a name that looks like a number": (
        lambda m: [SetScalar(m, NAME, "1e3")],
        lambda d: d["metadata"].update(name="1e3"),
    ),
    "name, annotation and label": (
        lambda m: [SetScalar(m, NAME, "x"), SetText(m, "annotations", "new", "x"), SetText(m, "labels", "new", "x")],
        lambda d: (d["metadata"].update(name="x"), put(d, "annotations", "new", "x"), put(d, "labels", "new", "x")),
    ),
}


ADDITIONS = ("a new annotation", "two new annotations", "a value with every sign", "name, annotation and label")
CASES = {
    **{name: (form, CHANGES) for name, form in FORMS.items()},
    **{name: (form, {key: CHANGES[key] for key in ADDITIONS}) for name, form in EMPTY_FORMS.items()},
}


def edited(text: str, edits_of: Callable[[Manifest], Sequence[Edit]], number: int = 0) -> list[str]:
    (document,) = split(text)
    manifest = manifests(document)[number]
    return [made.text for made in apply(document, edits_of(manifest))]


@pytest.mark.parametrize(("form", "changes"), CASES.values(), ids=CASES)
def test_every_edit_gives_the_data_it_says(form: str, changes: dict[str, Change]) -> None:
    got, wanted = {}, {}
    for name, (edits_of, model) in changes.items():
        wanted[name] = parsed(form)
        model(wanted[name])
        (text,) = edited(form, edits_of)
        got[name] = parsed(text)
    assert got == wanted


@pytest.mark.parametrize(("form", "changes"), CASES.values(), ids=CASES)
def test_the_check_on_the_scissors_expects_the_same(form: str, changes: dict[str, Change]) -> None:
    manifest = one(form)
    got, wanted = {}, {}
    for name, (edits_of, _) in changes.items():
        after = one(*edited(form, edits_of))
        got[name] = expected(nodes.plain_data(after.root, after.document.text), ())
        wanted[name] = expected(nodes.plain_data(manifest.root, form), edits_of(manifest))
    assert got == wanted


@pytest.mark.parametrize(("form", "changes"), CASES.values(), ids=CASES)
def test_every_edit_leaves_text_outside_metadata_alone(form: str, changes: dict[str, Change]) -> None:
    newline = "\r\n" if "\r\n" in form else "\n"
    outside = [part.replace("\n", newline) for part in (HEAD, TAIL)]
    texts = {name: edited(form, edits_of)[0] for name, (edits_of, _) in changes.items()}
    spoilt = [name for name, text in texts.items() if [*map(text.count, outside)] != [*map(form.count, outside)]]
    mixed = [name for name, text in texts.items() if text.count(newline) != text.count("\n")]
    assert (spoilt, mixed) == ([], [])


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_a_comment_is_lost_only_with_its_own_line(form: str) -> None:
    (text,) = edited(form, lambda m: [SetText(m, "annotations", "new", "x"), SetScalar(m, NAME, "y")])
    assert text.count("#") == form.count("#")


WRITTEN = {
    "in place, in the order it had": (
        "metadata:\n  name: db\n  annotations:\n    a: b # c\n    c: d\n",
        lambda m: [SetText(m, "annotations", "new", "x", "a")],
        'metadata:\n  name: db\n  annotations:\n    new: "x" # c\n    c: d\n',
    ),
    "before the first entry": (
        "metadata:\n  name: db\n  annotations:\n    a: b\n",
        lambda m: [SetText(m, "annotations", "new", "x")],
        'metadata:\n  name: db\n  annotations:\n    new: "x"\n    a: b\n',
    ),
    "as a map of its own": (
        "metadata:\n  name: db\n",
        lambda m: [SetText(m, "annotations", "new", "x")],
        'metadata:\n  annotations:\n    new: "x"\n  name: db\n',
    ),
    "where the map was null": (
        "metadata:\n  name: db\n  annotations: ~\n",
        lambda m: [SetText(m, "annotations", "new", "x")],
        'metadata:\n  name: db\n  annotations:\n    new: "x"\n',
    ),
    "in the old quotes": (
        "metadata:\n  name: 'db'\n",
        lambda m: [SetScalar(m, NAME, "x")],
        "metadata:\n  name: 'x'\n",
    ),
    "without the map that it empties": (
        "metadata:\n  name: db\n  annotations:\n    a: b\n  labels: {}\n",
        lambda m: [RemoveText(m, "annotations", "a")],
        "metadata:\n  name: db\n  labels: {}\n",
    ),
    "in flow style": (
        "metadata: {name: db, annotations: {a: 'b', c: d}}\n",
        lambda m: [RemoveText(m, "annotations", "c"), SetText(m, "annotations", "new", "x")],
        'metadata: {name: db, annotations: {a: \'b\', "new": "x"}}\n',
    ),
}


@pytest.mark.parametrize(("before", "edits_of", "after"), WRITTEN.values(), ids=WRITTEN)
def test_an_edit_is_written_as_its_neighbours_are(before: str, edits_of: Callable[..., Any], after: str) -> None:
    assert edited(f"kind: Secret\n{before}", edits_of) == [f"kind: Secret\n{after}"]


# Random maps under random edits.

QUOTES = st.sampled_from(["{}", "'{}'", '"{}"'])
WORDS = ["x", "'x y'", '"x"', "~", "1", "''", "'x: #'", "[x]", "{x: y}", "é🚧", ""]
BLOCK_WORDS = ["x # c", "|\n      x\n      # y\n", ">-\n      x\n", "x:y", '"x\n      y"', "!!str x", "-x", "?x", "{}"]
BLOCK_VALUES = st.sampled_from([*WORDS, *BLOCK_WORDS, "\n      x", "https://x/?a=1&b"])
FLOW_VALUES = st.sampled_from([*WORDS, '"}"', "'{'"])
KEYS = ["a", "b.io/c", "d-e", "f", "g"]
NOISE = st.sampled_from(["", "", "    # c\n", "\n", "  # c\n", "# c\n"])


@st.composite
def written_maps(draw: st.DrawFn) -> tuple[str, list[str]]:
    """A map as text behind `annotations:`, and its keys."""
    keys = draw(st.lists(st.sampled_from(KEYS), unique=True, max_size=4))
    if not keys or draw(st.booleans()):
        entries = [f"{draw(QUOTES).format(key)}: {draw(FLOW_VALUES)}" for key in keys]
        return " {" + draw(st.sampled_from([", ", ",", ",\n      "])).join(entries) + "}\n", keys
    lines = "".join(f"{draw(NOISE)}    {draw(QUOTES).format(key)}: {draw(BLOCK_VALUES)}\n" for key in keys)
    return draw(st.sampled_from(["\n", " # c\n"])) + lines, keys


@st.composite
def documents(draw: st.DrawFn) -> tuple[str, list[str]]:
    written, keys = draw(written_maps())
    parts = ["  name: db\n", f"  annotations:{written}", "  labels: {x: y}\n"]
    text = "kind: Secret\nmetadata:\n" + "".join(draw(st.permutations(parts))) + draw(NOISE) + TAIL
    text = text if draw(st.booleans()) else text.rstrip("\n")
    return (text.replace("\n", "\r\n") if draw(st.booleans()) else text), keys


@st.composite
def edits_of_keys(draw: st.DrawFn, keys: list[str]) -> list[tuple[str, str, str]]:
    """Each key is set, renamed or removed once at most."""
    wanted = []
    for key in draw(st.lists(st.sampled_from([*keys, "new", "other.io/new"]), unique=True, max_size=4)):
        value = draw(st.sampled_from(["v", "1", "", 'q"\\', "x: y"]))
        wanted.append((draw(st.sampled_from(["set", "rename", "remove"])), key, value))
    return wanted


def as_edit(manifest: Manifest, step: tuple[str, str, str]) -> InPlace:
    kind, key, value = step
    if kind == "remove":
        return RemoveText(manifest, "annotations", key)
    return SetText(
        manifest, "annotations", key if kind == "set" else f"renamed-{key}", value, key if kind == "rename" else ""
    )


def as_model(data: Any, step: tuple[str, str, str]) -> None:
    kind, key, value = step
    name = f"renamed-{key}" if kind == "rename" else key
    put(data, "annotations", name, None if kind == "remove" else value, key)


@over(st.data())
def test_random_edits_of_random_maps_do_what_they_say(data: st.DataObject) -> None:
    text, keys = data.draw(documents())
    steps = data.draw(edits_of_keys(keys))
    (document,) = split(text)
    (manifest,) = manifests(document)
    if obstacle(manifest):
        return
    (result,) = apply(document, [as_edit(manifest, step) for step in steps])
    wanted = parsed(text)
    for step in steps:
        as_model(wanted, step)
    assert parsed(result.text) == wanted
    assert one(result.text).annotations.keys() == wanted["metadata"].get("annotations", {}).keys()
    outside = text.replace("\r\n", "\n").split("metadata:\n")
    assert result.text.replace("\r\n", "\n").startswith(outside[0] + "metadata:\n")
    assert result.text.replace("\r\n", "\n").endswith(TAIL) or text.replace("\r\n", "\n").endswith(TAIL.rstrip("\n"))


# What is not in metadata.


def test_a_scalar_deep_in_a_pod_is_set_where_it_stands() -> None:
    steps = ("spec", "template", "spec", "containers", 0, "envFrom", 0, "secretRef", "name")
    text = job()
    assert edited(text, lambda m: [SetScalar(m, steps, "db-presync")]) == [
        text.replace("{name: db}", "{name: db-presync}")
    ]


FIELD_FORMS = {
    "block": ("spec:\n  a: b\n", "spec:\n  limit: 5\n  a: b\n"),
    "block with a comment": ("spec: # c\n  # d\n  a: b\n", "spec: # c\n  # d\n  limit: 5\n  a: b\n"),
    "flow": ("spec: {a: b}\n", 'spec: {"limit": 5, a: b}\n'),
    "windows lines": ("spec:\r\n  a: b\r\n", "spec:\r\n  limit: 5\r\n  a: b\r\n"),
}


@pytest.mark.parametrize(("before", "after"), FIELD_FORMS.values(), ids=FIELD_FORMS)
def test_a_field_is_added_before_the_others(before: str, after: str) -> None:
    newline = "\r\n" if "\r\n" in before else "\n"
    head = f"kind: Job{newline}metadata: {{name: j}}{newline}"
    assert edited(head + before, lambda m: [AddField(m, ("spec", "limit"), 5)]) == [head + after]


SUBJECT_FORMS = {
    "block": "subjects:\n- kind: ServiceAccount # c\n  name: app\n- kind: User\n  name: u\n",
    "indented": "subjects:\n  - kind: User\n    name: u\n  # c\n",
    "flow": "subjects: [{kind: ServiceAccount, name: app}, {kind: User, name: u}] # c\n",
}


@pytest.mark.parametrize("subjects", SUBJECT_FORMS.values(), ids=SUBJECT_FORMS)
@pytest.mark.parametrize("tail", ["", "roleRef:\n  kind: Role\n  name: r\n"])
def test_a_binding_gets_other_subjects_and_nothing_else(subjects: str, tail: str) -> None:
    text = f"kind: RoleBinding\nmetadata: {{name: b}}\n{subjects}{tail}"
    (result,) = edited(text, lambda m: [SetSubjects(m, (("x", ""), ("y", "ns")))])
    wanted = [{"kind": "ServiceAccount", "name": "x"}, {"kind": "ServiceAccount", "name": "y", "namespace": "ns"}]
    assert load(result) == load(text) | {"subjects": wanted}
    assert result.endswith(tail)


def test_a_binding_that_is_JSON_gets_other_subjects() -> None:  # noqa: N802
    text = (
        '{"kind":"RoleBinding","metadata":{"name":"b"},"subjects":[{"kind":"User","name":"u"}],"roleRef":{"name":"r"}}'
    )
    (result,) = edited(text, lambda m: [SetSubjects(m, (("x", ""),))])
    assert load(result) == load(text) | {"subjects": [{"kind": "ServiceAccount", "name": "x"}]}


# Whole objects.

NEW = 'kind: Secret\nmetadata: {name: "new"}'


@pytest.mark.parametrize(
    "text", [secret(), secret().rstrip("\n"), secret().replace("\n", "\r\n"), secret().removeprefix("---\n")]
)
def test_an_object_is_added_as_a_document_behind_another(text: str) -> None:
    first, second = edited(text, lambda m: [AddManifest(m, NEW)])
    assert first == text
    assert [manifest for document in split(first + second) for manifest in map(str, manifests(document))] == [
        "Secret/db",
        "Secret/new",
    ]


def test_an_added_document_names_the_same_template() -> None:
    _, second = edited(secret(source="app/templates/secret.yaml"), lambda m: [AddManifest(m, NEW)])
    assert second == f"---\n# Source: app/templates/secret.yaml\n{NEW}\n"


def test_a_document_whose_object_is_left_out_is_gone() -> None:
    assert edited(secret(), lambda m: [RemoveManifest(m)]) == []


ITEM = "kind: Secret\n{0}metadata:\n{0}  name: {1}\n"
LISTS = {
    "indented": "kind: List\nitems:\n  - " + ITEM.format("    ", "a") + "  - " + ITEM.format("    ", "b"),
    "not indented": "kind: List\nitems:\n- "
    + ITEM.format("  ", "a")
    + "# c\n- "
    + ITEM.format("  ", "b")
    + "metadata: {}\n",
    "no newline at the end": "kind: List\nitems:\n- "
    + ITEM.format("  ", "a")
    + "- "
    + ITEM.format("  ", "b").rstrip("\n"),
    "flow": "kind: List\nitems: [{kind: Secret, metadata: {name: a}}, {kind: Secret, metadata: {name: b}}]\n",
    "flow items": "kind: List\nitems:\n- {kind: Secret, metadata: {name: a}} #\n- {kind: Secret, metadata: {name: b}}",
    "JSON": (
        '{"kind":"List","items":[{"kind":"Secret","metadata":{"name":"a"}},{"kind":"Secret","metadata":{"name":"b"}}]}'
    ),
    "windows lines": ("kind: List\nitems:\n- " + ITEM.format("  ", "a") + "- " + ITEM.format("  ", "b")).replace(
        "\n", "\r\n"
    ),
}


def item_names(text: str) -> list[str]:
    return [str(manifest) for document in split(text) for manifest in manifests(document) if manifest.is_object]


@pytest.mark.parametrize("text", LISTS.values(), ids=LISTS)
@pytest.mark.parametrize(("number", "names"), [(0, ["a", "a-copy", "b"]), (1, ["a", "b", "b-copy"])])
def test_a_copy_of_an_item_is_the_next_item(text: str, number: int, names: list[str]) -> None:
    def copy_of(manifest: Manifest) -> list[Edit]:
        return [CopyManifest(manifest, (SetScalar(manifest, NAME, f"{manifest.identity.name}-copy"),))]

    (result,) = edited(text, copy_of, number)
    assert item_names(result) == [f"Secret/{name}" for name in names]
    assert ("\r\n" in result) == ("\r\n" in text)
    assert result.count("\r\n") in (0, result.count("\n"))


@pytest.mark.parametrize("text", LISTS.values(), ids=LISTS)
@pytest.mark.parametrize("number", [0, 1])
def test_an_item_is_edited_alone(text: str, number: int) -> None:
    (result,) = edited(text, lambda m: [SetText(m, "annotations", "new", "x"), SetScalar(m, NAME, "new")], number)
    wanted = copy.deepcopy(load(text))
    wanted["items"][number]["metadata"] = {"name": "new", "annotations": {"new": "x"}}
    assert load(result) == wanted


@pytest.mark.parametrize("text", LISTS.values(), ids=LISTS)
@pytest.mark.parametrize(("number", "names"), [(0, ["Secret/b"]), (1, ["Secret/a"])])
def test_an_item_is_left_out(text: str, number: int, names: list[str]) -> None:
    (result,) = edited(text, lambda m: [RemoveManifest(m)], number)
    assert item_names(result) == names


@pytest.mark.parametrize(
    "text", [secret(), FORMS["block with comments"], FORMS["JSON"], FORMS["windows lines"], FORMS["a separator"]]
)
def test_a_copy_s_text_is_the_object_s_own_without_what_stands_around_it(text: str) -> None:
    manifest = one(text)
    assert parsed(copied(manifest, [])) == parsed(text)
    assert not copied(manifest, []).startswith(("---", "#"))


def test_a_copy_has_its_edits_and_the_original_has_none() -> None:
    manifest = one(FORMS["block"])
    text = copied(manifest, [SetScalar(manifest, NAME, "x"), RemoveText(manifest, "annotations", "a")])
    wanted = parsed(FORMS["block"])
    wanted["metadata"] |= {"name": "x", "annotations": {"c": "d"}}
    assert parsed(text) == wanted
    assert manifest.document.text == FORMS["block"]


# Anchors and aliases.

BEHIND = {
    "the metadata": "a: &m {name: x}\nkind: Secret\nmetadata: *m\n",
    "the name": "a: &n x\nkind: Secret\nmetadata: {name: *n}\n",
    "the annotations": "a: &m {x: y}\nkind: Secret\nmetadata: {name: x, annotations: *m}\n",
    "merged metadata": "a: &m {name: x}\nkind: Secret\nmetadata: {<<: *m}\n",
    "an anchored name": "kind: Secret\nmetadata: {name: &n x, labels: {app: *n}}\n",
    "anchored labels": "kind: Secret\nmetadata:\n  name: x\n  labels: &l\n    a: b\nspec: *l\n",
    "an anchored label": "kind: Secret\nmetadata: {name: x, labels: {a: &v b}}\nspec: *v\n",
    "an aliased annotation": "a: &v b\nkind: Secret\nmetadata: {name: x, annotations: {a: *v}}\n",
    "a merge in the annotations": "a: &v {b: c}\nkind: Secret\nmetadata: {name: x, annotations: {<<: *v}}\n",
}


@pytest.mark.parametrize("text", BEHIND.values(), ids=BEHIND)
def test_metadata_that_aliases_carry_elsewhere_cannot_be_edited(text: str) -> None:
    assert "alias" in obstacle(one(text)) or "anchored" in obstacle(one(text))


RARE = {
    "keys on lines of others": "kind: Secret\nmetadata:\n  name: x\n  annotations:\n    ? a\n    : b\n",
    "a dash alone": "kind: List\nitems:\n-\n  kind: Secret\n  metadata:\n    name: x\n",
}


@pytest.mark.parametrize("text", RARE.values(), ids=RARE)
def test_metadata_in_rare_syntax_is_left_alone(text: str) -> None:
    assert obstacle(one(text)) != ""


@pytest.mark.parametrize("text", ["kind: Secret\n", "kind: Secret\nmetadata: ~\n", "kind: Secret\nmetadata: []\n"])
def test_metadata_that_is_not_there_cannot_be_edited(text: str) -> None:
    assert obstacle(one(text)) == "it has no metadata"


FREE = {
    **FORMS,
    **EMPTY_FORMS,
    "an ampersand in a value": block("  name: db\n  annotations:\n    link: https://x.org/?a=1&b=2\n"),
    "a quoted ampersand": block("  name: db\n  annotations: {link: '&x'}\n"),
    "anchors elsewhere": "kind: Secret\nmetadata: {name: x}\ndata: {a: &a b, c: *a}\n",
}


@pytest.mark.parametrize("text", FREE.values(), ids=FREE)
def test_all_other_metadata_can_be_edited(text: str) -> None:
    assert obstacle(one(text)) == ""


def test_an_edit_beside_an_alias_leaves_it_alone() -> None:
    text = "kind: Secret\nmetadata: {name: x}\ndata: {a: &a b, c: *a}\n"
    assert edited(text, lambda m: [SetScalar(m, NAME, "z")]) == [text.replace("name: x", "name: z")]


def test_edits_of_several_objects_of_a_document_are_made_together() -> None:
    (document,) = split(LISTS["flow items"])
    first, second = manifests(document)
    (result,) = apply(
        document, [SetScalar(first, NAME, "x"), SetScalar(second, NAME, "y"), SetScalar(first, NAME, "x")]
    )
    assert item_names(join([result])) == ["Secret/x", "Secret/y"]


KEPT = {
    "block scalars": "data:\n  k: |\n    a\n\n      b\n  # c\n  l: >-\n    c\n",
    "kept line ends": "data:\n  k: |+\n    a\n\n\n",
    "quotes": 'data: {a: \'b\', "c": "d\\n"} # e\n',
    "a comment at the end": "data:\n  k: v\n# end\n",
    "no newline at the end": "data:\n  k: |-\n    v",
}


@pytest.mark.parametrize("body", KEPT.values(), ids=KEPT)
def test_a_copy_keeps_every_byte_of_its_data(body: str) -> None:
    text = secret(body="").rstrip("\n") + "\n" + body
    manifest = one(text)
    _, added = apply(manifest.document, [CopyManifest(manifest, (SetScalar(manifest, NAME, "x"),))])
    assert body in added.text
    assert parsed(added.text) == parsed(text.replace("name: db", "name: x"))


def test_a_bound_account_is_renamed_in_place() -> None:
    text = binding(accounts="app")
    (result,) = edited(text, lambda m: [SetScalar(m, ("subjects", 0, "name"), "app-presync")])
    assert result == text.replace("name: app}]", "name: app-presync}]")
