"""What a hook needs in PreSync must be an object that can be copied.

Why: a copy of what is generated, filled in later, bound to its name or full of data would not be the same thing. The
hook would wait for it, or migrate with the wrong password.

Finds: |
  apiVersion: v1
  kind: PersistentVolumeClaim
  metadata: {name: data}
  ---
  apiVersion: batch/v1
  kind: Job
  metadata: {name: migrate, annotations: {argocd.argoproj.io/hook: PreSync}}
  spec: {template: {spec: {volumes: [{name: data, persistentVolumeClaim: {claimName: data}}]}}}
Accepts: |
  apiVersion: batch/v1
  kind: Job
  metadata: {name: migrate, annotations: {argocd.argoproj.io/hook: PreSync}}
  spec: {template: {spec: {volumes: [{name: data, persistentVolumeClaim: {claimName: made-elsewhere}}]}}}
Source: argo-cd issues 10077, 20119; the API types of what makes Secrets (producers.py)
"""

from collections.abc import Iterator

from postrenderer.closure import Need
from postrenderer.copies import plan
from postrenderer.findings import Finding, Severity
from postrenderer.references import SERVICE_ACCOUNT
from postrenderer.refusals import OWN_ACCOUNT, REMEDIES
from postrenderer.release import Release
from postrenderer.rules.late_dependency import CREATED_BY, finding
from postrenderer.settings import Settings

ID = "copy-refused"
SEVERITY = Severity.ERROR
HINT = (
    "Bring it with another release that is synced before, or run the migration as a Sync hook in a wave between it and "
    'the application; or accept that it may be missing: `presync/copy: "false"` on it.'
)


def find(release: Release, settings: Settings) -> Iterator[Finding]:
    if release.hooks_unseen:
        return
    for need, reason in plan(release, settings).refused:
        said = f"{CREATED_BY[release.target]}, and it cannot be copied: {reason}"
        yield finding(release, need, said, _hint(release, need, reason))._replace(rule=ID)


def _hint(release: Release, need: Need, reason: str) -> str:
    remedy = next((remedy for said, remedy in REMEDIES.items() if reason.startswith(said)), "")
    row = release.producer(need.target)
    if need.target.identity[:2] == SERVICE_ACCOUNT:
        return remedy or OWN_ACCOUNT
    own = [row.reason, *(state.reason for state in row.unless)] if row and row.remedy else []
    if not row or reason not in own:
        return remedy or HINT
    secret = need.reference.name if need.reference else need.target.identity.name
    namespace = release.namespace_of(need.target)
    return row.remedy.replace("{secret}", secret).replace("{at}", f" --namespace {namespace}" if namespace else "")
