"""The name of a copy must be free.

Why: two objects of one identity are one object to Argo CD, the last one; and whatever carries the copy's name in the
cluster is deleted at the next sync.

Finds: |
  apiVersion: v1
  kind: Secret
  metadata: {name: db}
  stringData: {url: x}
  ---
  apiVersion: v1
  kind: Secret
  metadata: {name: db-presync}
  stringData: {url: y}
  ---
  apiVersion: batch/v1
  kind: Job
  metadata: {name: migrate, annotations: {argocd.argoproj.io/hook: PreSync}}
  spec: {template: {spec: {containers: [{name: m, envFrom: [{secretRef: {name: db}}]}]}}}
Accepts: |
  apiVersion: v1
  kind: Secret
  metadata: {name: db-presync}
  stringData: {url: y}
Source: tried on Argo CD 3.6.1 and Helm 4.3.0; argo-cd issue 21579; Argo CD 3.6.1 controller/state.go
  (NormalizeTargetObjects)
"""

from collections.abc import Iterator

from postrenderer.copies import plan
from postrenderer.findings import Finding, Related, Severity
from postrenderer.references import CONFIG_MAP
from postrenderer.release import Release
from postrenderer.settings import Settings
from postrenderer.stamps import is_stamp_wanted, stamp_name, stamped_workloads, stamps

ID = "copy-name-taken"
SEVERITY = Severity.ERROR


def find(release: Release, settings: Settings) -> Iterator[Finding]:
    for copy, holder in plan(release, settings).taken:
        has = (*holder.identity[:2], holder.identity.name) == (*copy.original.identity[:2], copy.name)
        said = f"{holder} has its name already" if has else f"{holder} reads or makes another object of its name"
        message = f"{copy.readers[0]} needs a copy of {copy.original}, but {said}"
        hint = f"Rename {holder}." if has else f"Let {holder} use another name: the copy takes {copy.name}."
        related = (Related("stands in the way", holder.place()),)
        yield Finding(ID, SEVERITY, copy.original, message, hint, "is to be copied", copy.original.place(), related)
    if is_stamp_wanted(release, settings):
        for other in release.named(CONFIG_MAP, stamp_name(stamped_workloads(release)), ""):
            if other not in stamps(release):
                message = f"{other} has the name of the stamp"
                hint = "Rename it, or set `stamp: off`."
                yield Finding(ID, SEVERITY, other, message, hint, "stands here")
