"""Cut a YAML stream into documents and put it back, byte for byte."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

from postrenderer.errors import BadInputError

BOM = "\ufeff"  # a document of its own, so that it shifts no place


class Splice(NamedTuple):
    """Characters `start` to `end` of a text, replaced by `new`."""

    start: int
    end: int
    new: str


class Document(NamedTuple):
    """One document's text, its `---` line included, and where it came from.

    An edited document remembers the one it was made from, so that every place can be told in the text as it came in.
    """

    text: str
    line: int  # of its first character in the file, from 1
    file: str = "stdin"
    before: "Document | None" = None  # of an added one: the document it stands behind
    splices: tuple[Splice, ...] = ()
    added: bool = False

    @property
    def newline(self) -> str:
        return "\r\n" if "\r\n" in self.text else "\n"


def spliced(text: str, splices: Iterable[Splice]) -> str:
    parts, last = [], 0
    for start, end, new in sorted(splices):
        parts += [text[last:start], new]
        last = end
    return "".join((*parts, text[last:]))


def edited(document: Document, splices: Iterable[Splice]) -> Document:
    cuts = tuple(sorted(splices))
    return document._replace(text=spliced(document.text, cuts), before=document, splices=cuts, added=False)


def original(document: Document) -> Document | None:
    """The document as it came in; None if presync added it."""
    while document.before is not None:
        if document.added:
            return None
        document = document.before
    return document


def position(document: Document, index: int) -> tuple[int, int]:
    """Line and column, both from 1, that character `index` of the document has in the text as it came in."""
    while document.before is not None:
        index = 0 if document.added else _index_before(document.splices, index)
        document = document.before
    line_start = document.text.rfind("\n", 0, index) + 1
    return document.line + document.text.count("\n", 0, index), index - line_start + 1


def _index_before(splices: tuple[Splice, ...], index: int) -> int:
    ends, shifts = _shifts(splices)
    number = bisect_right(ends, index)
    shift = shifts[number]
    if number < len(splices) and index >= splices[number].start + shift:
        return splices[number].start
    return index - shift


@lru_cache(maxsize=8)
def _shifts(splices: tuple[Splice, ...]) -> tuple[list[int], list[int]]:
    """Where each splice ends in the new text, and how far the text behind it is moved."""
    ends, shifts = [], [0]
    for start, end, new in splices:
        ends.append(start + shifts[-1] + len(new))
        shifts.append(shifts[-1] + len(new) - (end - start))
    return ends, shifts


def decode(raw: bytes, file: str = "stdin") -> str:
    """UTF-8 text of a stream. Raises BadInputError with the line, never with the text."""
    try:
        text = raw.decode()
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        hint = "Kubernetes manifests are UTF-8; find the value with other bytes and encode it."
        raise BadInputError(f"{file}:{line}: the text is not UTF-8", hint) from None
    nul = text.find("\0")
    if nul >= 0:
        line = text.count("\n", 0, nul) + 1
        raise BadInputError(f"{file}:{line}: the text holds a NUL byte", "YAML allows none; is this a binary file?")
    return text


def split(text: str, file: str = "stdin") -> list[Document]:
    """Cut at `---` lines and after `...` lines; `join` of the result is the text again."""
    if text.startswith(BOM):
        return [Document(BOM, 1, file), *split(text[1:], file)]
    documents = []
    line = 1
    start = 0
    for end in _cuts(text):
        documents.append(Document(text[start:end], line, file))
        line += text.count("\n", start, end)
        start = end
    return documents


def join(documents: Iterable[Document]) -> str:
    return "".join(document.text for document in documents)


def _cuts(text: str) -> Iterator[int]:
    """Ends of documents, in order, the text's own end last; yields nothing for an empty text."""
    found = sorted({*_marker_lines(text, "---"), *_after_end_markers(text)} - {0})
    yield from found
    if text and (not found or found[-1] != len(text)):
        yield len(text)


def _marker_lines(text: str, marker: str) -> Iterator[int]:
    """Starts of the lines that hold the marker at column 0 with nothing or white space behind it."""
    start = 0 if text.startswith(marker) else text.find("\n" + marker) + 1
    while start or text.startswith(marker, start):
        if text[start + 3 : start + 4] in ("", " ", "\t", "\r", "\n"):
            yield start
        found = text.find("\n" + marker, start + 3)
        if found < 0:
            return
        start = found + 1


def _after_end_markers(text: str) -> Iterator[int]:
    for start in _marker_lines(text, "..."):
        newline = text.find("\n", start)
        yield newline + 1 if newline >= 0 else len(text)
