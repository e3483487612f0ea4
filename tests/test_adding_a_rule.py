"""CONTRIBUTING's steps, done to a copy: a rule is one file and one line in a tuple, and all else follows."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import postrenderer

from . import given

ROOT = Path(__file__).parent.parent
STEPS = (
    (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").partition("## How to add a rule")[2].partition("\n## ")[0]
)
NAME = "nameless-team"
RULE = '''"""Somebody must feel called when a migration fails.

Why: a hook without a `team` label wakes nobody.

Finds: |
  apiVersion: batch/v1
  kind: Job
  metadata: {name: migrate, annotations: {argocd.argoproj.io/hook: PreSync}}
Accepts: |
  apiVersion: batch/v1
  kind: Job
  metadata: {name: migrate, labels: {team: data}, annotations: {argocd.argoproj.io/hook: PreSync}}
Source: Kubernetes 1.37 meta/v1 ObjectMeta
"""

from collections.abc import Iterator

from postrenderer.findings import Finding, Severity
from postrenderer.release import Release
from postrenderer.settings import Settings

ID = "nameless-team"
SEVERITY = Severity.WARNING


def find(release: Release, settings: Settings) -> Iterator[Finding]:
    for hook in release.workloads:
        if "team" not in hook.labels:
            yield Finding(ID, SEVERITY, hook, f"{hook} has no team", "Add the label team.", "stands here")
'''


def with_rule(folder: Path, room: str) -> None:
    """Steps 1 to 4: the file, and its line in the tuple."""
    module = NAME.replace("-", "_")
    (folder / "postrenderer" / room / f"{module}.py").write_text(RULE, encoding="utf-8")
    listing = folder / "postrenderer" / room / "__init__.py"
    text = listing.read_text(encoding="utf-8")
    text = text.replace(" import (\n", f" import (\n    {module},\n").replace(" = (\n", f" = (\n    {module},\n")
    listing.write_text(text, encoding="utf-8")


def run(folder: Path, *command: str | Path, text: str = "") -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(folder), "PYTHONSAFEPATH": "1"}
    return subprocess.run(command, input=text, capture_output=True, text=True, check=False, cwd=folder, env=environment)


@pytest.fixture(params=["rules", "advice"])
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    shutil.copytree(Path(postrenderer.__file__).parent, tmp_path / "postrenderer")
    with_rule(tmp_path, request.param)
    return tmp_path


def test_the_steps_name_the_files() -> None:
    written = re.findall(r"`((?:postrenderer|tests)/[\w/]+\.py)`", STEPS)
    assert [path for path in written if not (ROOT / path).exists() and "NAME" not in path] == []
    assert {"postrenderer/rules/NAME.py", "postrenderer/advice/NAME.py"} <= set(written)


def test_lint_finds_and_accepts_what_the_rule_does(folder: Path) -> None:
    presync = (sys.executable, "-m", "postrenderer", "lint")
    labelled = given.job(labels="team: data")
    assert f"[{NAME}]" in run(folder, *presync, text=given.secret() + given.job()).stdout
    assert f"[{NAME}]" not in run(folder, *presync, text=given.secret() + labelled).stdout


def test_it_can_be_allowed_by_its_name(folder: Path) -> None:
    (folder / "presync.yaml").write_text(f"allow: [{NAME}]\n", encoding="utf-8")
    done = run(folder, sys.executable, "-m", "postrenderer", "lint", text=given.secret() + given.job())
    assert (f"[{NAME}]" in done.stdout, "is no rule" in done.stderr) == (False, False)


def test_the_tests_over_all_rules_run_its_examples(folder: Path) -> None:
    tests = (Path(sys.executable).parent / "pytest", "-q", "-k", NAME, "--rootdir", ROOT, "-c", ROOT / "pyproject.toml")
    done = run(folder, *tests, ROOT / "tests" / "test_rules.py")
    assert done.returncode == 0, done.stdout[-2000:]
    assert int(re.findall(r"(\d+) passed", done.stdout)[0]) >= 8
