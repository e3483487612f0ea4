"""Every situation in cases/: a folder with what goes in, what comes out and what is said.

`input.yaml` says in its first line what it proves; `settings.yaml` is optional; a missing `expected.yaml` means that
the release is refused; `lint.txt` is what `lint` says, where that is the point. `plan.txt` is the plan of what comes
out, or of what came in where that is refused; `simulation.txt` is what happens then in a first install and an upgrade
whose migration fails. `pytest --update-cases` writes anew what comes out: look at it before you keep it.
"""

import re
import subprocess
import sys
from pathlib import Path

import pytest

CASES = sorted(path.parent for path in (Path(__file__).parent / "cases").glob("*/input.yaml"))
LINTED = [folder for folder in CASES if (folder / "lint.txt").exists()]


def run(folder: Path, *arguments: str) -> tuple[int, bytes, str]:
    settings = folder / "settings.yaml"
    chosen = ["--settings", str(settings)] if settings.exists() else []
    done = subprocess.run(
        [sys.executable, "-m", "postrenderer", *arguments, *chosen],
        input=(folder / "input.yaml").read_bytes(),
        capture_output=True,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr.decode()


@pytest.fixture(params=CASES, ids=lambda folder: folder.name)
def folder(request: pytest.FixtureRequest) -> Path:
    return Path(request.param)


def test_what_comes_out_and_what_is_said(folder: Path, request: pytest.FixtureRequest) -> None:
    status, out, said = run(folder, "render")
    if request.config.getoption("--update-cases"):
        _update(folder, out, said)
    expected = folder / "expected.yaml"
    assert said == (folder / "findings.txt").read_text(encoding="utf-8")
    assert out == (expected.read_bytes() if expected.exists() else b"")
    assert status == (0 if expected.exists() else 1)


@pytest.mark.parametrize("folder", LINTED, ids=lambda folder: folder.name)
def test_what_lint_says(folder: Path, request: pytest.FixtureRequest) -> None:
    said = run(folder, "lint")[1].decode()
    if request.config.getoption("--update-cases"):
        (folder / "lint.txt").write_text(said, encoding="utf-8")
    assert said == (folder / "lint.txt").read_text(encoding="utf-8")


def test_the_plan(folder: Path, request: pytest.FixtureRequest) -> None:
    status, out, said = run(folder, "plan")
    oracle = folder / "plan.txt"
    if request.config.getoption("--update-cases"):
        oracle.write_bytes(out)
    assert out.decode() == oracle.read_text(encoding="utf-8")
    is_refused = not (folder / "expected.yaml").exists()
    assert (status, said) == (int(is_refused), (folder / "findings.txt").read_text("utf-8") if is_refused else "")


def test_the_simulation(folder: Path, request: pytest.FixtureRequest) -> None:
    wanted = ("--scenario", "first-install", "--scenario", "migration-fails")
    status, out, _ = run(folder, "simulate", "--rendered", *wanted)
    oracle = folder / "simulation.txt"
    if request.config.getoption("--update-cases"):
        oracle.write_bytes(out)
    assert out.decode() == oracle.read_text(encoding="utf-8")
    is_kept = (folder / "expected.yaml").exists() and "broken" not in out.decode()
    assert status == (0 if is_kept else 1)


def test_a_second_render_changes_nothing(folder: Path, tmp_path: Path) -> None:
    status, out, _ = run(folder, "render")
    if status == 0:
        (tmp_path / "input.yaml").write_bytes(out)
        if (folder / "settings.yaml").exists():
            (tmp_path / "settings.yaml").write_bytes((folder / "settings.yaml").read_bytes())
        assert run(tmp_path, "render")[:2] == (0, out)


def test_no_secret_is_said_or_shown(folder: Path) -> None:
    for command in (["render"], ["render", "--diff"], ["lint"], ["plan"], ["simulate", "--all"]):
        _, out, said = run(folder, *command)
        assert "canary" not in said
        assert command == ["render"] or b"canary" not in out


def test_the_first_line_says_what_the_case_proves(folder: Path) -> None:
    first = (folder / "input.yaml").read_text(encoding="utf-8").partition("\n")[0]
    assert re.match(r"# [A-Z].{20,}", first)


def _update(folder: Path, out: bytes, said: str) -> None:
    (folder / "findings.txt").write_text(said, encoding="utf-8")
    (folder / "expected.yaml").unlink(missing_ok=True)
    if out:
        (folder / "expected.yaml").write_bytes(out)
