"""The hooks of this repository, run by the real pre-commit in a repository that uses them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from ..given import job, secret

ROOT = Path(__file__).resolve().parents[2]
HOOKS = {hook["id"]: hook for hook in YAML(typ="safe").load(ROOT / ".pre-commit-hooks.yaml")}


def git(folder: Path, *arguments: str) -> None:
    who = ("-c", "user.name=t", "-c", "user.email=t@example.org")
    subprocess.run(["git", *who, *arguments], cwd=folder, check=True, capture_output=True)


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("repository")
    (folder / "deploy").mkdir()
    (folder / "deploy/app.yaml").write_text(secret() + job(), encoding="utf-8")
    git(folder, "init", "--quiet")
    git(folder, "add", ".")
    return folder


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("pre-commit")


def tried(repository: Path, home: Path, hook: str) -> subprocess.CompletedProcess[str]:
    """What pre-commit makes of a hook as it stands here, changes that are not committed among it."""
    return subprocess.run(
        [sys.executable, "-m", "pre_commit", "try-repo", str(ROOT), hook, "--all-files", "--color", "never"],
        cwd=repository,
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"PRE_COMMIT_HOME": str(home)},
        timeout=600,
    )


def test_a_finding_stops_the_commit_and_is_shown(repository: Path, home: Path) -> None:
    done = tried(repository, home, "presync-lint")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "error[late-dependency]: Job/migrate reads Secret/db" in done.stdout


def test_what_a_render_settles_does_not_stop_the_commit_of_the_other_hook(repository: Path, home: Path) -> None:
    done = tried(repository, home, "presync-lint-unsettled")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Passed" in done.stdout


def test_the_hooks_are_those_that_the_readme_names() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert all(f"`{hook}`" in readme for hook in HOOKS)
