"""A settings file that waives everything that was found, for a start with many findings."""

import json
from collections.abc import Iterable
from datetime import date, timedelta

from postrenderer.findings import Severity
from postrenderer.linting import Linted
from postrenderer.pardons import expired_waiver, unused_waiver

DAYS = 90
NEVER = (expired_waiver.ID, unused_waiver.ID)
HEAD = """# What `presync lint` found on {today}. Give each a reason and a day, and remove what can be mended at once.
waivers:
"""


def written(linted: Iterable[Linted], today: date) -> str:
    """One waiver for each rule, object and template; notes make nobody fail."""
    rows = dict.fromkeys(
        (verdict.rule, verdict.object, verdict.places[0].place.template or verdict.places[0].place.file)
        for each in linted
        for verdict in each.verdicts
        if verdict.severity is not Severity.NOTE and verdict.rule not in NEVER
    )
    expires = today + timedelta(days=DAYS)
    items = [
        f"  - rule: {rule}\n    object: {_quoted(name)}\n    files: {_quoted(file)}\n"
        f"    reason: was there when presync came\n    expires: {expires}\n"
        for rule, name, file in rows
    ]
    return HEAD.format(today=today) + "".join(items) if items else "waivers: []\n"


def _quoted(name: str) -> str:
    """The pattern that only this name matches, as YAML."""
    pattern = "".join(f"[{character}]" if character in "*?[" else character for character in name)
    return json.dumps(pattern, ensure_ascii=False)
