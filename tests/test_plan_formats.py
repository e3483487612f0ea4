"""Plans in every format: what they tell, that they tell no secret, and that they are there soon."""

from __future__ import annotations

import json
import re
import time
from typing import TYPE_CHECKING

import pytest

from postrenderer.planning import planned
from postrenderer.report.plan import as_html, as_json, as_mermaid, as_text
from postrenderer.report.plan.lanes import lanes
from postrenderer.report.plan.markup import element
from postrenderer.settings import DEFAULTS, load
from postrenderer.simulation.scenarios import SCENARIOS

from . import corpus
from .given import BEFORE, HELM_PRE, PRE_SYNC, SYNC_FAIL, app, job, reads, release, secret, wave
from .oracle import secrets
from .oracle.release import Release as Judge

if TYPE_CHECKING:
    from pathlib import Path
    from types import ModuleType

    from postrenderer.hooks import Target
    from postrenderer.report.plan.sheet import Sheet

FORMATS = (as_text, as_json, as_mermaid, as_html)
CASES = sorted(path.parent for path in (corpus.PROJECT / "tests" / "cases").glob("*/input.yaml"))
LONGEST = 5.0  # seconds, on a busy machine; a free one takes a fifth of one
COPY = "argocd.argoproj.io/hook-delete-policy: 'BeforeHookCreation,HookSucceeded'"


def pair(text: str, target: Target = "argocd", settings: Path | None = None) -> tuple[Sheet, Sheet]:
    held = release(text, target, "ns")
    held.is_whole = True
    return planned("a release", held, load(settings) if settings else DEFAULTS, is_played=True)


def written(shape: ModuleType, before: Sheet, after: Sheet) -> str:
    """Both ways of one format, without the head that every page has."""
    told = str(shape.shown([after])) + str(shape.beside([(before, after)]))
    return re.sub(r"(?s)<head>.*?</head>", "", told)


def told_anywhere(text: str, settings: Path | None = None) -> str:
    """For both targets, in every format."""
    targets: tuple[Target, ...] = ("argocd", "helm")
    pairs = [pair(text, target, settings) for target in targets]
    return "\n".join(written(shape, *each) for each in pairs for shape in FORMATS)


@pytest.mark.parametrize("folder", CASES, ids=lambda folder: folder.name)
def test_no_plan_of_a_case_tells_a_secret(folder: Path) -> None:
    settings = folder / "settings.yaml"
    text = (folder / "input.yaml").read_bytes().decode()
    told = told_anywhere(text, settings if settings.exists() else None)
    assert secrets.leaked(Judge(text, "ns"), told) == []
    assert "canary" not in told


def test_no_plan_of_a_public_chart_tells_a_secret(chart: str) -> None:
    assert secrets.leaked(Judge(corpus.read(chart), "ns"), told_anywhere(corpus.read(chart))) == []


def test_every_copy_and_every_changed_hook_of_a_public_chart_says_why(chart: str) -> None:
    before, after = pair(corpus.read(chart))
    if after.is_refused:
        return
    texts = {id(document): document for document in (step.manifest.document for step in before.plan.steps)}
    for step in after.plan.steps:
        document = step.manifest.document
        if step.is_hook and step.manifest.item is None and id(document) not in texts:
            assert after.of(step).reasons, f"{step} is changed, and nothing says why"
            assert after.of(step).mark


def test_a_plan_of_the_largest_chart_is_there_soon() -> None:
    largest = max(corpus.CHARTS, key=lambda name: len(corpus.read(name)), default="")
    if not largest:
        pytest.skip("no corpus")
    start = time.monotonic()
    before, after = pair(corpus.read(largest))
    for shape in FORMATS:
        written(shape, before, after)
    assert time.monotonic() - start < LONGEST


def test_names_are_escaped_in_every_format() -> None:
    nasty = "a><script>alert(1)</script>]`\u202e"
    text = job(json.dumps(nasty), pod=reads("db")) + secret()
    before, after = pair(text)
    page = written(as_html, before, after)
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert "\u202e" not in page + written(as_text, before, after) + written(as_mermaid, before, after)
    assert "]`" not in written(as_mermaid, before, after)
    json.loads(as_json.shown([after]))


def test_markup_is_escaped_once_and_only_where_it_is_text() -> None:
    assert element("p", "a < b", element("b", "&")) == "<p>a &lt; b<b>&amp;</b></p>"
    assert element("a", "x", href='"><i>') == '<a href="&quot;&gt;&lt;i&gt;">x</a>'


def test_the_json_has_the_steps_in_order_with_everything_known() -> None:
    _, after = pair(secret() + job() + app())
    (plan,) = json.loads(as_json.shown([after]))["plans"]
    steps = [step for each in plan["waves"] for step in each["steps"]]
    assert [(step["kind"], step["name"]) for step in steps] == [
        ("Secret", "db-presync"),
        ("Job", "migrate"),
        ("Secret", "db"),
        ("Deployment", "app"),
    ]
    copy, migrate, *_ = steps
    assert (copy["copyOf"], copy["mark"], copy["deletePolicies"]) == (
        "db",
        "added",
        ["BeforeHookCreation", "HookSucceeded"],
    )
    assert copy["readBy"] == [{"group": "batch", "kind": "Job", "namespace": "", "name": "migrate"}]
    assert migrate["reads"][0]["object"]["name"] == "db-presync"
    assert [each["seconds"] for each in plan["waves"]] == [
        {"first": 2, "later": 2},
        {"first": 2, "later": 4},
        {"first": 0, "later": 0},
    ]


def test_what_a_hook_reads_too_early_is_told_before_a_render() -> None:
    before, after = pair(secret() + job() + app())
    assert "Secret/db, too early" in as_text.beside([(before, after)])
    assert [arrow.is_late for arrow in lanes(before).arrows] == [True]
    assert [arrow.is_late for arrow in lanes(after).arrows] == [False]


def test_mermaid_has_a_box_for_each_wave_and_an_arrow_for_each_read() -> None:
    _, after = pair(secret() + job() + app())
    lines = as_mermaid.shown([after]).splitlines()
    assert lines[0] == "flowchart LR"
    assert sum("subgraph" in line for line in lines) == sum(line.strip() == "end" for line in lines) == 3
    assert sum("-->" in line for line in lines) == 1


def test_helm_s_left_overs_are_told_with_the_command_that_removes_them() -> None:
    text = secret("kept", HELM_PRE) + job(annotations=HELM_PRE, pod=reads("kept"))
    before, _ = pair(text, "helm")
    told = as_text.shown([before])
    assert "`helm uninstall` leaves Secret/kept, Job/migrate" in told or "leaves Job/migrate, Secret/kept" in told
    assert re.search(r"kubectl delete --namespace ns (job/migrate secret/kept|secret/kept job/migrate)", told)


def test_a_bar_ends_where_its_object_is_deleted() -> None:
    text = (
        secret("copy", f"{PRE_SYNC}, {COPY}, {wave(-1)}")
        + job(annotations=f"{PRE_SYNC}, {BEFORE}", pod=reads("copy"))
        + app()
    )
    before, _ = pair(text)
    copy, migrate, application = lanes(before).lanes
    assert [(bar.start, bar.end, bar.is_deleted) for bar in copy.bars] == [(0, 3, True)]
    assert [(bar.start, bar.end, bar.state, bar.is_deleted) for bar in migrate.bars] == [
        (0, 1, "before", True),
        (1, 2, "runs", False),
        (2, 4, "done", False),
    ]
    assert [(bar.start, bar.end) for bar in application.bars] == [(2, 4)]


def test_what_a_sync_fail_hook_reads_is_there_when_it_runs() -> None:
    text = secret("copy", f"{PRE_SYNC}, {COPY}, {wave(-1)}") + job("tell", SYNC_FAIL, pod=reads("copy")) + app()
    copy = lanes(pair(text)[0]).lanes[0]
    assert copy.bars[-1].start == len(lanes(pair(text)[0]).columns) - 1


def test_the_page_plays_every_scenario_and_says_which_are_broken() -> None:
    before, after = pair(secret() + job() + app())
    alone = [each for each in SCENARIOS["argocd"] if not each.is_about_presync]
    assert [each.name for each in before.played] == [each.name for each in alone]
    assert [each.name for each in after.played] == [each.name for each in SCENARIOS["argocd"]]
    assert f"All {len(after.played)} scenarios kept" in as_html.shown([after])
    page = as_html.beside([(before, after)])
    assert "<code>Job/migrate</code> does not find <code>Secret/db</code>" in page
    assert re.search(rf"\d+ of {len(before.played)} scenarios kept", page)


def test_several_releases_are_told_one_after_the_other() -> None:
    sheets = [pair(secret() + job())[1], pair(secret("other") + app(pod=reads("other")))[1]]
    assert as_text.shown(sheets).count("what Argo CD does") == 2
    assert len(json.loads(as_json.shown(sheets))["plans"]) == 2
    assert as_html.shown(sheets).count("<h1>") == 2
    assert as_mermaid.shown(sheets).count("flowchart") == 1
