"""Helm installs, upgrades and removes the chart through presync, on a real node with a real database."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from .kubernetes import Body, Watched, is_available, is_complete, is_failed, kubectl
from .scenario import APP, BROKEN, CHART, COPY, FIRST, MIGRATE, SECOND, helm, presync, sharing, values, written

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path

    from pytest_helm_charts.clusters import Cluster

    from .database import Database

PRESYNC_3 = ("--post-renderer", "presync", "--post-renderer-args", "--target=helm")
PRESYNC_4 = ("--post-renderer", "presync")


class Release:
    """Called `demo`, in the test's own namespace."""

    def __init__(self, version: str, cluster: Cluster, space: Watched, db: Database, folder: Path) -> None:
        self.version, self.cluster, self.space, self.db, self.folder = version, cluster, space, db, folder

    def helm(self, command: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        whole = (command, "demo", *arguments, "--namespace", self.space.namespace, "--timeout", "4m")
        return helm(self.version, *whole, kubeconfig=str(self.cluster.kube_config_path))

    def put(self, version: int, files: dict[str, str], *flags: str, **presync: Any) -> subprocess.CompletedProcess[str]:
        return self.put_values(values(self.db.url, version, files, **presync), *flags)

    def put_values(self, content: dict[str, Any], *flags: str) -> subprocess.CompletedProcess[str]:
        file = written(self.folder, content)
        return self.helm("upgrade", str(CHART), "--install", "--wait", "--values", file, *flags)

    def live(self, kind: str, name: str) -> Body:
        return self.space.until_there(kind, name)


@pytest.fixture
def helm4(kube_cluster: Cluster, space: Watched, db: Database, tmp_path: Path) -> Release:
    return Release("4", kube_cluster, space, db, tmp_path)


@pytest.fixture
def helm3(kube_cluster: Cluster, space: Watched, db: Database, tmp_path: Path) -> Release:
    return Release("3", kube_cluster, space, db, tmp_path)


def uid(body: Body) -> str:
    return str(body["metadata"]["uid"])


def test_helm_3_is_refused_where_it_cannot_see_the_hooks(helm3: Release) -> None:
    done = helm3.put(1, FIRST, *PRESYNC_3)
    assert done.returncode != 0
    assert "hooks-unseen" in done.stderr
    assert helm3.space.names("Secret") == set()


def test_helm_4_installs_upgrades_and_removes_a_release(helm4: Release) -> None:
    space, db = helm4.space, helm4.db

    done = helm4.put(1, FIRST, *PRESYNC_4)
    assert done.returncode == 0, done.stderr
    assert db.query("SELECT version FROM schema") == "1"
    space.until_there("Deployment", APP, is_available)
    space.until(lambda seen: seen.was_deleted("Secret", COPY), "the copy's end")
    first = uid(helm4.live("Secret", APP))

    done = helm4.put(2, SECOND, *PRESYNC_4)
    assert done.returncode == 0, done.stderr
    assert db.query("SELECT max(version) FROM schema") == "2"
    assert space.uids("Secret", APP) == [first]
    assert len(space.uids("Job", MIGRATE)) == 2

    assert helm4.helm("uninstall", "--wait").returncode == 0
    space.until(lambda seen: not seen.names("Deployment"), "the application's end")
    # Helm deletes no hooks: this is what remains, and the command that removes it.
    assert {(kind, name) for kind, name in space.objects if name.startswith("demo-")} - {
        (kind, name) for kind, name in space.objects if kind == "Pod"
    } == {("Job", MIGRATE), ("ConfigMap", MIGRATE), ("ServiceAccount", MIGRATE)}
    kubectl(
        helm4.cluster, "delete", "job,configmap,serviceaccount", "-n", space.namespace,
        "-l", "app.kubernetes.io/instance=demo",
    )  # fmt: skip
    space.until(lambda seen: not [name for _, name in seen.objects if name.startswith("demo-")], "an empty namespace")


def test_a_failing_migration_leaves_the_old_application_running_on_the_old_schema(helm4: Release) -> None:
    space, db = helm4.space, helm4.db
    assert helm4.put(1, FIRST, *PRESYNC_4).returncode == 0
    space.until_there("Deployment", APP, is_available)
    pods = {uid(pod) for pod in space.pods_of(APP) if "migrate" not in pod["metadata"]["name"]}

    assert helm4.put(2, BROKEN, *PRESYNC_4).returncode != 0
    space.until_there("Job", MIGRATE, is_failed)
    assert helm4.live("ConfigMap", APP)["data"]["SCHEMA"] == "1"
    assert {uid(pod) for pod in space.pods_of(APP) if "migrate" not in pod["metadata"]["name"]} == pods
    assert db.query("SELECT max(version) FROM schema") == "1"

    done = helm4.put(2, SECOND, *PRESYNC_4)
    assert done.returncode == 0, done.stderr
    assert db.query("SELECT max(version) FROM schema") == "2"
    assert len(space.uids("Secret", APP)) == 1


def test_a_secret_that_was_a_hook_is_adopted_as_the_finding_says(helm4: Release) -> None:
    space = helm4.space
    hook = {"helm.sh/hook": "pre-install,pre-upgrade"}
    content = sharing(helm4.db.url, hook | {"helm.sh/hook-weight": "-1"}, hook)
    done = helm4.put_values(content)
    assert done.returncode == 0, done.stderr
    first = uid(helm4.live("Secret", "shared"))

    done = helm4.put_values(content, *PRESYNC_4)
    assert "cannot be imported into the current release" in done.stderr
    names = {"meta.helm.sh/release-name": "demo", "meta.helm.sh/release-namespace": space.namespace}
    marks = [f"{key}={value}" for key, value in (names | {"helm.sh/resource-policy": "keep"}).items()]
    secret = ("-n", space.namespace, "secret", "shared")
    kubectl(helm4.cluster, "label", *secret, "app.kubernetes.io/managed-by=Helm")
    kubectl(helm4.cluster, "annotate", *secret, *marks)

    done = helm4.put_values(content, *PRESYNC_4)
    assert done.returncode == 0, done.stderr
    assert space.uids("Secret", "shared") == [first]
    space.until(lambda seen: seen.was_deleted("Secret", "shared-presync"), "the copy's end")
    space.until_there("Deployment", APP, is_available)


def test_helm_3_runs_the_hooks_that_the_chart_itself_writes(helm3: Release) -> None:
    done = helm3.put(1, FIRST, *PRESYNC_3, mode="helm")
    assert done.returncode == 0, done.stderr
    assert helm3.db.query("SELECT version FROM schema") == "1"
    done = helm3.put(2, SECOND, *PRESYNC_3, mode="helm")
    assert done.returncode == 0, done.stderr
    assert helm3.db.query("SELECT max(version) FROM schema") == "2"
    assert len(helm3.space.uids("Secret", APP)) == 1


def test_a_pipeline_applies_what_presync_made(helm4: Release) -> None:
    """`kubectl apply` runs no hooks: the migration is a Job beside the application, and finds all that it reads."""
    space = helm4.space
    content = written(helm4.folder, values(helm4.db.url, 1, FIRST))
    rendered = helm4.helm("template", str(CHART), "--values", content)
    assert rendered.returncode == 0, rendered.stderr
    safe = presync(rendered.stdout, "--target", "argocd", "--namespace", space.namespace)
    kubectl(helm4.cluster, "apply", "--server-side", "-n", space.namespace, "-f", "-", stdin=safe)
    space.until_there("Job", MIGRATE, is_complete)
    space.until_there("Deployment", APP, is_available)
    assert helm4.db.query("SELECT version FROM schema") == "1"
