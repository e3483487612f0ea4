"""Text: both ends, a hint and a command for each finding; colours only where they are wanted."""

from __future__ import annotations

import re

from postrenderer.report import text

from .nasty import CANARY, nasty, plain

ESCAPE = "\x1b"


def test_a_finding_shows_both_ends_a_fix_and_what_explains_it() -> None:
    lines = text.linted([each for each in plain().verdicts if each.rule == "late-dependency"]).splitlines()
    assert lines[0].startswith("error[late-dependency]: Job/migrate reads Secret/db in PreSync")
    assert all(re.match(r"  app\.yaml:\d+:\d+  \S", line) for line in lines[1:3])
    assert lines[3].startswith("  fix: `presync render` settles this: ")
    assert lines[4:] == ["  more: presync explain late-dependency", "presync: 1 error"]


def test_names_are_printable_and_no_secret_is_told() -> None:
    said = text.linted(nasty().verdicts)
    assert all(line.isprintable() for line in said.split("\n"))
    assert CANARY not in said


def test_colours_are_only_there_when_asked_for_and_change_no_word() -> None:
    plainly, coloured = (text.linted(nasty().verdicts, 3, colours) for colours in (False, True))
    assert ESCAPE not in plainly
    assert ESCAPE in coloured
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == plainly


def test_several_releases_are_counted() -> None:
    assert text.linted(nasty().verdicts, 3).endswith(" in 3 releases\n")
    assert text.linted([]) == "presync: nothing found\n"
