"""Findings as text: what is, where both ends stand, and what to do."""

from collections.abc import Iterable, Iterator

from postrenderer.errors import BugError, PostRendererError
from postrenderer.findings import Finding, Severity
from postrenderer.pipeline import Judged, Rendered

REPORT_BUG = "Nothing was written. Please report this with the output of `presync --version` and the chart's name."


def rendered(result: Rendered) -> str:
    """What `render` says: a line for each thing it settled, and in full what is left; of a refusal only why."""
    shown = [each for each in result.judged if not each.allowed]
    left = [each for each in shown if not each.settled and each.finding.severity is not Severity.NOTE]
    settled = [] if result.is_refused else [each.finding for each in shown if each.settled]
    lines = [f"settled[{found.rule}]: {found.message}: {found.fix}" for found in settled if not _is_note(found)]
    lines += _summed_up([found for found in settled if _is_note(found)])
    lines += dict.fromkeys(f"  next: {found.then}" for found in settled if found.then)
    for each in left:
        lines += _in_full(each.finding)
    if result.is_refused:
        lines.append(f"presync: refused, nothing was written: {_left(left)}")
    elif settled or left:
        lines.append(f"presync: {len(settled)} settled, {_left(left)}")
    return _joined(lines)


def _is_note(finding: Finding) -> bool:
    return finding.severity is Severity.NOTE


def _summed_up(notes: list[Finding]) -> Iterator[str]:
    """One line a rule for what is done to many objects alike."""
    for rule in dict.fromkeys(found.rule for found in notes):
        alike = [found for found in notes if found.rule == rule]
        others = f", and {len(alike) - 1} more" if len(alike) > 1 else ""
        yield f"settled[{rule}]: {alike[0].message}{others}: {alike[0].fix}"


def linted(judged: Iterable[Judged]) -> str:
    """What `lint` says: everything in full, and whether `render` would settle it."""
    shown = [each for each in judged if not each.allowed]
    lines: list[str] = []
    for each in shown:
        lines += _in_full(each.finding, each.settled)
    lines.append(f"presync: {_left(shown)}" if shown else "presync: nothing found")
    return _joined(lines)


def as_scalar(said: str) -> str:
    """A document that is one block scalar: Helm 4 cannot read it as an object, fails, and prints each line of it."""
    return "|\n" + "".join(f"  {line}\n" for line in said.splitlines())


def failed(error: PostRendererError) -> str:
    hint = REPORT_BUG if isinstance(error, BugError) else error.hint
    kind = "bug" if isinstance(error, BugError) else "error"
    return f"{kind}: {error.message}\n" + (f"  hint: {hint}\n" if hint else "")


def _in_full(finding: Finding, fixable: bool = False) -> Iterator[str]:
    yield f"{finding.severity.value}[{finding.rule}]: {finding.message}"
    place = finding.place or finding.manifest.place()
    for label, where in ((finding.label, place), *finding.related):
        yield "  " + "  ".join(part for part in (str(where), where.template, label) if part)
    yield f"  fix: `presync render` settles this: {finding.fix}" if fixable else f"  hint: {finding.hint}"


def _left(judged: list[Judged]) -> str:
    counts = [sum(each.finding.severity is severity for each in judged) for severity in Severity]
    parts = (_counted(count, severity.value) for count, severity in zip(counts, Severity, strict=True))
    return ", ".join(part for part, count in zip(parts, counts, strict=True) if count) or "nothing left"


def _counted(count: int, word: str) -> str:
    return f"{count} {word}" + ("s" if count != 1 else "")


def _joined(lines: Iterable[str]) -> str:
    """Lines of text; what a terminal would obey in a name is shown as an escape."""
    shown = ("".join(c if c.isprintable() else repr(c)[1:-1] for c in line) for line in lines)
    return "".join(line + "\n" for line in shown)
