"""`presync settings`."""

import json
from typing import NamedTuple

from postrenderer import channels
from postrenderer.in_force import settings_in_force
from postrenderer.options import Reading, completed
from postrenderer.settings import schema, shown


class Options(NamedTuple):
    """The options of `presync settings`."""

    schema: bool = False
    settings: str = ""


def run(options: Options) -> int:
    """Print the settings in force, or the schema of the settings file."""
    reading = completed(Reading(settings=options.settings))
    found = schema() if options.schema else shown(settings_in_force(reading.settings))
    channels.write(json.dumps(found, indent=2) + "\n")
    return 0
