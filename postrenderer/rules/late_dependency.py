"""A hook must not need what comes after it.

Why: Argo CD finishes PreSync before it applies anything of Sync, and Helm its pre-install hooks before the release. On
a first install the pod waits in CreateContainerConfigError for an object that only its own success would bring; later
it reads the content of the release before. The sync hangs until somebody terminates it, and newer commits wait behind
it. An optional reference is a warning: its pod starts, and does without.

Finds: |
  apiVersion: v1
  kind: Secret
  metadata: {name: db}
  stringData: {url: x}
  ---
  apiVersion: batch/v1
  kind: Job
  metadata: {name: migrate, annotations: {argocd.argoproj.io/hook: PreSync}}
  spec: {template: {spec: {containers: [{name: m, envFrom: [{secretRef: {name: db}}]}]}}}
Accepts: |
  apiVersion: v1
  kind: Secret
  metadata: {name: db, annotations: {argocd.argoproj.io/hook: PreSync, argocd.argoproj.io/sync-wave: "-1"}}
  stringData: {url: x}
  ---
  apiVersion: batch/v1
  kind: Job
  metadata: {name: migrate, annotations: {argocd.argoproj.io/hook: PreSync}}
  spec: {template: {spec: {containers: [{name: m, envFrom: [{secretRef: {name: db}}]}]}}}
Fix: `render` gives the hook a copy of its own, or moves the other object to an earlier wave.
Source: argo-cd issue 9891; Argo CD 3.6.1 gitops-engine/pkg/sync/sync_tasks.go; tried on Argo CD 3.6.1 and Helm 4.3.0
"""

from collections.abc import Iterator

from postrenderer.closure import Need, needs
from postrenderer.copies import is_met, is_movable, plan
from postrenderer.findings import Finding, Related, Severity
from postrenderer.hooks import PRE_SYNC
from postrenderer.release import Release
from postrenderer.settings import Settings

ID = "late-dependency"
SEVERITY = Severity.ERROR
MOVED = "moved to an earlier wave"
CREATED_BY = {"argocd": "before Sync creates it", "helm": "before the release creates it"}


def find(release: Release, settings: Settings) -> Iterator[Finding]:
    if release.hooks_unseen:
        return
    planned = plan(release, settings)
    for need in planned.needs:
        copy = planned.copies[id(need.target)]
        found = finding(
            release, need, CREATED_BY[release.target], "Let `presync render` make a copy of it for the hook."
        )
        yield found._replace(fix=f"copied as {need.target.identity.kind}/{copy.name}")
    for reader in release.hook_readers:
        for need in needs(release, reader):
            if is_movable(release, need) and not is_met(release, need):
                wave = release.meaning(need.target).wave
                said = f"but that is created after it, in wave {wave}"
                found = finding(release, need, said, "Give it an earlier wave or weight than the hook.")
                yield found._replace(fix=MOVED)


def finding(release: Release, need: Need, said: str, hint: str) -> Finding:
    """The reader, the thing read, and both places."""
    words = release.meaning(need.workload).words
    early = [word for word in words if word in (*PRE_SYNC[release.target], "SyncFail")]
    through = "" if need.reader is need.workload else f" through {need.reader.as_written}"
    verb, label = ("reads", "reads it here") if need.reference else ("gets its rights by", "gets its rights here")
    place = need.reader.place(need.reference.node if need.reference else None)
    message = f"{need.workload}{through} {verb} {need.what} in {' and '.join(early or words)}, {said}"
    there = Related(f"{need.target} stands here", need.target.place())
    optional = need.reference is not None and need.reference.optional
    severity = Severity.WARNING if optional else SEVERITY  # its pod starts without it, and without what it says
    return Finding(ID, severity, need.workload, message, hint, label, place, (there,), need)
