"""Findings as JSON, for programs."""

import json
from typing import Any

import postrenderer
from postrenderer.findings import Related, Verdict
from postrenderer.report.lint import Report


def written(report: Report) -> str:
    releases = [
        {"name": each.name, "findings": [_finding(verdict) for verdict in each.verdicts]} for each in report.linted
    ]
    return json.dumps({"presync": postrenderer.__version__, "releases": releases}, indent=2) + "\n"


def _finding(verdict: Verdict) -> dict[str, Any]:
    return {
        "rule": verdict.rule,
        "severity": verdict.severity.value,
        "object": verdict.object,
        "message": verdict.message,
        "hint": verdict.hint,
        "settled": verdict.settled,
        "fix": verdict.fix,
        "places": [_place(each) for each in verdict.places],
    }


def _place(related: Related) -> dict[str, Any]:
    return {"label": related.label, **related.place._asdict()}
