"""A waiver ends on its day.

Why: a waiver buys time for one fault, and the day says how much. From the day after, `lint` finds the fault again and
says so here too. A render takes a waiver whatever its day: no sync fails because midnight has passed.

Settings: |
  waivers: [{rule: rerun-blocked, object: Job/migrate, reason: waits for release 2, expires: 2020-01-31}]
Accepts: |
  waivers: [{rule: rerun-blocked, object: Job/migrate, reason: waits for release 2, expires: 9999-12-31}]
"""

from collections.abc import Iterator
from datetime import date

from postrenderer.findings import Related, Severity, Verdict, printable
from postrenderer.manifest import Place
from postrenderer.settings import Settings, Waiver

ID = "expired-waiver"
SEVERITY = Severity.ERROR
HINT = "Mend the fault, or decide again and write a later day."


def is_expired(waiver: Waiver, today: date) -> bool:
    return waiver.expires < today


def find(settings: Settings, file: str, today: date) -> Iterator[Verdict]:
    for waiver in settings.waivers:
        if is_expired(waiver, today):
            message = f"{waiver} expired on {waiver.expires}"
            yield said(ID, SEVERITY, waiver, message, HINT, file)


def said(rule: str, severity: Severity, waiver: Waiver, message: str, hint: str, file: str) -> Verdict:
    """A verdict on a waiver, which stands in the settings file."""
    place = Related("stands here", Place(printable(file), waiver.line, 1, ""))
    return Verdict(rule, severity, printable(str(waiver)), printable(message), hint, (place,))
