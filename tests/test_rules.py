"""Every rule finds what its page says it finds, and says it in the same way as the others."""

from __future__ import annotations

import functools
import json
import operator
import re
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from ruamel.yaml import YAML

from postrenderer import advice, pipeline, rules
from postrenderer.errors import BadInputError
from postrenderer.findings import Severity
from postrenderer.rulebook import EVERY_RULE

from . import corpus, given, pages

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

    from postrenderer.findings import Finding

FOLDERS = [Path(room.__file__).parent for room in (rules, advice)]
each_rule = pytest.mark.parametrize("rule", EVERY_RULE, ids=attrgetter("ID"))


def examples() -> list[tuple[str, str, str, str]]:
    """Rule, name of the object, message and hint of every finding in the pages."""
    return [row for rule in EVERY_RULE for section in ("Finds", "Accepts") for row in said(rule, section)]


def said(rule: ModuleType, section: str) -> list[tuple[str, str, str, str]]:
    release, settings = pages.release_of(rule, section), pages.settings_of(rule)
    return [(f.rule, str(f.manifest), f.message, f.hint) for other in EVERY_RULE for f in other.find(release, settings)]


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
    names = {rule.ID: rule.__name__.rpartition(".")[2] for rule in EVERY_RULE}
    assert {rule_id: rule_id.replace("-", "_") for rule_id in names} == names
    assert [rule_id for rule_id in names if not re.fullmatch(r"[a-z]+(-[a-z]+)*", rule_id)] == []


def test_every_rule_of_the_folders_is_in_a_tuple_once() -> None:
    files = sorted(file.stem for folder in FOLDERS for file in folder.glob("*.py") if file.stem != "__init__")
    assert sorted(rule.__name__.rpartition(".")[2] for rule in EVERY_RULE) == files


# How rules are called: what follows "allow" is a thing that one can put up with.

ORDERS = re.findall(r"\w+", "add allow avoid check disallow do ensure forbid must need prefer require set should use")
NEGATED_DEED = re.compile(r"(?:no|not|never|without)-\w+ing\Z")  # "allow no-deleting" allows what it should forbid
# Read aloud behind "allow", one after the other; a rule that is new is read when it is added.
READ_ALOUD = frozenset(
    re.findall(
        r"\S+",
        """
    unknown-hook-word late-dependency shared-hook repeated-identity destructive-hook copy-refused copy-name-taken
    name-and-generate-name repeated-generate-name non-string-annotation hooks-unseen unrunnable-hook unmarked-presync
    no-origin words-disagree upgrade-only-hook install-only-hook rerun-blocked mixed-delete-policies
    unknown-delete-policy wrong-delete-policy copied-account unverified-reference hashed-original generated-data
    old-name-in-text no-deadline runaway-retries foreign-vocabulary unstamped-hooks
    two-source-types in-chart-database late-network-policy stuck-volume gone-at-deletion several-phases
    sync-and-delete-hook never-run-hook never-ending-sidecar suspended-hook restarting-hook vanishing-job
    hook-receives-traffic lost-logs powerless-keep leftover-hook-weight generate-name-pile overlong-generate-name
    hooks-only-release hookless-heal retried-migration replaced-hooks orphaned-pods uncreated-namespace
""",
    )
)


def test_an_id_names_a_fault_that_can_be_allowed() -> None:
    for rule in EVERY_RULE:
        words = rule.ID.split("-")
        assert words[0] not in ORDERS, f"allow {rule.ID}: that is an order"
        assert not NEGATED_DEED.match(rule.ID), f"allow {rule.ID}: that is what is wanted"
        assert 2 <= len(words) <= 4, f"allow {rule.ID}"


def test_no_id_is_another_one_s_beginning() -> None:
    ids = [rule.ID for rule in EVERY_RULE]
    assert [(one, other) for one in ids for other in ids if other.startswith(f"{one}-")] == []


def test_every_id_that_was_read_aloud_is_a_rule() -> None:
    assert {rule.ID for rule in EVERY_RULE} >= READ_ALOUD


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
    assert len(examples()) > len(EVERY_RULE)
    assert ill_put(examples()) == []


NAMED = re.compile(r"\b[A-Z][A-Za-z]+/[^\s,]+")
TWINS = ("repeated-identity", "repeated-generate-name")  # both ends have one name


@each_rule
def test_both_ends_are_named_where_there_are_two(rule: ModuleType) -> None:
    for finding in found(rule, "Finds"):
        said = " ".join((finding.message, *(related.label for related in finding.related)))
        ends = {end.rstrip(".:") for end in NAMED.findall(said)}
        assert not finding.related or rule.ID in TWINS or len(ends) > 1, said


@each_rule
def test_a_page_says_what_it_rests_on(rule: ModuleType) -> None:
    """An issue, or a file or a version of what it is about, that a reader can look up."""
    assert re.search(r"issues? \d+|pulls? \d+|\.go|\.lua|\.py|\d\.\d+", pages.sections(rule).get("Source", ""))


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


WRONG = (None, [], {}, "x", [[]], [{}], 7, True)


def places_in(data: Any, steps: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    for key, value in data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ():
        yield (*steps, key)
        yield from places_in(value, (*steps, key))


def with_wrong_values(text: str) -> Iterator[str]:
    """The documents as JSON, each value of theirs replaced by one of another kind in turn."""
    listed = list(YAML(typ="safe", pure=True).load_all(text))
    for number, document in enumerate(listed):
        for steps in places_in(document):
            for wrong in WRONG:
                spoiled = json.loads(json.dumps(listed))
                functools.reduce(operator.getitem, steps[:-1], spoiled[number])[steps[-1]] = wrong
                yield "".join(f"---\n{json.dumps(each)}\n" for each in spoiled)


@each_rule
def test_no_value_of_a_wrong_kind_breaks_a_rule(rule: ModuleType) -> None:
    page, settings = pages.sections(rule), pages.settings_of(rule)
    for text in with_wrong_values(page["Finds"]):
        try:
            release = given.release(text, page.get("Target", "argocd"), again=page.get("Again"))
        except BadInputError:
            continue
        for finding in rule.find(release, settings):
            assert finding.message


@each_rule
def test_a_rule_can_be_allowed(rule: ModuleType) -> None:
    allowed = pages.settings_of(rule)._replace(allow=(rule.ID,))
    judged = pipeline.lint(pages.release_of(rule, "Finds"), allowed)
    assert {each.allowed for each in judged if each.finding.rule == rule.ID} == {True}


def test_the_application_reads_what_a_hook_makes_under_a_name_that_no_object_has() -> None:
    made = given.thing("ExternalSecret", "keys", given.PRE_SYNC, "spec: {target: {name: db}}", "external-secrets.io/v1")
    assert "shared-hook" in [each.finding.rule for each in given.rendered(made + given.app()).judged]
