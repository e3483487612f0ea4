"""Where the parts of a drawn plan stand: the edges of its columns, and the place of each lane."""

from collections import Counter
from itertools import accumulate, groupby
from textwrap import wrap
from typing import NamedTuple

from postrenderer.report.plan import words
from postrenderer.report.plan.lanes import Arrow, Column, Lane, Lanes
from postrenderer.report.plan.sheet import Sheet
from postrenderer.steps import Wave

LETTER = 7.9  # of a name, monospaced, at 13 px
SMALL = 7.2  # of what stands above a name
BOLD = 8.4  # of a phase
LINE = 17
BAR = 14
PAD = 9
BADGE = 28  # before a lane's name
MOST_LINES = 3
SUMMED_UP = 22  # letters in a line of what is summed up
AFTER = "after"


class Layout(NamedTuple):
    """How wide a drawing is if it can be, and how much of that the names take."""

    name: str
    width: int
    gutter: int
    upright: int = 0  # how wide a column is at least where names of waves stand upright; 0 where they never do


COLUMN = 58  # how wide a column is at least
WIDE = Layout("wide", 1150, 352)
HALF = Layout("half", 556, 236, 26)
NARROW = Layout("narrow", 343, 192, 17)


class Place(NamedTuple):
    """Where a lane stands, and the lines of its name."""

    top: float
    height: float
    lines: tuple[str, ...]

    @property
    def middle(self) -> float:
        return self.top + self.height / 2


class Scale(NamedTuple):
    """Sizes of one drawing; column `n` reaches from `xs[n]` to `xs[n + 1]`."""

    layout: Layout
    is_upright: bool  # then phases are named one below another, too
    xs: tuple[float, ...]
    head: float
    places: tuple[Place, ...]
    slots: dict[Arrow, float]  # the x of each arrow

    @property
    def cross(self) -> float:
        """How large what marks a deletion is drawn."""
        return 0.7 if self.layout is NARROW else 1

    @property
    def height(self) -> float:
        return max((place.top + place.height for place in self.places), default=self.head) + PAD


def scale(held: Lanes, sheet: Sheet, layout: Layout) -> Scale:
    gutter = _gutter(held, layout)
    widths, room = _widths(held, sheet), layout.width - gutter
    is_upright = bool(layout.upright) and sum(widths) > room
    if is_upright:
        widths = [float(layout.upright)] * len(held.columns)
    spare = max(0.0, room - sum(widths)) / len(widths)
    xs = tuple(accumulate((width + spare for width in widths), initial=gutter))
    head = LINE * len(held.stripes) + 70.0 if is_upright else 62.0 + LINE * (_most_phases(held) - 1)
    places, top = [], head + PAD
    for lane in held.lanes:
        lines = _lines(lane, gutter)
        height = LINE * (len(lines) + 1) + 2.0 * PAD
        places.append(Place(top, height, lines))
        top += height
    return Scale(layout, is_upright, xs, head, tuple(places), _slots(held, xs))


def label(column: Column, sheet: Sheet) -> str:
    return AFTER if column.wave is None else words.number(column.wave, sheet.plan.target)


def pause(wave: Wave | None) -> str:
    """What a wave costs, in a few letters: in a first sync, and in later ones where that differs."""
    if wave is None or not wave.later:
        return ""
    return f"{wave.first} s" if wave.first == wave.later else f"{wave.first} / {wave.later} s"


def _widths(held: Lanes, sheet: Sheet) -> list[float]:
    """How wide each column has to be for what stands above it, and for its arrows."""
    arrows = Counter(arrow.column for arrow in held.arrows)
    widths = []
    for number, column in enumerate(held.columns):
        written = max(len(label(column, sheet)), len(pause(column.wave)))
        widths.append(max(COLUMN, written * LETTER + 12, 20.0 + 10 * min(arrows[number], 16)))
    for section, numbers in held.stripes:
        needed = max(len(phase) for phase in section.phases) * BOLD + 16 if section else 0
        widths[numbers[-1]] += max(0.0, needed - sum(widths[number] for number in numbers))
    return widths


def _most_phases(held: Lanes) -> int:
    return max(len(column.section.phases) if column.section else 1 for column in held.columns)


def above(lane: Lane) -> str:
    """The line above a lane's name."""
    if lane.step is None:
        return words.count(len(lane.rest), "other object")
    kind = lane.step.manifest.identity.kind
    return f"{kind}, a copy" if words.origin(lane.step.manifest) else kind


def _gutter(held: Lanes, layout: Layout) -> float:
    """As wide as the names need, and no wider than the layout lets it be."""
    longest = 0.0
    for lane in held.lanes:
        letters = len(lane.step.manifest.identity.name) if lane.step else SUMMED_UP
        longest = max(longest, letters * LETTER, len(above(lane)) * SMALL)
    return min(float(layout.gutter), longest + BADGE + 12)


def _lines(lane: Lane, gutter: float) -> tuple[str, ...]:
    letters = int((gutter - BADGE - 8) / LETTER)
    if lane.step is None:
        listed = wrap(words.kinds(lane.rest), letters, break_long_words=False, break_on_hyphens=False)
        lines = [line if len(line) <= letters else line[: letters - 1] + "…" for line in listed]
    else:
        identity = lane.step.manifest.identity
        lines = _broken(identity.name or f"{lane.step.manifest.generate_name}*", letters)
    if len(lines) > MOST_LINES:
        lines = [*lines[: MOST_LINES - 1], lines[MOST_LINES - 1][: letters - 1].rstrip("…") + "…"]
    return tuple(lines)


def _broken(name: str, letters: int) -> list[str]:
    """A name in lines, broken behind its dashes and dots where that can be."""
    lines = []
    while len(name) > letters:
        cut = max(name.rfind(mark, letters // 2, letters) for mark in "-.:") + 1 or letters
        lines.append(name[:cut])
        name = name[cut:]
    return [*lines, name]


def _slots(held: Lanes, xs: tuple[float, ...]) -> dict[Arrow, float]:
    """The arrows of a column side by side."""
    found: dict[Arrow, float] = {}
    for column, group in groupby(sorted(held.arrows, key=lambda arrow: arrow.column), lambda arrow: arrow.column):
        arrows = list(group)
        room = min(13.0, (xs[column + 1] - xs[column] - 16) / len(arrows))
        found.update({arrow: xs[column] + 10 + room * (number + 0.5) for number, arrow in enumerate(arrows)})
    return found
