"""An allow that silences nothing hides the next fault.

Why: it stays behind when the fault is mended, or names a rule that does not exist, and then accepts what nobody has
looked at. Nothing silences a rule that the settings lock.

Finds: |
  apiVersion: batch/v1
  kind: Job
  metadata:
    name: migrate
    annotations:
      argocd.argoproj.io/hook: PreSync
      argocd.argoproj.io/hook-delete-policy: BeforeHookCreation
      presync/allow: rerun-blocked
Accepts: |
  apiVersion: batch/v1
  kind: Job
  metadata:
    name: migrate
    annotations:
      argocd.argoproj.io/hook: PreSync
      argocd.argoproj.io/hook-delete-policy: HookSucceeded
      presync/allow: rerun-blocked
"""

from collections.abc import Iterable, Iterator

from postrenderer.findings import Finding, Judged, Severity, allowed_on
from postrenderer.release import Release
from postrenderer.rulebook import EVERY_ID
from postrenderer.settings import Settings

ID = "unused-allow"
SEVERITY = Severity.WARNING
KNOWN = EVERY_ID | {ID}
UNKNOWN = "`presync explain --all` lists the rules."
LOCKED = "The settings lock this rule: mend the fault."
UNUSED = "Remove it from `presync/allow`."


def find(release: Release, judged: Iterable[Judged], settings: Settings) -> Iterator[Finding]:
    used = {(each.finding.manifest.identity, each.finding.rule) for each in judged if each.allowed}
    for manifest in release.candidates:
        for word in allowed_on(manifest):
            if word not in KNOWN:
                message = f"{manifest} allows {word}, which is no rule"
                yield Finding(ID, SEVERITY, manifest, message, UNKNOWN, "stands here")
            elif word != ID and (manifest.identity, word) not in used:
                message = f"{manifest} allows {word}, which silences nothing"
                yield Finding(
                    ID, SEVERITY, manifest, message, LOCKED if word in settings.lock else UNUSED, "stands here"
                )
