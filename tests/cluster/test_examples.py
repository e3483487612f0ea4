"""What ci/argocd tells people to apply is taken by a real Argo CD as it stands, but for names and addresses."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from ruamel.yaml import YAML

from .applications import NAMESPACE, Application
from .kubernetes import APPLICATION, Watched, is_available, kubectl
from .scenario import FIRST, PROJECT, migrated, values

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_helm_charts.clusters import Cluster

    from .database import Database, Server

FOLDER = PROJECT / "ci/argocd"
MANIFESTS = os.environ.get("PRESYNC_TEST_ARGOCD_MANIFESTS", "")


def example(file: str, app: Application) -> dict[str, Any]:
    """Everything in it that is called `shop` has the test's own name."""
    text = (FOLDER / "examples" / file).read_text().replace("https://git.example.org/shop.git", app.address)
    found = YAML(typ="safe").load(text.replace("shop", app.name))
    assert isinstance(found, dict)
    return found


def test_the_application_is_synced(app: Application, space: Watched, db: Database) -> None:
    revision = app.commit({}, **{"environments/production.yaml": values(db.url, 1, FIRST)})
    app.put(example("application.yaml", app))
    app.until_synced(revision)
    assert migrated(db) == "1"
    deployment = space.until_there("Deployment", f"{app.name}-presync-app", is_available)
    assert deployment["spec"]["replicas"] == 3


@pytest.fixture
def environments(kube_cluster: Cluster, app: Application, server: Server) -> Iterator[dict[str, Watched]]:
    """The Applications that the ApplicationSet makes, and a repository with what it names."""
    names = {environment: f"{app.name}-{environment}" for environment in ("staging", "production")}
    files = {
        f"environments/{environment}.yaml": values(server.database(name).url, 1, FIRST)
        for environment, name in names.items()
    }
    app.commit({}, **files)
    app.git("tag", "v1.4.0")
    watched = {each: Watched(kube_cluster, NAMESPACE, APPLICATION, only=name) for each, name in names.items()}
    yield watched
    kubectl(kube_cluster, "delete", "applicationset", app.name, "-n", NAMESPACE, "--ignore-not-found")
    for environment, name in names.items():
        watched[environment].end()
        kubectl(kube_cluster, "delete", "namespace", name, "--ignore-not-found", "--wait=false")


def test_the_application_set_makes_an_application_of_each_environment(
    app: Application, environments: dict[str, Watched]
) -> None:
    app.put(example("applicationset.yaml", app))
    for environment, watched in environments.items():
        made = watched.until_there("Application", f"{app.name}-{environment}", is_healthy, "synced and healthy")
        names = {each["name"] for each in made["status"]["operationState"]["syncResult"]["resources"]}
        assert f"{app.name}-presync-app-migrate" in names


def is_healthy(application: dict[str, Any]) -> bool:
    status = application.get("status", {})
    found = [status.get(key, {}).get("status") for key in ("sync", "health")]
    return found == ["Synced", "Healthy"]


needs_manifests = pytest.mark.skipif(not MANIFESTS, reason="no manifests of Argo CD: ci/cluster/up --argocd")


@needs_manifests
def test_the_documentation_says_what_replaces_each_field_of_a_helm_source() -> None:
    definition = YAML(typ="safe").load(Path(MANIFESTS).parent / "crds/application-crd.yaml")
    schema = definition["spec"]["versions"][0]["schema"]["openAPIV3Schema"]
    for step in ("spec", "source", "helm"):
        schema = schema["properties"][step]
    table = re.findall(r"^\| (`.*?) \|", (FOLDER / "README.md").read_text(), re.MULTILINE)
    documented = [field for row in table[1:] for field in re.findall(r"`(\w+)", row)]
    assert sorted(documented) == sorted(schema["properties"])


@needs_manifests
def test_the_components_fit_argo_cds_own_manifests(kube_cluster: Cluster, tmp_path: Path) -> None:
    (tmp_path / "install.yaml").write_text(Path(MANIFESTS).read_text())
    kustomization = {
        "namespace": NAMESPACE,
        "resources": ["install.yaml"],
        "components": [os.path.relpath(folder, tmp_path.resolve()) for folder in (FOLDER, FOLDER / "notifications")],
        "images": [{"name": "presync-plugin", "newName": "example.org/presync", "newTag": "1"}],
    }
    (tmp_path / "kustomization.yaml").write_text(json.dumps(kustomization))
    whole = kubectl(kube_cluster, "kustomize", str(tmp_path))
    # What is there is Argo CD's: nothing is changed, but the API server checks it all.
    flags = ("--server-side", "--force-conflicts", "--dry-run=server", "--output", "json")
    taken = json.loads(kubectl(kube_cluster, "apply", *flags, "--filename", "-", stdin=whole))
    objects = {(each["kind"], each["metadata"]["name"]): each for each in taken["items"]}
    pod = objects["Deployment", "argocd-repo-server"]["spec"]["template"]["spec"]
    sidecar = next(each for each in pod["containers"] if each["name"] == "presync")
    assert sidecar["image"] == "example.org/presync:1"
    mounted = {each["name"] for each in sidecar["volumeMounts"]}
    volumes = {each["name"]: each for each in pod["volumes"]}
    assert mounted <= set(volumes)
    settings = objects["ConfigMap", volumes["presync-settings"]["configMap"]["name"]]["data"]
    assert settings["presync.yaml"] == (FOLDER / "presync.yaml").read_text()
    assert "trigger.on-presync-failed" in objects["ConfigMap", "argocd-notifications-cm"]["data"]
