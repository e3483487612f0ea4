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

from postrenderer.closure import Need, needs
from postrenderer.copies import is_shared_on_purpose, plan
from postrenderer.findings import Finding, Severity
from postrenderer.order import is_in_time
from postrenderer.refusals import MAKES_SECRETS, REMEDIES
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
        hint = next((remedy for said, remedy in REMEDIES.items() if reason.startswith(said)), HINT)
        yield _refused(release, need, f"{CREATED_BY[release.target]}, and it cannot be copied: {reason}", hint)
    for need, name in _made_late(release, settings):
        said = f"before it has made Secret/{name}: {MAKES_SECRETS}"
        yield _refused(release, need, said, HINT)


def _refused(release: Release, need: Need, said: str, hint: str) -> Finding:
    return finding(release, need, said, hint)._replace(rule=ID)


def _made_late(release: Release, settings: Settings) -> Iterator[tuple[Need, str]]:
    """Secrets that are not in the stream because a custom resource of it makes them, later than the hook runs."""
    for workload in filter(release.runs_early, release.hook_readers):
        for reader in dict.fromkeys((workload, *(need.target for need in needs(release, workload)))):
            for reference in release.references(reader):
                made = [] if release.resolve(reader, reference) else release.producers(reader, reference)
                late = [p for p in made if p is not reader and not is_shared_on_purpose(p, settings)]
                if late and not any(is_in_time(release, producer, workload) for producer in made):
                    yield Need(workload, reader, late[0], reference), reference.name
