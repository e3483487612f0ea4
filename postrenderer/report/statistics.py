"""How often each rule found something, and in how many releases."""

from postrenderer.findings import Severity
from postrenderer.pages import PAGES
from postrenderer.report.lint import Report
from postrenderer.report.text import counted, plural

HEAD = ("rule", "severity", "findings", "settled", "releases")


def written(report: Report) -> str:
    rows = [row for rule in PAGES for severity in Severity if (row := _row(rule, severity, report))]
    widths = [max(len(row[column]) for row in (HEAD, *rows)) for column in range(len(HEAD))]
    lines = ["  ".join(_aligned(cell, widths, number) for number, cell in enumerate(row)) for row in (HEAD, *rows)]
    total = counted(report.verdicts) if report.verdicts else "nothing found"
    return "".join(f"{line}\n" for line in lines) + f"presync: {total} in {plural(report.releases, 'release')}\n"


def _row(rule: str, severity: Severity, report: Report) -> tuple[str, ...]:
    """Nothing where nothing was found; a rule may weigh its findings differently."""
    alike = [[v for v in each.verdicts if (v.rule, v.severity) == (rule, severity)] for each in report.linted]
    found = [verdict for held in alike for verdict in held]
    settled = sum(verdict.settled for verdict in found)
    return (rule, severity.value, str(len(found)), str(settled), str(sum(map(bool, alike)))) if found else ()


def _aligned(cell: str, widths: list[int], column: int) -> str:
    return cell.ljust(widths[column]) if column < 2 else cell.rjust(widths[column])
