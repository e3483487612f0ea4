"""The imaginary cluster: what is live, who looks for what, and what became of each workload."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from postrenderer.hooks import Standing
from postrenderer.manifest import Identity
from postrenderer.simulation.events import Change, Event
from postrenderer.simulation.revision import Revision, Wanted
from postrenderer.steps import Step

DELETION = ("pre-delete", "post-delete")
State = Literal["", "running", "finished", "failed"]
UNCHANGEABLE = "its pods cannot be changed: field is immutable"


@dataclass
class Live:
    """An object of the cluster: the last step that was applied, and of which revision."""

    key: Identity
    step: Step
    revision: Revision
    state: State = ""  # of workloads that run to completion
    is_owned: bool = False  # labelled as an object of the Helm release
    keeps: bool = False  # Helm leaves it where it is

    @property
    def is_hook(self) -> bool:
        """Whether its live annotations make it one, run or not."""
        meaning = self.revision.release.meaning(self.step.manifest)
        return meaning.standing not in (Standing.ORDINARY, Standing.SKIPPED)

    @property
    def wanted(self) -> tuple[Wanted, ...]:
        return self.revision.wanted(self.step)

    @property
    def looks(self) -> bool:
        """Whether a pod of it may start at any moment; what runs at deletion finds what is left by then."""
        if self.step.phase in DELETION:
            return False
        return self.state == "running" if self.step.manifest.is_workload else True

    def differs(self, step: Step, revision: Revision) -> bool:
        return self.revision.content(self.step) != revision.content(step)


class Cluster:
    """What is live. Everything that happens to it is noted as an event of the moment `when`."""

    def __init__(self) -> None:
        self.live: dict[Identity, Live] = {}
        self.events: list[Event] = []
        self.when = ""
        self.last_sync: tuple[Revision | None, bool] = (
            None,
            False,
        )  # what Argo CD synced last, and whether it succeeded
        self.due: set[Identity] = set()  # what is made anew before long: nobody minds its old pods
        self._lasting: set[Identity] = set()  # what made something that stays when it is gone
        self._missed: set[tuple[Identity, str]] = set()

    def note(self, change: Change, key: Identity, why: str = "", other: str = "") -> None:
        self.events.append(Event(change, str(key), self.when, why, other))

    def delete(self, keys: Iterable[Identity], why: str) -> None:
        """Deletes live objects together; who stays and reads one of them loses it."""
        gone = [self.live.pop(key) for key in dict.fromkeys(keys)]
        for each in gone:
            self._missed = {(reader, said) for reader, said in self._missed if reader != each.key}
            self.note("deleted", each.key, why)
        for each in gone:
            for reader in self.live.values():
                if self._may_look(reader) and any(self._needs(wanted, each) for wanted in reader.wanted):
                    self.note("loses", reader.key, other=str(each.key))

    def _may_look(self, live: Live) -> bool:
        return live.looks and live.key not in self.due

    def _needs(self, wanted: Wanted, gone: Live) -> bool:
        return gone.key in wanted.keys and not self._finds(wanted)

    def _finds(self, wanted: Wanted) -> bool:
        return not wanted.keys.isdisjoint(self.live) or not wanted.keys.isdisjoint(self._lasting)

    def apply(self, key: Identity, step: Step, revision: Revision) -> bool:
        """Creates or changes an object. False where it is refused."""
        live = self.live.get(key)
        self.due.discard(key)
        if live is None:
            state: State = "running" if step.manifest.is_workload else ""
            self.live[key] = live = Live(key, step, revision, state, keeps=revision.keeps(step))
            self.note("created", key)
            if revision.leaves(step):
                self._lasting.add(key)
            if state:
                self.note("running", key)
        elif live.revision.pods(live.step) != revision.pods(step):
            self.note("refused", key, UNCHANGEABLE)
            return False
        else:
            if live.differs(step, revision):
                self.note("changed", key)
            live.step, live.revision, live.is_owned = step, revision, live.is_owned and not step.is_hook
            live.keeps = live.keeps or revision.keeps(step)
        return True

    def look(self, keys: set[Identity] | None = None) -> None:
        """Every workload whose pods may start looks for what it reads; or only these."""
        for live in list(self.live.values()):
            if self._may_look(live) and (keys is None or live.key in keys):
                for wanted in live.wanted:
                    seen = (live.key, wanted.said)
                    if self._finds(wanted):
                        self._missed.discard(seen)
                    elif seen not in self._missed:
                        self._missed.add(seen)
                        self.note("misses", live.key, other=wanted.said)

    def held_up(self, live: Live) -> str:
        """What keeps its pods from starting, if anything does."""
        missing = (w.said for w in live.wanted if w.is_waited_for and not self._finds(w))
        return next(missing, "")

    def end(self, live: Live, state: State) -> None:
        live.state = state
        self.note("finished" if state == "finished" else "failed", live.key)
