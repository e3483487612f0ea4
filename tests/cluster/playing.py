"""A real tool doing what was played, in a namespace of its own: what Argo CD and Helm have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING

from postrenderer.simulation.scenarios import BY_HAND, MIGRATING

from .kubernetes import waiting_reasons
from .played_cases import OUTSIDE

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_helm_charts.clusters import Cluster

    from postrenderer.simulation.events import Outcome
    from postrenderer.simulation.scenarios import Operation

    from .kubernetes import Body
    from .recording import Space

MERGE = {"Content-Type": "application/merge-patch+json"}
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
