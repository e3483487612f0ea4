"""A waiver that covers nothing hides the next fault.

Why: it stays behind when the fault is mended or its object renamed. Lint everything that the settings are for: what is
left out cannot be covered.

Settings: |
  waivers: [{rule: rerun-blocked, object: Job/other, reason: waits for release 2, expires: 9999-12-31}]
Finds: |
  apiVersion: batch/v1
  kind: Job
  metadata:
    name: migrate
    annotations: {argocd.argoproj.io/hook: PreSync, argocd.argoproj.io/hook-delete-policy: HookSucceeded}
Accepts: |
  apiVersion: batch/v1
  kind: Job
  metadata:
    name: other
    annotations: {argocd.argoproj.io/hook: PreSync, argocd.argoproj.io/hook-delete-policy: HookSucceeded}
"""

from collections.abc import Iterable, Iterator

from postrenderer.findings import Severity, Verdict, covers
from postrenderer.pardons.expired_waiver import said
from postrenderer.settings import Settings

ID = "unused-waiver"
SEVERITY = Severity.WARNING
HINT = "Remove it, or write the object and the files as findings name them."


def find(settings: Settings, verdicts: Iterable[Verdict], file: str) -> Iterator[Verdict]:
    """Waivers that cover none of the verdicts."""
    found = [each for each in verdicts if each.allowed]
    for waiver in settings.waivers:
        if not any(each.rule == waiver.rule and covers(waiver, each.object, each.places[0].place) for each in found):
            yield said(ID, SEVERITY, waiver, f"{waiver} covers nothing", HINT, file)
