"""Hooks and copies are the same whether the chart makes them or presync, and presync has nothing to say about them."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

from ..oracle import meaning
from ..oracle.references import makes_secret, workload_targets
from ..oracle.release import Release
from .description import VOCABULARY, argo_cds_reading, assert_same, described, helms_reading
from .rendering import (
    FILES,
    NAMESPACE,
    each_file,
    each_mode,
    linted_by_presync,
    rendered,
    rendered_by_plugin,
    rendered_by_presync,
    template,
)

if TYPE_CHECKING:
    from pathlib import Path

    from ..oracle.objects import Resource
    from ..oracle.references import Target

OWN_MODES = ("helm", "argocd")  # those in which the chart makes hooks and copies itself
WORDS = re.compile(rf"^ +({'|'.join(map(re.escape, VOCABULARY))}): .*\n", re.MULTILINE)

each_own_mode = pytest.mark.parametrize("mode", OWN_MODES)


def for_argo_cd(text: str) -> dict[str, str]:
    return described(text, argo_cds_reading, NAMESPACE)


def for_helm(text: str) -> dict[str, str]:
    return described(text, helms_reading, NAMESPACE)


@each_file
@pytest.mark.parametrize("mode", ["argocd", "postrenderer"])
def test_argo_cd_gets_the_same_in_every_mode(file: Path, mode: str) -> None:
    text = rendered(file, mode)
    if mode == "postrenderer":
        text = rendered_by_presync(text).text
    assert_same("mode helm", for_argo_cd(rendered(file, "helm")), f"mode {mode}", for_argo_cd(text))


@each_file
@each_mode
def test_helm_4_gets_the_same_in_every_mode_with_its_post_renderer(file: Path, mode: str) -> None:
    made = rendered_by_plugin(file, mode)[0].text
    assert_same("mode helm", for_helm(rendered(file, "helm", "helm-4")), f"mode {mode} with presync", for_helm(made))


CHANGES = {
    "another wave": ('sync-wave: "1"', 'sync-wave: "2"'),
    "another policy": ("BeforeHookCreation,HookSucceeded", "HookSucceeded"),
    "no hook": ('argocd.argoproj.io/hook: "PreSync"', 'example.org/hook: "PreSync"'),
    "another phase": ('argocd.argoproj.io/hook: "PreSync"', 'argocd.argoproj.io/hook: "PostSync"'),
    "other data": ('PGCONNECT_TIMEOUT: "10"', 'PGCONNECT_TIMEOUT: "11"'),
    "another reader's name": ("serviceAccountName: demo-presync-app-migrate", "serviceAccountName: default"),
    "another label": ('presync/copy: "true"', 'presync/copy: "false"'),
    "another annotation": ('presync/copy-of: "', 'presync/copy-of: "not-'),
    "another name": ("kind: Job\nmetadata:\n  name: demo", "kind: Job\nmetadata:\n  name: other"),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_the_comparison_sees_each_difference_and_prints_both_sides(change: tuple[str, str]) -> None:
    text = rendered(FILES["argocd"], "argocd")
    changed = text.replace(*change)
    with pytest.raises(AssertionError, match=r"(?s)one and other differ in .*--- one\n.*--- other\n"):
        assert_same("one", for_argo_cd(text), "other", for_argo_cd(changed))


ODD_NAMES = ("on", "Y", "null", "010", "1.0", "1e3", "0x1F", "1_000", "-", "---", ".inf", "a.b", "001-a")


@each_mode
def test_names_that_yaml_takes_for_something_else_stay_names(mode: str, tmp_path: Path) -> None:
    values = dict.fromkeys(ODD_NAMES, "x")
    file = tmp_path / "values.yaml"
    file.write_text(json.dumps({"config": values, "secret": {"values": values}, "presync": {"files": values}}))
    release = Release(rendered_by_presync(rendered(file, mode)).text, NAMESPACE)
    held = [set(resource.body["data"]) for resource in release.resources if "data" in resource.body]
    assert held == [set(ODD_NAMES) | ({"PGCONNECT_TIMEOUT"} & one) for one in held]
    assert len(held) == 5  # two shared ones, their copies, and the migration's own


@each_file
@each_mode
def test_without_the_migration_nothing_of_the_presync_folder_is_left(file: Path, mode: str) -> None:
    text = template("helm-3.17", file, "--set", f"presync.mode={mode},presync.enabled=false").text
    assert "-migrate" not in text
    assert "presync/" not in text.replace("/presync/", "")
    assert for_argo_cd(text).keys() < for_argo_cd(rendered(file, "postrenderer")).keys()


OUTSIDE = {"database-credentials", "mirror-credentials", "database-owner", "company-authorities", "high"}
WAVES_BEFORE = {"Job": 0, "ExternalSecret": 2}  # 1 for the rest


@each_file
@each_own_mode
def test_all_that_the_migration_reads_is_made_in_the_waves_before_it(file: Path, mode: str) -> None:
    release = Release(rendered(file, mode), NAMESPACE)
    hooks = [resource for resource in release.resources if meaning.runs_as_hook(resource)]
    (job,) = (resource for resource in hooks if resource.key.kind == "Job")
    read = {target for target in workload_targets(job) if target.name not in OUTSIDE}
    missing = {one for one in read if not any(one == hook.key or _makes(hook, one) for hook in hooks)}
    assert missing == set()
    before = {str(hook): meaning.wave(job) - meaning.wave(hook) for hook in hooks}
    assert before == {str(hook): WAVES_BEFORE.get(hook.key.kind, 1) for hook in hooks}


def _makes(hook: Resource, target: Target) -> bool:
    return target.kind == "Secret" and makes_secret(hook, target.name)


@each_file
def test_every_mode_renders_a_migration_that_runs_before_the_application(file: Path) -> None:
    """Guards the comparisons: two empty sides would be equal too."""
    for reading, phase in ((argo_cds_reading, '"PreSync"'), (helms_reading, '"pre-upgrade"')):
        objects = described(rendered(file, "helm"), reading, NAMESPACE)
        (job,) = (text for name, text in objects.items() if name.startswith("batch Job ") and "-migrate" in name)
        assert phase in job


@each_file
@each_mode
def test_presync_finds_nothing_to_say_about_what_it_rendered(file: Path, mode: str) -> None:
    once = rendered_by_presync(rendered(file, mode)).text
    again = rendered_by_presync(once)
    assert (again.code, again.stderr) == (0, "")
    assert again.stdout == once


@each_file
@each_own_mode
def test_presync_finds_no_error_in_what_the_chart_made(file: Path, mode: str) -> None:
    found = linted_by_presync(rendered(file, mode))
    said = found.stdout + found.stderr
    assert (found.code, re.findall(r"(?m)^(?:error|warning)\[.*", said)) == (0, []), said


@each_file
@each_own_mode
def test_rendering_what_the_chart_made_changes_only_the_vocabulary(file: Path, mode: str) -> None:
    before = rendered(file, mode)
    after = rendered_by_presync(before)
    assert WORDS.sub("", after.text) == WORDS.sub("", before)
    assert mode == "helm" or after.text == before
    assert_same("the chart's text", for_argo_cd(before), "presync's", for_argo_cd(after.stdout))


@each_file
def test_presync_says_nothing_to_helm_about_what_the_chart_made(file: Path) -> None:
    assert rendered_by_plugin(file, "helm")[1] == ""


@each_file
@each_mode
def test_only_the_mode_of_the_words_has_them(file: Path, mode: str) -> None:
    """Words of a test are Helm's in every mode: Argo CD leaves out what has them."""
    words = {"helm": 'helm.sh/hook: "pre-', "argocd": "argocd.argoproj.io/hook", "postrenderer": "presync/phase"}
    text = rendered(file, mode)
    assert {other for other, word in words.items() if word in text} == {mode}
