"""Plays a release on an imaginary cluster, through what may happen to it."""

from collections.abc import Mapping

from postrenderer.hooks import Target
from postrenderer.release import Release
from postrenderer.simulation.argocd import Sync
from postrenderer.simulation.cluster import Cluster
from postrenderer.simulation.events import Outcome, Played
from postrenderer.simulation.helm import Helm
from postrenderer.simulation.revision import Revision
from postrenderer.simulation.scenarios import BY_HAND, Name, Scenario

Revisions = Mapping[Name, Revision]


def revisions(now: Release, original: Release | None = None, previous: Release | None = None) -> Revisions:
    """The revisions a scenario may name. Where no previous one is given, it is the same with other content."""
    found: dict[Name, Revision] = {"now": Revision(now, 1), "fixed": Revision(now, 2)}
    found["previous"] = Revision(previous, 1) if previous else Revision(now, 0)
    found["original"] = Revision(original or now, 1)
    return found


def play(scenario: Scenario, revisions: Revisions, target: Target) -> Played:
    """Each operation of the scenario, one after the other, on a cluster of its own."""
    cluster = Cluster()
    helm = Helm(cluster)
    outcomes = []
    for number, operation in enumerate(scenario.operations):
        cluster.events = []
        revision = revisions[operation.revision]
        if operation.does == "heal":
            _delete_by_hand(cluster)
        if target == "argocd":
            state = Sync(cluster, revision, operation, number).run()
        else:
            state = helm.run(operation, revision)
        is_judged = number > 0 or operation.revision != "original"
        outcomes.append(Outcome(str(operation), state, tuple(cluster.events), is_judged))
    return Played(scenario.name, scenario.said, scenario.promised, tuple(outcomes))


def _delete_by_hand(cluster: Cluster) -> None:
    """The first passive object that the application reads, whatever it is."""
    cluster.when = BY_HAND
    readers = (live for live in cluster.live.values() if not live.is_hook)
    read = (key for reader in readers for wanted in reader.wanted for key in sorted(wanted.keys))
    found = next((key for key in read if key in cluster.live), None)
    if found is not None:
        del cluster.live[found]
        cluster.note("deleted", found, BY_HAND)
