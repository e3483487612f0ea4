"""The table counts what the findings are."""

from __future__ import annotations

from postrenderer.report import statistics
from postrenderer.report.lint import Report

from .nasty import FAILING, nasty, plain


def test_each_rule_has_its_counts() -> None:
    head, *rows, total = statistics.written(nasty()).splitlines()
    assert head.split() == ["rule", "severity", "findings", "settled", "releases"]
    verdicts = nasty().verdicts
    for row in rows:
        rule, severity, findings, settled, releases = row.split()
        alike = [each for each in verdicts if (each.rule, each.severity.value) == (rule, severity)]
        assert (int(findings), int(settled)) == (len(alike), sum(each.settled for each in alike))
        assert 1 <= int(releases) <= 3
    assert sum(int(row.split()[2]) for row in rows) == len(verdicts)
    assert total.endswith(" in 3 releases")


def test_nothing_is_a_table_without_rows() -> None:
    assert statistics.written(Report([], FAILING)).splitlines()[1:] == ["presync: nothing found in 0 releases"]


def test_one_release_is_one() -> None:
    assert statistics.written(plain()).endswith(" in 1 release\n")
