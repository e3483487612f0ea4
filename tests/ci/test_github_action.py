"""The composite action: its steps are scripts, which run here as a runner would run them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest
from check_jsonschema import builtin_schemas
from ruamel.yaml import YAML

from ..given import job, reads, secret

ACTION = Path(__file__).resolve().parents[2] / "ci" / "github"
BIN = Path(sys.executable).parent
SHARED = secret() + job() + job("upgrade", "helm.sh/hook: pre-upgrade", reads())
LEFT = {"upgrade-only-hook", "no-deadline", "runaway-retries"}  # what no render settles by itself


def action() -> dict[str, object]:
    loaded: dict[str, object] = YAML(typ="safe").load(ACTION / "action.yml")
    return loaded


def test_it_is_a_valid_action() -> None:
    folder = Path(builtin_schemas.__file__).parent / "vendor"
    schema = json.loads((folder / "github-actions.json").read_text(encoding="utf-8"))
    jsonschema.Draft7Validator(schema).validate(action())


def test_no_input_reaches_a_shell_as_its_text() -> None:
    """An expression in `run` would be code of whoever writes the input."""
    steps = action()["runs"]["steps"]  # type: ignore[index]
    for step in steps:
        assert "${{" not in step.get("run", "")
    scripts = {step["run"].strip('"').rpartition("/")[2] for step in steps if "run" in step}
    assert scripts == {path.name for path in ACTION.iterdir()} - {"action.yml"}


@pytest.fixture
def runner(tmp_path: Path) -> Path:
    (tmp_path / "deploy").mkdir()
    (tmp_path / "temp").mkdir()
    return tmp_path


def step(runner: Path, name: str, **variables: str) -> subprocess.CompletedProcess[str]:
    given = {
        "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}",
        "RUNNER_TEMP": str(runner / "temp"),
        "GITHUB_OUTPUT": str(runner / "output"),
        "GITHUB_PATH": str(runner / "path"),
    }
    return subprocess.run(
        ["sh", str(ACTION / name)],
        cwd=runner / "deploy",
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | given | variables,
        timeout=600,
    )


def outputs(runner: Path) -> dict[str, str]:
    file = runner / "output"
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    return dict(line.split("=", 1) for line in lines)  # type: ignore[misc]


def test_findings_annotate_and_are_written_as_sarif(runner: Path) -> None:
    (runner / "deploy/app.yaml").write_text(SHARED, encoding="utf-8")
    done = step(runner, "lint")
    assert done.returncode == 1
    assert "::error file=app.yaml,line=" in done.stdout
    sarif = json.loads(Path(outputs(runner)["sarif"]).read_text(encoding="utf-8"))
    assert {each["ruleId"] for each in sarif["runs"][0]["results"]} >= {"late-dependency"}


def test_inputs_and_arguments_are_lines_and_nothing_else(runner: Path) -> None:
    for name in ("a b.yaml", "*.yaml", "$(touch hacked).yaml"):
        (runner / "deploy" / name).write_text(SHARED, encoding="utf-8")
    given = {"LINT_INPUTS": "a b.yaml\n$(touch hacked).yaml\n*.yaml", "LINT_ARGUMENTS": "--unsettled\n--fail-on=error"}
    done = step(runner, "lint", **given)
    assert done.returncode == 0, done.stderr
    sarif = json.loads(Path(outputs(runner)["sarif"]).read_text(encoding="utf-8"))
    found = [each["ruleId"] for each in sarif["runs"][0]["results"]]
    assert set(found) == LEFT
    assert found.count("upgrade-only-hook") == 3
    assert not (runner / "deploy/hacked").exists()


def test_what_cannot_be_read_uploads_nothing(runner: Path) -> None:
    done = step(runner, "lint", LINT_INPUTS="missing.yaml")
    assert done.returncode == 2
    assert outputs(runner) == {}


def test_the_step_before_installs_this_very_presync(runner: Path) -> None:
    done = step(runner, "install")
    assert done.returncode == 0, done.stderr
    path = (runner / "path").read_text(encoding="utf-8").strip()
    shown = subprocess.run([f"{path}/presync", "lint", "--help"], capture_output=True, text=True, check=True)
    assert "--unsettled" in shown.stdout
