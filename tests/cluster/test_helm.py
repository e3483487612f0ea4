"""Helm installs, upgrades and removes the chart through presync, on a real node with a real database."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from .kubernetes import Body, Watched, is_available, is_complete, is_failed, kubectl
from .scenario import (
    APP,
    BROKEN,
    CHART,
    COPIES,
    FIRST,
    HOOKS,
    JOB,
    MIGRATE,
    OURS,
    SECOND,
    application_pods,
    helm,
    migrated,
    presync,
    sharing,
    values,
    written,
)

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
        whole = (*command.split(), "demo", *arguments, "--namespace", self.space.namespace)
        return helm(self.version, *whole, kubeconfig=str(self.cluster.kube_config_path))

    def put(self, version: int, files: dict[str, str], *flags: str, **presync: Any) -> subprocess.CompletedProcess[str]:
        return self.put_values(values(self.db.url, version, files, **presync), *flags)

    def put_values(self, content: dict[str, Any], *flags: str) -> subprocess.CompletedProcess[str]:
        file = written(self.folder, content)
        return self.helm("upgrade --install --wait --timeout 4m", str(CHART), "--values", file, *flags)

    def live(self, kind: str, name: str) -> Body:
        return self.space.until_there(kind, name)

    def uninstall(self) -> None:
        """As the README says: Helm deletes no hooks, and tells which there are only before."""
        hooks = self.helm("get hooks").stdout
        assert self.helm("uninstall --wait --timeout 4m").returncode == 0
        self.space.until_just(HOOKS)
        kubectl(
            self.cluster, "delete", "-n", self.space.namespace, "--ignore-not-found", "--filename", "-", stdin=hooks
        )
        self.space.until_just(set())


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
    assert helm3.space.there() == set()


def test_helm_4_installs_upgrades_and_removes_a_release(helm4: Release) -> None:
    space, db = helm4.space, helm4.db

    done = helm4.put(1, FIRST, *PRESYNC_4)
    assert done.returncode == 0, done.stderr
    assert migrated(db) == "1"
    space.until_there("Deployment", APP, is_available)
    space.until_just(OURS, HOOKS)
    assert space.deleted() == COPIES

    done = helm4.put(2, SECOND, *PRESYNC_4)
    assert done.returncode == 0, done.stderr
    assert migrated(db) == "2"
    space.until_just(OURS, HOOKS)
    assert space.deleted() == COPIES | HOOKS
    assert len(space.uids("Job", MIGRATE)) == 2

    helm4.uninstall()


@pytest.mark.parametrize("flags", [(), ("--rollback-on-failure",)], ids=["left failed", "rolled back"])
def test_a_failing_migration_leaves_the_old_application_running_on_the_old_schema(
    helm4: Release, flags: tuple[str, ...]
) -> None:
    space, db = helm4.space, helm4.db
    assert helm4.put(1, FIRST, *PRESYNC_4).returncode == 0
    space.until_there("Deployment", APP, is_available)
    pods = application_pods(space)

    assert helm4.put(2, BROKEN, *PRESYNC_4, *flags).returncode != 0
    space.until_there("Job", MIGRATE, is_failed)
    space.until_just(OURS, HOOKS)
    assert helm4.live("ConfigMap", APP)["data"]["SCHEMA"] == "1"
    assert application_pods(space) == pods
    assert migrated(db) == "1"

    done = helm4.put(2, SECOND, *PRESYNC_4)
    assert done.returncode == 0, done.stderr
    assert migrated(db) == "2"
    space.until_just(OURS, HOOKS)
    assert space.deleted() == COPIES | HOOKS


def test_a_release_leaves_presync_for_the_charts_own_hooks(helm4: Release) -> None:
    space = helm4.space
    assert helm4.put(1, FIRST, *PRESYNC_4).returncode == 0

    # The flag alone may not go: the Job would be an ordinary object, and Helm refuses to take it over.
    done = helm4.put(2, SECOND)
    assert "cannot be imported into the current release" in done.stderr
    assert migrated(helm4.db) == "1"

    done = helm4.put(2, SECOND, mode="helm")
    assert done.returncode == 0, done.stderr
    assert migrated(helm4.db) == "2"
    space.until_just(OURS, HOOKS)
    assert space.deleted() == COPIES | HOOKS


def test_a_secret_that_was_a_hook_is_adopted_as_the_finding_says_and_stays_when_presync_goes(helm4: Release) -> None:
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

    broken = sharing(helm4.db.url, hook | {"helm.sh/hook-weight": "-1"}, hook, BROKEN)
    assert helm4.put_values(broken, *PRESYNC_4, "--rollback-on-failure").returncode != 0
    assert space.uids("Secret", "shared") == [first]

    done = helm4.put_values(content, *PRESYNC_4)
    assert done.returncode == 0, done.stderr
    space.until_there("Deployment", APP, is_available)
    installed = OURS - {f"Secret/{APP}"} | {"Secret/shared", f"Job/{JOB}"}
    space.until_just(installed)

    # The way back: first the chart says so itself, then presync goes.
    split = sharing(helm4.db.url, {}, hook)
    for flags in (PRESYNC_4, ()):
        done = helm4.put_values(split, *flags)
        assert done.returncode == 0, done.stderr
        space.until_just(installed)
    assert space.uids("Secret", "shared") == [first]
    assert space.deleted() == {"Secret/shared-presync", f"Job/{JOB}"}


def test_helm_3_runs_the_hooks_that_the_chart_itself_writes(helm3: Release) -> None:
    done = helm3.put(1, FIRST, *PRESYNC_3, mode="helm")
    assert done.returncode == 0, done.stderr
    assert migrated(helm3.db) == "1"
    done = helm3.put(2, SECOND, *PRESYNC_3, mode="helm")
    assert done.returncode == 0, done.stderr
    assert migrated(helm3.db) == "2"
    helm3.space.until_just(OURS, HOOKS)
    assert helm3.space.deleted() == COPIES | HOOKS
    helm3.uninstall()


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
    assert migrated(helm4.db) == "1"
    space.until_just(OURS, HOOKS, COPIES)
    assert space.deleted() == set()
