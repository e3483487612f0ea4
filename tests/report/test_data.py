"""JSON: everything that a finding says, by name."""

from __future__ import annotations

import json

from postrenderer.report import data

from .nasty import CANARY, nasty, plain


def test_every_release_and_finding_is_there() -> None:
    told = json.loads(data.written(nasty()))
    assert [each["name"] for each in told["releases"]] == [each.name for each in nasty().linted]
    assert sum(len(each["findings"]) for each in told["releases"]) == len(nasty().verdicts)


def test_a_finding_says_all() -> None:
    findings = json.loads(data.written(plain()))["releases"][0]["findings"]
    (found,) = [each for each in findings if each["rule"] == "late-dependency"]
    assert (found["severity"], found["object"], found["settled"]) == ("error", "Job/migrate", True)
    assert [place["file"] for place in found["places"]] == ["app.yaml", "app.yaml"]
    assert all(place["line"] > 0 and place["label"] for place in found["places"])


def test_no_secret_is_told() -> None:
    assert CANARY not in data.written(nasty())
