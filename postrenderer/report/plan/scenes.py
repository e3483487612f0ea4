"""The scenarios of a simulation as HTML: each with its operations, and what happens in each moment of them."""

from collections.abc import Iterator
from itertools import groupby

from postrenderer.report.plan import words
from postrenderer.report.plan.markup import Markup, element, prose, together
from postrenderer.simulation.events import Event, Outcome, Played

NAMED = 4  # so many objects of one change are named; more are counted
SAYS = {"misses": "does not find", "loses": "loses"}


def scenes(played: tuple[Played, ...], title: str = "What may happen") -> Iterator[Markup]:
    """A section of the page."""
    if not played:
        return
    broken = sum(bool(each.broken and each.promised) for each in played)
    said = "no workload looks for an object that is not there, and nothing is deleted that the application reads"
    yield element("h2", title)
    yield element("p", f"Played on an imaginary cluster. Kept means that {said}.", class_="note")
    yield element("p", _verdict(len(played), broken), class_="verdict")
    first = next((each for each in played if each.broken and each.promised), None)
    yield element("div", *(_scene(each, each is first) for each in played), class_="scenes")


def _verdict(listed: int, broken: int) -> str:
    return f"{listed - broken} of {words.count(listed, 'scenario')} kept" if broken else f"All {listed} scenarios kept"


def _scene(played: Played, is_open: bool) -> Markup:
    word = "kept" if not played.broken else "broken" if played.promised else "not promised"
    summary = element(
        "summary",
        element("span", played.name, class_="object"),
        element("span", word, class_=f"tag {word.partition(' ')[0]}"),
        element("span", prose(played.said), class_="note"),
    )
    operations = element("ol", *(element("li", _operation(outcome)) for outcome in played.outcomes))
    return element("details", summary, operations, open="open" if is_open else None)


def _operation(outcome: Outcome) -> Markup:
    moments = [
        together(element("dt", when), element("dd", element("ul", *_changes(list(events)))))
        for when, events in groupby(outcome.events, lambda event: event.when)
    ]
    state = element("span", outcome.state, class_="note")
    return together(element("p", prose(outcome.said), ": ", state), element("dl", *moments) if moments else "")


def _changes(events: list[Event]) -> Iterator[Markup]:
    """What is broken one by one, and all else summed up."""
    for change, group in groupby(events, lambda event: event.change):
        alike = list(group)
        if change in SAYS:
            yield from (_broken(event) for event in alike)
        else:
            names = ", ".join(event.object for event in alike[:NAMED])
            more = f" and {len(alike) - NAMED} more" if len(alike) > NAMED else ""
            yield element("li", f"{change} ", element("code", names), more)


def _broken(event: Event) -> Markup:
    said = (element("code", event.object), f" {SAYS[event.change]} ", element("code", event.other))
    return element("li", *said, class_="late" if event.is_broken else None)
