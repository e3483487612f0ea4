"""Findings as GitHub's workflow commands, which annotate a pull request."""

from postrenderer.findings import Severity
from postrenderer.report.lint import Report, advice, spot

LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}


def written(report: Report) -> str:
    lines = []
    for linted in report.linted:
        for verdict in linted.verdicts:
            where = spot(linted.input, verdict.places[0].place)
            properties = {"file": where.path, "line": where.line, "col": where.column, "title": verdict.rule}
            told = ",".join(f"{key}={_property(str(value))}" for key, value in properties.items())
            others = [f"{label}: {place}" for label, place in verdict.places[1:]]
            text = "\n".join((verdict.message, *others, advice(verdict), f"presync explain {verdict.rule}"))
            lines.append(f"::{LEVELS[verdict.severity]} {told}::{_data(text)}\n")
    return "".join(lines)


def _data(text: str) -> str:
    """As actions/toolkit writes it (packages/core/src/command.ts): what would end the command is escaped."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
