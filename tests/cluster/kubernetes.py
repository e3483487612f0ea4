"""The cluster under test, and what is watched in it: tests wait for events and read what happened, they never sleep."""

from __future__ import annotations

import json
import os
import re
import subprocess
import threading
import time
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pytest_helm_charts.clusters import Cluster

Body = dict[str, Any]
Found = TypeVar("Found")
PATIENCE = 240  # seconds, for a loaded machine: nothing is quicker for being waited for less

# Where the API server lists what is watched.
KINDS = {
    "Secret": "/api/v1/namespaces/{}/secrets",
    "ConfigMap": "/api/v1/namespaces/{}/configmaps",
    "ServiceAccount": "/api/v1/namespaces/{}/serviceaccounts",
    "Role": "/apis/rbac.authorization.k8s.io/v1/namespaces/{}/roles",
    "RoleBinding": "/apis/rbac.authorization.k8s.io/v1/namespaces/{}/rolebindings",
    "Pod": "/api/v1/namespaces/{}/pods",
    "Job": "/apis/batch/v1/namespaces/{}/jobs",
    "Deployment": "/apis/apps/v1/namespaces/{}/deployments",
}
# What Kubernetes puts into every namespace, and Helm's own records.
NOBODYS = re.compile(r"ConfigMap/kube-root-ca\.crt|ServiceAccount/default|Secret/sh\.helm\.release\..*")
APPLICATION = {"Application": "/apis/argoproj.io/v1alpha1/namespaces/{}/applications"}


class Event(NamedTuple):
    """One line of a watch. `change` is ADDED, MODIFIED or DELETED."""

    change: str
    kind: str
    name: str
    body: Body

    def __str__(self) -> str:
        return f"{self.change:8} {self.kind}/{self.name}"


class Watched:
    """The objects of some kinds in one namespace, as the API server tells of them."""

    def __init__(self, cluster: Cluster, namespace: str, kinds: dict[str, str], only: str = "") -> None:
        self.namespace = namespace
        self.events: list[Event] = []
        self.objects: dict[tuple[str, str], Body] = {}
        self._changed = threading.Condition()
        self._ended = False
        self._only = only
        self._threads = [
            threading.Thread(target=self._follow, args=(cluster, kind, path.format(namespace)), daemon=True)
            for kind, path in kinds.items()
        ]
        for thread in self._threads:
            thread.start()

    def end(self) -> None:
        self._ended = True

    def _follow(self, cluster: Cluster, kind: str, path: str) -> None:
        version = "0"
        while not self._ended:
            # Without bookmarks the version of a quiet watch grows too old to go on from.
            parameters = {
                "watch": "true",
                "resourceVersion": version,
                "timeoutSeconds": "60",
                "allowWatchBookmarks": "true",
            }
            if self._only:
                parameters["fieldSelector"] = f"metadata.name={self._only}"
            for line in _stream(cluster, path, parameters):
                event = json.loads(line)
                if event["type"] == "ERROR":
                    raise RuntimeError(f"watch of {kind}: {event['object']}")
                body = event["object"]
                version = body["metadata"]["resourceVersion"]
                if event["type"] != "BOOKMARK":
                    self._note(Event(event["type"], kind, body["metadata"]["name"], body))

    def _note(self, event: Event) -> None:
        key = (event.kind, event.name)
        with self._changed:
            self.events.append(event)
            if event.change == "DELETED":
                self.objects.pop(key, None)
            else:
                self.objects[key] = event.body
            self._changed.notify_all()

    def until(self, condition: Callable[[Watched], Found], what: str) -> Found:
        """What the condition gives once that is true of something."""
        limit = time.monotonic() + PATIENCE
        with self._changed:
            while not (found := condition(self)):
                if not self._changed.wait(limit - time.monotonic()):
                    pytest.fail(f"waited {PATIENCE} s for {what}; seen:\n" + "\n".join(map(str, self.events[-60:])))
            return found

    def until_there(self, kind: str, name: str, condition: Callable[[Body], object] = bool, what: str = "") -> Body:
        def found(self: Watched) -> Body | None:
            body = self.objects.get((kind, name))
            return body if body and condition(body) else None

        return self.until(found, f"{kind}/{name} {what}")  # type: ignore[return-value]

    def until_just(self, *wanted: set[str]) -> None:
        """These objects are there, as `Kind/name`, and no others but pods."""
        whole = set[str]().union(*wanted)
        limit = time.monotonic() + PATIENCE
        with self._changed:
            while self.there() != whole:
                if not self._changed.wait(limit - time.monotonic()):
                    pytest.fail(f"missing: {sorted(whole - self.there())}; too many: {sorted(self.there() - whole)}")

    def there(self) -> set[str]:
        return _somebodys(f"{kind}/{name}" for kind, name in self.objects if kind != "Pod")

    def deleted(self) -> set[str]:
        """Whatever was, whether or not it came again."""
        gone = (event for event in self.events if event.change == "DELETED")
        return _somebodys(f"{event.kind}/{event.name}" for event in gone if event.kind != "Pod")

    def uids(self, kind: str, name: str) -> list[str]:
        """One for each object that ever had this name, in order."""
        return list(dict.fromkeys(e.body["metadata"]["uid"] for e in self.events if (e.kind, e.name) == (kind, name)))

    def was_deleted(self, kind: str, name: str) -> bool:
        return f"{kind}/{name}" in self.deleted()

    def pods_of(self, owner: str) -> list[Body]:
        """Those whose name starts as their owner's: of a Job or a Deployment."""
        return [body for (kind, name), body in self.objects.items() if kind == "Pod" and name.startswith(f"{owner}-")]


def _somebodys(names: Iterable[str]) -> set[str]:
    return {name for name in names if not NOBODYS.fullmatch(name)}


def _stream(cluster: Cluster, path: str, parameters: dict[str, str]) -> Any:
    client = cluster.kube_client
    assert client is not None
    answer = client.session.get(client.url + path, params=parameters, stream=True, timeout=120)
    answer.raise_for_status()
    return answer.iter_lines()


def kubectl(cluster: Cluster, *arguments: str, stdin: str | None = None) -> str:
    done = subprocess.run(
        ["kubectl", *arguments], input=stdin, capture_output=True, text=True, check=False,
        env={**os.environ, "KUBECONFIG": str(cluster.kube_config_path)}, timeout=PATIENCE,
    )  # fmt: skip
    assert done.returncode == 0, f"kubectl {' '.join(arguments)}: {done.stderr}"
    return done.stdout


# -- What an object's status says


def is_complete(job: Body) -> bool:
    return _condition(job, "Complete") == "True"


def is_failed(job: Body) -> bool:
    return _condition(job, "Failed") == "True"


def is_available(deployment: Body) -> bool:
    status = deployment.get("status", {})
    wanted = deployment["spec"]["replicas"]
    seen = status.get("observedGeneration") == deployment["metadata"]["generation"]
    counts = (status.get(key, 0) for key in ("replicas", "updatedReplicas", "availableReplicas"))
    return seen and all(count == wanted for count in counts)


def _condition(body: Body, kind: str) -> str:
    conditions = body.get("status", {}).get("conditions", ())
    return next((each["status"] for each in conditions if each["type"] == kind), "")


def waiting_reasons(pod: Body) -> list[str]:
    states = [each["state"] for each in pod.get("status", {}).get("containerStatuses", ())]
    return [
        f"{state['waiting'].get('reason')}: {state['waiting'].get('message')}" for state in states if "waiting" in state
    ]
