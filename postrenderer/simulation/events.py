"""What happens on the imaginary cluster, as data."""

from typing import Literal, NamedTuple

Change = Literal[
    "created", "changed", "deleted", "running", "finished", "failed", "waits", "refused", "misses", "loses"
]
BROKEN: tuple[Change, ...] = ("misses", "loses")


class Event(NamedTuple):
    """One thing that happens to one object, and when."""

    change: Change
    object: str
    when: str  # phase and wave, event of Helm, or the end
    why: str = ""
    other: str = ""  # what a reader misses, or loses

    @property
    def is_broken(self) -> bool:
        """Whether a workload looks for what is not there, or something is deleted that a workload reads."""
        return self.change in BROKEN


class Outcome(NamedTuple):
    """How an operation ended, and what it did until then."""

    said: str  # the operation in words
    state: str
    events: tuple[Event, ...]
    is_judged: bool = True  # not what was there before presync came

    @property
    def broken(self) -> tuple[Event, ...]:
        return tuple(event for event in self.events if event.is_broken) if self.is_judged else ()


class Played(NamedTuple):
    """A scenario, played to its end."""

    name: str
    said: str
    promised: bool
    outcomes: tuple[Outcome, ...]

    @property
    def broken(self) -> tuple[Event, ...]:
        return tuple(event for outcome in self.outcomes for event in outcome.broken)
