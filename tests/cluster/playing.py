"""The real tools doing what was played: Argo CD on a folder of plain objects, and Helm on a chart of them."""

from __future__ import annotations

import os
import signal
import subprocess
from contextlib import suppress
from typing import TYPE_CHECKING

from postrenderer.simulation.scenarios import AFTER_DELETION, BY_HAND, MIGRATING

from .applications import NAMESPACE
from .kubernetes import waiting_reasons
from .played_cases import OUTSIDE
from .scenario import SCRIPTS

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_helm_charts.clusters import Cluster

    from postrenderer.simulation.events import Outcome
    from postrenderer.simulation.scenarios import Operation

    from .kubernetes import Body
    from .recording import Space

MERGE = {"Content-Type": "application/merge-patch+json"}
HOLD = "presync.example.org/held-by-a-test"
PATHS = {
    "Job": "/apis/batch/v1/namespaces/{}/jobs/{}",
    "Secret": "/api/v1/namespaces/{}/secrets/{}",
    "ConfigMap": "/api/v1/namespaces/{}/configmaps/{}",
    "ServiceAccount": "/api/v1/namespaces/{}/serviceaccounts/{}",
    "Pod": "/api/v1/namespaces/{}/pods/{}",
    "Role": "/apis/rbac.authorization.k8s.io/v1/namespaces/{}/roles/{}",
    "RoleBinding": "/apis/rbac.authorization.k8s.io/v1/namespaces/{}/rolebindings/{}",
    "Deployment": "/apis/apps/v1/namespaces/{}/deployments/{}",
}
APPLICATIONS = f"/apis/argoproj.io/v1alpha1/namespaces/{NAMESPACE}/applications"
ENDED = ("Succeeded", "Failed", "Error")
SLEEP = "sleep 600"


class Tool:
    """A namespace, and how its objects are reached."""

    goes_on = ""  # what a migration does that is interrupted and comes to its end all the same

    def __init__(self, cluster: Cluster, name: str, space: Space, folder: Path) -> None:
        self.cluster, self.name, self.space, self.folder = cluster, name, space, folder
        self.before: dict[str, str] = {}
        self.call("POST", "/api/v1/namespaces", {"metadata": {"name": name}})
        self.call("POST", f"/api/v1/namespaces/{name}/configmaps", {"metadata": {"name": OUTSIDE}, "data": {}})

    def call(self, verb: str, path: str, body: Body | None = None) -> Body:
        client = self.cluster.kube_client
        assert client is not None
        headers = MERGE if verb == "PATCH" else {}
        for _ in range(5):
            answer = client.session.request(verb, client.url + path, json=body, headers=headers, timeout=60)
            if answer.status_code != 409 or verb == "POST":
                break
        if answer.status_code == 404 and verb in ("PATCH", "DELETE"):
            return {}
        assert answer.ok, f"{verb} {path}: {answer.text}"
        return answer.json()  # type: ignore[no-any-return]

    def count(self) -> int:
        """The API server's count of changes, now."""
        found = self.call("GET", f"/api/v1/namespaces/{self.name}/configmaps?limit=1")
        return int(found["metadata"]["resourceVersion"])

    def tell_workloads(self, operation: Operation, outcome: Outcome, migration: str) -> None:
        """What each does in this operation: by name in the ConfigMap that they all read."""
        does: dict[str, str | None] = dict.fromkeys(self.space.live.get(("ConfigMap", OUTSIDE), {}).get("data") or ())
        if operation.migration == "fails":
            does[migration] = "false"
        if operation.migration == "lasts":
            does[migration] = SLEEP
        if operation.ended == MIGRATING:
            running = {event.object for event in outcome.events if event.change == "running"}
            ended = {event.object for event in outcome.events if event.change in ("finished", "failed")}
            for name in running if self.goes_on else running - ended:
                found = name.partition("/")[2]
                does[migration if found.startswith(f"{migration}-") else found] = self.goes_on or SLEEP
        self.call("PATCH", f"/api/v1/namespaces/{self.name}/configmaps/{OUTSIDE}", {"data": does})

    def path(self, name: str) -> str:
        kind, _, found = name.partition("/")
        return PATHS[kind].format(self.name, found)

    def delete_by_hand(self, outcome: Outcome) -> None:
        for event in outcome.events:
            if event.when == BY_HAND:
                self.call("DELETE", self.path(event.object))

    def _uid(self, name: str) -> str:
        """Of a generated name the youngest."""
        kind, _, found = name.partition("/")
        named = [b for (k, n), b in self.space.live.items() if k == kind and n == found]
        if not named and found.startswith("migrate-"):
            named = [b for (k, n), b in self.space.live.items() if k == kind and n.startswith("migrate-")]
        youngest = max(named, key=lambda body: int(body["metadata"]["resourceVersion"]), default={})
        return str(youngest.get("metadata", {}).get("uid", ""))

    def is_under_way(self, name: str) -> bool:
        """Whether a pod that this operation has brought runs, or waits for what is not there."""
        if self._uid(name) in ("", self.before.get(name)):
            return False
        return any(
            body["status"].get("phase") == "Running"
            or any("CreateContainerConfigError" in reason for reason in waiting_reasons(body))
            for body in self._pods(name)
        )

    def _pods(self, name: str) -> list[Body]:
        """The Pod itself, or those of this very Job."""
        pods = [body for (kind, _), body in self.space.live.items() if kind == "Pod"]
        uid = self._uid(name)
        return [
            b
            for b in pods
            if uid in (b["metadata"]["uid"], *(o["uid"] for o in b["metadata"].get("ownerReferences", ())))
        ]

    def end(self) -> None:
        self.call("DELETE", f"/api/v1/namespaces/{self.name}")


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
            self.space.until(lambda _: all(map(self.is_under_way, terminated)), f"{terminated} that run")
        else:
            return
        self._terminate(revision)

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
