"""Findings as text: what is, where both ends stand, and what to do."""

from collections.abc import Iterable, Iterator

from postrenderer.errors import BugError, PostRendererError
from postrenderer.findings import Finding, Severity
from postrenderer.pipeline import Judged

REPORT_BUG = "Nothing was written. Please report this with the output of `presync --version` and the chart's name."


def rendered(judged: Iterable[Judged]) -> str:
    """What `render` says: what it settled in a line each, and in full what is left."""
    heavy = [each for each in judged if each.finding.severity is not Severity.NOTE and not each.allowed]
    settled = [each for each in heavy if each.settled]
    left = [each for each in heavy if not each.settled]
    lines = [f"settled[{each.finding.rule}]: {each.finding.message}: {each.finding.fix}" for each in settled]
    lines += dict.fromkeys(f"  next: {each.finding.then}" for each in settled if each.finding.then)
    for each in left:
        lines += _in_full(each.finding)
    if heavy:
        lines.append(f"presync: {_counted(len(settled), 'settled')}, {_left(left)}")
    return _joined(lines)


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
    yield f"  hint: {finding.hint}"
    if fixable:
        yield f"  fix: `presync render` settles this: {finding.fix}"


def _left(judged: list[Judged]) -> str:
    counts = [sum(each.finding.severity is severity for each in judged) for severity in Severity]
    parts = (_counted(count, severity.value) for count, severity in zip(counts, Severity, strict=True))
    return ", ".join(part for part, count in zip(parts, counts, strict=True) if count) or "nothing left"


def _counted(count: int, word: str) -> str:
    return f"{count} {word}" + ("s" if count != 1 and word != "settled" else "")


def _joined(lines: Iterable[str]) -> str:
    """Lines of text; what a terminal would obey in a name is shown as an escape."""
    shown = ("".join(c if c.isprintable() else repr(c)[1:-1] for c in line) for line in lines)
    return "".join(line + "\n" for line in shown)
