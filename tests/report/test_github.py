"""GitHub's workflow commands: each finding one line that names its place, whatever its names hold."""

from __future__ import annotations

import re

from postrenderer.report import github

from .nasty import CANARY, nasty, plain

COMMAND = re.compile(r"::(error|warning|notice) file=([^,:]+),line=(\d+),col=(\d+),title=([a-z-]+)::([^:].*)")


def unescaped(text: str) -> str:
    """As a runner reads it (actions/runner, ActionCommand.cs)."""
    for code, character in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")):
        text = text.replace(code, character)
    return text


def test_each_finding_is_one_command() -> None:
    lines = github.written(nasty()).splitlines()
    read = [COMMAND.fullmatch(line) for line in lines]
    assert len(lines) == len(nasty().verdicts)
    assert all(read)
    assert {found[1] for found in read if found} == {"error", "warning", "notice"}


def test_what_a_runner_reads_is_what_was_said() -> None:
    for line, verdict in zip(github.written(nasty()).splitlines(), nasty().verdicts, strict=True):
        found = COMMAND.fullmatch(line)
        assert found
        assert unescaped(found[2]) == verdict.places[0].place.file
        message, *others, advice, explain = unescaped(found[6]).split("\n")
        assert message == verdict.message
        assert len(others) == len(verdict.places) - 1
        assert advice.endswith(".")
        assert explain == f"presync explain {verdict.rule}"


def test_names_are_printable_and_no_secret_is_told() -> None:
    assert all(line.isprintable() for line in github.written(nasty()).split("\n"))
    assert CANARY not in github.written(nasty())


def test_a_plain_name_is_told_as_it_is() -> None:
    assert "::error file=app.yaml,line=" in github.written(plain())
    assert "Job/migrate reads Secret/db in PreSync" in github.written(plain())
