"""What happens in every namespace, as the API server tells of it, and whether that is what was played."""

from __future__ import annotations

import re
import threading
import time
from collections import Counter, defaultdict
from itertools import groupby
from typing import TYPE_CHECKING, Any, NamedTuple

from .kubernetes import Watched, is_complete, is_failed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pytest_helm_charts.clusters import Cluster

    from postrenderer.simulation.events import Event as PlayedEvent

    from .kubernetes import Body, Event

KINDS = {
    "Secret": "/api/v1/secrets",
    "ConfigMap": "/api/v1/configmaps",
    "ServiceAccount": "/api/v1/serviceaccounts",
    "Pod": "/api/v1/pods",
    "Job": "/apis/batch/v1/jobs",
    "Deployment": "/apis/apps/v1/deployments",
    "Role": "/apis/rbac.authorization.k8s.io/v1/roles",
    "RoleBinding": "/apis/rbac.authorization.k8s.io/v1/rolebindings",
    "Application": "/apis/argoproj.io/v1alpha1/applications",
}
PATIENCE = 300
FOREIGN = re.compile(r"ServiceAccount/default|ConfigMap/(kube-root-ca\.crt|outside)|Secret/sh\.helm\..*")
COMPARED = ("created", "deleted", "finished", "failed")


class Happened(NamedTuple):
    """One thing that happened to one object, at the API server's own count."""

    version: int
    change: str
    object: str


class Space:
    """One namespace's events, and the Application that fills it."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.live: dict[tuple[str, str], Body] = {}
        self.application: Body = {}
        self._changed = threading.Condition()

    def note(self, event: Event) -> None:
        with self._changed:
            if event.kind == "Application":
                self.application = event.body
            else:
                self.events.append(event)
                if event.change == "DELETED":
                    self.live.pop((event.kind, event.name), None)
                else:
                    self.live[event.kind, event.name] = event.body
            self._changed.notify_all()

    def until(self, condition: Callable[[Space], Any], what: str, patience: int = PATIENCE) -> Any:
        limit = time.monotonic() + patience
        with self._changed:
            while not (found := condition(self)):
                if not self._changed.wait(max(0, limit - time.monotonic())) and time.monotonic() >= limit:
                    raise TimeoutError(f"waited {patience} s for {what}")
            return found

    def names(self) -> set[str]:
        """What is live and of the release, deletions under way left out."""
        own = (f"{kind}/{name}" for (kind, name), body in self.live.items() if not is_owned(body))
        return {name for name in own if not FOREIGN.fullmatch(name)}

    def ended(self) -> set[str]:
        """Jobs and Pods that have finished or failed."""
        over = [(key, body) for key, body in self.live.items() if key[0] in ("Job", "Pod")]
        done = ("Succeeded", "Failed")
        return {
            f"{kind}/{name}"
            for (kind, name), body in over
            if is_complete(body) or is_failed(body) or body.get("status", {}).get("phase") in done
        }

    def happened(self, since: int) -> list[Happened]:
        with self._changed:
            events = sorted(self.events, key=lambda event: int(event.body["metadata"]["resourceVersion"]))
        return [each for each in happenings(events) if each.version > since]


class Everything(Watched):
    """The watches of all namespaces, each event given to its own."""

    def __init__(self, cluster: Cluster) -> None:
        self.spaces: dict[str, Space] = defaultdict(Space)
        super().__init__(cluster, "", KINDS)

    def _note(self, event: Event) -> None:
        home = event.name if event.kind == "Application" else event.body["metadata"]["namespace"]
        self.spaces[home].note(event)


def is_owned(body: Body) -> bool:
    return bool(body["metadata"].get("ownerReferences"))


def happenings(events: Iterable[Event]) -> list[Happened]:
    """Each object's creation, its end where it has one, and the moment its deletion was asked for, once each."""
    found: list[Happened] = []
    seen: set[tuple[str, str]] = set()
    for event in events:
        meta = event.body["metadata"]
        name = f"{event.kind}/{event.name}"
        if is_owned(event.body) or FOREIGN.fullmatch(name):
            continue
        for change in _changes(event):
            if (meta["uid"], change) not in seen and (meta["uid"], "deleted") not in seen:
                seen |= {(meta["uid"], change), *((meta["uid"], end) for end in ENDS if change in ENDS)}
                found.append(Happened(int(meta["resourceVersion"]), change, name))
    return found


ENDS = ("finished", "failed")


def _changes(event: Event) -> list[str]:
    changes = ["created"] if event.change == "ADDED" else []
    phase = event.body.get("status", {}).get("phase") if event.kind == "Pod" else ""
    if phase == "Succeeded" or (event.kind == "Job" and is_complete(event.body)):
        changes.append("finished")
    if phase == "Failed" or (event.kind == "Job" and is_failed(event.body)):
        changes.append("failed")
    if event.change == "DELETED" or "deletionTimestamp" in event.body["metadata"]:
        changes.append("deleted")
    return changes


def differences(played: Iterable[PlayedEvent], happened: Iterable[Happened], hooks: set[str]) -> list[str]:
    """Where what was played and what happened differ. Within one moment objects may come in any order; how an
    ordinary object ends is nobody's concern."""
    wanted = [event for event in played if _is_compared(event.change, event.object, hooks)]
    found = [each for each in happened if _is_compared(each.change, each.object, hooks)]
    told: list[str] = []
    for name in dict.fromkeys([event.object for event in wanted] + [each.object for each in found]):
        plan = [event.change for event in wanted if event.object == name]
        real = [each.change for each in found if each.object == name]
        if plan != real:
            told.append(f"{name}: played {plan}, happened {real}")
    if told:
        return told
    place = 0
    for when, group in groupby(wanted, lambda event: event.when):
        moment = Counter((event.change, event.object) for event in group)
        real_moment = Counter((each.change, each.object) for each in found[place : place + moment.total()])
        place += moment.total()
        if moment != real_moment:
            told.append(f"{when}: played {sorted(moment)}, happened {sorted(real_moment)}")
            break
    return told


def _is_compared(change: str, name: str, hooks: set[str]) -> bool:
    return change in COMPARED and (change not in ENDS or name in hooks)
