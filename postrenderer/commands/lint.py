"""`presync lint`."""

from typing import NamedTuple

from postrenderer import channels, pipeline
from postrenderer.findings import Severity
from postrenderer.in_force import settings_in_force
from postrenderer.inputs import inputs, release
from postrenderer.options import Reading, completed
from postrenderer.report import text

FAILED = 1


class Options(NamedTuple):
    """The options of `presync lint`."""

    reading: Reading = Reading()
    log_file: str = ""


def run(options: Options) -> int:
    """Print what is wrong with releases, and what `render` would settle; exit 1 if any of it is an error."""
    reading = completed(options.reading)
    settings = settings_in_force(reading.settings)
    releases = [found for each in inputs(reading) if (found := release(each, reading, settings))]
    judged = [each for found in releases for each in pipeline.render(found, settings).judged]
    said = text.linted(judged)
    channels.write(said)
    channels.log(said, options.log_file)
    return FAILED if any(each.finding.severity is Severity.ERROR and not each.allowed for each in judged) else 0
