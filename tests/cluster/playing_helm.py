"""Helm 4 doing what was played, on a chart of plain objects."""

from __future__ import annotations

import os
import signal
import subprocess
from typing import TYPE_CHECKING

from .playing import Tool
from .scenario import SCRIPTS

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_helm_charts.clusters import Cluster

    from postrenderer.simulation.events import Outcome
    from postrenderer.simulation.scenarios import Operation

    from .recording import Space


class Helm4(Tool):
    """A release called `demo` of a chart that holds the objects as they are."""

    goes_on = "sleep 15"

    def __init__(self, cluster: Cluster, name: str, space: Space, folder: Path) -> None:
        super().__init__(cluster, name, space, folder)
        (folder / "templates").mkdir(parents=True)
        (folder / "Chart.yaml").write_text("apiVersion: v2\nname: demo\nversion: 1.0.0\n")

    def perform(self, operation: Operation, written: str, outcome: Outcome, migration: str) -> None:
        self.before = {name: self._uid(name) for name in self.space.names()}
        self.tell_workloads(operation, outcome, migration)
        if operation.does == "adopt":
            self._adopt(outcome)
            return
        (self.folder / "templates/all.yaml").write_text(written)
        command = ["upgrade", "demo", str(self.folder), "--install"]
        if operation.does == "rollback":
            command = ["rollback", "demo", "1"]
        waits = any(event.change == "waits" for event in outcome.events) or operation.migration == "lasts"
        patience = 6 if waits else 240
        command += ["--timeout", f"{patience}s", "--namespace", self.name]
        command += ["--rollback-on-failure"] if operation.undoes else []
        self._run(command, outcome if operation.ended else None)

    def _run(self, command: list[str], interrupted: Outcome | None) -> None:
        environment = {
            **os.environ,
            "KUBECONFIG": str(self.cluster.kube_config_path),
            "HELM_PLUGINS": "",
            "PATH": f"{SCRIPTS}{os.pathsep}{os.environ['PATH']}",
        }
        helm = subprocess.Popen(
            [os.environ["PRESYNC_TEST_HELM4"], *command], env=environment, text=True,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        if interrupted is not None and interrupted.state.startswith("failed: context"):
            running = [event.object for event in interrupted.events if event.change == "running"][-1:]
            self.space.until(lambda _: all(map(self.is_under_way, running)), f"{running} that runs")
            helm.send_signal(signal.SIGINT)
        helm.wait(timeout=300)

    def _adopt(self, outcome: Outcome) -> None:
        names = {"meta.helm.sh/release-name": "demo", "meta.helm.sh/release-namespace": self.name}
        meta = {
            "labels": {"app.kubernetes.io/managed-by": "Helm"},
            "annotations": names | {"helm.sh/resource-policy": "keep"},
        }
        for event in outcome.events:
            self.call("PATCH", self.path(event.object), {"metadata": meta})
