"""What one sync of Argo CD does, wave by wave.

Source: Argo CD 3.6.1 gitops-engine/pkg/sync/sync_context.go, whose functions the rules name, and controller/sync.go.
"""

from collections.abc import Iterable
from typing import NamedTuple

from postrenderer.hooks import BEFORE_CREATION, FAILED, SUCCEEDED, SYNC_PHASES
from postrenderer.manifest import Identity
from postrenderer.simulation.cluster import Cluster, Live
from postrenderer.simulation.revision import Revision
from postrenderer.simulation.scenarios import AFTER_DELETION, MIGRATING, Operation
from postrenderer.steps import Step

SYNC = "Sync"
SYNC_FAIL = "SyncFail"
NO_PRUNE = "Prune=false"


class EndedError(Exception):
    """Somebody terminates the operation."""


class Wave(NamedTuple):
    """What one pass takes together: objects to prune, and steps in kind order."""

    phase: str
    number: int
    pruned: tuple[Identity, ...]
    steps: tuple[Step, ...]

    @property
    def has_hooks(self) -> bool:
        return any(step.is_hook for step in self.steps)


class Sync:
    """One operation: `run` plays it and says how it ended."""

    def __init__(self, cluster: Cluster, revision: Revision, operation: Operation, number: int) -> None:
        self.cluster, self.revision, self.operation, self.number = cluster, revision, operation, number
        self._awaited: list[Live] = []

    def run(self) -> str:
        state = self._run()
        if not state.startswith("not started"):
            self.cluster.last_sync = (self.revision, state == "Succeeded")
        self.cluster.when, self.cluster.due = "afterwards", set()
        self._settle()
        return state

    def _run(self) -> str:
        """appcontroller.go, autoSync and processRequestedAppOperation: whether it starts, and each retry."""
        if self.operation.is_automated and (why := self._why_not()):
            return f"not started: {why}"
        try:
            for _ in range(self.operation.retries + 1):
                if (state := self._attempt()) == "Succeeded":
                    break
            return state
        except EndedError as end:
            self._terminate()
            return str(end)

    def _attempt(self) -> str:
        """Sync(): the first wave that is not done, again and again."""
        waves = self._waves()
        if not self.operation.is_selective:
            self.cluster.due = {self._key(step) for step in self._hooks() if BEFORE_CREATION in step.policies}
        self._is_multi_step = len(waves) > 1 or bool(self.revision.steps(SYNC_FAIL))
        for wave in waves:
            self.cluster.when = f"{wave.phase}, wave {wave.number}"
            applied = self._apply(wave.pruned, wave.steps)
            if not applied:
                return self._fail(wave, refused=True)
            if wave is waves[-1] and not wave.has_hooks:
                break  # "successful EVEN if those objects subsequently degraded"
            if not self._wait(wave.steps):
                return self._fail(wave)
        self.cluster.when = "end"
        self._delete_by(SUCCEEDED)
        return "Succeeded"

    def _waves(self) -> list[Wave]:
        """getSyncTasks(): hooks only where all is synced; what is pruned stands in the waves of Sync, mirrored."""
        found: dict[tuple[int, int], list[Step]] = {}
        for wave in self.revision.plan.waves:
            if wave.phase in SYNC_PHASES[:3]:
                wanted = [step for step in wave.steps if self._is_taken(step)]
                if wanted:
                    found.setdefault((SYNC_PHASES.index(wave.phase), wanted[0].wave), []).extend(wanted)
        pruned = self._pruned()
        for number in pruned:
            found.setdefault((SYNC_PHASES.index(SYNC), number), [])
        return [
            Wave(SYNC_PHASES[phase], number, pruned.get(number, ()) if SYNC_PHASES[phase] == SYNC else (), tuple(steps))
            for (phase, number), steps in sorted(found.items(), key=lambda item: item[0])
        ]

    def _is_taken(self, step: Step) -> bool:
        """A self-heal is selective: what differs and is no hook (controller/sync.go, skipHooks)."""
        if not self.operation.is_selective:
            return True
        live = self.cluster.live.get(self.revision.key(step.manifest))
        return not step.is_hook and (live is None or live.differs(step, self.revision))

    def _pruned(self) -> dict[int, tuple[Identity, ...]]:
        gone: dict[int, list[Identity]] = {}
        for live in self._extra():
            if NO_PRUNE not in live.step.manifest.annotations.get("argocd.argoproj.io/sync-options", ""):
                gone.setdefault(live.revision.release.meaning(live.step.manifest).wave, []).append(live.key)
        waves = sorted(gone)
        return {other: tuple(gone[wave]) for wave, other in zip(waves, reversed(waves), strict=True)}

    def _extra(self) -> list[Live]:
        """Ordinary objects of which the release says nothing; a live hook is never pruned."""
        if self.operation.is_selective:
            return []
        known = {*self.revision.ordinary, *self.revision.left_alone}
        return [live for key, live in self.cluster.live.items() if key not in known and not live.is_hook]

    def _apply(self, pruned: Iterable[Identity], steps: Iterable[Step]) -> bool:
        """runTasks(): prune, then delete, then, in another pass, create; a refusal stops no later kind of the wave."""
        live = [self.cluster.live[key] for key in pruned if key in self.cluster.live]
        # One that a hook has replaced meanwhile carries its annotation.
        self.cluster.delete((each.key for each in live if not each.is_hook), "pruned")
        self._delete_before(steps)
        return self._create(steps)

    def _delete_before(self, steps: Iterable[Step]) -> bool:
        """deleteBeforeCreation(): whatever is live under the name goes, a stranger's object too."""
        due = [self._key(step) for step in steps if step.is_hook and BEFORE_CREATION in step.policies]
        live = [key for key in dict.fromkeys(due) if key in self.cluster.live]
        self.cluster.delete(live, BEFORE_CREATION)
        if live and self.operation.ended == AFTER_DELETION:
            raise EndedError("terminated between deletion and creation")
        return bool(live)

    def _create(self, steps: Iterable[Step]) -> bool:
        done = True
        for step in steps:
            key = self._key(step)
            done = self.cluster.apply(key, step, self.revision) and done
            if step.is_hook:
                self.cluster.look({key})
        self.cluster.look()
        return done

    def _wait(self, steps: Iterable[Step]) -> bool:
        """Whether all of a wave became healthy; all of it comes to its end first, whatever fails meanwhile."""
        keys = dict.fromkeys(self._key(step) for step in steps if step.is_hook or self._is_multi_step)
        self._awaited = waiting = [self.cluster.live[key] for key in keys if key in self.cluster.live]
        running = (live for live in waiting if live.state == "running")
        if self.operation.ended == MIGRATING and any(self._is_migration(live) for live in running):
            raise EndedError("terminated while the migration ran")
        for live in waiting:
            self._play(live)
        for live in waiting:
            missing = self.cluster.held_up(live) if live.looks else ""
            if missing:
                self.cluster.note("waits", live.key, other=missing)
                raise EndedError(f"waits for {live.key} until somebody terminates it")
        return all(live.state != "failed" for live in waiting)

    def _play(self, live: Live) -> None:
        """A workload comes to its end, unless what it needs is missing and nothing limits its time."""
        if live.state != "running":
            return  # of an earlier sync: its health is taken as it is (getOperationPhase)
        if self.cluster.held_up(live):
            if live.revision.has_deadline(live.step):
                self.cluster.end(live, "failed")
        else:
            fails = self.operation.migration == "fails" and self._is_migration(live)
            self.cluster.end(live, "failed" if fails else "finished")

    def _is_migration(self, live: Live) -> bool:
        return live.is_hook and self.revision.is_migration(live.step.manifest)

    def _fail(self, wave: Wave, refused: bool = False) -> str:
        """executeSyncFailPhase(), and deleteHooks() on each pass that finds a failed task."""
        self.cluster.when = "failure"
        steps = [] if self.operation.is_selective else self.revision.steps(SYNC_FAIL)
        if not refused or self._delete_before(steps):  # else they are made in the very pass that was refused
            self._wait(wave.steps)
            self._delete_by(FAILED)
            self._delete_before(steps)
        self._create(steps)
        self._wait([*wave.steps, *steps])
        self._delete_by(FAILED)
        return "Failed"

    def _delete_by(self, policy: str) -> None:
        """deleteHooks(): by how the operation ended, in whichever phase the hook ran, or did not."""
        if self.operation.is_selective:
            return
        due = [self._key(step) for step in self._hooks() if policy in step.policies]
        live = [self.cluster.live[key] for key in due if key in self.cluster.live]
        self.cluster.delete((each.key for each in live if each.state != "running"), policy)

    def _hooks(self) -> list[Step]:
        return [step for phase in SYNC_PHASES for step in self.revision.steps(phase) if step.is_hook]

    def _terminate(self) -> None:
        """terminateHooksPreemptively(): hooks that run are deleted; others stay as they are."""
        self.cluster.when = "termination"
        awaited = (live for live in self._awaited if live.is_hook and live.key in self.cluster.live)
        running = [live.key for live in awaited if live.state == "running" or not self._is_ready(live)]
        self.cluster.delete(running, "terminated")

    def _is_ready(self, live: Live) -> bool:
        return live.step.manifest.is_workload or not self.cluster.held_up(live)

    def _settle(self) -> None:
        """What nobody waits for goes on."""
        for live in self.cluster.live.values():
            if live.state == "running" and not live.is_hook and not self.cluster.held_up(live):
                self.cluster.end(live, "finished")
        self.cluster.look()

    def _key(self, step: Step) -> Identity:
        key = self.revision.key(step.manifest)
        if key.name:
            return key
        name = f"{step.manifest.generate_name}{self.number}-{step.phase.lower()}"  # the same in each retry
        return key._replace(name=name)

    def _why_not(self) -> str:
        """alreadyAttemptedSync(): nothing is done again by itself, but for self-heal after a success."""
        if not self._is_out_of_sync():
            return "no ordinary object differs, and hooks do not count"
        tried, ended_well = self.cluster.last_sync
        if tried is self.revision and not (ended_well and self.operation.is_selective):
            return "this revision was tried already"
        return ""

    def _is_out_of_sync(self) -> bool:
        for key, step in self.revision.ordinary.items():
            live = self.cluster.live.get(key)
            if live is None or (not live.is_hook and live.differs(step, self.revision)):
                return True
        return bool(self._extra())
