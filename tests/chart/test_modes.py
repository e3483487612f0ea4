"""Whoever makes hooks and copies, the chart or presync, they are the same, and presync has nothing to say about them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from .description import VOCABULARY, argo_cds_reading, assert_same, described, helms_reading
from .rendering import (
    CI_FILES,
    MODES,
    NAMESPACE,
    each_file,
    each_mode,
    linted_by_presync,
    rendered,
    rendered_by_plugin,
    rendered_by_presync,
)

if TYPE_CHECKING:
    from pathlib import Path

REFUSED = "external-secret-values.yaml"  # until presync makes copies of what makes Secrets
OWN_MODES = ("helm", "argocd")  # those in which the chart makes hooks and copies itself
WORDS = re.compile(rf"^ +({'|'.join(map(re.escape, VOCABULARY))}): .*\n", re.MULTILINE)

each_own_mode = pytest.mark.parametrize("mode", OWN_MODES)


def skip_if_refused(file: Path, mode: str) -> None:
    if file.name == REFUSED and mode == "postrenderer":
        pytest.skip("presync refuses it: see test_presync_refuses_by_name_what_makes_the_secret")


def for_argo_cd(text: str) -> dict[str, str]:
    return described(text, argo_cds_reading, NAMESPACE)


def for_helm(text: str) -> dict[str, str]:
    return described(text, helms_reading, NAMESPACE)


@each_file
@pytest.mark.parametrize("mode", ["argocd", "postrenderer"])
def test_argo_cd_gets_the_same_in_every_mode(file: Path, mode: str) -> None:
    skip_if_refused(file, mode)
    text = rendered(file, mode)
    if mode == "postrenderer":
        text = rendered_by_presync(text).text
    assert_same("mode helm", for_argo_cd(rendered(file, "helm")), f"mode {mode}", for_argo_cd(text))


@each_file
@each_mode
def test_helm_4_gets_the_same_in_every_mode_with_its_post_renderer(file: Path, mode: str, log: Path) -> None:
    skip_if_refused(file, mode)
    made = rendered_by_plugin(file, mode, log).text
    assert_same("mode helm", for_helm(rendered(file, "helm", "helm-4")), f"mode {mode} with presync", for_helm(made))


@each_file
def test_every_mode_renders_a_migration_that_runs_before_the_application(file: Path) -> None:
    """Guards the comparisons: two empty sides would be equal too."""
    for reading, phase in ((argo_cds_reading, '"PreSync"'), (helms_reading, '"pre-upgrade"')):
        objects = described(rendered(file, "helm"), reading, NAMESPACE)
        (job,) = (text for name, text in objects.items() if name.startswith("batch Job ") and "-migrate" in name)
        assert phase in job


def test_presync_refuses_by_name_what_makes_the_secret(log: Path) -> None:
    (file,) = (file for file in CI_FILES if file.name == REFUSED)
    piped = rendered_by_presync(rendered(file, "postrenderer"))
    assert (piped.code, piped.stdout) == (1, "")
    assert (
        "reads ExternalSecret/demo-presync-app in PreSync, before it has made Secret/demo-presync-app" in piped.stderr
    )
    assert rendered_by_plugin(file, "postrenderer", log).code == 1


@each_file
@each_mode
def test_presync_finds_nothing_to_say_about_what_it_rendered(file: Path, mode: str) -> None:
    skip_if_refused(file, mode)
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
def test_presync_says_nothing_to_helm_about_what_the_chart_made(file: Path, tmp_path: Path) -> None:
    log = tmp_path / "log"
    assert rendered_by_plugin(file, "helm", log).text
    assert not log.exists() or log.read_text() == ""


@each_file
@pytest.mark.parametrize("mode", MODES)
def test_only_the_mode_of_the_words_has_them(file: Path, mode: str) -> None:
    """Words of a test are Helm's in every mode: Argo CD leaves out what has them."""
    words = {"helm": 'helm.sh/hook: "pre-', "argocd": "argocd.argoproj.io/hook", "postrenderer": "presync/phase"}
    text = rendered(file, mode)
    assert {other for other, word in words.items() if word in text} == {mode}


@pytest.fixture(scope="session")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("presync") / "log"
