"""A plan as a drawing has it: columns in the order of time, and a lane for each object with its bars and arrows."""

from collections.abc import Iterator
from itertools import groupby
from typing import Literal, NamedTuple

from postrenderer.hooks import Target
from postrenderer.manifest import Manifest
from postrenderer.report.plan.sheet import Section, Sheet
from postrenderer.steps import Step, Wave

AFTERWARDS: dict[Target, tuple[str, ...]] = {  # what does not come in every sync or upgrade
    "argocd": ("SyncFail", "PreDelete", "PostDelete"),
    "helm": ("test", "pre-rollback", "post-rollback", "pre-delete", "post-delete"),
}


class Column(NamedTuple):
    """A stretch of time: one wave or weight; without one, what stays when all is done."""

    section: Section | None = None
    wave: Wave | None = None


class Bar(NamedTuple):
    """When an object is there: from the start of one column to the start of another."""

    start: int
    end: int
    state: Literal["runs", "there", "done", "before"]
    is_deleted: bool = False  # at its end


class Lane(NamedTuple):
    """One object, or what is summed up of the application."""

    step: Step | None
    rest: tuple[Manifest, ...] = ()
    bars: tuple[Bar, ...] = ()
    clears_at: tuple[int, ...] = ()  # columns at whose start a live object of its name is deleted


class Arrow(NamedTuple):
    """From the lane of a reader to the lane of what it reads, in a column."""

    reader: int
    target: int
    column: int
    is_late: bool


class Lanes(NamedTuple):
    """The whole drawing, without sizes. Columns behind `usual` do not come in every sync or upgrade."""

    columns: tuple[Column, ...]
    usual: int
    lanes: tuple[Lane, ...]
    arrows: tuple[Arrow, ...]

    @property
    def stripes(self) -> list[tuple[Section | None, list[int]]]:
        """The numbers of the columns of each section."""
        grouped = groupby(range(len(self.columns)), lambda number: id(self.columns[number].section))
        listed = [list(numbers) for _, numbers in grouped]
        return [(self.columns[numbers[0]].section, numbers) for numbers in listed]


def lanes(sheet: Sheet) -> Lanes:
    target = sheet.plan.target
    listed = [Column(section, wave) for section in sheet.sections for wave in section.waves]
    often = [column for column in listed if column.wave and column.wave.phase not in AFTERWARDS[target]]
    columns = (*often, Column(), *(column for column in listed if column not in often))
    found: list[Lane] = []
    place: dict[int, int] = {}
    for number, column in enumerate(columns):
        rest = []
        for step in column.wave.steps if column.wave else ():
            if not sheet.of(step).is_full:
                rest.append(step.manifest)
                place[id(step.manifest)] = -1
            elif id(step.manifest) not in place:
                place[id(step.manifest)] = len(found)
                found.append(_lane(step, columns, len(often), target))
        if rest:
            place.update((id(manifest), len(found)) for manifest in rest)
            found.append(Lane(None, tuple(rest), (Bar(number, len(often) + 1, "there"),)))
    arrows = tuple(dict.fromkeys(_arrows(sheet, columns, found, place)))
    for arrow in arrows:
        if arrow.column > len(often) and not arrow.is_late:
            found[arrow.target] = _also_there(found[arrow.target], arrow.column)
    return Lanes(columns, len(often), tuple(found), arrows)


def _lane(step: Step, columns: tuple[Column, ...], usual: int, target: Target) -> Lane:
    manifest = step.manifest
    starts = [n for n, c in enumerate(columns) if c.wave and any(s.manifest is manifest for s in c.wave.steps)]
    bars: list[Bar] = []
    if step.stays and step.deletes_first and 0 < starts[0] < usual:
        bars.append(Bar(0, starts[0], "before", True))
    for start, following in zip(starts, [*starts[1:], len(columns)], strict=True):
        end = _end(step, start, columns, usual, target)
        until, is_replaced = min(end, following), following < end and step.deletes_first
        is_deleted = is_replaced or (until == end and not step.stays and step.is_hook)
        if step.is_hook and manifest.is_workload and until > start + 1:
            bars += [Bar(start, start + 1, "runs"), Bar(start + 1, until, "done", is_deleted)]
        else:
            bars.append(Bar(start, until, "runs" if manifest.is_workload and step.is_hook else "there", is_deleted))
    return Lane(step, (), tuple(bars), tuple(starts) if step.deletes_first else ())


def _end(step: Step, start: int, columns: tuple[Column, ...], usual: int, target: Target) -> int:
    """Where HookSucceeded deletes it: with the sync's end, in Helm with its event's; else behind what stays."""
    if start > usual:
        return start + 1
    if step.stays or not step.is_hook:
        return usual + 1
    if target == "argocd":
        return usual
    return next(n for n in range(start, usual + 1) if columns[n].section is not columns[start].section)


def _arrows(sheet: Sheet, columns: tuple[Column, ...], found: list[Lane], place: dict[int, int]) -> Iterator[Arrow]:
    for number, column in enumerate(columns):
        for step in column.wave.steps if column.wave else ():
            reader, late = place[id(step.manifest)], set(sheet.of(step).late)
            for read in step.reads:
                target = place.get(id(read.found), reader)
                held = found[target].step
                if target != reader and held is not None and (sheet.of(step).is_full or held.is_hook):
                    yield Arrow(reader, target, number, read.found in late)


def _also_there(lane: Lane, column: int) -> Lane:
    """What is read when a sync has failed, or at a deletion, is there then."""
    if any(bar.start <= column < bar.end for bar in lane.bars):
        return lane
    return lane._replace(bars=(*lane.bars, Bar(column, column + 1, "there")))
