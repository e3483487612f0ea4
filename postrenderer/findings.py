"""What rules say: findings, how much they weigh, what silences them, and what becomes of them."""

from enum import Enum
from typing import NamedTuple

from postrenderer.manifest import ALLOW, Manifest, Place
from postrenderer.settings import Settings, Waiver


class Severity(Enum):
    """How much a finding weighs: an error that stays unsettled refuses the render; a note is not shown by `render`."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


class Related(NamedTuple):
    """Another place that a finding is about, and what is there."""

    label: str
    place: Place


class Finding(NamedTuple):
    """One thing found: `message` says what is, `hint` what to do."""

    rule: str
    severity: Severity
    manifest: Manifest
    message: str
    hint: str
    label: str = ""  # what stands at the manifest's own place
    place: Place | None = None
    related: tuple[Related, ...] = ()
    about: object = None  # what the transform that settles it needs to know
    fix: str = ""  # what a render does about it
    then: str = ""  # what is left to do for people after that

    @property
    def key(self) -> tuple[str, str]:
        """The same fault has the same key before and after an edit elsewhere."""
        return self.rule, self.message


class Judged(NamedTuple):
    """A finding, and what became of it."""

    finding: Finding
    settled: bool
    allowed: bool

    @property
    def refuses(self) -> bool:
        return self.finding.severity is Severity.ERROR and not self.settled and not self.allowed


class Verdict(NamedTuple):
    """What became of a finding in words alone, for people and other processes: printable, and without the object."""

    rule: str
    severity: Severity
    object: str
    message: str
    hint: str
    places: tuple[Related, ...]  # its own first
    settled: bool = False
    allowed: bool = False
    fix: str = ""
    then: str = ""


def verdict(judged: Judged) -> Verdict:
    found = judged.finding
    own = Related(found.label, found.place or found.manifest.place())
    return Verdict(
        found.rule,
        found.severity,
        printable(str(found.manifest)),
        printable(found.message),
        printable(found.hint),
        tuple(_printable_place(each) for each in (own, *found.related)),
        judged.settled,
        judged.allowed,
        printable(found.fix),
        printable(found.then),
    )


def printable(text: str) -> str:
    """What a terminal would obey in a name is shown as an escape, and so are its line breaks."""
    return text if text.isprintable() else "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)


def _printable_place(related: Related) -> Related:
    place = related.place
    shown = place._replace(file=printable(place.file), template=printable(place.template))
    return Related(printable(related.label), shown)


def is_allowed(finding: Finding, settings: Settings) -> bool:
    """Whether the settings or the object's own `presync/allow` accept it; nothing silences a locked rule."""
    if finding.rule in settings.lock:
        return False
    if finding.rule in settings.allow or finding.rule in allowed_on(finding.manifest):
        return True
    waivers = [waiver for waiver in settings.waivers if waiver.rule == finding.rule]
    if not waivers:
        return False
    place = _printable_place(Related("", finding.manifest.place())).place
    return any(covers(waiver, printable(str(finding.manifest)), place) for waiver in waivers)


def allowed_on(manifest: Manifest) -> list[str]:
    """The words of its `presync/allow`."""
    own = manifest.annotations.get(ALLOW, "") if manifest.may_be_hooked else ""
    return [word.strip() for word in own.split(",") if word.strip()]


def covers(waiver: Waiver, name: str, place: Place) -> bool:
    """Whether it is about this object in this file."""
    from fnmatch import fnmatchcase

    is_named = not waiver.object or fnmatchcase(name, waiver.object)
    files = (place.file, place.template)
    return is_named and (not waiver.files or any(fnmatchcase(file, waiver.files) for file in files))
