"""`presync plan`."""

from importlib import import_module
from typing import NamedTuple

from postrenderer import channels
from postrenderer.in_force import settings_in_force
from postrenderer.inputs import releases
from postrenderer.options import Reading, chosen, completed

REFUSED = 1
FORMATS = ("text", "json", "mermaid", "html")


class Options(NamedTuple):
    """The options of `presync plan`."""

    reading: Reading = Reading()
    format: str = "text"
    side_by_side: bool = False
    output: str = ""


def run(options: Options) -> int:
    """Show what the target does with releases as `render` makes them; exit 1 if it refuses one."""
    from postrenderer.planning import planned  # this and a format are loaded for no other command

    reading = completed(options.reading)
    shape = import_module(f"postrenderer.report.plan.as_{chosen(options.format, FORMATS, 'format')}")
    settings = settings_in_force(reading.settings)
    found = releases(reading, settings)
    pairs = [planned(name, each, settings, options.format == "html") for name, each in found]
    shown = shape.beside(pairs) if options.side_by_side else shape.shown([after for _, after in pairs])
    if options.output:
        channels.write_file(options.output, shown)
    else:
        channels.write(shown)
    return REFUSED if any(after.is_refused for _, after in pairs) else 0
