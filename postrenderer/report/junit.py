"""Findings as JUnit's XML: a test suite for each release, a test case for each finding."""

from xml.etree.ElementTree import Element, SubElement, indent, tostring

from postrenderer.findings import Verdict
from postrenderer.linting import Linted
from postrenderer.report.lint import Report
from postrenderer.report.text import in_full


def written(report: Report) -> str:
    root = Element("testsuites", name="presync")
    for linted in report.linted:
        _suite(root, linted, report)
    indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{tostring(root, encoding="unicode")}\n'


def _suite(root: Element, linted: Linted, report: Report) -> None:
    failures = sum(verdict.severity in report.failing for verdict in linted.verdicts)
    name, tests = linted.name, max(len(linted.verdicts), 1)
    suite = SubElement(root, "testsuite", name=name, tests=str(tests), failures=str(failures), errors="0")
    for verdict in linted.verdicts:
        _case(suite, name, verdict, verdict.severity in report.failing)
    if not linted.verdicts:
        SubElement(suite, "testcase", name="nothing found", classname=name)


def _case(suite: Element, name: str, verdict: Verdict, fails: bool) -> None:
    case = SubElement(suite, "testcase", name=f"{verdict.rule}: {verdict.object}", classname=name)
    if fails:
        said = SubElement(case, "failure", type=verdict.severity.value, message=verdict.message)
    else:
        said = SubElement(case, "system-out")
    said.text = "\n".join(in_full(verdict))
