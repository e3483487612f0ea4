"""Nodes and their places, read by libyaml and by ruamel's own Python, and what both refuse in bounded time."""

from __future__ import annotations

import time
from contextlib import suppress

import pytest

from postrenderer import compose, nodes
from postrenderer.errors import BadInputError
from postrenderer.stream import Document, decode, split

pytestmark = pytest.mark.usefixtures("parser")

CANARY = "hunter2-canary"
SECONDS = 10


def document(text: str) -> Document:
    return Document(text, 1)


def root(text: str) -> nodes.Node:
    return compose.compose(document(text))


def refusal(text: str) -> BadInputError:
    with pytest.raises(BadInputError) as caught:
        compose.compose(document(text))
    return caught.value


@pytest.mark.parametrize("text", ["", "\n", "# c\n", "---\n# c\n", "---\n", "--- # c\r\n"])
def test_a_document_of_comments_has_no_content(text: str) -> None:
    found = root(text)
    assert found is None or nodes.is_null(found)


def test_a_value_knows_where_it_stands() -> None:
    text = "# é🚧\nmetadata:\n  name: 'db' # c\n  labels: {a: b}\n"
    name = nodes.at(root(text), "metadata", "name")
    assert text[nodes.start(name) : nodes.end(name)] == "'db'"
    labels = nodes.at(root(text), "metadata", "labels")
    assert text[nodes.start(labels) : nodes.end(labels)] == "{a: b}"


@pytest.mark.parametrize("text", ["a: 1\r\nname: db\r\n", "\ufeffa: 1\nname: db\n", "a: \u00a0🚧\nname: db\n"])
def test_places_hold_in_windows_lines_and_behind_odd_characters(text: str) -> None:
    *_, last = split(text)
    name = nodes.lookup(compose.compose(last), "name")
    assert last.text[nodes.start(name) : nodes.end(name)] == "db"


BROKEN = {
    "two colons": f"password: {CANARY}: x\n",
    "an open quote": f'password: "{CANARY}\n',
    "an open bracket": f"password: [{CANARY}, x\n",
    "an open brace": f"{{password: {CANARY}\n",
    "an unknown alias": f"password: *{CANARY}\n",
    "an unknown tag": f"password: !<{CANARY} x\n",
    "a tab for indentation": f"a:\n\t{CANARY}: x\n",
    "an unknown escape": f'password: "\\q{CANARY}"\n',
    "a wrong indentation": f"a:\n  b: c\n {CANARY}: x\n",
    "a directive": f"%YAML {CANARY}\n---\na: b\n",
    "two documents in one": f"a: b\n--- x\n---\n{CANARY}: y\n",
    "a stray bracket": f"a: b\n]{CANARY}\n",
    "a key that is too long": f"{CANARY * 200}\n: x\n",
    "a character that YAML forbids": f"password: {CANARY}\x01\n",
    "a NUL": f"password: {CANARY}\0x\n",
    "an unknown anchor behind a known one": f"a: &{CANARY} b\nc: [*{CANARY}x]\n",
    "a block scalar cut off": f"a: |9x{CANARY}\n b\n",
    "a key without a value": f"a:\n  - b\n  {CANARY}\n",
}


@pytest.mark.parametrize("text", BROKEN.values(), ids=BROKEN)
def test_broken_text_is_told_by_its_place_and_not_shown(text: str) -> None:
    error = refusal(text)
    assert error.message.startswith("stdin:")
    assert CANARY not in error.message + error.hint + str(error)
    assert error.__cause__ is None
    assert error.__suppress_context__


def test_an_anchor_that_is_used_again_says_nothing_of_the_text(capsys: pytest.CaptureFixture[str]) -> None:
    text = f"a: &x {CANARY}\nb: &x {CANARY}\n"
    with suppress(BadInputError):
        compose.compose(document(text))
    assert CANARY not in capsys.readouterr().err


def test_the_place_of_a_fault_is_that_in_the_file() -> None:
    _, second = split(f"a: b\n---\nc: d\npassword: {CANARY}: x\n", "app.yaml")
    with pytest.raises(BadInputError) as caught:
        compose.compose(second)
    assert caught.value.message.startswith("app.yaml:4:")


@pytest.mark.parametrize("raw", [b"a: \xff\xfe", b"a: \x00", b"\x00\x01\x02\x03" * 100])
def test_a_binary_file_never_reaches_the_parser(raw: bytes) -> None:
    with pytest.raises(BadInputError):
        decode(raw)


DEEP = {
    "brackets": "a: " + "[" * 100_000,
    "closed brackets": "a: " + "[" * 100_000 + "]" * 100_000 + "\n",
    "braces": "{a: " * 100_000 + "}" * 100_000 + "\n",
    "mixed": "[{a: " * 50_000 + "}]" * 50_000 + "\n",
    "dashes in one line": "a:\n  " + "- " * 100_000 + "x\n",
    "dashes at the start": "- " * 100_000 + "x\n",
    "question marks": "? " * 100_000 + "x\n",
    "indentation": "".join(" " * depth + "a:\n" for depth in range(1_000)),
    "dashes and indentation": "".join("  " * depth + "- a:\n" for depth in range(500)),
    "dashes behind a separator": "--- " + "- " * 1_000 + "x\n",
    "just too deep": "[" * 201 + "]" * 201 + "\n",
    "brackets in windows lines": "a:\r\n" + "".join(" " * depth + "- [\r\n" for depth in range(1, 300)),
    "tags between dashes": "".join("  " * depth + "- !!seq\n" for depth in range(500)) + "  " * 500 + "- x\n",
}


@pytest.mark.parametrize("text", DEEP.values(), ids=DEEP)
def test_nesting_too_deep_for_a_parser_is_refused_in_time(text: str) -> None:
    began = time.monotonic()
    error = refusal(text)
    assert time.monotonic() - began < SECONDS
    assert error.message.startswith("stdin:")


SHALLOW = {
    "two hundred levels": "[" * 200 + "]" * 200 + "\n",
    "brackets in a string": 'a: "' + "[" * 1_000 + '"\n',
    "brackets in a block scalar": "a: |\n" + "  {{{{[[[[\n" * 1_000,
    "many lists side by side": "a:\n" + "- [{}]\n" * 1_000,
    "a block scalar that is indented far": "a: |\n  x\n" + " " * 500 + "- y\n",
    "a far value": "a:" + " " * 500 + "- b".replace("- ", "") + "\n",
}


@pytest.mark.parametrize("text", SHALLOW.values(), ids=SHALLOW)
def test_what_only_looks_deep_is_read(text: str) -> None:
    assert root(text) is not None


def bomb(width: int, levels: int) -> str:
    lines = ["a0: &a0 [x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * width)}]" for n in range(1, levels)]
    return "\n".join(lines) + "\n"


BOMBS = {
    "ten to the ninth": bomb(10, 9),
    "two to the thousandth": bomb(2, 1_000),
    "in mappings": "a0: &a0 {x: y}\n" + "".join(f"a{n}: &a{n} {{l: *a{n - 1}, r: *a{n - 1}}}\n" for n in range(1, 99)),
    "in merges": "a0: &a0 {x: y}\n" + "".join(f"a{n}: &a{n} {{<<: [*a{n - 1}, *a{n - 1}]}}\n" for n in range(1, 99)),
    "deep but not wide": bomb(1, 300),
    "a list that holds itself": "a: &a [*a]\n",
    "a mapping that holds itself": "a: &a {b: *a}\n",
    "two that hold each other": "a: &a\n  b: &b\n    c: *a\nd: *b\n",
    "a key that holds itself": "? &a [*a]\n: x\n",
}


@pytest.mark.parametrize("text", BOMBS.values(), ids=BOMBS)
def test_an_alias_bomb_is_refused_in_time(text: str) -> None:
    began = time.monotonic()
    error = refusal(text)
    assert time.monotonic() - began < SECONDS
    assert "alias" in error.message


def test_aliases_in_reasonable_number_are_read() -> None:
    found = root("a: &a {b: c}\nd: [*a, *a]\ne: {<<: *a, f: g}\n")
    assert nodes.plain_data(found, "") == {"a": {"b": "c"}, "d": [{"b": "c"}] * 2, "e": {"b": "c", "f": "g"}}


def test_of_a_repeated_key_the_last_counts_and_merged_keys_count_below_own_ones() -> None:
    text = "a: 'x'\na: 'y'\nm: &m {k: 'm', l: 'm'}\nn: {<<: *m, k: 'own'}\n"
    found = root(text)
    assert nodes.text(nodes.lookup(found, "a")) == "y"
    assert {key: nodes.text(nodes.at(found, "n", key)) for key in "kl"} == {"k": "own", "l": "m"}


def test_of_several_merged_maps_the_first_counts() -> None:
    found = root("a: &a {k: 'first'}\nb: &b {k: 'second'}\nc: {<<: [*a, *b]}\n")
    assert nodes.text(nodes.at(found, "c", "k")) == "first"


def test_looking_where_nothing_is_finds_nothing() -> None:
    found = root("a: [x]\nb: y\nc:\n")
    assert nodes.at(found, "a", "x") is None
    assert nodes.at(found, "b", "y", "z") is None
    assert nodes.at(None, "a") is None
    assert nodes.text(nodes.lookup(found, "c")) is None
    assert nodes.items(nodes.lookup(found, "b")) == []
    assert nodes.pairs(nodes.lookup(found, "a")) == []


FLOW_WORDS = ["nginx:1.2", "http://x/", "--listen=0.0.0.0:80", "-x", "a#b", "10:20", "d'e", "a&b"]


@pytest.mark.parametrize("word", FLOW_WORDS)
def test_a_plain_word_in_flow_style_is_read_as_kubectl_reads_it(word: str) -> None:
    found = root(f"a: [{word}, x]\nb: {{c: {word}}}\n")
    assert [nodes.text(item) for item in nodes.items(nodes.lookup(found, "a"))] == [word, "x"]
    assert nodes.text(nodes.at(found, "b", "c")) == word


# As sigs.k8s.io/yaml v1.6 reads them into a map[string]string: what is no string there is refused or hidden.
STRINGS = [
    "x",
    "'1'",
    '"true"',
    "|\n  1",
    ">-\n  no",
    "1.2.3",
    "10.0.0.1",
    "-x",
    "0x",
    "1e",
    "v1",
    "nope",
    "12:30:45x",
    "!!str 1",
]
NO_STRINGS = [
    "1",
    "-1",
    "+1",
    "0777",
    "0o17",
    "0x1F",
    "0b1",
    "1_000",
    "1.5",
    ".5",
    "1e3",
    "1.",
    "-.inf",
    ".NaN",
    "true",
]
NO_STRINGS += ["False", "yes", "No", "on", "OFF", "y", "N", "null", "Null", "~", "", "[a]", "{a: b}"]


@pytest.mark.parametrize(("value", "is_string"), [*((v, True) for v in STRINGS), *((v, False) for v in NO_STRINGS)])
def test_a_value_is_a_string_where_kubernetes_reads_one(value: str, is_string: bool) -> None:
    text = f"a: {value}\n"
    assert nodes.is_string(nodes.lookup(root(text), "a"), text) is is_string


def test_numbers_keep_their_spelling_for_comparing() -> None:
    text = "a: 010\nb: '010'\nc: 10\n"
    assert nodes.plain_data(root(text), text) == {
        "a": nodes.not_a_string("010"),
        "b": "010",
        "c": nodes.not_a_string("10"),
    }


def written(mapping: nodes.Node | None, key: str) -> bool:
    pair = nodes.find(mapping, key)
    return pair is not None and nodes.is_written(mapping, *pair)


def test_what_stands_behind_an_alias_or_a_merge_is_not_written_there() -> None:
    found = root("a: &a\n  b: c\nd: *a\ne:\n  <<: *a\n  f: g\n")
    assert written(found, "a")
    assert written(nodes.at(found, "a"), "b")
    assert written(nodes.at(found, "e"), "f")
    assert not written(found, "d")
    assert not written(nodes.at(found, "e"), "b")


def test_an_item_that_stands_behind_an_alias_is_not_written_there() -> None:
    found = root("- &a {b: c}\n- d\n- *a\n")
    assert [here for _, _, here in nodes.held(found)] == [True, True, False]


@pytest.mark.parametrize(
    ("value", "anchored"),
    [("&x y", True), ("!!str &x y", True), ("&x !!str y", True), ("&x\n  y", True), ("y&x", False), ("'&x'", False)],
)
def test_a_value_with_an_anchor_is_told(value: str, anchored: bool) -> None:
    text = f"a: {value}\n"
    assert nodes.is_anchored(nodes.lookup(root(text), "a"), text) is anchored


def test_steps_lead_to_a_value() -> None:
    found = root("a:\n  - b: [x, y]\n")
    assert nodes.text(nodes.step(found, ("a", 0, "b", 1))) == "y"
