"""`presync lint`."""

from datetime import date
from typing import NamedTuple

from postrenderer import channels, linting
from postrenderer.errors import BugError, PostRendererError, SettingsError
from postrenderer.findings import Severity, Verdict
from postrenderer.in_force import file_in_force, settings_in_force
from postrenderer.inputs import Input, inputs, nothing_found
from postrenderer.linting import Linted
from postrenderer.options import Reading, chosen, completed
from postrenderer.pages import known
from postrenderer.pardons import expired_waiver, unused_waiver
from postrenderer.progress import bar
from postrenderer.report import data, github, gitlab, junit, sarif, statistics, text, waivers
from postrenderer.report.lint import Report
from postrenderer.settings import Settings

FAILED = 1
FORMATS = {
    "text": lambda report: text.linted(report.verdicts, report.releases, report.colours),
    "json": data.written,
    "sarif": sarif.written,
    "junit": junit.written,
    "github": github.written,
    "gitlab": gitlab.written,
}
FAIL_ON = {
    "error": frozenset((Severity.ERROR,)),
    "warning": frozenset((Severity.ERROR, Severity.WARNING)),
}


class Options(NamedTuple):
    """The options of `presync lint`."""

    reading: Reading = Reading()
    unsettled: bool = False
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    fail_on: str = "error"
    format: str = "text"
    statistics: bool = False
    output: str = ""
    write_waivers: str = ""
    log_file: str = ""


def run(options: Options) -> int:
    """Print what is wrong with releases, and what `render` would settle; exit 1 if any of it is an error."""
    options, reading = completed(options), completed(options.reading)
    failing = FAIL_ON[chosen(options.fail_on, FAIL_ON, "fail-on")]
    written = statistics.written if options.statistics else FORMATS[chosen(options.format, FORMATS, "format")]
    if options.statistics and options.format != "text":
        raise SettingsError("statistics are text", "Leave out `--statistics` or `--format`.")
    for rule in (*options.select, *options.ignore):
        known(rule, "select" if rule in options.select else "ignore")
    settings = settings_in_force(reading.settings)
    linted = _linted(reading, settings)
    if unread := [each for each in linted if each.error]:
        return _failed(unread)
    shown = [each._replace(verdicts=tuple(v for v in each.verdicts if _is_shown(v, options))) for each in linted]
    if options.write_waivers:
        channels.write_new(options.write_waivers, waivers.written(shown, date.today()))
        channels.tell(f"presync: waivers of errors and warnings written to {options.write_waivers}\n")
        return 0
    report = Report(shown, failing, channels.colourful() and not options.output)
    _write(written(report), report, options)
    return FAILED if any(verdict.severity in failing for verdict in report.verdicts) else 0


def _linted(reading: Reading, settings: Settings) -> list[Linted]:
    """Every input, and behind them the settings file where its waivers are at fault."""
    today, file = date.today(), file_in_force(reading.settings)
    waivers = tuple(each for each in settings.waivers if not expired_waiver.is_expired(each, today))
    given = inputs(reading)
    with bar(len(given), "judging releases") as advance:
        linted = linting.lint(given, reading, settings._replace(waivers=waivers), advance)
    if not linted:
        nothing_found()
    verdicts = [verdict for each in linted for verdict in each.verdicts]
    in_force = settings._replace(waivers=waivers)
    found = (*expired_waiver.find(settings, file, today), *unused_waiver.find(in_force, verdicts, file))
    at_fault = tuple(each for each in found if each.rule not in settings.allow or each.rule in settings.lock)
    return [*linted, Linted(Input(file, file), at_fault, is_release=False)] if at_fault else linted


def _failed(unread: list[Linted]) -> int:
    """Half a report would be taken for a whole one: there is none."""
    for each in unread:
        kind = BugError if each.status == BugError.status else PostRendererError
        channels.tell(text.failed(kind(each.error, each.hint)))
    return max(each.status for each in unread)


def _is_shown(verdict: Verdict, options: Options) -> bool:
    selected = not options.select or verdict.rule in options.select
    left = not verdict.settled or not options.unsettled
    return selected and left and verdict.rule not in options.ignore and not verdict.allowed


def _write(said: str, report: Report, options: Options) -> None:
    if options.output:
        channels.write_file(options.output, said)
        summary = text.counted(report.verdicts) if report.verdicts else "nothing found"
        channels.tell(f"presync: {summary}, written to {options.output}\n")
    else:
        channels.write(said)
    if options.log_file:
        channels.log(text.linted(report.verdicts, report.releases), options.log_file)
