"""A release's plan before and after a render."""

from postrenderer import channels, pipeline
from postrenderer.release import Release
from postrenderer.report import text
from postrenderer.report.plan import sheet
from postrenderer.report.plan.sheet import Sheet
from postrenderer.settings import Settings


def planned(name: str, found: Release, settings: Settings) -> tuple[Sheet, Sheet]:
    """The release before and after a render; what is refused stays as it is, and stderr tells why."""
    rendered = pipeline.render(found, settings)
    before = sheet.before(name, found, rendered)
    if rendered.is_refused:
        channels.tell(text.rendered(rendered))
        return before, before
    return before, sheet.after(name, rendered)
