"""The promise: after a render no workload ever looks for an object of its release that is not there, and no delete
touches what the application reads, whatever happens to the release."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from postrenderer import pipeline, producing, stream
from postrenderer.errors import BadInputError
from postrenderer.hooks import PRE_SYNC
from postrenderer.production import producer
from postrenderer.references import BINDINGS
from postrenderer.simulation import play, revisions
from postrenderer.simulation.scenarios import SCENARIOS

from . import corpus, generated

if TYPE_CHECKING:
    from postrenderer.hooks import Target
    from postrenderer.manifest import Manifest
    from postrenderer.pipeline import Rendered
    from postrenderer.release import Release
    from postrenderer.simulation.events import Event


EXAMPLES = int(os.environ.get("PRESYNC_TEST_EXAMPLES", "150"))  # 20,000 take half an hour
PHASES = (Phase.explicit, Phase.reuse, Phase.generate)  # to shrink takes longer than to look
MARK = """\
apiVersion: v1
kind: ConfigMap
metadata:
  name: from-helm-4
  annotations:
    postrenderer.helm.sh/postrender-filename: app/templates/all.yaml
"""
TABLE = corpus.FOLDER.parent / "table.dev.md"
FAULTS = {"SHARED", "MISSING", "MISSING-OTHER", "SA-NORMAL", "DANGEROUS", "PVC", "DERIVED"}
# Where the table says otherwise than the simulation, and why the simulation is right.
OTHERWISE = {
    "gitlab": (False, "what is missing is optional"),
    "gitlab-2023": (False, "what is missing is optional"),
    "enterprise-logs": (True, "a hook gives the application's account its rights; the table looks at what hooks read"),
    "prefix-langsmith-687": (
        True,
        "its Jobs are Sync hooks of a wave before what they read; the table looks at PreSync",
    ),
    "odoo-imio": (True, "the hook that reads ordinary objects is a Deployment; the table looks at Jobs and Pods"),
}

# Faults that a render tells and leaves where they are.
TOLD = ("shared-hook", "destructive-hook")


class Known(NamedTuple):
    """What a render says, or the README's limits say, that it does not keep the promise for."""

    told: set[str]  # by a warning of the render
    lasting: set[str]  # hooks that do not end, such as a CronJob
    later: set[str]  # hooks that run after PreSync, or then too
    made: set[str]  # Secrets that custom resources make
    became: set[str]  # ordinary objects that are hooks now: the first upgrade of Helm prunes them
    repeated: set[str]  # more than one object of one identity

    def explains(self, event: Event, scenario: str) -> bool:
        both = {event.object, event.other}
        return bool(
            both & self.told
            or event.object in self.lasting
            or (event.object in self.later and event.other in self.made)
            or (self.is_entangled(event) and ("adopt" in scenario or scenario == "left"))
        )

    def is_entangled(self, event: Event) -> bool:
        """With the way in: what the first upgrade prunes, and a hook that then waits until Helm gives up."""
        both = {event.object, event.other}
        return bool(both & (self.became | self.repeated) or (self.became and event.object in self.later))


def known(original: Release, now: Release, result: Rendered) -> Known:
    warned = [judged.finding.manifest for judged in result.judged if judged.finding.rule in TOLD and not judged.settled]
    was_ordinary = {str(manifest) for manifest in original.manifests if original.is_ordinary(manifest)}
    granted = (
        target for m in warned if m.identity[:2] in BINDINGS for r in now.references(m) for target in now.resolve(m, r)
    )
    return Known(
        told={name for manifest in (*warned, *granted) for name in (str(manifest), *products(now, manifest))},
        lasting={str(hook) for hook in now.hooks if not hook.is_workload},
        later={str(hook) for hook in now.hooks if set(now.meaning(hook).words) - {*PRE_SYNC[now.target], "SyncFail"}},
        made={name for manifest in now.manifests for name in products(now, manifest)},
        became={str(hook) for hook in now.hooks if now.target == "helm"} & was_ordinary,
        repeated={str(manifest) for manifest in original.manifests if len(original.identical(manifest)) > 1},
    )


def products(release: Release, manifest: Manifest) -> list[str]:
    row = producer(manifest, release.tables)
    return [f"{made.kind[1]}/{made.name}" for made in producing.products(manifest, row)] if row else []


def broken(original: Release, result: Rendered) -> dict[str, set[str]]:
    """What breaks after a render, and in which scenarios."""
    now = result.release
    if not now.hooks:
        return {}
    played = revisions(now, original)
    limits = known(original, now, result)
    found: dict[str, set[str]] = {}
    for scenario in SCENARIOS[original.target]:
        for event in play(scenario, played, original.target).broken if scenario.promised else ():
            if not limits.explains(event, scenario.name) and not is_out_of_order(now, event):
                found.setdefault(f"{event.object} {event.change} {event.other}", set()).add(scenario.name)
    return found


def is_out_of_order(now: Release, event: Event) -> bool:
    """Two ordinary objects whose waves the chart itself has put the wrong way round."""
    ordinary = [manifest for manifest in now.manifests if now.is_ordinary(manifest)]
    readers = [now.meaning(manifest).wave for manifest in ordinary if str(manifest) == event.object]
    read = [now.meaning(m).wave for m in ordinary if event.other in (str(m), *products(now, m))]
    return bool(readers and read) and min(readers) < max(read)


def is_hidden(release: Release) -> bool:
    """Whether an object that Argo CD leaves out is the last of its identity, and so hides the others."""
    left_out = [m for m in release.candidates if not (release.is_hook(m) or release.is_ordinary(m))]
    return any(len(twins := release.identical(m)) > 1 and twins[-1] is m for m in left_out)


def playable(text: str, target: Target) -> tuple[Release, Rendered] | None:
    """The release and its rendering; None where it is refused."""
    original = pipeline.read(stream.split(text), target, "ns")
    try:
        result = pipeline.render(original)
    except BadInputError:
        return None
    return None if result.is_refused else (original, result)


@pytest.mark.parametrize("target", ["argocd", "helm"])
@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), phases=PHASES)
@given(data=st.data())
def test_a_generated_release_keeps_the_promise_or_is_refused(target: Target, data: st.DataObject) -> None:
    text = data.draw(generated.releases(target))
    found = playable(text, target)
    if found is not None and not is_hidden(found[0]):
        assert broken(*found) == {}, text


@pytest.mark.parametrize("target", ["argocd", "helm"])
def test_a_public_chart_keeps_the_promise_or_is_refused(target: Target, chart: str) -> None:
    found = playable((MARK if target == "helm" else "") + corpus.read(chart), target)
    assert found is None or broken(*found) == {}


def test_without_a_render_the_charts_break_that_the_corpus_names(chart: str) -> None:
    original = pipeline.read(stream.split(corpus.read(chart)), "argocd", "ns")
    alone = [each for each in SCENARIOS["argocd"] if not each.is_about_presync] if original.hooks else []
    played = [play(each, revisions(original), "argocd") for each in alone]
    is_broken = any(each.broken for each in played)
    assert is_broken == (bool(labels(chart) & FAULTS) if chart not in OTHERWISE else OTHERWISE[chart][0])


def labels(chart: str) -> set[str]:
    """What the corpus's table says of it, in its last column."""
    rows = (line.strip()[1:-1].split("|") for line in TABLE.read_text(encoding="utf-8").splitlines())
    return next(set(row[-1].split()) for row in rows if row[0] == chart)
