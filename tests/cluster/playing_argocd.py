"""Argo CD doing what was played, on a folder of plain objects."""

from __future__ import annotations

import subprocess
from contextlib import suppress
from typing import TYPE_CHECKING

from postrenderer.simulation.scenarios import AFTER_DELETION, BY_HAND

from .applications import NAMESPACE
from .playing import Tool

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_helm_charts.clusters import Cluster

    from postrenderer.simulation.events import Outcome
    from postrenderer.simulation.scenarios import Operation

    from .kubernetes import Body
    from .recording import Space

HOLD = "presync.example.org/held-by-a-test"
APPLICATIONS = f"/apis/argoproj.io/v1alpha1/namespaces/{NAMESPACE}/applications"
ENDED = ("Succeeded", "Failed", "Error")


class ArgoCD(Tool):
    """An Application of its own, whose repository holds the objects as they are."""

    def __init__(self, cluster: Cluster, name: str, space: Space, folder: Path) -> None:
        super().__init__(cluster, name, space, folder)
        folder.mkdir(parents=True)
        self._git("init", "--quiet", "--initial-branch", "main")
        self.commit("")
        # Said to be plain, so that no plugin is asked at each comparison whether it is for that.
        source: Body = {"repoURL": f"file://{folder}", "path": ".", "targetRevision": "main"}
        source["directory"] = {"include": "*.yaml"}
        destination = {"server": "https://kubernetes.default.svc", "namespace": name}
        spec = {"project": "default", "source": source, "destination": destination}
        body = {
            "apiVersion": "argoproj.io/v1alpha1",
            "kind": "Application",
            "metadata": {"name": name, "namespace": NAMESPACE},
            "spec": spec,
        }
        self.call("POST", APPLICATIONS, body)

    def commit(self, written: str) -> str:
        (self.folder / "all.yaml").write_text(written)
        self._git("add", "--all")
        self._git("commit", "--quiet", "--allow-empty", "--message", "As the scenario goes on")
        return self._git("rev-parse", "HEAD").strip()

    def perform(self, operation: Operation, written: str, outcome: Outcome, migration: str) -> None:
        self.before = {name: self._uid(name) for name in self.space.names()}
        self.tell_workloads(operation, outcome, migration)
        if operation.does == "heal":
            self._heal(outcome)
            return
        revision = self.commit(written)
        held = [e.object for e in outcome.events if e.change == "deleted"] if operation.ended == AFTER_DELETION else []
        for name in held:
            self._hold(name, True)
        if operation.is_automated:
            self._automate({"prune": True}, operation.retries)
            self._refresh()
        else:
            sync = {"revision": revision, "prune": True, "syncStrategy": {"hook": {}}}
            self._patch({"operation": {"initiatedBy": {"username": "test"}, "sync": sync}})
        if outcome.state.startswith("not started"):
            self._compared(revision)
        else:
            self._terminate_where_it_was_played(outcome, revision, held)
            self.space.until(lambda space: self._state(space, revision).get("phase") in ENDED, f"end of {outcome.said}")
        for name in held:
            self._hold(name, False)
        if operation.is_automated:
            self._automate(None, 0)

    def _terminate_where_it_was_played(self, outcome: Outcome, revision: str, held: list[str]) -> None:
        terminated = [event.object for event in outcome.events if event.why == "terminated"]
        waits = [event.object for event in outcome.events if event.change == "waits"]
        if held and outcome.state.startswith("terminated"):
            self.space.until(lambda space: any(_is_going(space, name) for name in held), "a deletion")
        elif waits:
            self.space.until(
                lambda space: all(_waits(self._state(space, revision), name) for name in waits), f"a wait for {waits}"
            )
        elif outcome.state.startswith("terminated"):
            self.space.until(
                lambda _: all(self.is_under_way(name) or self._is_awaited(name, revision) for name in terminated),
                f"{terminated} that run",
            )
        else:
            return
        self._terminate(revision)

    def _is_awaited(self, name: str, revision: str) -> bool:
        """A Job whose account is missing has no pod, and Argo CD waits for it all the same."""
        is_new = self._uid(name) not in ("", self.before.get(name))
        return is_new and "waiting for completion" in self._state(self.space, revision).get("message", "")

    def _terminate(self, revision: str) -> None:
        """Asked again where the controller has written the state that it had read before (setOperationState)."""
        for _ in range(10):
            if self._state(self.space, revision).get("phase") == "Running":
                self._patch({"status": {"operationState": {"phase": "Terminating"}}})
            with suppress(TimeoutError):
                self.space.until(lambda space: self._state(space, revision).get("phase") in ENDED, "its end", 10)
                return

    def _heal(self, outcome: Outcome) -> None:
        """Self-heal, for as long as it takes to bring back what is deleted by hand, or to see that nothing is amiss."""
        revision = self._git("rev-parse", "HEAD").strip()
        self._automate({"prune": True, "selfHeal": True}, 0)
        self._compared(revision)
        before = {event.object: self._uid(event.object) for event in outcome.events if event.when == BY_HAND}
        self.delete_by_hand(outcome)
        created = [event.object for event in outcome.events if event.change == "created"]
        if created:
            self.space.until(
                lambda _: all(self._uid(name) not in ("", before.get(name)) for name in created), f"{created} again"
            )
            self.space.until(lambda space: space.application["status"]["operationState"]["phase"] in ENDED, "its end")
        else:
            self.space.until(lambda _: all(self._uid(name) != uid for name, uid in before.items()), "the deletion")
            self._compared(revision)
        self._automate(None, 0)

    def _state(self, space: Space, revision: str) -> Body:
        state: Body = space.application.get("status", {}).get("operationState", {})
        sync = state.get("operation", {}).get("sync", {})
        return state if sync.get("revision") == revision else {}

    def _automate(self, how: dict[str, bool] | None, retries: int) -> None:
        retry = {"limit": retries, "backoff": {"duration": "1s", "factor": 1, "maxDuration": "1s"}}
        self._patch({"spec": {"syncPolicy": {"automated": how, "retry": retry}}})

    def _refresh(self) -> None:
        self._patch({"metadata": {"annotations": {"argocd.argoproj.io/refresh": "hard"}}})

    def _compared(self, revision: str) -> None:
        """Argo CD has looked at this revision, and again since."""
        for _ in range(2):
            self._refresh()
            self.space.until(lambda space: _is_compared(space.application, revision), "a comparison")

    def _hold(self, name: str, held: bool) -> None:
        kind, _, found = name.partition("/")
        meta = self.space.live.get((kind, found), {}).get("metadata", {})
        others = [each for each in meta.get("finalizers", ()) if each != HOLD]
        self.call("PATCH", self.path(name), {"metadata": {"finalizers": [*others, HOLD] if held else others}})

    def _patch(self, change: Body) -> None:
        self.call("PATCH", f"{APPLICATIONS}/{self.name}", change)

    def end(self) -> None:
        self.call("DELETE", f"{APPLICATIONS}/{self.name}")
        super().end()

    def _git(self, *arguments: str) -> str:
        identity = ("-c", "user.name=test", "-c", "user.email=test@example.org")
        command = ["git", "-C", str(self.folder), *identity, *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def _is_going(space: Space, name: str) -> bool:
    kind, _, found = name.partition("/")
    return "deletionTimestamp" in space.live.get((kind, found), {}).get("metadata", {})


def _waits(state: Body, name: str) -> bool:
    message = state.get("message", "")
    return state.get("phase") == "Running" and "waiting for" in message and name in message


def _is_compared(application: Body, revision: str) -> bool:
    is_done = "argocd.argoproj.io/refresh" not in application.get("metadata", {}).get("annotations", {})
    return is_done and application.get("status", {}).get("sync", {}).get("revision") == revision
