"""The settings say which delete policies a hook must and must not have.

Why: a team that keeps the logs of failed migrations, or lets no credentials linger, wants that for every chart.

Settings: {deletePolicies: {workloads: {must: [BeforeHookCreation], mustNot: [HookFailed]}}}
Finds: |
  apiVersion: batch/v1
  kind: Job
  metadata:
    name: migrate
    annotations:
      argocd.argoproj.io/hook: PreSync
      argocd.argoproj.io/hook-delete-policy: BeforeHookCreation,HookFailed
Accepts: |
  apiVersion: batch/v1
  kind: Job
  metadata:
    name: migrate
    annotations:
      argocd.argoproj.io/hook: PreSync
      argocd.argoproj.io/hook-delete-policy: BeforeHookCreation
Fix: `render` adds and removes them.
Source: Argo CD 3.6.1 gitops-engine/pkg/sync/hook/delete_policy.go
"""

from collections.abc import Iterator

from postrenderer.findings import Finding, Severity
from postrenderer.hooks import BEFORE_CREATION
from postrenderer.manifest import Manifest
from postrenderer.release import Release
from postrenderer.settings import DeletePolicies, Settings

ID = "wrong-delete-policy"
SEVERITY = Severity.WARNING


def find(release: Release, settings: Settings) -> Iterator[Finding]:
    for hook in release.hooks:
        wanted = role(hook, settings)
        has = release.meaning(hook).policies
        missing = [p for p in wanted.must if p not in has and not (p == BEFORE_CREATION and hook.is_workload)]
        excess = [policy for policy in wanted.must_not if policy in has]
        for policies, said in ((missing, "lacks"), (excess, "has")):
            if policies:
                message = f"{hook} {said} {' and '.join(policies)}, against the settings for its role"
                hint = "Change the annotation, or `deletePolicies` in the settings."
                yield Finding(ID, SEVERITY, hook, message, hint, "stands here", fix="added or removed")


def role(hook: Manifest, settings: Settings) -> DeletePolicies:
    policies = settings.delete_policies
    if hook.is_copy and not hook.is_workload:
        return policies.copies._replace(must=())  # written with what its readers allow
    return policies.workloads if hook.is_workload else policies.others
