"""A render reads as little as it can, does all there is to do, and checks itself before anybody sees it."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Any

import pytest

from postrenderer import compose, nodes, pipeline, scissors, stream, texts, transforms
from postrenderer import manifest as manifest_module
from postrenderer.errors import BadInputError, BugError
from postrenderer.findings import Severity
from postrenderer.settings import DEFAULTS
from postrenderer.stream import Document, Splice

from . import corpus
from .given import HELM_4, PRE_SYNC, app, config_map, job, reads, release, rendered, secret, thing

if TYPE_CHECKING:
    from collections.abc import Callable

SHARED = secret() + app() + job()


def test_glancing_and_parsing_everything_give_the_same_output(chart: str) -> None:
    played = corpus.played(chart)
    assert played.text == played.parsed_text


def test_glancing_and_parsing_everything_find_the_same(chart: str) -> None:
    played = corpus.played(chart)
    assert played.findings == played.parsed_findings


def test_rendering_a_chart_again_changes_nothing(chart: str) -> None:
    played = corpus.played(chart)
    refused = any(found.severity == "error" and not found.settled for found in played.findings)
    assert refused or played.again == played.text


def test_documents_without_a_part_are_not_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    parsed = []

    def compose_and_tell(document: Document) -> nodes.Node:
        parsed.append(document.line)
        return compose.compose(document)

    monkeypatch.setattr(manifest_module, "compose", compose_and_tell)
    crowd = "".join(thing("Thing", f"t{n}", body=f"spec:\n  a: {{b: c{n}}}") for n in range(50))
    text = crowd + secret() + job()
    pipeline.render(pipeline.read(stream.split(text), "argocd"))
    lines = {document.line for document in stream.split(text)[:50]}
    assert not lines & set(parsed)


def test_a_document_that_is_not_parsed_may_be_broken_and_stays_as_it_is() -> None:
    """Lazy reading must not be stricter than Argo CD, which tells such a fault itself."""
    broken = thing("Thing", "t", body="spec: [")
    assert broken in rendered(broken + SHARED).text


# What became of a finding.


def test_a_finding_that_a_transform_settled_refuses_nothing() -> None:
    result = rendered(SHARED)
    (judged,) = [each for each in result.judged if each.finding.rule == "late-dependency"]
    assert (judged.settled, judged.allowed, judged.refuses) == (True, False, False)
    assert not result.is_refused


def test_an_error_that_nothing_settled_refuses_the_render() -> None:
    result = rendered(secret(body="data: {}") + job())
    assert result.is_refused
    assert [each.finding.severity for each in result.judged if each.refuses] == [Severity.ERROR]


def test_an_allowed_finding_is_neither_settled_nor_refuses() -> None:
    result = rendered(SHARED, settings=DEFAULTS._replace(allow=("late-dependency",)))
    assert result.text.count("db-presync") == 0
    assert [(each.settled, each.allowed) for each in result.judged if each.finding.rule == "late-dependency"] == [
        (False, True)
    ]


def test_a_finding_is_told_once_and_by_the_place_it_came_in_at() -> None:
    text = "# head\n" + secret(annotations=f"{PRE_SYNC}, a: 1", body="data: {}") + job()
    found = [each.finding for each in rendered(text).judged]
    assert len({finding.key for finding in found}) == len(found)
    lines = text.splitlines()
    for finding in found:
        place = finding.place or finding.manifest.place()
        assert lines[place.line - 1].strip()


def test_places_of_findings_that_show_up_late_are_those_of_the_input() -> None:
    """The old name is found in text only once the copy is planned, behind an object that has grown."""
    text = (
        job("a", 'helm.sh/hook: "pre-install"', reads())
        + secret("db")
        + job("z", pod=reads("db").replace("image: i", "args: [db]"))
    )
    (finding,) = [each.finding for each in rendered(text).judged if each.finding.rule == "old-name-in-text"]
    line = text.splitlines()[finding.place.line - 1]
    assert line[finding.place.column - 1 :].startswith("db]")


def test_the_first_places_are_kept_when_a_file_is_named() -> None:
    documents = stream.split(secret(body="data: {}") + job(), "chart.yaml")
    judged = pipeline.render(pipeline.read(documents, "argocd")).judged
    assert {str(each.finding.manifest.place()).rpartition(":")[0].rpartition(":")[0] for each in judged} == {
        "chart.yaml"
    }


# Self-checks: a broken edit never gets out.


def at_the_wrong_place(cut: Callable[..., Any]) -> Callable[..., Any]:
    def moved(*arguments: Any) -> Any:
        made = cut(*arguments)
        shifted = [
            Splice(each.start, each.end, each.new.replace("e", "3"))
            for each in ([made] if isinstance(made, Splice) else made)
        ]
        return shifted[0] if isinstance(made, Splice) else shifted

    return moved


def test_an_edit_that_changes_more_than_it_says_is_a_bug(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scissors, "new_scalar", at_the_wrong_place(scissors.new_scalar))
    with pytest.raises(BugError, match="Job/migrate"):
        rendered(SHARED)


def test_annotations_that_come_out_wrong_are_a_bug(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(texts, "new_texts", at_the_wrong_place(texts.new_texts))
    with pytest.raises(BugError):
        rendered(job(annotations='helm.sh/hook: "pre-install"', pod=reads()))


def test_an_edit_that_swallows_its_neighbour_is_a_bug(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = scissors.new_scalar

    def greedy(manifest: Any, steps: Any, value: str) -> Splice:
        cut = whole(manifest, steps, value)
        return Splice(cut.start, cut.end + 1, cut.new) if manifest.identity.kind == "Job" else cut

    monkeypatch.setattr(scissors, "new_scalar", greedy)
    with pytest.raises((BugError, BadInputError)) as caught:
        rendered(SHARED)
    assert isinstance(caught.value, BugError), "broken text of our own making is no bad input"


def test_a_copy_that_is_no_copy_is_a_bug(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its data must be the original's."""
    whole = scissors.new_document

    def spoilt(after: Document, text: str) -> Document:
        made = whole(after, text)
        return made._replace(text=made.text.replace("url: x", "url: y"))

    monkeypatch.setattr(scissors, "new_document", spoilt)
    with pytest.raises(BugError):
        rendered(SHARED)


def test_an_edit_that_gets_lost_is_a_bug(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(texts, "new_texts", lambda *_: [])
    with pytest.raises(BugError):
        rendered(job(annotations='helm.sh/hook: "pre-install"', pod=reads()))


def test_a_transform_that_never_ends_is_a_bug(monkeypatch: pytest.MonkeyPatch) -> None:
    settles = transforms.rewrite_hooks.settle
    monkeypatch.setattr(transforms.mark_presync, "SETTLES", transforms.rewrite_hooks.SETTLES)
    monkeypatch.setattr(transforms.mark_presync, "settle", lambda f, r, s: _undone(list(settles(f, r, s))))
    with pytest.raises(BugError, match="rounds"):
        rendered(job(annotations='helm.sh/hook: "pre-install"', pod=reads()))


def _undone(edits: list[Any]) -> list[Any]:
    """An edit that changes nothing that counts, again and again."""
    manifest = edits[0].manifest
    return [edits[0]._replace(key="presync/again", value=str(len(manifest.document.text)), renamed="")]


def test_what_a_transform_leaves_that_it_could_settle_is_a_bug(monkeypatch: pytest.MonkeyPatch) -> None:
    settles, calls = transforms.rewrite_hooks.settle, count()
    monkeypatch.setattr(
        transforms.rewrite_hooks, "settle", lambda f, r, s: settles(f, r, s) if next(calls) else iter(())
    )
    with pytest.raises(BugError, match="left something"):
        rendered(job(annotations='helm.sh/hook: "pre-install"', pod=reads()))


def test_an_output_with_nothing_in_it_is_never_written() -> None:
    text = job(annotations=f"argocd.argoproj.io/hook: Sync, {HELM_4}", pod=reads())
    with pytest.raises(BadInputError, match="nothing is left"):
        rendered(text, "helm", DEFAULTS._replace(unrunnable="drop"))


def test_the_checks_pass_on_what_is_right() -> None:
    assert not rendered(SHARED + config_map()).is_refused
    assert release(rendered(SHARED).text).manifests
