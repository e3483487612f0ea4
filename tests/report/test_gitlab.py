"""GitLab's code quality report: valid for its parser, each finding once."""

from __future__ import annotations

import json

import jsonschema
import pytest

from postrenderer.report import gitlab
from postrenderer.report.lint import Report

from .nasty import CANARY, FAILING, nasty, plain

# What gitlabhq reads (app/validators/json_schemas/codeclimate.json at 33827e3a) and its documentation adds: the five
# severities, a path below the repository's root, and a line from 1.
TEXT = {"type": "string", "minLength": 1}
SCHEMA = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["description", "check_name", "fingerprint", "severity", "location"],
        "properties": {
            "description": TEXT,
            "check_name": TEXT,
            "fingerprint": TEXT,
            "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
            "location": {
                "type": "object",
                "required": ["path", "lines"],
                "properties": {
                    "path": {"type": "string", "pattern": r"^(?!\./|/)."},
                    "lines": {
                        "type": "object",
                        "required": ["begin"],
                        "properties": {"begin": {"type": "integer", "minimum": 1}},
                    },
                },
            },
        },
        "additionalProperties": False,
    },
}
REPORTS = {"nasty": nasty(), "plain": plain(), "nothing": Report([], FAILING)}


@pytest.mark.parametrize("report", REPORTS.values(), ids=REPORTS)
def test_it_is_valid(report: Report) -> None:
    jsonschema.Draft202012Validator(SCHEMA).validate(json.loads(gitlab.written(report)))


def test_each_finding_has_a_fingerprint_of_its_own() -> None:
    listed = [each["fingerprint"] for each in json.loads(gitlab.written(nasty()))]
    assert len(set(listed)) == len(listed) == len(nasty().verdicts)


def test_the_severities_are_told_apart() -> None:
    assert {each["severity"] for each in json.loads(gitlab.written(nasty()))} == {"major", "minor", "info"}


def test_names_are_printable_and_no_secret_is_told() -> None:
    for each in json.loads(gitlab.written(nasty())):
        assert each["description"].isprintable()
        assert each["location"]["path"].isprintable()
    assert CANARY not in gitlab.written(nasty())
