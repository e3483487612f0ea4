"""What a report on many releases is made of, whatever its format."""

import os
from collections.abc import Iterator
from typing import NamedTuple

from postrenderer.findings import Severity, Verdict
from postrenderer.inputs import Input
from postrenderer.linting import Linted
from postrenderer.manifest import Place


class Report(NamedTuple):
    """What is to be shown, and how."""

    linted: list[Linted]
    failing: frozenset[Severity]  # severities that make the command fail
    colours: bool = False

    @property
    def verdicts(self) -> list[Verdict]:
        return [verdict for each in self.linted for verdict in each.verdicts]

    @property
    def releases(self) -> int:
        return sum(each.is_release for each in self.linted)


class Spot(NamedTuple):
    """A place as a code forge shows it: a path below the current folder, and a line of that file."""

    path: str
    line: int
    column: int


def spot(of: Input, place: Place) -> Spot:
    """The template of a chart, since its rendering is no file; lines of a rendering are none of the template."""
    if not of.is_chart:
        return Spot(_relative(place.file), place.line, place.column)
    inside = place.template.partition("/")[2]  # behind the chart's name
    path = os.path.join(of.path, *inside.split("/")) if inside else ""
    return Spot(_relative(path if path and os.path.isfile(path) else os.path.join(of.path, "Chart.yaml")), 1, 1)


def fingerprinted(report: Report) -> Iterator[tuple[Linted, Verdict, str]]:
    """Every verdict with a fingerprint that outlives other runs and moved lines, and that no other verdict has."""
    from hashlib import sha256

    seen: dict[str, int] = {}
    for linted in report.linted:
        for verdict in linted.verdicts:
            template = verdict.places[0].place.template
            content = "\0".join((verdict.rule, _relative(linted.name), template, verdict.message))
            seen[content] = seen.get(content, 0) + 1
            yield linted, verdict, sha256(f"{content}\0{seen[content]}".encode()).hexdigest()[:32]


def advice(verdict: Verdict) -> str:
    return f"`presync render` settles this: {verdict.fix}." if verdict.settled else verdict.hint


def _relative(path: str) -> str:
    """Below the current folder, with slashes, where it is there."""
    here = os.getcwd() + os.sep
    return path.removeprefix(here).replace(os.sep, "/")
