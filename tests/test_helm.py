"""The post-renderer inside real Helms: `PRESYNC_TEST_HELM3` and `PRESYNC_TEST_HELM4` name them, `ci/test` sets both."""

from __future__ import annotations

import functools
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from . import corpus
from .oracle.meaning import helm_events, helm_policies, helm_weight, is_hook, runs_to_completion
from .oracle.release import Release

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .oracle.objects import Resource

PROJECT = Path(__file__).resolve().parent.parent
CHART = PROJECT / "chart"
VALUES = ("--values", str(CHART / "ci" / "postrenderer-values.yaml"))
BIN = Path(sys.executable).parent
PLUGINS = PROJECT / "postrenderer" / "helm_plugin"
HELM_3 = os.environ.get("PRESYNC_TEST_HELM3", "")
HELM_4 = os.environ.get("PRESYNC_TEST_HELM4", "")
needs_helm_3 = pytest.mark.skipif(not HELM_3, reason="PRESYNC_TEST_HELM3 names no Helm 3")
needs_helm_4 = pytest.mark.skipif(not HELM_4, reason="PRESYNC_TEST_HELM4 names no Helm 4")
BEFORE = ("pre-install", "pre-upgrade")


def helm(binary: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    variables = {"PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}", "HELM_PLUGINS": str(PLUGINS)}
    return subprocess.run(
        [binary, *arguments], capture_output=True, text=True, check=False, env=os.environ | variables, timeout=120
    )


def template(binary: str, chart: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return helm(binary, "template", "rel", str(chart), "--namespace", "ns", "--post-renderer", "presync", *arguments)


def named(release: Release) -> dict[str, Resource]:
    return {str(resource): resource for resource in release.resources}


# Helm 4.


@pytest.fixture(scope="module")
def rendered() -> dict[str, Resource]:
    done = template(HELM_4, CHART, *VALUES)
    assert done.returncode == 0, done.stderr
    return named(Release(done.stdout))


@needs_helm_4
def test_the_plugin_s_folder_is_where_helm_looks() -> None:
    done = helm(HELM_4, "plugin", "list")
    assert "presync" in done.stdout


@needs_helm_4
def test_the_migration_and_its_copies_are_hooks_of_helm_4(rendered: dict[str, Resource]) -> None:
    hooks = {name for name, resource in rendered.items() if helm_events(resource) == {*BEFORE}}
    assert {
        "Job/rel-presync-app-migrate",
        "Secret/rel-presync-app-presync",
        "ConfigMap/rel-presync-app-presync",
    } <= hooks


@needs_helm_4
def test_the_application_s_own_objects_are_ordinary(rendered: dict[str, Resource]) -> None:
    for name in ("Secret/rel-presync-app", "ConfigMap/rel-presync-app", "Deployment/rel-presync-app"):
        assert not is_hook(rendered[name])


@needs_helm_4
def test_helm_4_itself_takes_them_for_hooks(rendered: dict[str, Resource]) -> None:
    """Not only annotations: `--no-hooks` leaves them out."""
    without = named(Release(template(HELM_4, CHART, *VALUES, "--no-hooks").stdout))
    assert {name for name in rendered if name not in without} == {n for n, one in rendered.items() if helm_events(one)}
    assert not [name for name in without if name.endswith("-presync")]


@needs_helm_4
def test_an_install_of_helm_4_would_run_them_first() -> None:
    done = helm(HELM_4, "install", "rel", str(CHART), "--dry-run=client", "--post-renderer", "presync", *VALUES)
    assert done.returncode == 0, done.stderr
    hooks, _, manifest = done.stdout.partition("\nMANIFEST:\n")
    assert "name: rel-presync-app-presync" in hooks
    assert "kind: Job" in hooks
    assert "kind: Job" not in manifest
    assert "kind: Deployment" in manifest


@needs_helm_4
def test_helm_4_lets_findings_be_seen_or_logged(tmp_path: Path) -> None:
    log = tmp_path / "presync.log"
    done = template(HELM_4, CHART, *VALUES, "--post-renderer-args", f"--log-file={log}")
    assert done.returncode == 0
    assert "settled[late-dependency]: Job/rel-presync-app-migrate reads Secret/rel-presync-app" in log.read_text(
        "utf-8"
    )


def chart_of(folder: Path, stream: str) -> Path:
    """A chart that renders to this very text."""
    (folder / "templates").mkdir(parents=True)
    (folder / "Chart.yaml").write_text("apiVersion: v2\nname: wrapped\nversion: 1.0.0\n", encoding="utf-8")
    (folder / "stream.yaml").write_text(stream, encoding="utf-8")
    (folder / "templates" / "all.yaml").write_text('{{ .Files.Get "stream.yaml" }}', encoding="utf-8")
    return folder


REFUSED = """
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: data}
---
apiVersion: batch/v1
kind: Job
metadata: {name: migrate, annotations: {helm.sh/hook: "pre-install,pre-upgrade"}}
spec: {template: {spec: {restartPolicy: Never, volumes: [{name: d, persistentVolumeClaim: {claimName: data}}]}}}
"""


@needs_helm_4
@pytest.mark.parametrize("arguments", [[], ["--post-renderer-args", "--refuse-in-stream"]])
def test_helm_4_stops_at_a_refusal(tmp_path: Path, arguments: list[str]) -> None:
    done = template(HELM_4, chart_of(tmp_path / "wrapped", REFUSED), *arguments)
    assert done.returncode != 0
    assert "kind:" not in done.stdout
    assert not arguments or "error[copy-refused]: Job/migrate reads PersistentVolumeClaim/data" in done.stderr


# Helm 3.


@needs_helm_3
def test_helm_3_is_refused_where_a_hook_would_have_to_be_made() -> None:
    done = template(HELM_3, CHART, *VALUES, "--post-renderer-args", "--target=helm")
    assert done.returncode != 0
    assert done.stdout == ""
    assert "error[hooks-unseen]: Job/rel-presync-app-migrate" in done.stderr
    assert "Use Helm 4" in done.stderr


@needs_helm_3
def test_helm_3_passes_what_needs_no_hook() -> None:
    arguments = (*VALUES, "--set", "presync.enabled=false")
    done = template(HELM_3, CHART, *arguments, "--post-renderer-args", "--target=helm")
    plain = helm(HELM_3, "template", "rel", str(CHART), "--namespace", "ns", *arguments)
    assert (done.returncode, done.stdout) == (0, plain.stdout)


@needs_helm_3
def test_helm_3_passes_the_chart_that_makes_its_own_hooks() -> None:
    arguments = ("--values", str(CHART / "ci" / "default-values.yaml"))
    done = template(HELM_3, CHART, *arguments, "--post-renderer-args", "--target=helm")
    plain = helm(HELM_3, "template", "rel", str(CHART), "--namespace", "ns", *arguments)
    assert (done.returncode, done.stdout) == (0, plain.stdout)


# The corpus, through Helm 4.

LARGEST = 150_000
AT_LEAST = 20


@functools.cache
def early(chart: str) -> bool:
    """Whether Helm runs a Job or Pod of the chart before it installs or upgrades."""
    text = corpus.read(chart)
    if len(text) > LARGEST or not any(event in text for event in BEFORE):
        return False
    return any(helm_events(workload) & {*BEFORE} for workload in Release(text).workloads)


EARLY = [chart for chart in corpus.CHARTS if HELM_4 and early(chart)]


@functools.cache
def through_helm_4(chart: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return template(HELM_4, chart_of(folder / chart, corpus.read(chart)))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("charts")


@pytest.fixture(params=EARLY or [pytest.param("", marks=[needs_helm_4, corpus.needed])])
def releases(request: pytest.FixtureRequest, folder: Path) -> tuple[Release, Release] | None:
    """A chart's text before and after; none where it is refused."""
    done = through_helm_4(request.param, folder)
    return (Release(corpus.read(request.param)), Release(done.stdout)) if done.returncode == 0 else None


@needs_helm_4
@corpus.needed
def test_enough_of_the_corpus_renders_through_helm_4(folder: Path) -> None:
    refused = [chart for chart in EARLY if through_helm_4(chart, folder).returncode]
    print(f"{len(refused)} of {len(EARLY)} refused: {', '.join(refused)}")
    assert len(EARLY) - len(refused) >= AT_LEAST


@needs_helm_4
@corpus.needed
def test_each_refusal_of_helm_4_has_a_reason(folder: Path) -> None:
    said = {chart: through_helm_4(chart, folder) for chart in EARLY}
    assert [chart for chart, done in said.items() if done.returncode and "error[" not in done.stderr] == []


def hooks(release: Release) -> Iterator[Resource]:
    return (resource for resource in release.resources if helm_events(resource))


def test_a_hook_of_helm_has_only_helm_s_words(releases: tuple[Release, Release] | None) -> None:
    for hook in hooks(releases[1]) if releases else ():
        assert not [key for key in hook.annotations if key.startswith("argocd.argoproj.io/hook")], str(hook)


def was_right(hook: Resource) -> bool:
    return not runs_to_completion(hook) or "before-hook-creation" in helm_policies(hook)


def test_what_was_right_for_helm_keeps_its_words(releases: tuple[Release, Release] | None) -> None:
    """Events always; policies of workloads unless the next upgrade would be blocked; weights of what reads."""
    for before in hooks(releases[0]) if releases else ():
        (after,) = [one for one in releases[1].of(before.key) if helm_events(one)] or [None]
        if after is None:
            continue  # shared with the application, and ordinary now
        assert helm_events(after) == helm_events(before), str(before)
        assert helm_policies(after) == helm_policies(before) or not was_right(before), str(before)
        assert helm_weight(after) == helm_weight(before) or not runs_to_completion(before), str(before)


KINDS = (PROJECT / "tests" / "upstream" / "helm4-install-order.txt").read_text(encoding="utf-8").splitlines()[1:]


def place(hook: Resource) -> tuple[int, str, int]:
    """Helm sorts by kind first, and then by weight and name, which keeps the kinds of one name in order."""
    kind = hook.key.kind
    return helm_weight(hook), hook.key.name, KINDS.index(kind) if kind in KINDS else len(KINDS)


def late(release: Release) -> Iterator[tuple[str, str, str]]:
    """Workload, event and what it needs, where that is not made earlier in the event."""
    for workload in release.workloads:
        for event in helm_events(workload) & {*BEFORE}:
            for needed in release.needs(workload):
                if event not in helm_events(needed) or place(needed) >= place(workload):
                    yield str(workload), event, str(needed)


def test_what_an_early_workload_of_helm_reads_is_made_before_it(releases: tuple[Release, Release] | None) -> None:
    assert not releases or list(late(releases[1])) == []


def test_every_object_of_helm_s_stream_comes_out(releases: tuple[Release, Release] | None) -> None:
    before, after = releases or (Release(""), Release(""))
    gone = {str(one) for one in before.resources} - {str(one) for one in after.resources}
    dropped = {str(one) for one in before.resources if "helm.sh/hook" in one.annotations and not helm_events(one)}
    assert gone <= dropped
