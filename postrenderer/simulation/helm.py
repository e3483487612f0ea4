"""What one command of Helm does, hook by hook.

Source: Helm 4.3.0 pkg/action/{hooks,install,upgrade,rollback,uninstall,validate}.go and pkg/kube/client.go.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from postrenderer.hooks import BEFORE_CREATION, FAILED, SUCCEEDED
from postrenderer.manifest import Identity
from postrenderer.simulation.cluster import Cluster, Live
from postrenderer.simulation.revision import Revision
from postrenderer.simulation.scenarios import MIGRATING, Operation
from postrenderer.steps import RELEASE, Step

INSTALL, UPGRADE, ROLLBACK, DELETE = "install", "upgrade", "rollback", "delete"
FOREIGN = "it is there and not of this release: cannot be imported"
NAMELESS = "resource name may not be empty"


class Record(NamedTuple):
    """A revision in Helm's history."""

    revision: Revision
    is_deployed: bool


class FailedError(Exception):
    """A hook or an object fails the command."""


class Helm:
    """The commands on one release, whose history they write."""

    def __init__(self, cluster: Cluster) -> None:
        self.cluster = cluster
        self.history: list[Record] = []

    def run(self, operation: Operation, revision: Revision) -> str:
        if operation.does == "adopt":
            return self._adopt(revision)
        state = self._rollback(revision, operation) if operation.does == "rollback" else self._put(revision, operation)
        self.cluster.when, self.cluster.due = "afterwards", set()
        self._settle(operation)
        return state

    def _put(self, revision: Revision, operation: Operation) -> str:
        """helm upgrade --install: an upgrade once there is a record, be it of a failure."""
        self.cluster.when = "check"
        if foreign := self._foreign(revision):
            for key in foreign:
                self.cluster.note("refused", key, FOREIGN)
            return "refused: nothing is done and nothing recorded"
        command = UPGRADE if self.history else INSTALL
        before = self._current()
        try:
            self._perform(command, revision, before, operation)
        except FailedError as failure:
            self.history.append(Record(revision, False))
            undone = self._undo(command, revision, operation) if operation.undoes else ""
            return f"failed: {failure}{undone}"
        self.history.append(Record(revision, True))
        return "deployed"

    def _perform(self, command: str, revision: Revision, before: Revision | None, operation: Operation) -> None:
        self._hooks(f"pre-{command}", revision, operation)
        self._update(revision, before)
        self._hooks(f"post-{command}", revision, operation)

    def _current(self) -> Revision | None:
        """What an upgrade compares with: the last that was deployed, else the last (prepareUpgrade)."""
        deployed = [record.revision for record in self.history if record.is_deployed]
        return (deployed or [record.revision for record in self.history])[-1] if self.history else None

    def _foreign(self, revision: Revision) -> list[Identity]:
        """existingResourceConflict(): new in the release, live, and not labelled as its own."""
        before = self._current()
        known = before.ordinary if before else {}
        live = (self.cluster.live[key] for key in revision.ordinary if key not in known and key in self.cluster.live)
        return [each.key for each in live if not each.is_owned]

    def _hooks(self, event: str, revision: Revision, operation: Operation) -> None:
        """execHook(): one after the other by weight and name, each waited for."""
        self.cluster.when = event
        steps = revision.steps(event)
        self.cluster.due |= {revision.key(step.manifest) for step in steps if BEFORE_CREATION in step.policies}
        for number, step in enumerate(steps):
            key = revision.key(step.manifest)
            if BEFORE_CREATION in step.policies:
                self._delete_by(BEFORE_CREATION, [step], revision)
            if not key.name:
                self.cluster.note("refused", key, NAMELESS)
            if not key.name or not self.cluster.apply(key, step, revision):
                raise FailedError(f"{event} hook {step.manifest} cannot be made")  # and nothing is deleted
            self.cluster.look({key})
            self._wait(self.cluster.live[key], steps[: number + 1], operation)
        self._delete_by(SUCCEEDED, list(reversed(steps)), revision)

    def _wait(self, live: Live, steps: Sequence[Step], operation: Operation) -> None:
        """WatchUntilReady(): Jobs and Pods to their end, all else is ready at once."""
        if live.state == "running":
            is_migration = live.revision.is_migration(live.step.manifest)
            if is_migration and operation.ended == MIGRATING:
                raise FailedError("context canceled")  # nothing is deleted
            held_up = self.cluster.held_up(live)
            if held_up:
                self.cluster.note("waits", live.key, other=held_up)
            lasts = held_up or (is_migration and operation.migration == "lasts")
            if not lasts or live.revision.has_deadline(live.step):
                fails = lasts or (is_migration and operation.migration == "fails")
                self.cluster.end(live, "failed" if fails else "finished")
        if live.state in ("running", "failed"):
            why = "timed out waiting for" if live.state == "running" else "failed"
            self._delete_by(FAILED, steps[-1:], live.revision)
            self._delete_by(SUCCEEDED, steps[:-1], live.revision)
            raise FailedError(f"{live.key} {why}" if why == "failed" else f"{why} {live.key}")

    def _update(self, revision: Revision, before: Revision | None) -> None:
        """KubeClient.Update(): what the two manifests differ in, whoever owns what is live."""
        self.cluster.when = RELEASE
        for key, step in revision.ordinary.items():
            if not self.cluster.apply(key, step, revision):
                raise FailedError(f"{key} cannot be changed")
            self.cluster.live[key].is_owned = True
        gone = [key for key in (before.ordinary if before else ()) if key not in revision.ordinary]
        self._delete(gone, "no longer in the release")
        self.cluster.look()

    def _undo(self, command: str, revision: Revision, operation: Operation) -> str:
        """failRelease(): a first install is uninstalled, an upgrade rolled back to what was deployed last."""
        if command == UPGRADE:
            deployed = [record.revision for record in self.history if record.is_deployed]
            return (
                f", {self._rollback(deployed[-1], operation)}" if deployed else ", and there is nothing to go back to"
            )
        try:
            self._hooks("pre-delete", revision, Operation("upgrade"))
            self.cluster.when = "uninstall"
            self._delete(revision.ordinary, "uninstalled")
            self._hooks("post-delete", revision, Operation("upgrade"))
        except FailedError as failure:
            return f", not uninstalled: {failure}"
        self.history.clear()
        return ", uninstalled"

    def _rollback(self, revision: Revision, operation: Operation) -> str:
        """Compares with the last revision, failed or not, and runs the rollback hooks of its target."""
        last = self.history[-1].revision
        try:
            self._perform(ROLLBACK, revision, last, operation._replace(migration="succeeds", ended=""))
        except FailedError as failure:
            return f"not rolled back: {failure}"
        self.history.append(Record(revision, True))
        return "rolled back"

    def _adopt(self, revision: Revision) -> str:
        """kubectl labels and annotates as the finding says: owned by the release, and kept."""
        self.cluster.when = "by hand"
        for key in self._foreign(revision):
            live = self.cluster.live[key]
            live.is_owned = live.keeps = True
            self.cluster.note("changed", key, "given to the release, to be kept")
        return "done"

    def _delete_by(self, policy: str, steps: Iterable[Step], revision: Revision) -> None:
        """deleteHookByPolicy(): one after the other, whatever is live under the name; a definition never."""
        keys = [revision.key(step.manifest) for step in steps if policy in step.policies]
        self.cluster.due |= set(keys)
        for key in keys:
            if key in self.cluster.live and key.kind != "CustomResourceDefinition":
                self.cluster.delete([key], policy)

    def _delete(self, keys: Iterable[Identity], why: str) -> None:
        """Of the release, together, but for what the live object says is to be kept."""
        live = [self.cluster.live[key] for key in keys if key in self.cluster.live]
        self.cluster.delete((each.key for each in live if not each.keeps), why)

    def _settle(self, operation: Operation) -> None:
        """What nobody waits for goes on; a migration that lasts starts its pods again."""
        for live in self.cluster.live.values():
            if live.state == "running" and not self.cluster.held_up(live) and operation.migration != "lasts":
                self.cluster.end(live, "finished")
        self.cluster.look()
