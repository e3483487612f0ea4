"""A plan drawn as SVG: time from left to right, a lane for each object, arrows from readers to what they read."""

from collections.abc import Iterator

from postrenderer.report.plan.lanes import Arrow, Bar, Lane, Lanes, lanes
from postrenderer.report.plan.markup import Markup, element
from postrenderer.report.plan.scale import AFTER, BADGE, BAR, LINE, Layout, Place, Scale, above, label, pause, scale
from postrenderer.report.plan.sheet import ADDED, CHANGED, Sheet, Told

BADGES = {ADDED: "+", CHANGED: "~"}
STATES = {
    "runs": "runs to its end",
    "there": "is there",
    "done": "has run, and is still there",
    "before": "is still there from the sync before",
}
MARGIN = 14
CROSS = "M-3.5-3.5 3.5 3.5M3.5-3.5-3.5 3.5"


def drawing(sheet: Sheet, layout: Layout, link: str = "", style: str = "") -> Markup:
    """The timeline. A lane's name leads to the element whose id is the link and the lane's number; with a style it
    stands on paper of its own."""
    held = lanes(sheet)
    sizes = scale(held, sheet, layout)
    width, height = round(sizes.xs[-1]), round(sizes.height)
    bars = (_bars(lane, place, sizes) for lane, place in zip(held.lanes, sizes.places, strict=True))
    edge = MARGIN if style else 0
    sheet_of_paper = _rect(-edge, -edge, width + 2 * edge, height + 2 * edge, "paper", edge)
    return element(
        "svg",
        *((element("style", Markup(style)), sheet_of_paper) if style else ()),
        *_bands(held, sizes),
        *_heads(held, sizes, sheet),
        *bars,
        *(_lane(number, held, sizes, sheet, link) for number in range(len(held.lanes))),
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"{-edge} {-edge} {width + 2 * edge} {height + 2 * edge}",
        width=width + 2 * edge,
        height=height + 2 * edge,
        class_=f"timeline {layout.name}",
        role="group",
        aria_label=f"Timeline of {sheet.name}",
    )


def role(lane: Lane) -> str:
    if lane.step is None or not lane.step.is_hook:
        return "plain"
    return "copy" if lane.step.manifest.is_copy else "hook"


def _bands(held: Lanes, sizes: Scale) -> Iterator[Markup]:
    """A stripe for each phase; those that do not come every time are hatched by their class."""
    for stripe, (_, numbers) in enumerate(held.stripes):
        left, right = sizes.xs[numbers[0]], sizes.xs[numbers[-1] + 1]
        top = LINE * stripe + 2.0 if sizes.is_upright else 2.0
        kind = "aside" if numbers[0] > held.usual else "end" if numbers[0] == held.usual else f"phase{stripe % 2}"
        yield _rect(left + 1, top, right - left - 2, sizes.height - top - 2, f"band {kind}", 8)
        for number in numbers[1:]:
            line = f"M{sizes.xs[number]:.1f} {sizes.head - 6:.1f}V{sizes.height - 6:.1f}"
            yield element("path", d=line, class_="tick")


def _heads(held: Lanes, sizes: Scale, sheet: Sheet) -> Iterator[Markup]:
    for stripe, (section, numbers) in enumerate(held.stripes):
        yield from _phases(section.phases if section else (AFTER,), numbers, stripe, sizes)
    for number, column in enumerate(held.columns):
        middle = (sizes.xs[number] + sizes.xs[number + 1]) / 2
        if column.wave is None:
            continue
        if sizes.is_upright:
            turned = f"translate({middle + 4:.1f} {sizes.head - 2:.1f}) rotate(-90)"
            yield element("text", label(column, sheet), transform=turned, class_="wave")
        else:
            yield _text(middle, sizes.head - 20, label(column, sheet), "wave middle")
            yield _text(middle, sizes.head - 4, pause(column.wave), "pause middle")


def _phases(names: tuple[str, ...], numbers: list[int], stripe: int, sizes: Scale) -> Iterator[Markup]:
    left, right = sizes.xs[numbers[0]], sizes.xs[numbers[-1] + 1]
    if sizes.is_upright:
        name = ", ".join(names)
        fits = left + len(name) * 8 + 8 < sizes.xs[-1]
        y = LINE * (stripe + 1) - 1.0
        yield _text(left + 5 if fits else right - 5, y, name, "phase" if fits else "phase last")
    else:
        for line, name in enumerate(names):
            yield _text((left + right) / 2, 20.0 + LINE * line, name, "phase middle")


def _bars(lane: Lane, place: Place, sizes: Scale) -> Markup:
    told = "" if lane.step is None else str(lane.step.manifest)
    drawn = [_bar(bar, f"{told} {STATES[bar.state]}".strip(), place, sizes) for bar in lane.bars]
    gone = [bar.end for bar in lane.bars if bar.is_deleted]
    for start in lane.clears_at:
        if start not in gone:
            x = sizes.xs[start] + 5 * sizes.cross
            drawn.append(_cross(x, place.middle, f"any live {told} is deleted first", "clears", sizes.cross))
    for end in gone:
        x = sizes.xs[end] - 8 * sizes.cross
        drawn.append(_cross(x, place.middle, f"{told} is deleted", "deleted", sizes.cross))
    return element("g", *drawn, class_=f"bars {role(lane)}")


def _bar(bar: Bar, said: str, place: Place, sizes: Scale) -> Markup:
    left, right = sizes.xs[bar.start] + 4, sizes.xs[bar.end] - (9 if bar.is_deleted else 4)
    width, top = max(right - left, 4.0), place.middle - BAR / 2
    return _rect(left, top, width, BAR, f"bar {bar.state}", BAR / 2, element("title", said))


def _lane(number: int, held: Lanes, sizes: Scale, sheet: Sheet, link: str) -> Markup:
    lane, place = held.lanes[number], sizes.places[number]
    told = sheet.of(lane.step) if lane.step else Told()
    kind = above(lane)
    lines = [_text(BADGE, place.top + LINE + 4, kind, "kind")]
    lines += [_text(BADGE, place.top + LINE * (row + 2) + 3, name, "name") for row, name in enumerate(place.lines)]
    badge = BADGES.get(told.mark, "")
    marks = [_rect(2, place.top + 8, 18, 18, "badge", 5), _text(11, place.top + 21.5, badge, "badge middle")]
    whole = _rect(0, place.top, sizes.xs[-1], place.height, "row", 6)
    inside = (whole, *(marks if badge else ()), *lines)
    said = f"{kind} {''.join(place.lines)}"
    name = element("a", *inside, href=f"#{link}{number}", aria_label=said) if link else element("g", *inside)
    arrows = [_arrow(arrow, sizes) for arrow in held.arrows if arrow.reader == number]
    return element("g", name, *arrows, class_=f"lane {role(lane)} {told.mark}".strip())


def _arrow(arrow: Arrow, sizes: Scale) -> Markup:
    """From the middle of the reader's bar to the edge of the other; a ring where there is nothing to read yet."""
    x = sizes.slots[arrow]
    start, end = sizes.places[arrow.reader].middle, sizes.places[arrow.target].middle
    up = -1 if end < start else 1
    tip = end - up * (BAR / 2 + 1)
    line = f"M{x:.1f} {start:.1f}V{tip - up * 5:.1f}"
    head = element("path", d=f"M{x - 4:.1f} {tip - up * 7:.1f}h8l-4 {up * 7}z", class_="to")
    ring = element("circle", cx=f"{x:.1f}", cy=f"{end:.1f}", r=6, class_="nothing")
    return element(
        "g",
        element("path", d=line, class_="halo"),
        element("path", d=line, class_="line"),
        element("circle", cx=f"{x:.1f}", cy=f"{start:.1f}", r=3.5, class_="from"),
        ring if arrow.is_late else head,
        class_="arrow late" if arrow.is_late else "arrow",
    )


def _rect(x: float, y: float, width: float, height: float, class_: str, radius: float, *inside: Markup) -> Markup:
    sizes = {"x": f"{x:.1f}", "y": f"{y:.1f}", "width": f"{width:.1f}", "height": f"{height:.1f}"}
    return element("rect", *inside, **sizes, rx=f"{radius:.0f}", class_=class_)


def _text(x: float, y: float, said: str, class_: str) -> Markup:
    return element("text", said, x=f"{x:.1f}", y=f"{y:.1f}", class_=class_)


def _cross(x: float, y: float, said: str, class_: str, size: float) -> Markup:
    return element(
        "g",
        element("title", said),
        element("circle", r=7),
        element("path", d=CROSS),
        transform=f"translate({x:.1f} {y:.1f})" + f" scale({size})" * (size != 1),
        class_=f"cross {class_}",
    )
