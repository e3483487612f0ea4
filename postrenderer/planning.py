"""A release's plan before and after a render, and on request what may happen to each."""

from postrenderer import channels, pipeline
from postrenderer.release import Release
from postrenderer.report import text
from postrenderer.report.plan import sheet
from postrenderer.report.plan.sheet import Sheet
from postrenderer.settings import Settings
from postrenderer.simulation import play, revisions
from postrenderer.simulation.events import Played
from postrenderer.simulation.scenarios import SCENARIOS


def planned(name: str, found: Release, settings: Settings, is_played: bool = False) -> tuple[Sheet, Sheet]:
    """The release before and after a render; what is refused stays as it is, and stderr tells why."""
    rendered = pipeline.render(found, settings)
    before = sheet.before(name, found, rendered)
    if is_played:
        before = before._replace(played=_played(found, found))
    if rendered.is_refused:
        channels.tell(text.rendered(rendered))
        return before, before
    after = sheet.after(name, rendered)
    return before, after._replace(played=_played(rendered.release, found)) if is_played else after


def _played(now: Release, original: Release) -> tuple[Played, ...]:
    """Every scenario; of a chart alone those that do not need presync."""
    scenarios = [each for each in SCENARIOS[now.target] if now is not original or not each.is_about_presync]
    return tuple(play(each, revisions(now, original), now.target) for each in scenarios)
