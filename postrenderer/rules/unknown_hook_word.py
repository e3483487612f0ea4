"""A hook word that nobody knows makes the object vanish.

Why: Argo CD drops an object whose hook words are all unknown to it, without a message or a condition, and prunes the
live object if it was an ordinary one: one wrong letter on a Secret deletes it under the running application. Helm does
the same at the first unknown or empty word, a trailing comma included, with one line in its log.

Finds: |
  apiVersion: batch/v1
  kind: Job
  metadata:
    name: migrate
    annotations:
      argocd.argoproj.io/hook: Presync
Accepts: |
  apiVersion: batch/v1
  kind: Job
  metadata:
    name: migrate
    annotations:
      argocd.argoproj.io/hook: PreSync
Source: Argo CD 3.6.1 gitops-engine/pkg/sync/ignore/ignore.go; Helm 4.3.0 pkg/release/v1/util/manifest_sorter.go; tried
  on both
"""

from collections.abc import Iterator

from postrenderer.findings import Finding, Severity
from postrenderer.hooks import ARGOCD, DELETE_PHASES, EVENTS, HELM, SKIP, SYNC_PHASES, Standing, unknown_words
from postrenderer.manifest import PHASE, Manifest
from postrenderer.release import Release
from postrenderer.settings import Settings

ID = "unknown-hook-word"
SEVERITY = Severity.ERROR
KNOWN = (*SYNC_PHASES, *DELETE_PHASES, SKIP, *EVENTS)


def find(release: Release, settings: Settings) -> Iterator[Finding]:
    for manifest in release.candidates:
        if manifest.annotations.get(PHASE, "PreSync") != "PreSync":
            message = (
                f'{manifest} has the phase "{manifest.annotations[PHASE]}" in {PHASE}, which presync does not know'
            )
            hint = "Write PreSync, the only one there is, or remove the annotation."
            yield Finding(ID, SEVERITY, manifest, message, hint, "has it")
        if release.meaning(manifest).standing is Standing.UNKNOWN:
            own = ARGOCD.hook in manifest.annotations
            vocabulary = (
                ARGOCD if own and (release.target == "argocd" or HELM.hook not in manifest.annotations) else HELM
            )
            word = ", ".join(unknown_words(manifest.annotations, vocabulary))
            yield _finding(manifest, vocabulary.hook, word, vocabulary.tool)


def _finding(manifest: Manifest, key: str, word: str, reader: str) -> Finding:
    from difflib import get_close_matches

    near = [known for known in KNOWN if known.lower() == word.lower()] or get_close_matches(word, KNOWN, 1)
    said = f'the word "{word}" in {key}, which {reader} does not know' if word else f"an empty word in {key}"
    hint = f'Write "{near[0]}"' if near else "Write one that it knows, or remove the annotation"
    return Finding(
        ID, SEVERITY, manifest, f"{manifest} has {said}", f"{hint}; as it is, the object is dropped.", "has it"
    )
