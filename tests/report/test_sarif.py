"""SARIF: valid by its own schema, stable from run to run, and whole about places and rules."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import jsonschema
import pytest

from postrenderer.pages import PAGES
from postrenderer.report import sarif
from postrenderer.report.lint import Report

from .. import schemas
from ..given import config_map, job, secret
from .nasty import CANARY, FAILING, FILE, linted, nasty, plain

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def checked() -> jsonschema.Draft7Validator:
    schema = json.loads(schemas.path_of(*schemas.SARIF).read_text(encoding="utf-8"))
    return jsonschema.Draft7Validator(schema, format_checker=jsonschema.FormatChecker())


def run_of(report: Report) -> dict[str, Any]:
    (run,) = json.loads(sarif.written(report))["runs"]
    found: dict[str, Any] = run
    return found


def results(report: Report) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = run_of(report)["results"]
    return listed


@pytest.mark.parametrize("report", [nasty(), plain(), Report([], FAILING)], ids=["nasty", "plain", "nothing"])
def test_it_is_valid(checked: jsonschema.Draft7Validator, report: Report) -> None:
    checked.validate(json.loads(sarif.written(report)))


def test_the_schema_refuses_what_is_none(checked: jsonschema.Draft7Validator) -> None:
    broken = json.loads(sarif.written(plain()))
    broken["runs"][0]["results"][0]["level"] = "fatal"
    assert not checked.is_valid(broken)


def test_every_rule_is_documented_and_every_result_names_its_rule() -> None:
    run = run_of(nasty())
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == list(PAGES)
    assert all(rule["help"]["text"] and rule["helpUri"].startswith("https://") for rule in rules)
    assert [rules[each["ruleIndex"]]["id"] for each in run["results"]] == [each["ruleId"] for each in run["results"]]


def test_both_ends_are_told() -> None:
    (result,) = [each for each in results(plain()) if each["ruleId"] == "late-dependency"]
    place = result["locations"][0]["physicalLocation"]
    (related,) = result["relatedLocations"]
    assert place["artifactLocation"]["uri"] == "app.yaml"
    assert place["region"]["startLine"] > 0
    assert related["physicalLocation"]["region"]["startLine"] > 0
    assert related["message"]["text"]


def fingerprints(report: Report) -> list[str]:
    return [each["partialFingerprints"]["presync/v1"] for each in results(report)]


def test_fingerprints_outlive_other_runs_and_moved_lines_and_tell_findings_apart() -> None:
    text = secret() + job()
    here, moved = (Report([linted(text)], FAILING) for text in (text, "# moved\n" + config_map() + text))
    assert fingerprints(here) == fingerprints(Report([linted(text)], FAILING))
    assert fingerprints(here) == fingerprints(moved)
    lines = [each["locations"][0]["physicalLocation"]["region"]["startLine"] for each in results(here)]
    assert lines != [each["locations"][0]["physicalLocation"]["region"]["startLine"] for each in results(moved)]
    assert len(set(fingerprints(nasty()))) == len(fingerprints(nasty()))
    twice = Report([linted(text + text)], FAILING)
    assert len(set(fingerprints(twice))) == len(fingerprints(twice))


def strings(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        value = [*value, *value.values()]
    if isinstance(value, list):
        for each in value:
            yield from strings(each)
    elif isinstance(value, str):
        yield value


def test_names_are_printable_and_no_secret_is_told() -> None:
    listed = [said for result in results(nasty()) for said in strings(result)]
    assert [said for said in listed if not said.isprintable()] == []
    assert CANARY not in sarif.written(nasty())
    uris = {each["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for each in results(nasty())}
    assert FILE.replace("\x1b", r"\x1b") in {unquote(uri) for uri in uris}
    assert not any(set("<> ") & set(uri) for uri in uris)


def test_a_chart_s_finding_stands_in_its_template(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    template = Path("shop/templates/all.yaml")
    template.parent.mkdir(parents=True)
    template.touch()
    text = secret(source="app/templates/all.yaml") + job(source="app/charts/packed/templates/job.yaml")
    listed = results(Report([linted(text, "shop (ci/a-values.yaml)", Path("shop"))], FAILING))
    uris = {
        place["physicalLocation"]["artifactLocation"]["uri"]
        for each in listed
        for place in (*each["locations"], *each["relatedLocations"])
    }
    assert uris == {"shop/templates/all.yaml", "shop/Chart.yaml"}
