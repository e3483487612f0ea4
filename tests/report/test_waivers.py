"""Waivers that are written cover what was found, and nothing else."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from postrenderer import linting, pipeline, settings, stream
from postrenderer.findings import Severity
from postrenderer.report import waivers
from postrenderer.report.lint import Report

from ..given import job, secret
from .nasty import CANARY, FAILING, linted, nasty

if TYPE_CHECKING:
    from pathlib import Path

TODAY = date(2030, 1, 31)
TEXT = secret(body="data: {}") + job("a*[b") + job("axb")


def loaded(file: Path, report: Report) -> settings.Settings:
    file.write_text(waivers.written(report.linted, TODAY), encoding="utf-8")
    return settings.load(file)


def test_what_is_written_can_be_loaded_whatever_the_names(tmp_path: Path) -> None:
    written = loaded(tmp_path / "presync.yaml", nasty()).waivers
    found = {(each.rule, each.object) for each in nasty().verdicts if each.severity is not Severity.NOTE}
    assert len(written) >= len(found) > 0
    assert all(waiver.reason and waiver.expires > TODAY and waiver.line for waiver in written)
    assert CANARY not in waivers.written(nasty().linted, TODAY)


def test_it_covers_what_was_found_and_no_other_object(tmp_path: Path) -> None:
    only = [each for each in linted(TEXT).verdicts if each.object == "Job/a*[b"]
    report = Report([linted(TEXT)._replace(verdicts=tuple(only))], FAILING)
    in_force = loaded(tmp_path / "presync.yaml", report)
    again = linting.judge(pipeline.read(stream.split(TEXT, "app.yaml"), "argocd"), in_force)
    allowed = {each.object for each in again if each.allowed}
    assert allowed == {"Job/a*[b"}
    assert "Job/axb" in {each.object for each in again if each.severity is Severity.ERROR and not each.allowed}


def test_nothing_to_waive_is_an_empty_list(tmp_path: Path) -> None:
    assert loaded(tmp_path / "presync.yaml", Report([], FAILING)) == settings.DEFAULTS
