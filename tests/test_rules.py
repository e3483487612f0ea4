"""Every rule finds what its page says it finds, and says it in the same way as the others."""

from __future__ import annotations

import re
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from postrenderer import pipeline, rules
from postrenderer.findings import Severity
from postrenderer.rules import RULES

from . import corpus, given, pages

if TYPE_CHECKING:
    from types import ModuleType

    from postrenderer.findings import Finding

FOLDER = Path(rules.__file__).parent
each_rule = pytest.mark.parametrize("rule", RULES, ids=attrgetter("ID"))


def examples() -> list[tuple[str, str, str, str]]:
    """Rule, name of the object, message and hint of every finding in the pages."""
    return [row for rule in RULES for section in ("Finds", "Accepts") for row in said(rule, section)]


def said(rule: ModuleType, section: str) -> list[tuple[str, str, str, str]]:
    release, settings = pages.release_of(rule, section), pages.settings_of(rule)
    return [(f.rule, str(f.manifest), f.message, f.hint) for other in RULES for f in other.find(release, settings)]


def found(rule: ModuleType, section: str) -> list[Finding]:
    return list(rule.find(pages.release_of(rule, section), pages.settings_of(rule)))


@each_rule
def test_a_rule_finds_what_its_page_says_it_finds(rule: ModuleType) -> None:
    assert rule.ID in {finding.rule for finding in found(rule, "Finds")}


@each_rule
def test_a_rule_accepts_what_its_page_says_it_accepts(rule: ModuleType) -> None:
    assert found(rule, "Accepts") == []


@each_rule
def test_a_rule_speaks_in_its_own_name(rule: ModuleType) -> None:
    assert {finding.rule for finding in found(rule, "Finds")} == {rule.ID}


@each_rule
def test_a_rule_is_never_heavier_than_it_says(rule: ModuleType) -> None:
    weights = list(Severity)
    heaviest = min(weights.index(finding.severity) for finding in found(rule, "Finds"))
    assert heaviest == weights.index(rule.SEVERITY)


@each_rule
def test_a_finding_stands_somewhere(rule: ModuleType) -> None:
    for finding in found(rule, "Finds"):
        place = finding.place or finding.manifest.place()
        assert place.file == "stdin"
        assert place.line >= 1
        assert all(related.label and related.place.line >= 1 for related in finding.related)


@each_rule
def test_a_page_has_a_title_and_says_why_with_examples(rule: ModuleType) -> None:
    page = pages.sections(rule)
    assert re.match(r"[A-Z][^\n]*\.\Z", page[""])
    assert page["Why"].endswith((".", ")"))
    assert {"Why", "Finds", "Accepts"} <= page.keys()
    assert list(page) == ["", *(section for section in pages.SECTIONS if section in page)]


def test_an_id_is_the_module_s_name() -> None:
    names = {rule.ID: rule.__name__.rpartition(".")[2] for rule in RULES}
    assert {rule_id: rule_id.replace("-", "_") for rule_id in names} == names
    assert [rule_id for rule_id in names if not re.fullmatch(r"[a-z]+(-[a-z]+)*", rule_id)] == []


def test_every_rule_of_the_folder_is_in_the_tuple_once() -> None:
    files = sorted(file.stem for file in FOLDER.glob("*.py") if file.stem != "__init__")
    assert sorted(rule.__name__.rpartition(".")[2] for rule in RULES) == files


# How findings are put.

MESSAGE = re.compile(r"[A-Z][A-Za-z]*/\S+ .*[^.]\Z|[a-z].*[^.]\Z", re.DOTALL)
HINT = re.compile(r"[A-Z].*\.\Z", re.DOTALL)


def ill_put(rows: list[tuple[str, str, str, str]]) -> list[tuple[str, ...]]:
    return [
        row
        for row in rows
        if not (MESSAGE.match(row[2]) and HINT.match(row[3])) or row[1] not in row[2] or "\n" in row[2] + row[3]
    ]


def test_messages_name_the_object_and_hints_are_sentences() -> None:
    assert len(examples()) > len(RULES)
    assert ill_put(examples()) == []


def test_the_same_in_the_corpus(chart: str) -> None:
    played = corpus.played(chart)
    assert ill_put([(f.rule, f.name, f.message, f.hint) for f in played.findings]) == []


@each_rule
def test_a_rule_finds_the_same_when_everything_is_parsed(rule: ModuleType) -> None:
    page = pages.sections(rule)
    settings = pages.settings_of(rule)
    for section in ("Finds", "Accepts"):
        text = page[section] + "\n"
        again = page.get("Again") and page["Again"] + "\n"
        parsed = given.release(text, page.get("Target", "argocd"), again=again, parse_all=True)
        glanced = given.release(text, page.get("Target", "argocd"), again=again)
        assert [f.message for f in rule.find(parsed, settings)] == [f.message for f in rule.find(glanced, settings)]


@each_rule
def test_a_rule_can_be_allowed(rule: ModuleType) -> None:
    allowed = pages.settings_of(rule)._replace(allow=(rule.ID,))
    judged = pipeline.render(pages.release_of(rule, "Finds"), allowed).judged
    assert {each.allowed for each in judged if each.finding.rule == rule.ID} == {True}


def test_the_application_reads_what_a_hook_makes_under_a_name_that_no_object_has() -> None:
    made = given.thing("ExternalSecret", "keys", given.PRE_SYNC, "spec: {target: {name: db}}", "external-secrets.io/v1")
    judged = given.rendered(made + given.app()).judged
    assert [each.finding.rule for each in judged if not each.settled and each.finding.rule == "shared-hook"] == [
        "shared-hook"
    ]
