"""A plan as text: hooks and what they need in full, the application summed up."""

from collections.abc import Collection, Iterable, Iterator
from difflib import SequenceMatcher
from itertools import zip_longest
from textwrap import wrap

from postrenderer.findings import Finding, Severity, printable
from postrenderer.manifest import Identity, Manifest
from postrenderer.report.plan import words
from postrenderer.report.plan.sheet import ADDED, CHANGED, Sheet
from postrenderer.steps import Step, Wave

WIDTH = 110
COLUMN = 54  # of a plan that stands beside another
MARKS = {"": " ", ADDED: "+", CHANGED: "~"}
NAMED = 5  # so many ordinary objects are named; more are counted by kind
LATE = " (not there yet in a first install)"


def shown(sheets: Iterable[Sheet]) -> str:
    return "\n".join(_joined(_sheet(sheet)) for sheet in sheets)


def beside(pairs: Iterable[tuple[Sheet, Sheet]]) -> str:
    """Two plans of each release side by side, in brief; what differs is marked between them."""
    return "\n".join(_joined(_pair(before, after)) for before, after in pairs)


def _pair(before: Sheet, after: Sheet) -> Iterator[str]:
    full = {step.manifest.identity for sheet in (before, after) for step in sheet.plan.steps if sheet.of(step).is_full}
    left, right = list(_brief(before, full)), list(_brief(after, full))
    yield from (_title(after), "", f"{'before':{COLUMN}}   after", "")
    for _, i, j, k, m in SequenceMatcher(None, left, right, autojunk=False).get_opcodes():
        for one, other in zip_longest(left[i:j], right[k:m], fillvalue=""):
            mark = " " if one == other else "<" if not other else ">" if not one else "|"
            yield f"{_cut(one):{COLUMN}} {mark} {_cut(other)}".rstrip()
    yield from ("", *_ending(after))


def _sheet(sheet: Sheet) -> Iterator[str]:
    yield _title(sheet)
    if sheet.is_refused:
        yield "presync refuses this release: the plan is of what came in, which is not safe to apply."
    if any(told.mark for told in sheet.told.values()):
        yield "Marks: + presync adds it, ~ presync changes it."
    seen: set[int] = set()
    for section in sheet.sections:
        yield from ("", f"{' and '.join(section.phases)}: {words.note(section.phases)}")
        for wave in section.waves:
            yield from _wave(wave, sheet, seen)
    if sheet.plan.left_out:
        yield from ("", f"Not applied by {words.tool(sheet.plan.target)}")
        for each in sheet.plan.left_out:
            yield f"    - {each.manifest}: {words.left_out(each, sheet.plan.target)}"
            yield from _findings(sheet.told[id(each.manifest)].findings)
    yield from ("", *_ending(sheet))


def _title(sheet: Sheet) -> str:
    home = f" in namespace {sheet.namespace}" if sheet.namespace else ""
    return f"{sheet.name}: what {words.tool(sheet.plan.target)} does with this release{home}"


def _wave(wave: Wave, sheet: Sheet, seen: set[int]) -> Iterator[str]:
    if wave.number is not None:
        cost = words.cost(wave)
        yield f"  {words.number(wave, sheet.plan.target)}" + (f" ({cost})" if cost else "")
    told = [step for step in wave.steps if sheet.of(step).is_full]
    for step in told:
        yield from _step(step, sheet, id(step.manifest) in seen)
        seen.add(id(step.manifest))
    rest = [step.manifest for step in wave.steps if not sheet.of(step).is_full]
    if rest:
        yield from wrap(_summed_up(rest, bool(told)), WIDTH, initial_indent=" " * 6, subsequent_indent=" " * 8)


def _summed_up(rest: list[Manifest], has_others: bool) -> str:
    if len(rest) <= NAMED:
        return ("and " if has_others else "") + ", ".join(map(str, rest))
    return f"{'and ' if has_others else ''}{words.count(len(rest), 'object')}: {words.kinds(rest)}"


def _step(step: Step, sheet: Sheet, is_known: bool) -> Iterator[str]:
    """An object with all that is known of it, at its first step."""
    told, origin = sheet.of(step), words.origin(step.manifest)
    said = ", as above" if is_known else f", a copy of {origin}" if origin else ""
    yield f"    {MARKS[told.mark]} {step.manifest}{said}"
    if is_known:
        return
    late = set(told.late)
    named = [read for read in step.reads if read.how != "grant"]
    yield from _labelled("reads", [words.read(read) + LATE * (read.found in late) for read in named])
    granted = [read.found for read in step.reads if read.how == "grant"]
    yield from _labelled("rights by", [f"{binding}{LATE * (binding in late)}" for binding in granted])
    yield from _labelled("read by", [str(reader) for reader in told.readers])
    yield from _labelled("deletes", [f"{what} ({word})" for word, what in words.policies(step, sheet.plan.target)])
    for reason in told.reasons:
        yield from _labelled("because", [reason])
    yield from _findings(told.findings)


def _findings(findings: Iterable[Finding]) -> Iterator[str]:
    for finding in findings:
        if finding.severity is not Severity.NOTE:
            yield from _labelled(finding.severity.value, [f"{finding.message} [{finding.rule}]"])


def _labelled(label: str, listed: list[str]) -> Iterator[str]:
    if listed:
        lead = f"{'':8}{label:10}"
        yield from wrap(
            ", ".join(listed),
            WIDTH,
            initial_indent=lead,
            subsequent_indent=" " * len(lead),
            break_long_words=False,
            break_on_hyphens=False,
        )


def _ending(sheet: Sheet) -> Iterator[str]:
    marks = [told.mark for told in sheet.told.values()]
    ordinary = sum(not step.is_hook for step in sheet.plan.steps)
    made = [f"{marks.count(mark)} {mark}" for mark in (ADDED, CHANGED) if mark in marks]
    held = [words.count(len(sheet.hooks), "hook"), words.count(ordinary, "ordinary object")]
    yield f"Plan: {', '.join(made) or 'nothing added or changed'}; {', '.join(held)}."
    first, later = (sum(getattr(wave, when) for wave in sheet.plan.waves) for when in ("first", "later"))
    if later:
        yield f"Waits: {first} s in a first sync, {later} s in each later one, besides the hooks' own time."
    if sheet.left_behind:
        yield f"`helm uninstall` leaves {', '.join(map(str, sheet.left_behind))}; to remove that:"
        yield from (f"  {command}" for command in words.removal(sheet))


def _brief(sheet: Sheet, full: Collection[Identity]) -> Iterator[str]:
    for section in sheet.sections:
        yield " and ".join(section.phases)
        for wave in section.waves:
            if wave.number is not None:
                yield f"  {words.number(wave, sheet.plan.target)}"
            told = [step for step in wave.steps if step.manifest.identity in full]
            for step in told:
                yield f"    {step.manifest}"
                late = set(sheet.of(step).late)
                reads = [read for read in step.reads if step.is_hook]
                yield from (f"      reads {words.read(read)}{', too early' * (read.found in late)}" for read in reads)
            rest = [step.manifest for step in wave.steps if step.manifest.identity not in full]
            if rest:
                yield f"    {_summed_up(rest, bool(told))}"
    yield from (f"not applied: {each.manifest}" for each in sheet.plan.left_out)


def _cut(line: str) -> str:
    return line if len(line) <= COLUMN else line[: COLUMN - 1] + "…"


def _joined(lines: Iterable[str]) -> str:
    return "".join(printable(line) + "\n" for line in lines)
