"""JUnit's XML: valid by its XSD, and counting what fails."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest
import xmlschema

from postrenderer.findings import Severity
from postrenderer.report import junit
from postrenderer.report.lint import Report

from .. import schemas
from .nasty import CANARY, FAILING, nasty, plain

REPORTS = {"nasty": nasty(), "plain": plain(), "nothing": Report([], FAILING)}


@pytest.fixture(scope="module")
def schema() -> xmlschema.XMLSchema:
    return xmlschema.XMLSchema(schemas.path_of(*schemas.JUNIT))


@pytest.mark.parametrize("report", REPORTS.values(), ids=REPORTS)
def test_it_is_valid(schema: xmlschema.XMLSchema, report: Report) -> None:
    schema.validate(ElementTree.fromstring(junit.written(report)))


def test_the_schema_refuses_what_is_none(schema: xmlschema.XMLSchema) -> None:
    assert not schema.is_valid(ElementTree.fromstring(junit.written(plain()).replace("testcase", "case")))


def test_the_counts_are_those_of_the_cases() -> None:
    root = ElementTree.fromstring(junit.written(nasty()))
    for suite in root:
        assert int(suite.attrib["tests"]) == len(suite.findall("testcase"))
        assert int(suite.attrib["failures"]) == len(suite.findall("testcase/failure"))
    assert [suite.attrib["name"] for suite in root][1:] == ["app.yaml", "right.yaml"]


def failures(report: Report) -> set[str]:
    root = ElementTree.fromstring(junit.written(report))
    return {said.attrib["type"] for said in root.iter("failure")}


def test_what_fails_is_what_the_command_fails_on() -> None:
    assert failures(nasty()) == {"error"}
    assert failures(nasty()._replace(failing=frozenset(Severity))) == {"error", "warning", "note"}


def test_a_release_without_findings_is_a_passed_test() -> None:
    (case,) = ElementTree.fromstring(junit.written(nasty()))[2]
    assert list(case) == []


def test_names_are_printable_and_no_secret_is_told() -> None:
    written = junit.written(nasty())
    assert written.replace("\n", "").isprintable()
    assert CANARY not in written
    assert "<b>" not in written
