"""What is played on the imaginary cluster is what happens on the real one: the same objects are created and deleted,
finish and fail, in the same order, for each release and each scenario."""

from __future__ import annotations

import os
import re
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, NamedTuple

import pytest

from postrenderer import pipeline, stream
from postrenderer.simulation import play
from postrenderer.simulation.revision import Revision
from postrenderer.simulation.scenarios import AFTER_DELETION, MIGRATING, Operation, Scenario

from . import played_cases
from .conftest import ARGOCD
from .playing_argocd import ArgoCD
from .playing_helm import Helm4
from .recording import ENDS, Everything, Space, differences

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pytest_helm_charts.clusters import Cluster

    from postrenderer.hooks import Target
    from postrenderer.manifest import Manifest
    from postrenderer.simulation.events import Outcome

    from .playing import Tool

# A chain waits for most of its time, and two cores have enough to do with this many.
AT_ONCE = int(os.environ.get("PRESYNC_TEST_AT_ONCE", "0")) or 4 * (os.cpu_count() or 2)
# Which cases, by a pattern; `.` for all of them. These take some minutes on two cores.
FEW = "missing Secret|copies|generated name|names|chart, default"
ONLY = os.environ.get("PRESYNC_TEST_CASES", f"^({FEW})$")


def sync(revision: str, **more: object) -> Operation:
    return Operation("sync", revision, **more)  # type: ignore[arg-type]


def upgrade(revision: str, **more: object) -> Operation:
    return Operation("upgrade", revision, **more)  # type: ignore[arg-type]


# Scenarios one after the other, so that what they begin with is what the one before has left. `0`, `1`, … are the
# release's versions as they are, `+0` what a render makes of them.
CHAINS: dict[Target, dict[str, tuple[Operation, ...]]] = {
    "argocd": {
        "first-install-fails, same-again, upgrade, migration-fails, fails-then-fixed": (
            sync("0", migration="fails"), sync("1"), sync("1"), sync("2"), sync("3", migration="fails"), sync("4"),
        ),
        "first-install, healed, terminated, terminated-after-deletion, retried": (
            sync("0"), Operation("heal", "0", is_automated=True),  # type: ignore[arg-type]
            sync("1", ended=MIGRATING), sync("1"),
            sync("2", ended=AFTER_DELETION), sync("2"),
            sync("3", migration="fails", retries=1, is_automated=True), sync("4"),
        ),
        "adopted, adoption-fails, left, reverted": (
            sync("0"), sync("+0", migration="fails"), sync("+1"), sync("+1"), sync("1"),
        ),
    },
    "helm": {
        "first-install-fails, same-again, upgrade, migration-fails, fails-then-fixed": (
            upgrade("0", migration="fails"), upgrade("1"), upgrade("1"), upgrade("2"),
            upgrade("3", migration="fails"), upgrade("4"),
        ),
        "first-install-undone, first-install, rolled-back, interrupted, timed-out": (
            upgrade("0", migration="fails", undoes=True), upgrade("0"),
            upgrade("1", migration="fails", undoes=True), upgrade("2"),
            upgrade("3", ended=MIGRATING), upgrade("3"), upgrade("4", migration="lasts"),
        ),
        "adopted, adoption-fails, rolled-back-over-adoption": (
            upgrade("0"), upgrade("+0"), Operation("adopt", "+0"),  # type: ignore[arg-type]
            upgrade("+0", migration="fails", undoes=True), upgrade("+1"), upgrade("+1"),
            Operation("rollback", "0"),  # type: ignore[arg-type]
        ),
        "left, reverted": (upgrade("+0"), upgrade("+0"), upgrade("1")),
    },
}  # fmt: skip


class Chain(NamedTuple):
    """Operations on one release, as they are played, and the texts that are applied."""

    name: str
    operations: tuple[Operation, ...]
    revisions: dict[str, Revision]
    outcomes: tuple[Outcome, ...]
    migration: str  # what it is called, or its name begins with

    def text(self, operation: Operation) -> str:
        return stream.join(self.revisions[operation.revision].release.documents)


def chains(case: str, objects: list[played_cases.Object], target: Target) -> list[Chain]:
    found = []
    rendered = _rendered(objects, target)
    for name, operations in CHAINS[target].items():
        wanted = {operation.revision for operation in operations}
        if any(key.startswith("+") for key in wanted) and rendered is None:
            continue  # refused; or right as it is, and then these operations are those of the first chain
        raw = played_cases.text(objects)
        texts = {key: (rendered or "") if key.startswith("+") else raw for key in wanted}
        texts = {key: played_cases.version(text, int(key)) for key, text in texts.items()}
        revisions = {key: Revision(pipeline.read(stream.split(text), target, "ns"), 1) for key, text in texts.items()}
        played = play(Scenario(name, "", operations), revisions, target)  # type: ignore[arg-type]
        first = revisions.get("+0") or revisions["0"]
        found.append(Chain(f"{case}: {name}", operations, revisions, played.outcomes, _called(first.migration)))
    return found


def _rendered(objects: list[played_cases.Object], target: Target) -> str | None:
    """What a render makes of the objects; None where it refuses them, or changes nothing."""
    text = played_cases.text(played_cases.marked(objects) if target == "helm" else objects)
    result = pipeline.render(pipeline.read(stream.split(text), target, "ns"))
    return None if result.is_refused or result.text == text else result.text


def _called(migration: Manifest | None) -> str:
    return (migration.identity.name or migration.generate_name.rstrip("-")) if migration else "-"


def fidelity(tool: Tool, chain: Chain) -> list[str]:
    """Performs the chain; what is not as it was played."""
    live: Counter[str] = Counter()
    for number, (operation, outcome) in enumerate(zip(chain.operations, chain.outcomes, strict=True), 1):
        since = tool.count()
        live += Counter(_generic(event.object) for event in outcome.events if event.change == "created")
        live -= Counter(_generic(event.object) for event in outcome.events if event.change == "deleted")
        identities = [(hook.identity, hook.generate_name) for hook in chain.revisions[operation.revision].release.hooks]
        hooks = {_generic(f"{identity.kind}/{identity.name or generated}") for identity, generated in identities}
        ends = {_generic(event.object) for event in outcome.events if event.change in ENDS} & live.keys()
        told: list[str] = []
        try:
            tool.perform(operation, chain.text(operation), outcome, chain.migration)
            tool.space.until(_is_as_played(Counter(live), ends), "what was played to be there", patience=90)
        except TimeoutError as error:
            there = Counter(map(_generic, tool.space.names()))
            told = [f"{error}: missing {sorted(live - there)}, more {sorted(there - live)}"]
        played = [event._replace(object=_generic(event.object)) for event in outcome.events]
        happened = [each._replace(object=_generic(each.object)) for each in tool.space.happened(since)]
        told += differences(played, happened, hooks)
        if told:
            head = f"{chain.name}, operation {number} ({outcome.said}; played as {outcome.state})"
            return ["\n  ".join([head, *told, "happened " + ", ".join(f"{e.change} {e.object}" for e in happened)])]
    return []


def _is_as_played(live: Counter[str], ends: set[str]) -> Callable[[Space], bool]:
    def found(space: Space) -> bool:
        return Counter(map(_generic, space.names())) == live and ends <= set(map(_generic, space.ended()))

    return found


def _generic(name: str) -> str:
    """A generated name without what is generated."""
    return re.sub(r"^(Job/migrate-).*", r"\1", name)


def all_chains(target: Target, cases: dict[str, list[played_cases.Object]]) -> list[Chain]:
    return [
        chain for case, objects in cases.items() if re.search(ONLY, case) for chain in chains(case, objects, target)
    ]


def perform(kind: type[Tool], cluster: Cluster, listed: list[Chain], folder: Path) -> list[str]:
    """All chains, many side by side, each in a namespace of its own; what differed."""
    everything = Everything(cluster)
    prefix = f"fidelity-{os.urandom(2).hex()}"

    def one(number: int) -> list[str]:
        name = f"{prefix}-{number}"
        tool = kind(cluster, name, everything.spaces[name], folder / name)
        began = time.monotonic()
        try:
            told = fidelity(tool, listed[number])
        finally:
            tool.end()
        print(*(told or [f"{listed[number].name}: identical"]), f"({time.monotonic() - began:.0f} s)", flush=True)
        return told

    with ThreadPoolExecutor(AT_ONCE) as pool:
        told = [each for found in pool.map(one, range(len(listed))) for each in found]
    everything.end()
    return told


@pytest.mark.skipif(not ARGOCD, reason="no Argo CD that reads this machine's folders: ci/cluster/up --argocd")
def test_argo_cd_does_what_is_played(kube_cluster: Cluster, tmp_path: Path) -> None:
    listed = all_chains("argocd", played_cases.chart_cases("4") | played_cases.ARGOCD)
    told = perform(ArgoCD, kube_cluster, listed, tmp_path)
    assert not told, "\n".join([f"{len(told)} of {len(listed)} chains differ", *told])


@pytest.mark.skipif("PRESYNC_TEST_HELM4" not in os.environ, reason="PRESYNC_TEST_HELM4 is unset: ci/test sets it")
def test_helm_does_what_is_played(kube_cluster: Cluster, tmp_path: Path) -> None:
    listed = all_chains("helm", played_cases.HELM)
    told = perform(Helm4, kube_cluster, listed, tmp_path)
    assert not told, "\n".join([f"{len(told)} of {len(listed)} chains differ", *told])
