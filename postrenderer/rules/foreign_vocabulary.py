"""A hook is spelled for the tool that reads it.

Why: what the other tool's annotations say counts too, in part: Argo CD adds up both delete policies and reads Helm's
weight as a wave.

Finds: |
  apiVersion: batch/v1
  kind: Job
  metadata: {name: migrate, annotations: {helm.sh/hook: "pre-install,pre-upgrade"}}
Accepts: |
  apiVersion: batch/v1
  kind: Job
  metadata: {name: migrate, annotations: {argocd.argoproj.io/hook: PreSync}}
Fix: `render` writes the same meaning in the words of its target.
Source: argo-cd issue 15613; Argo CD 3.6.1 gitops-engine/pkg/sync/hook/delete_policy.go and syncwaves/waves.go
"""

from collections.abc import Iterator

from postrenderer.findings import Finding, Severity
from postrenderer.hooks import VOCABULARIES
from postrenderer.release import Release
from postrenderer.settings import Settings

ID = "foreign-vocabulary"
SEVERITY = Severity.NOTE


def find(release: Release, settings: Settings) -> Iterator[Finding]:
    own = VOCABULARIES[release.target]
    for hook in release.hooks:
        for other in VOCABULARIES.values():
            if other is not own and any(key in hook.annotations for key in (*other.keys, *other.others)):
                message = f"{hook} is a hook that {own.tool} runs, spelled in {other.tool}'s words"
                hint = f"Let `presync render --target {release.target}` spell it."
                yield Finding(ID, SEVERITY, hook, message, hint, "is spelled here", fix="respelled")
