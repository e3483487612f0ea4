"""Findings as text: what is, where both ends stand, and what to do."""

from collections.abc import Iterable, Iterator, Sequence

from postrenderer.errors import BugError, PostRendererError
from postrenderer.findings import Severity, Verdict, printable, verdict
from postrenderer.pipeline import Rendered

REPORT_BUG = "Nothing was written. Please report this with the output of `presync --version` and the chart's name."
PLAIN = "{}"
STYLES = {
    Severity.ERROR: "\x1b[1;31m{}\x1b[0m",
    Severity.WARNING: "\x1b[1;33m{}\x1b[0m",
    Severity.NOTE: "\x1b[1m{}\x1b[0m",
}
DIM = "\x1b[2m{}\x1b[0m"


def rendered(result: Rendered) -> str:
    """What `render` says: a line for each thing it settled, and in full what is left; of a refusal only why."""
    shown = [verdict(each) for each in result.judged if not each.allowed]
    left = [each for each in shown if not each.settled and each.severity is not Severity.NOTE]
    settled = [] if result.is_refused else [each for each in shown if each.settled]
    lines = [f"settled[{found.rule}]: {found.message}: {found.fix}" for found in settled if not _is_note(found)]
    lines += _summed_up([found for found in settled if _is_note(found)])
    lines += dict.fromkeys(f"  next: {found.then}" for found in settled if found.then)
    for each in left:
        lines += in_full(each)
    if result.is_refused:
        lines.append(f"presync: refused, nothing was written: {counted(left)}")
    elif settled or left:
        lines.append(f"presync: {len(settled)} settled, {counted(left)}")
    return _joined(lines)


def _is_note(found: Verdict) -> bool:
    return found.severity is Severity.NOTE


def _summed_up(notes: list[Verdict]) -> Iterator[str]:
    """One line a rule for what is done to many objects alike."""
    for rule in dict.fromkeys(found.rule for found in notes):
        alike = [found for found in notes if found.rule == rule]
        others = f", and {len(alike) - 1} more" if len(alike) > 1 else ""
        yield f"settled[{rule}]: {alike[0].message}{others}: {alike[0].fix}"


def linted(verdicts: Sequence[Verdict], releases: int = 1, colours: bool = False) -> str:
    """What `lint` says: everything in full, and whether `render` would settle it."""
    lines = [line for each in verdicts for line in in_full(each, colours)]
    where = f" in {releases} releases" if releases > 1 else ""
    lines.append(f"presync: {counted(verdicts) if verdicts else 'nothing found'}{where}")
    return _joined(lines)


def in_full(found: Verdict, colours: bool = False) -> Iterator[str]:
    """A finding with the places it is about, one a line, and the command that explains its rule."""
    strong, dim = (STYLES[found.severity], DIM) if colours else (PLAIN, PLAIN)
    yield f"{strong.format(f'{found.severity.value}[{found.rule}]')}: {found.message}"
    for label, place in found.places:
        yield "  " + "  ".join(part for part in (str(place), place.template, label) if part)
    yield f"  fix: `presync render` settles this: {found.fix}" if found.settled else f"  hint: {found.hint}"
    yield dim.format(f"  more: presync explain {found.rule}")


def as_scalar(said: str) -> str:
    """A document that is one block scalar: Helm 4 cannot read it as an object, fails, and prints each line of it."""
    return "|\n" + "".join(f"  {line}\n" for line in said.splitlines())


def failed(error: PostRendererError) -> str:
    hint = REPORT_BUG if isinstance(error, BugError) else error.hint
    kind = "bug" if isinstance(error, BugError) else "error"
    return f"{kind}: {printable(error.message)}\n" + (f"  hint: {hint}\n" if hint else "")


def counted(verdicts: Sequence[Verdict]) -> str:
    counts = [sum(each.severity is severity for each in verdicts) for severity in Severity]
    parts = (plural(count, severity.value) for count, severity in zip(counts, Severity, strict=True))
    return ", ".join(part for part, count in zip(parts, counts, strict=True) if count) or "nothing left"


def plural(count: int, word: str) -> str:
    return f"{count} {word}" + ("s" if count != 1 else "")


def _joined(lines: Iterable[str]) -> str:
    return "".join(line + "\n" for line in lines)
