"""Findings as GitLab's code quality report."""

import json

from postrenderer.findings import Severity
from postrenderer.report.lint import Report, advice, fingerprinted, spot

SEVERITIES = {Severity.ERROR: "major", Severity.WARNING: "minor", Severity.NOTE: "info"}


def written(report: Report) -> str:
    findings = []
    for linted, verdict, fingerprint in fingerprinted(report):
        where = spot(linted.input, verdict.places[0].place)
        findings.append(
            {
                "description": f"{verdict.message}. {advice(verdict)}",
                "check_name": verdict.rule,
                "fingerprint": fingerprint,
                "severity": SEVERITIES[verdict.severity],
                "location": {"path": where.path.removeprefix("./"), "lines": {"begin": where.line}},
            }
        )
    return json.dumps(findings, indent=2) + "\n"
