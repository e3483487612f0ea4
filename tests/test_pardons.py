"""The rules about allows and waivers find what their pages say."""

from __future__ import annotations

import re
from datetime import date
from operator import attrgetter
from typing import TYPE_CHECKING

import pytest

from postrenderer import linting, pipeline, settings, stream
from postrenderer.pardons import PARDONS, expired_waiver, unused_allow, unused_waiver

from . import pages

if TYPE_CHECKING:
    from pathlib import Path
    from types import ModuleType

    from postrenderer.findings import Verdict

TODAY = date(2026, 1, 31)


def found(rule: ModuleType, section: str, file: Path) -> list[Verdict]:
    page = pages.sections(rule)
    if rule is expired_waiver:
        file.write_text(page["Settings" if section == "Finds" else "Accepts"], encoding="utf-8")
        return list(expired_waiver.find(settings.load(file), str(file), TODAY))
    release = pipeline.read(stream.split(page[section] + "\n"), "argocd")
    verdicts = linting.judge(release, pages.settings_of(rule))
    if rule is unused_waiver:
        return list(unused_waiver.find(pages.settings_of(rule), verdicts, str(file)))
    return [each for each in verdicts if each.rule == rule.ID]


@pytest.mark.parametrize("rule", PARDONS, ids=attrgetter("ID"))
def test_a_rule_finds_and_accepts_what_its_page_says(rule: ModuleType, tmp_path: Path) -> None:
    (verdict,) = found(rule, "Finds", tmp_path / "presync.yaml")
    assert (verdict.rule, verdict.severity) == (rule.ID, rule.SEVERITY)
    assert re.fullmatch(r"[A-Z][a-z]+/\S+ .*[^.]|[a-z].*[^.]", verdict.message)
    assert re.fullmatch(r"[A-Z].*\.", verdict.hint)
    assert verdict.places[0].place.line >= 1
    assert found(rule, "Accepts", tmp_path / "presync.yaml") == []


@pytest.mark.parametrize("rule", PARDONS, ids=attrgetter("ID"))
def test_an_id_is_the_module_s_name(rule: ModuleType) -> None:
    assert rule.__name__.rpartition(".")[2] == rule.ID.replace("-", "_")


def test_a_waiver_counts_on_its_last_day() -> None:
    waiver = settings.Waiver("no-origin", "r", TODAY, "Job/migrate")
    assert not expired_waiver.is_expired(waiver, TODAY)
    assert expired_waiver.is_expired(waiver, date(2026, 2, 1))


def test_the_rules_that_an_object_may_allow_are_those_that_speak_of_objects() -> None:
    assert unused_allow.ID in unused_allow.KNOWN
    assert expired_waiver.ID not in unused_allow.KNOWN
