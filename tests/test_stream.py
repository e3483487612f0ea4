"""Cutting a stream and putting it back, and telling places in the text as it came in."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from hypothesis import given as over
from hypothesis import strategies as st

from postrenderer.errors import BadInputError
from postrenderer.stream import Document, Splice, decode, edited, join, original, position, split

LINES = st.sampled_from(
    [
        "---",
        "--- # c",
        "--- x: 1",
        "---\t",
        "...",
        "... ",
        "...x",
        "a: b",
        "  - x",
        "----",
        "---x",
        " ---",
        "",
        "é: 🚧",
        "'",
    ]
)
STREAMS = st.builds(
    lambda bom, lines, ends, last: bom + "".join(a + b for a, b in zip(lines, ends, strict=False)) + last,
    st.sampled_from(["", "", "\ufeff"]),
    st.lists(LINES, max_size=12),
    st.lists(st.sampled_from(["\n", "\n", "\r\n"]), min_size=12, max_size=12),
    st.sampled_from(["", "---", "...", "trailing: text", " ", "\r"]),
)
MARKER = re.compile(r"---(?:\s|\Z)")
END_MARKER = re.compile(r"(?:\A|\n)\.\.\.(?:[ \t\r][^\n]*)?\n\Z")

CUTS = {
    "nothing": ("", []),
    "one object": ("a: b\n", ["a: b\n"]),
    "no newline at the end": ("a: b\n---\nc: d", ["a: b\n", "---\nc: d"]),
    "a separator first": ("---\na: b\n", ["---\na: b\n"]),
    "a comment behind the separator": ("a: b\n--- # c\nc: d\n", ["a: b\n", "--- # c\nc: d\n"]),
    "content behind the separator": ("a: b\n--- {c: d}\n", ["a: b\n", "--- {c: d}\n"]),
    "windows lines": ("a: b\r\n---\r\nc: d\r\n", ["a: b\r\n", "---\r\nc: d\r\n"]),
    "an end marker": ("a: b\n...\nc: d\n", ["a: b\n...\n", "c: d\n"]),
    "an end marker and a separator": ("a: b\n...\n---\nc: d\n", ["a: b\n...\n", "---\nc: d\n"]),
    "an end marker at the end": ("a: b\n...", ["a: b\n..."]),
    "a byte order mark": ("\ufeff---\na: b\n", ["\ufeff", "---\na: b\n"]),
    "no separators": ("----\n---x\n ---\n...x\n", ["----\n---x\n ---\n...x\n"]),
    "empty documents": ("---\n---\n---\n", ["---\n", "---\n", "---\n"]),
    "an indented separator in a block scalar": ("a: |\n  ---\n---\nb: c\n", ["a: |\n  ---\n", "---\nb: c\n"]),
}


@pytest.mark.parametrize(("text", "documents"), CUTS.values(), ids=CUTS)
def test_a_stream_is_cut_at_its_markers(text: str, documents: list[str]) -> None:
    assert [document.text for document in split(text)] == documents


@over(STREAMS)
def test_joining_what_was_cut_gives_the_stream_byte_for_byte(text: str) -> None:
    assert join(split(text)) == text


@over(STREAMS)
def test_every_cut_is_at_a_marker_and_every_marker_is_a_cut(text: str) -> None:
    documents = [document.text for document in split(text)]
    for before, behind in pairwise(documents):
        assert MARKER.match(behind) or END_MARKER.search(before) or before == "\ufeff"
    for document in documents:
        assert not re.search(r"\n---(?:\s|\Z)", document)


@over(STREAMS)
def test_a_document_knows_the_line_it_starts_on(text: str) -> None:
    before = ""
    for document in split(text):
        assert document.line == before.count("\n") + 1
        before += document.text


def test_a_document_writes_the_newlines_it_was_written_with() -> None:
    assert [Document(text, 1).newline for text in ("a: b\n", "a: b\r\n", "a: b")] == ["\n", "\r\n", "\n"]


def test_a_place_is_told_by_line_and_column_from_one() -> None:
    text = "a: b\n---\nc: d\ne: f\n"
    _, second = split(text)
    assert position(second, second.text.index("f")) == (4, 4)


@st.composite
def edits(draw: st.DrawFn) -> tuple[Document, list[Splice]]:
    text = draw(st.text("ab\n", min_size=1, max_size=30))
    places = sorted(draw(st.sets(st.integers(0, len(text)), max_size=6)))
    splices = [
        Splice(start, end, draw(st.text("XY\n", max_size=5)))
        for start, end in zip(places[::2], places[1::2], strict=False)
    ]
    return Document(text, draw(st.integers(1, 9))), splices


def mapped(text: str, splices: list[Splice]) -> dict[int, int]:
    """New index by old one, of every character that stayed."""
    found, shift = {}, 0
    for index in range(len(text)):
        passed = [splice for splice in splices if splice.end <= index]
        shift = sum(len(splice.new) - (splice.end - splice.start) for splice in passed)
        if not any(splice.start <= index < splice.end for splice in splices):
            found[index] = index + shift
    return found


@over(edits())
def test_a_place_in_edited_text_is_told_as_it_came_in(case: tuple[Document, list[Splice]]) -> None:
    document, splices = case
    changed = edited(document, splices)
    for old, new in mapped(document.text, splices).items():
        assert changed.text[new] == document.text[old]
        assert position(changed, new) == position(document, old)


@over(edits())
def test_a_place_in_new_text_is_told_where_the_edit_began(case: tuple[Document, list[Splice]]) -> None:
    document, splices = case
    changed = edited(document, splices)
    shift = 0
    for splice in splices:
        for index in range(splice.start + shift, splice.start + shift + len(splice.new)):
            assert position(changed, index) == position(document, splice.start)
        shift += len(splice.new) - (splice.end - splice.start)


def test_places_pass_through_several_edits() -> None:
    first = Document("a\nb\nc\n", 10)
    second = edited(first, [Splice(0, 0, "new\n")])
    third = edited(second, [Splice(4, 6, "")])
    assert third.text == "new\nb\nc\n"
    assert position(third, third.text.index("c")) == (12, 1)


def test_an_edited_document_has_an_original_and_an_added_one_has_none() -> None:
    first = Document("a\n", 1)
    added = Document("b\n", 1, "stdin", first, added=True)
    assert original(edited(edited(first, [Splice(0, 1, "c")]), [])) is first
    assert original(added) is None
    assert original(edited(added, [Splice(0, 1, "c")])) is None


def test_a_place_in_an_added_document_is_that_of_the_one_before_it() -> None:
    first = Document("a: b\nc: d\n", 7)
    added = Document("---\nnew: text\n", 7, "stdin", first, added=True)
    assert position(added, 9) == (7, 1)


UNREADABLE = {
    "other bytes": (b"a: b\npassword: CANARY\xff\n", "chart.yaml:2: the text is not UTF-8"),
    "a cut character": (b"a: CANARY\n\n\xe2\x82", "chart.yaml:3: the text is not UTF-8"),
    "a NUL": (b"a: b\r\nc: CANARY\0\n", "chart.yaml:2: the text holds a NUL byte"),
}


@pytest.mark.parametrize(("raw", "message"), UNREADABLE.values(), ids=UNREADABLE)
def test_bytes_that_are_no_text_are_refused_by_line_and_not_shown(raw: bytes, message: str) -> None:
    with pytest.raises(BadInputError) as caught:
        decode(raw, "chart.yaml")
    assert caught.value.message == message
    assert "CANARY" not in caught.value.message + caught.value.hint


def test_all_other_bytes_come_through() -> None:
    text = "\ufeffa: é🚧\r\n\tb\x85\u2028\x0c\n"
    assert decode(text.encode()) == text
    assert join(split(text)) == text
