"""What rules say: findings, how much they weigh, and what silences them."""

from enum import Enum
from typing import NamedTuple

from postrenderer.manifest import ALLOW, Manifest, Place
from postrenderer.settings import Settings


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


def is_allowed(finding: Finding, settings: Settings) -> bool:
    """Whether the settings or the object's own `presync/allow` accept it; nothing silences a locked rule."""
    if finding.rule in settings.lock:
        return False
    own = finding.manifest.annotations.get(ALLOW, "") if finding.manifest.may_be_hooked else ""
    return finding.rule in settings.allow or finding.rule in {word.strip() for word in own.split(",")}
