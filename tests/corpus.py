"""The rendered public charts: one pass over each, shared by all tests that look at it."""

from __future__ import annotations

import functools
import os
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from postrenderer import glance, pipeline, stream
from postrenderer.manifest import manifests

if TYPE_CHECKING:
    from collections.abc import Iterator

    from postrenderer.manifest import Manifest
    from postrenderer.release import Release

PROJECT = Path(__file__).resolve().parent.parent
FOLDER = PROJECT.parent / "shared" / "corpus" / "rendered"
CHARTS = sorted(path.stem for path in FOLDER.glob("*.yaml"))
FOREIGN_SETTINGS = ("PRESYNC_", "ARGOCD_", "HELM_")
needed = pytest.mark.skipif(not CHARTS, reason=f"no corpus in {FOLDER}")


class Said(NamedTuple):
    """What a finding says, without the object that holds the text."""

    rule: str
    severity: str
    name: str
    message: str
    hint: str
    settled: bool


class Played(NamedTuple):
    """What became of a chart, small enough to keep for all of them."""

    text: str  # as it came out
    parsed_text: str  # the same with every document parsed
    findings: tuple[Said, ...]
    parsed_findings: tuple[Said, ...]
    again: str  # of rendering the output once more
    misread: tuple[str, ...]  # documents whose glance and parsing differ


def foreign_variables() -> list[str]:
    """Variables that presync would heed, and `PRESYNC_TEST_*`, which it does not know, left out."""
    return [n for n in os.environ if n.startswith(FOREIGN_SETTINGS) and not n.startswith("PRESYNC_TEST_")]


def read(chart: str) -> str:
    return (FOLDER / f"{chart}.yaml").read_bytes().decode()


@functools.cache
def played(chart: str) -> Played:
    documents = stream.split(read(chart))
    glanced = _rendered(documents)
    parsed = pipeline.read(documents, "argocd", parse_all=True)
    misread = tuple(_misread(documents, parsed))
    whole = pipeline.render(parsed)
    again = _rendered(stream.split(glanced.text))
    return Played(glanced.text, whole.text, _said(glanced), _said(whole), again.text, misread)


def _rendered(documents: list[stream.Document]) -> pipeline.Rendered:
    return pipeline.render(pipeline.read(documents, "argocd"))


def _said(rendered: pipeline.Rendered) -> tuple[Said, ...]:
    return tuple(
        Said(f.rule, f.severity.value, str(f.manifest), f.message, f.hint, judged.settled)
        for judged in rendered.judged
        for f in [judged.finding]
    )


def _misread(documents: list[stream.Document], parsed: Release) -> Iterator[str]:
    """Lines of documents that a glance takes for another object than the parser does."""
    held: dict[int, list[Manifest]] = {}
    for manifest in parsed.manifests:
        held.setdefault(id(manifest.document), []).append(manifest)
    for document in documents:
        if glance.glance(document.text).sure:
            glanced = [manifest.identity for manifest in manifests(document)]
            if glanced != [manifest.identity for manifest in held.get(id(document), [])]:
                yield f"line {document.line}"
