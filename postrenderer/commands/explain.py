"""`presync explain`."""

from typing import NamedTuple

from postrenderer import channels
from postrenderer.errors import SettingsError
from postrenderer.options import chosen
from postrenderer.pages import PAGES, known
from postrenderer.report import pages

FORMATS = ("text", "markdown")


class Options(NamedTuple):
    """The options of `presync explain`."""

    rules: tuple[str, ...] = ()
    all: bool = False
    format: str = "text"


def run(options: Options) -> int:
    """Print what a rule says and why, with an example it finds and one it accepts."""
    if not options.rules and not options.all:
        raise SettingsError("no rule is named", "Name one, or say `--all`.")
    rules = list(PAGES) if options.all else [known(rule, "explain") for rule in options.rules]
    if chosen(options.format, FORMATS, "format") == "markdown":
        table = pages.table() + "\n" if options.all else ""
        channels.write(table + "\n".join(pages.markdown(rule) for rule in rules))
    else:
        channels.write(pages.overview() if options.all else "\n".join(pages.text(rule) for rule in rules))
    return 0
