"""`presync plan`."""

from types import ModuleType
from typing import NamedTuple

from postrenderer import channels, pipeline
from postrenderer.in_force import settings_in_force
from postrenderer.inputs import inputs, release
from postrenderer.options import Reading, chosen, completed
from postrenderer.release import Release
from postrenderer.report import text
from postrenderer.report.plan import as_html, as_json, as_mermaid, as_text, sheet
from postrenderer.report.plan.sheet import Sheet
from postrenderer.settings import Settings

REFUSED = 1
FORMATS: dict[str, ModuleType] = {"text": as_text, "json": as_json, "mermaid": as_mermaid, "html": as_html}


class Options(NamedTuple):
    """The options of `presync plan`."""

    reading: Reading = Reading()
    format: str = "text"
    side_by_side: bool = False
    output: str = ""


def run(options: Options) -> int:
    """Show what the target does with releases as `render` makes them; exit 1 if it refuses one."""
    reading = completed(options.reading)
    shape = FORMATS[chosen(options.format, FORMATS, "format")]
    settings = settings_in_force(reading.settings)
    read = ((each.name, release(each, reading, settings)) for each in inputs(reading))
    pairs = [_planned(name, found, settings) for name, found in read if found]
    shown = shape.beside(pairs) if options.side_by_side else shape.shown([after for _, after in pairs])
    if options.output:
        channels.write_file(options.output, shown)
    else:
        channels.write(shown)
    return REFUSED if any(after.is_refused for _, after in pairs) else 0


def _planned(name: str, found: Release, settings: Settings) -> tuple[Sheet, Sheet]:
    """The release before and after a render; what is refused stays as it is, and stderr tells why."""
    rendered = pipeline.render(found, settings)
    before = sheet.before(name, found, rendered)
    if rendered.is_refused:
        channels.tell(text.rendered(rendered))
        return before, before
    return before, sheet.after(name, rendered)
