"""Argo CD's own evaluation of the triggers on Applications as they are recorded in the states that occur."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from .scenario import PROJECT

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_helm_charts.clusters import Cluster

SETTINGS = PROJECT / "ci/argocd/notifications/argocd-notifications-cm.yaml"
ENV_VALUE = "hunter2"
TOLD = f'Job.batch "migrate" is invalid: spec.template: Invalid value: {{"env":"{ENV_VALUE}"}}: field is immutable'


def operation(phase: str, *resources: dict[str, Any], **changes: Any) -> dict[str, Any]:
    found = {
        "phase": phase,
        "startedAt": "2026-01-01T00:00:00Z",
        "finishedAt": "2026-01-01T00:01:00Z",
        "message": TOLD,
        "syncResult": {"revision": "0a1b2c3", "resources": [*resources]},
    }
    return {"operationState": found | changes}


def resource(**fields: str) -> dict[str, Any]:
    return {"kind": "Job", "name": "migrate", "namespace": "shop", "hookType": "PreSync", "message": TOLD} | fields


SEVERAL = {"revision": "", "revisions": ["0a1b2c3", "4d5e6f7"]}
FAILED = {
    "the Job failed": operation("Failed", resource(hookPhase="Failed", status="Synced")),
    "the Job failed, before 3.4": operation("Failed", resource(hookPhase="Failed", status="")),
    "its state is unknown": operation("Error", resource(hookPhase="Error")),
    "it was not applied": operation("Failed", resource(hookPhase="Failed", status="SyncFailed")),
    "its kind is not permitted": operation("Failed", resource(status="SyncFailed")),
    "of several sources": operation("Failed", syncResult=SEVERAL | {"resources": [resource(hookPhase="Failed")]}),
}
QUIET: dict[str, dict[str, Any]] = {
    "no status": {},
    "no operation": {"sync": {"status": "Synced"}},
    "no result": operation("Failed", syncResult=None),
    "no resources": operation("Failed", syncResult={"revision": ""}),
    "empty resources": operation("Failed", syncResult={"revision": "", "resources": None}),
    "running": operation("Running", resource(hookPhase="Running")),
    "to be retried": operation("Running", resource(hookPhase="Failed")),
    "succeeded": operation("Succeeded", resource(hookPhase="Succeeded")),
    "Sync failed": operation("Failed", resource(hookPhase="Succeeded"), resource(hookType="", status="SyncFailed")),
    "PostSync failed": operation("Failed", resource(hookType="PostSync", hookPhase="Failed")),
    "its namespace failed": operation("Failed", resource(kind="Namespace", hookType="", status="SyncFailed")),
}
STATES = FAILED | QUIET


@pytest.fixture
def argocd(kube_cluster: Cluster, tmp_path: Path) -> Any:
    if not shutil.which("argocd"):
        pytest.skip("no argocd on PATH: ci/cluster/up --argocd")

    def run(status: dict[str, Any], *command: str) -> str:
        application = tmp_path / "application.json"
        meta = {
            "apiVersion": "argoproj.io/v1alpha1",
            "kind": "Application",
            "metadata": {"name": "shop", "namespace": "argocd"},
        }
        application.write_text(json.dumps(meta | {"spec": {"project": "default"}, "status": status}))
        whole = ["argocd", "admin", "notifications", *command, str(application), "--config-map", str(SETTINGS)]
        environment = {**os.environ, "KUBECONFIG": str(kube_cluster.kube_config_path)}
        done = subprocess.run(
            [*whole, "--secret", ":empty"], capture_output=True, text=True, env=environment, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


@pytest.mark.parametrize("state", STATES)
def test_a_failure_is_told_of_a_presync_hook_that_failed_and_of_nothing_else(argocd: Any, state: str) -> None:
    last = argocd(STATES[state], "trigger", "run", "on-presync-failed").splitlines()[-1]
    assert last.split()[-1] == str(state in FAILED).lower(), last


@pytest.mark.parametrize("state", STATES)
def test_a_success_is_told_of_syncs_with_presync_hooks(argocd: Any, state: str) -> None:
    last = argocd(STATES[state], "trigger", "run", "on-presync-succeeded").splitlines()[-1]
    assert last.split()[-1] == str(state == "succeeded").lower(), last


@pytest.mark.parametrize("state", FAILED)
def test_a_message_names_the_revision_and_holds_no_values(argocd: Any, state: str) -> None:
    text = argocd(FAILED[state], "template", "notify", "presync-failed")
    assert ("Revision: 0a1b2c3, 4d5e6f7\n" if state == "of several sources" else "Revision: 0a1b2c3\n") in text
    assert 'Job.batch "migrate" is invalid' in text
    assert "kubectl logs --namespace shop job/migrate" in text
    assert ENV_VALUE not in text
