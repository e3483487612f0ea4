"""Two spellings of one hook must say the same.

Why: Argo CD takes its own annotation and ignores Helm's, Helm the other way round; what the folder says is a third
word. The object then runs at another time than somebody expects. Sync, SyncFail and Skip have no word in Helm, so that
whatever stands beside them was chosen.

Finds: |
  apiVersion: batch/v1
  kind: Job
  metadata:
    name: migrate
    annotations:
      helm.sh/hook: pre-install,pre-upgrade
      argocd.argoproj.io/hook: PostSync
Accepts: |
  apiVersion: batch/v1
  kind: Job
  metadata:
    name: migrate
    annotations:
      helm.sh/hook: pre-install,pre-upgrade
      argocd.argoproj.io/hook: PreSync
Fix: `render` keeps the words of the tool it renders for.
Source: Argo CD 3.6.1 gitops-engine/pkg/sync/hook/hook.go
"""

from collections.abc import Iterator

from postrenderer.findings import Finding, Severity
from postrenderer.hooks import ARGOCD, EVENT_PHASES, HELM, PHASE_EVENTS, VOCABULARIES, Standing, phases, words
from postrenderer.manifest import HOOK
from postrenderer.release import Release
from postrenderer.rules.unmarked_presync import is_marked
from postrenderer.settings import Settings

ID = "words-disagree"
SEVERITY = Severity.WARNING
MARKED = "as a PreSync object"  # reported, not overruled


def find(release: Release, settings: Settings) -> Iterator[Finding]:
    for manifest in release.candidates:
        argocd, helm = manifest.annotations.get(ARGOCD.hook), manifest.annotations.get(HELM.hook)
        if argocd is not None and helm is not None:
            own = set(phases({ARGOCD.hook: argocd}))
            mapped = {EVENT_PHASES[event] for event in words(manifest.annotations, HELM.hook) if event in EVENT_PHASES}
            if mapped and own != mapped and own & PHASE_EVENTS.keys():
                message = f'{manifest} is "{argocd}" to Argo CD and "{helm}" to Helm'
                hint = "Say the same in both, or keep one of them."
                found = Finding(ID, SEVERITY, manifest, message, hint, "says both")
                yield found._replace(fix=f"{VOCABULARIES[release.target].tool}'s words kept")
        standing = release.meaning(manifest).standing
        if is_marked(manifest, settings) and standing is not Standing.ORDINARY and not release.is_pre_sync(manifest):
            message = f"{manifest} is marked as a PreSync object, and its own words say something else"
            hint = "Remove its hook annotations, or move it out of the folder."
            yield Finding(ID, SEVERITY, manifest, message, hint, "is marked", manifest.place(), (), MARKED)
        if release.is_hook(manifest) and manifest.annotations.get(HOOK) == "false":
            message = f"{manifest} is a hook, and says in {HOOK} that it is none"
            hint = "Remove one of the two."
            yield Finding(ID, SEVERITY, manifest, message, hint, "says both", about=MARKED)
