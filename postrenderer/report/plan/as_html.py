"""A plan as one page of HTML that needs nothing else: a drawn timeline, every object, and what was found."""

from collections.abc import Iterator
from importlib.resources import files
from string import Template

import postrenderer
from postrenderer.findings import Severity
from postrenderer.report.plan import words
from postrenderer.report.plan.cards import cards, finding_box
from postrenderer.report.plan.drawing import CROSS, drawing
from postrenderer.report.plan.markup import Markup, element, prose, together
from postrenderer.report.plan.scale import HALF, NARROW, WIDE, Layout
from postrenderer.report.plan.scenes import scenes
from postrenderer.report.plan.sheet import ADDED, CHANGED, Sheet

_BAR = '<rect class="bar {}" x="1" y="3" width="28" height="12" rx="6"/>'
_CROSS = '<g class="cross {}" transform="translate(15 9)"><circle r="7"/><path d="{}"/></g>'
_ARROW = '<path class="line" d="M4 9H21"/><circle class="from" cx="4" cy="9" r="3"/><path class="to" d="M21 5v8l7-4z"/>'
_RING = '<circle class="nothing" cx="23" cy="9" r="5"/>'
_LATE = f'<path class="line" d="M4 9H17"/><circle class="from" cx="4" cy="9" r="3"/>{_RING}'
LEGEND = (  # a shape, whose colour it has, and what it stands for
    (_BAR.format("runs"), "hook", "a hook that runs, or is there"),
    (_BAR.format("done"), "hook", "has run, and stays"),
    (_BAR.format("there"), "copy", "a copy for hooks"),
    (_BAR.format("there"), "plain", "the application"),
    (_BAR.format("before"), "hook", "left by the run before"),
    (_CROSS.format("deleted", CROSS), "hook", "is deleted here"),
    (_CROSS.format("clears", CROSS), "hook", "any live one of its name is deleted first"),
    (f'<g class="arrow">{_ARROW}</g>', "plain", "from a reader to what it reads"),
    (f'<g class="arrow late">{_LATE}</g>', "plain", "looks for what is not there yet in a first install"),
)


def shown(sheets: list[Sheet]) -> str:
    return _page([_release(sheet, f"r{number}-", len(sheets) > 1) for number, sheet in enumerate(sheets)], sheets)


def beside(pairs: list[tuple[Sheet, Sheet]]) -> str:
    parts = [_pair(before, after, f"r{number}") for number, (before, after) in enumerate(pairs)]
    return _page(parts, [after for _, after in pairs])


def picture(sheet: Sheet) -> str:
    """The timeline by itself, as a file of SVG with its own style."""
    return drawing(sheet, HALF, style=_data("drawing.css")) + "\n"


def _page(parts: list[Markup], sheets: list[Sheet]) -> str:
    title = f"presync plan: {', '.join(sheet.name for sheet in sheets)}"
    said = (
        f"Made by presync {postrenderer.__version__}. It tells names, kinds and findings, and no value of any object."
    )
    filled = {
        "title": together(title),
        "style": _data("drawing.css") + _data("page.css"),
        "footer": together(said),
        "body": together(*parts),
    }
    return Template(_data("page.html")).substitute(filled)


def _data(name: str) -> str:
    return files("postrenderer.report.plan").joinpath(name).read_text(encoding="utf-8")


def _release(sheet: Sheet, link: str, is_one_of_many: bool) -> Markup:
    return together(
        _header(sheet),
        element(
            "main",
            element("h2", "Timeline", id="content" if not is_one_of_many or link == "r0-" else None),
            element("p", _how_to_read(sheet), class_="note"),
            _legend(),
            _frames(sheet, link, WIDE),
            element("h2", "Step by step"),
            *cards(sheet, link),
            *_not_applied(sheet),
            *_left_behind(sheet),
            *scenes(sheet.played),
            *_findings(sheet),
        ),
    )


def _pair(before: Sheet, after: Sheet, link: str) -> Markup:
    sides = [
        element("section", element("h3", name), _frames(sheet, mark, HALF))
        for name, sheet, mark in (("Before a render", before, ""), ("After it", after, f"{link}-"))
    ]
    return together(
        _header(after),
        element(
            "main",
            element("h2", "Before and after", id="content" if link == "r0" else None),
            element("p", _how_to_read(after), class_="note"),
            _legend(),
            element("div", *sides, class_="pair"),
            element("h2", "Step by step, after the render"),
            *cards(after, f"{link}-"),
            *_not_applied(after),
            *_left_behind(after),
            *scenes(before.played, "What may happen before a render"),
            *scenes(after.played, "What may happen after it"),
            *_findings(after),
        ),
    )


def _header(sheet: Sheet) -> Markup:
    home = f" in namespace {sheet.namespace}" if sheet.namespace else ""
    refused = "presync refuses this release. The plan is of what came in, which is not safe to apply."
    return element(
        "header",
        element("p", "presync plan", class_="eyebrow"),
        element("h1", sheet.name),
        element("p", f"What {words.tool(sheet.plan.target)} does with this release{home}", class_="lead"),
        element("p", refused, class_="refused", role="note") if sheet.is_refused else "",
        element("ul", *_facts(sheet), class_="facts"),
    )


def _facts(sheet: Sheet) -> Iterator[Markup]:
    marks = [told.mark for told in sheet.told.values()]
    ordinary = sum(not step.is_hook for step in sheet.plan.steps)
    facts = [(len(sheet.hooks), "hooks"), (ordinary, "ordinary objects")]
    facts += [(marks.count(mark), f"{mark} by presync") for mark in (ADDED, CHANGED)]
    for count, what in facts:
        yield element("li", element("b", count), what)
    first, later = (sum(getattr(wave, when) for wave in sheet.plan.waves) for when in ("first", "later"))
    if later:
        costs = f"{first} s" if first == later else f"{first} s / {later} s"
        yield element("li", element("b", costs), "waits" if first == later else "waits in a first / a later sync")
    found = [finding for finding in sheet.findings if finding.severity is not Severity.NOTE]
    yield element("li", element("b", len(found)), "findings left to people")


def _how_to_read(sheet: Sheet) -> str:
    if sheet.plan.target == "argocd":
        return (
            "Time goes from left to right. Under each wave stands what Argo CD waits after it: in a first sync / in "
            "later ones, where something live is deleted first."
        )
    return (
        "Time goes from left to right; an install runs the events of an install, an upgrade those of an upgrade. Helm "
        "takes the hooks of an event one by one, by weight and then by name."
    )


def _legend() -> Markup:
    items = [
        element("li", Markup(f'<svg class="timeline" aria-hidden="true"><g class="{kind}">{shape}</g></svg>'), said)
        for shape, kind, said in LEGEND
    ]
    return element("ul", *items, class_="legend")


def _frames(sheet: Sheet, link: str, layout: Layout) -> Markup:
    """Drawn twice; the page shows the one that fits."""
    wide = _frame(sheet, "wide-only", drawing(sheet, layout, link))
    return together(wide, _frame(sheet, "narrow-only", drawing(sheet, NARROW, link)))


def _frame(sheet: Sheet, kind: str, svg: Markup) -> Markup:
    """What is wider than the page scrolls by itself, also by keyboard."""
    return element(
        "div", svg, class_=f"frame {kind}", tabindex=0, role="region", aria_label=f"Timeline of {sheet.name}"
    )


def _not_applied(sheet: Sheet) -> Iterator[Markup]:
    if sheet.plan.left_out:
        yield element("h2", f"Not applied by {words.tool(sheet.plan.target)}")
        listed = []
        for each in sheet.plan.left_out:
            found = (finding_box(finding) for finding in sheet.told[id(each.manifest)].findings)
            why = f": {words.left_out(each, sheet.plan.target)}"
            listed.append(element("li", element("code", str(each.manifest)), why, *found))
        yield element("ul", *listed, class_="plain")


def _left_behind(sheet: Sheet) -> Iterator[Markup]:
    if sheet.left_behind:
        yield element("h2", "After an uninstall")
        names = ", ".join(map(str, sheet.left_behind))
        yield element("p", prose(f"`helm uninstall` leaves {names}. To remove that:"))
        yield element("pre", "\n".join(words.removal(sheet)), tabindex=0)


def _findings(sheet: Sheet) -> Iterator[Markup]:
    """Those whose objects are not in the plan."""
    shown = {id(finding) for told in sheet.told.values() for finding in told.findings}
    others = [finding for finding in sheet.findings if id(finding) not in shown]
    if others:
        yield element("h2", "Other findings")
        yield from (finding_box(finding) for finding in others)
