"""What happens in a simulation, step by step, as text and as JSON."""

from collections.abc import Iterator
from itertools import groupby
from typing import Any, NamedTuple

from postrenderer.findings import printable
from postrenderer.simulation.events import Event, Played

WHY = {
    "BeforeHookCreation": "before it is made again",
    "HookSucceeded": "since all succeeded",
    "HookFailed": "since it failed",
}


class Simulation(NamedTuple):
    """A release's scenarios as they were played: as a render makes it, or as it is where that refuses it."""

    played: tuple[Played, ...]
    is_refused: bool = False

    @property
    def breaks(self) -> bool:
        return any(each.broken and each.promised for each in self.played)


def simulation(found: Simulation, name: str = "") -> str:
    """Each scenario, each of its operations, each moment, each event; then what is broken."""
    lines = [f"# {name}", ""] if name else []
    for each in found.played:
        lines += [*_scenario(each), ""]
    return "".join(printable(line) + "\n" for line in (*lines, _verdict(found)))


def as_data(found: Simulation, name: str) -> dict[str, Any]:
    return {"release": name, "refused": found.is_refused, "scenarios": [_data(each) for each in found.played]}


def _verdict(found: Simulation) -> str:
    kept = [each.name for each in found.played if not each.broken]
    broken = [each.name for each in found.played if each.broken and each.promised]
    told = [each.name for each in found.played if each.broken and not each.promised]
    parts = (
        "refused by a render, and played as it is" if found.is_refused else "",
        f"{len(kept)} kept" if kept else "",
    )
    listed = (*parts, _listed(broken, "broken"), _listed(told, "broken, not promised"))
    return "presync: " + "; ".join(part for part in listed if part)


def _listed(names: list[str], said: str) -> str:
    return f"{said}: {', '.join(names)}" if names else ""


def _scenario(scenario: Played) -> Iterator[str]:
    yield f"{scenario.name}: {scenario.said}"
    for number, outcome in enumerate(scenario.outcomes, 1):
        yield f"  {number}. {outcome.said}"
        for when, events in groupby(outcome.events, lambda event: event.when):
            yield f"     {when}"
            yield from (f"       {_event(event, event in outcome.broken)}" for event in events)
        yield f"     {outcome.state}"


def _event(event: Event, is_broken: bool) -> str:
    mark = "! " if is_broken else "  "
    more = {"misses": f"{event.other}, which is not there", "loses": f"{event.other}, which it reads"}
    told = more.get(event.change) or (f"for {event.other}" if event.other else WHY.get(event.why, event.why))
    return f"{mark}{event.change:<9} {event.object}" + (f"  {told}" if told else "")


def _data(scenario: Played) -> dict[str, Any]:
    outcomes = [
        {
            "operation": each.said,
            "state": each.state,
            "judged": each.is_judged,
            "events": [_said(event) for event in each.events],
        }
        for each in scenario.outcomes
    ]
    kept = not scenario.broken
    return {
        "name": scenario.name,
        "says": scenario.said,
        "promised": scenario.promised,
        "kept": kept,
        "operations": outcomes,
    }


def _said(event: Event) -> dict[str, str]:
    return {key: value for key, value in event._asdict().items() if value}
