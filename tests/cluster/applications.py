"""Argo CD Applications, each with a git repository of its own."""

from __future__ import annotations

import json
import shutil
import subprocess
from typing import TYPE_CHECKING, Any

from .kubernetes import APPLICATION, Body, Watched, kubectl
from .scenario import CHART

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pytest_helm_charts.clusters import Cluster

NAMESPACE = "argocd"
AUTOMATED = {"automated": {"prune": True, "selfHeal": True}}
ONCE = {"retry": {"limit": 0}}


def phase(body: Body) -> str:
    return str(body.get("status", {}).get("operationState", {}).get("phase", ""))


def refusals(body: Body) -> list[str]:
    """Why the repository could not be rendered."""
    found = body.get("status", {}).get("conditions", ())
    return [each["message"] for each in found if each["type"] == "ComparisonError"]


def is_of(result: Body, revision: str) -> bool:
    """Where there are several sources, each has its revision."""
    return revision in (result.get("revision"), *result.get("revisions", ()))


PLAIN: dict[str, Any] = {"helm": {"valueFiles": ["../values.yaml"], "releaseName": "demo"}}
PARAMETERS = [{"name": "value-files", "array": ["../values.yaml"]}, {"name": "release-name", "string": "demo"}]
THROUGH_PRESYNC: dict[str, Any] = {"plugin": {"name": "presync", "parameters": PARAMETERS}}


class Application:
    """Made with the first `create`; `commit` changes what it reads."""

    def __init__(self, cluster: Cluster, name: str, repository: Path) -> None:
        self.cluster, self.name, self.repository = cluster, name, repository
        self.watched = Watched(cluster, NAMESPACE, APPLICATION, only=name)
        shutil.copytree(CHART, repository / "chart")
        self.git("init", "--quiet", "--initial-branch", "main")

    def commit(self, values: dict[str, Any], **others: dict[str, Any] | str) -> str:
        """Writes values.yaml and other files of the repository, texts as they are; gives the revision."""
        for name, content in {"values.yaml": values, **others}.items():
            path = self.repository / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content if isinstance(content, str) else json.dumps(content, indent=1))
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", "As the scenario goes on")
        revision = self.git("rev-parse", "HEAD").strip()
        if ("Application", self.name) in self.watched.objects:
            self.refresh()
        return revision

    def create(
        self,
        plugin: bool = True,
        policy: dict[str, Any] | None = None,
        also: tuple[str, ...] = (),
        folder: str = "",
        **annotations: str,
    ) -> None:
        """`also` names more folders of the repository, each a source of its own; `folder` one instead of the chart."""
        chart, *others = (
            {"repoURL": self.address, "path": path, "targetRevision": "main"} for path in (folder or "chart", *also)
        )
        chart |= {} if folder else THROUGH_PRESYNC if plugin else PLAIN
        body = {
            "apiVersion": "argoproj.io/v1alpha1",
            "kind": "Application",
            "metadata": {
                "name": self.name,
                "namespace": NAMESPACE,
                "finalizers": ["resources-finalizer.argocd.argoproj.io"],
                "annotations": annotations,
            },
            "spec": {
                "project": "default",
                **({"sources": [chart, *others]} if others else {"source": chart}),
                "destination": {"server": "https://kubernetes.default.svc", "namespace": self.name},
                "syncPolicy": ONCE | (policy or {}),
            },
        }
        self.put(body)

    def put(self, body: Body) -> None:
        kubectl(self.cluster, "create", "-f", "-", stdin=json.dumps(body))

    @property
    def address(self) -> str:
        return f"file://{self.repository}"

    def change_source(self, plugin: bool) -> None:
        """The other way to render the same repository."""
        self._patch({"spec": {"source": THROUGH_PRESYNC | {"helm": None} if plugin else PLAIN | {"plugin": None}}})

    def refresh(self) -> None:
        kubectl(
            self.cluster, "annotate", "application", self.name, "-n", NAMESPACE, "--overwrite",
            "argocd.argoproj.io/refresh=hard",
        )  # fmt: skip

    def sync(self) -> None:
        """As `argocd app sync` does, without waiting for its end."""
        self._patch({"operation": {"initiatedBy": {"username": "test"}, "sync": {"syncStrategy": {"hook": {}}}}})

    def terminate(self) -> None:
        self._patch({"status": {"operationState": {"phase": "Terminating"}}})

    def _patch(self, change: dict[str, Any]) -> None:
        kubectl(
            self.cluster, "patch", "application", self.name, "-n", NAMESPACE, "--type=merge", "-p", json.dumps(change)
        )

    def until(self, condition: Callable[[Body], object], what: str) -> Body:
        return self.watched.until_there("Application", self.name, condition, what)

    def until_operation(self, how: str, revision: str) -> Body:
        """The operation on this revision has ended so."""

        def ended(body: Body) -> bool:
            result = body.get("status", {}).get("operationState", {}).get("syncResult", {})
            return phase(body) == how and is_of(result, revision)

        return self.until(ended, f"operation {how} at {revision[:7]}")

    def until_synced(self, revision: str) -> Body:
        """The revision is in the history of syncs that succeeded, and nothing differs from it."""

        def synced(body: Body) -> bool:
            status = body.get("status", {})
            done = any(is_of(each, revision) for each in status.get("history", ()))
            return done and status.get("sync", {}).get("status") == "Synced"

        return self.until(synced, f"synced at {revision[:7]}")

    def delete(self) -> None:
        """With all that its finalizer removes."""
        kubectl(self.cluster, "delete", "application", self.name, "-n", NAMESPACE, "--ignore-not-found", "--wait=false")

    def end(self) -> None:
        self.watched.end()
        self.delete()

    def git(self, *arguments: str) -> str:
        identity = ("-c", "user.name=test", "-c", "user.email=test@example.org")
        command = ["git", "-C", str(self.repository), *identity, *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout
