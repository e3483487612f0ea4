"""`presync simulate`."""

import json
from typing import NamedTuple

from postrenderer import channels, pipeline
from postrenderer.errors import SettingsError
from postrenderer.in_force import settings_in_force
from postrenderer.inputs import Input, release, releases
from postrenderer.options import Reading, chosen, completed
from postrenderer.release import Release
from postrenderer.report import text
from postrenderer.report.simulation import Simulation, as_data, simulation
from postrenderer.settings import Settings
from postrenderer.simulation import play, revisions
from postrenderer.simulation.scenarios import SCENARIOS, USUAL, Scenario

BROKEN = 1
FORMATS = ("text", "json")


class Options(NamedTuple):
    """The options of `presync simulate`."""

    reading: Reading = Reading()
    scenario: tuple[str, ...] = ()
    all_scenarios: bool = False
    rendered: bool = False
    previous: str = ""
    format: str = "text"


def run(options: Options) -> int:
    """Play what may happen to releases, step by step; exit 1 if a workload misses or loses what it reads."""
    form = chosen(options.format, FORMATS, "format")
    reading = completed(options.reading)
    settings = settings_in_force(reading.settings)
    told = [(name, _played(each, options, reading, settings)) for name, each in releases(reading, settings)]
    if form == "json":
        channels.write(json.dumps([as_data(each, name) for name, each in told], indent=2) + "\n")
    else:
        channels.write("\n".join(simulation(each, name if len(told) > 1 else "") for name, each in told))
    return BROKEN if any(each.is_refused or each.breaks for _, each in told) else 0


def _played(original: Release, options: Options, reading: Reading, settings: Settings) -> Simulation:
    """What a render refuses is played as it is, and stderr tells why."""
    result = pipeline.render(original, settings) if options.rendered else None
    is_refused = result is not None and result.is_refused
    if result is not None and is_refused:
        channels.tell(text.rendered(result))
    now = result.release if result is not None and not is_refused else original
    known = revisions(now, original, _previous(original, options.previous, reading, settings))
    wanted = scenarios(original, options)
    played = [play(each, known, original.target) for each in wanted if now is not original or not each.is_about_presync]
    return Simulation(tuple(played), is_refused)


def _previous(now: Release, file: str, reading: Reading, settings: Settings) -> Release | None:
    alone = reading._replace(target=now.target, again="")  # a second rendering is one of the input itself
    return release(Input(file, file), alone, settings) if file else None


def scenarios(original: Release, options: Options) -> list[Scenario]:
    """The scenarios by name, all of them, or the usual ones."""
    known = SCENARIOS[original.target]
    if options.all_scenarios:
        return [each for each in known if options.rendered or not each.is_about_presync]
    names = options.scenario or USUAL
    for name in names:
        found = next((each for each in known if each.name == name), None)
        if found is None:
            listed = ", ".join(each.name for each in known)
            raise SettingsError(f"{name} is no scenario of {original.target}", f"There are {listed}.")
        if found.is_about_presync and not options.rendered:
            raise SettingsError(f"{name} is about a chart that presync renders", "Add `--rendered`.")
    return [each for each in known if each.name in names]
