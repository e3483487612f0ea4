"""The plugin as Argo CD's sidecar calls it: in a checkout, with what an Application's author chose."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

PROJECT = Path(__file__).resolve().parents[2]
SCRIPTS = Path(sys.executable).parent
PLUGIN = PROJECT / "ci/argocd/plugin/presync-plugin"

pytestmark = pytest.mark.skipif(
    not (SCRIPTS / "helm").exists(), reason="no `helm` beside this Python: pip install '.[helm]'"
)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    folder = tmp_path / "checkout"
    shutil.copytree(PROJECT / "chart", folder / "apps/chart")
    shutil.copy(PROJECT / "chart/ci/postrenderer-values.yaml", folder / "production.yaml")
    return folder


def call(
    checkout: Path, command: str = "generate", sidecar: dict[str, str] | None = None, **parameters: Any
) -> subprocess.CompletedProcess[str]:
    """`sidecar` has more variables of its environment."""
    kinds = {str: "string", list: "array", dict: "map"}
    given = [{"name": name.replace("_", "-"), kinds[type(value)]: value} for name, value in parameters.items()]
    environment = {
        "PATH": f"{PLUGIN.parent}{os.pathsep}{SCRIPTS}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(checkout.parent),
        "TMPDIR": str(checkout.parent),
        "ARGOCD_APP_NAME": "team_shop",
        "ARGOCD_APP_NAMESPACE": "shop",
        "ARGOCD_APP_SOURCE_PATH": "apps/chart",
        "ARGOCD_APP_PARAMETERS": json.dumps(given) if given else "null",
        "KUBE_VERSION": "1.37.0",
        "KUBE_API_VERSIONS": "v1,apps/v1,batch/v1",
        **(sidecar or {}),
    }
    return subprocess.run(
        ["presync-plugin", command],
        cwd=checkout / "apps/chart",
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_chart_is_rendered_and_made_safe(checkout: Path) -> None:
    done = call(checkout, value_files=["../../production.yaml"])
    assert done.returncode == 0, done.stderr
    assert "name: shop-presync-app-presync" in done.stdout  # the copy; the release is called as the Application
    assert 'argocd.argoproj.io/hook: "PreSync"' in done.stdout
    assert "presync-stamp" in done.stdout
    assert [entry.name for entry in checkout.parent.iterdir() if entry.name.startswith("presync-")] == []


def test_parameters_reach_helm_as_they_are(checkout: Path) -> None:
    done = call(
        checkout,
        release_name="other",
        value_files=["/production.yaml"],
        values="podLabels: {first: '1'}",
        set={"podLabels.second": "a,b;$(id)"},
        set_string={"podLabels.third": "3"},
    )
    assert done.returncode == 0, done.stderr
    for text in ("name: other-presync-app", "first: '1'", "second: a,b;$(id)", 'third: "3"'):
        assert text.replace("'", '"') in done.stdout.replace("'", '"'), text


MISTYPED = """\
apiVersion: v1
kind: ConfigMap
metadata:
  name: x
  annotations:
    argocd.argoproj.io/hook: Presync
"""
OUTSIDE = [
    "/etc/hostname",
    "../../../outside.yaml",
    "https://example.org/values.yaml",
    "../../link.yaml",
    "missing.yaml",
    "../../a,b.yaml",
]


@pytest.mark.parametrize("name", OUTSIDE)
def test_a_value_file_comes_from_the_checkout(checkout: Path, name: str) -> None:
    (checkout.parent / "outside.yaml").write_text("replicaCount: 7\n")
    (checkout / "link.yaml").symlink_to(checkout.parent / "outside.yaml")
    (checkout / "a,b.yaml").write_text("replicaCount: 7\n")
    done = call(checkout, value_files=[name])
    assert done.returncode != 0
    assert done.stdout == ""
    assert f"value file {name!r}" in done.stderr


@pytest.mark.parametrize("name", ["--debug", "a b", "UPPER", "{{ now }}", "a" * 54])
def test_a_release_is_called_as_helm_allows(checkout: Path, name: str) -> None:
    done = call(checkout, release_name=name)
    assert (done.returncode != 0, done.stdout) == (True, "")
    assert "cannot be a release's name" in done.stderr


def test_an_unknown_parameter_is_refused(checkout: Path) -> None:
    done = call(checkout, valuefiles=["../../production.yaml"])
    assert (done.returncode != 0, done.stdout) == (True, "")
    assert "unknown parameter 'valuefiles'" in done.stderr


def test_a_failed_helm_is_no_empty_chart(checkout: Path) -> None:
    (checkout / "apps/chart/templates/broken.yaml").write_text("{{ fail `no` }}")
    done = call(checkout, value_files=["../../production.yaml"])
    assert (done.returncode != 0, done.stdout) == (True, "")
    assert "no" in done.stderr


def test_a_refusal_of_presync_gives_no_manifests(checkout: Path) -> None:
    (checkout / "apps/chart/templates/x.yaml").write_text(MISTYPED)
    done = call(checkout, value_files=["../../production.yaml"])
    assert (done.returncode, done.stdout) == (1, "")
    assert "unknown-hook-word" in done.stderr


def test_an_annotation_silences_a_rule_unless_the_sidecar_locks_it(checkout: Path) -> None:
    (checkout / "apps/chart/templates/x.yaml").write_text(f"{MISTYPED}    presync/allow: unknown-hook-word\n")
    settings = {"PRESYNC_SETTINGS": str(PROJECT / "ci/argocd/presync.yaml")}
    assert call(checkout, value_files=["../../production.yaml"]).returncode == 0
    locked = call(checkout, sidecar=settings, value_files=["../../production.yaml"])
    assert (locked.returncode, locked.stdout) == (1, "")
    assert "unknown-hook-word" in locked.stderr


@pytest.mark.parametrize("settings", [{}, {"PRESYNC_SETTINGS": str(PROJECT / "ci/argocd/presync.yaml")}])
def test_settings_in_the_repository_are_not_read(checkout: Path, settings: dict[str, str]) -> None:
    (checkout / "apps/chart/templates/x.yaml").write_text(MISTYPED)
    for folder in (checkout, checkout / "apps/chart"):
        (folder / "presync.yaml").write_text("{allow: [unknown-hook-word], lock: []}")
    done = call(checkout, sidecar=settings, value_files=["../../production.yaml"])
    assert (done.returncode, done.stdout) == (1, "")


def test_dependencies_are_built_only_where_they_are_missing(checkout: Path) -> None:
    chart = checkout / "apps/chart"
    assert call(checkout, "init").returncode == 0
    assert not (chart / "Chart.lock").exists()
    part = checkout / "part"
    (part / "templates").mkdir(parents=True)
    (part / "Chart.yaml").write_text("{apiVersion: v2, name: part, version: 1.0.0}")
    with (chart / "Chart.yaml").open("a") as file:
        file.write("\ndependencies: [{name: part, version: 1.0.0, repository: 'file://../../part'}]\n")
    done = call(checkout, "init")
    assert done.returncode == 0, done.stderr
    assert [entry.name for entry in (chart / "charts").iterdir()] == ["part-1.0.0.tgz"]
    shutil.rmtree(part)
    assert call(checkout, "init").returncode == 0
