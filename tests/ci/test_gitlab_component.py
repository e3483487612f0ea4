"""The GitLab component: valid for GitLab's own schema, and its script runs as a runner would run it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from check_jsonschema import builtin_schemas
from ruamel.yaml import YAML

from ..given import job, reads, secret

FILE = Path(__file__).resolve().parents[2] / "ci" / "gitlab" / "presync-lint.yml"
BIN = Path(sys.executable).parent
SHARED = secret() + job() + job("upgrade", "helm.sh/hook: pre-upgrade", reads())
LEFT = {"upgrade-only-hook", "no-deadline", "runaway-retries"}  # what no render settles by itself


def component(**given: str) -> dict[str, Any]:
    """The job with its inputs filled in, as GitLab does before it reads the YAML."""
    head, _, body = FILE.read_text(encoding="utf-8").partition("\n---\n")
    inputs = {name: about["default"] for name, about in YAML(typ="safe").load(head)["spec"]["inputs"].items()} | given
    filled = re.sub(r"\$\[\[ inputs\.(\w+) \]\]", lambda found: json.dumps(inputs[found[1]]), body)
    loaded: dict[str, Any] = YAML(typ="safe").load(filled)
    return loaded


def test_it_is_a_valid_configuration() -> None:
    folder = Path(builtin_schemas.__file__).parent / "vendor"
    schema = json.loads((folder / "gitlab-ci.json").read_text(encoding="utf-8"))
    head = YAML(typ="safe").load(FILE.read_text(encoding="utf-8").partition("\n---\n")[0])
    for part in (head, component()):
        jsonschema.Draft7Validator(schema).validate(part)


def run(folder: Path, **given: str) -> subprocess.CompletedProcess[str]:
    """Its script, but for the installation, with presync on PATH."""
    held = component(**given)["presync-lint"]
    install, *script = held["script"]
    assert install.startswith("pip install")
    variables = {key: str(value) for key, value in held["variables"].items()}
    path = {"PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"}
    return subprocess.run(
        ["sh", "-e", "-c", "\n".join(script)],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | variables | path,
        timeout=120,
    )


def report(folder: Path) -> list[dict[str, Any]]:
    name = component()["presync-lint"]["artifacts"]["reports"]["codequality"]
    listed: list[dict[str, Any]] = json.loads((folder / name).read_text(encoding="utf-8"))
    return listed


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "app.yaml").write_text(SHARED, encoding="utf-8")
    return tmp_path


def test_findings_fail_the_job_are_shown_and_reported(folder: Path) -> None:
    done = run(folder)
    assert done.returncode == 1
    assert "error[late-dependency]" in done.stdout
    assert {"late-dependency"} <= {each["check_name"] for each in report(folder)}


def test_arguments_are_heeded(folder: Path) -> None:
    done = run(folder, arguments="--unsettled", inputs="app.yaml")
    assert (done.returncode, done.stdout) == (0, "")
    assert {each["check_name"] for each in report(folder)} == LEFT


def test_what_cannot_be_read_fails_the_job(folder: Path) -> None:
    assert run(folder, inputs="missing.yaml").returncode == 2
