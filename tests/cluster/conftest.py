"""The cluster, a watched namespace of each test's own, a database in it, and Argo CD where it runs."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from . import applications, database
from .kubernetes import KINDS, Watched, kubectl

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_helm_charts.clusters import Cluster

HERE = Path(__file__).parent
ADDRESS = os.environ.get("PRESYNC_TEST_ADDRESS", "")
NEEDED = {
    "PRESYNC_TEST_ADDRESS": "this machine's address as pods see it",
    "PRESYNC_TEST_IMAGE": "an image with sh, psql, kubectl and busybox's httpd",
}
ARGOCD = os.environ.get("PRESYNC_TEST_ARGOCD", "")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker("cluster")
    items.sort(key=lambda item: item.path.stem != "test_triggers")  # the quick ones fail first


@pytest.fixture
def space(kube_cluster: Cluster) -> Iterator[Watched]:
    """A namespace of the test's own, watched from its beginning."""
    name = f"presync-{secrets.token_hex(4)}"
    kubectl(kube_cluster, "create", "namespace", name)
    watched = Watched(kube_cluster, name, KINDS)
    yield watched
    watched.end()
    kubectl(kube_cluster, "delete", "namespace", name, "--wait=false")


@pytest.fixture(scope="session")
def server() -> Iterator[database.Server]:
    for name, what in NEEDED.items():
        if not os.environ.get(name):
            pytest.fail(f"{name} is unset: {what} (ci/cluster/up prints it)")
    with database.server(ADDRESS) as running:
        yield running


@pytest.fixture
def db(server: database.Server, space: Watched) -> database.Database:
    return server.database(space.namespace)


@pytest.fixture
def app(kube_cluster: Cluster, space: Watched, tmp_path: Path) -> Iterator[applications.Application]:
    """An Argo CD Application of the test's own, whose repository is a folder here."""
    if not ARGOCD:
        pytest.skip("no Argo CD that reads this machine's folders: ci/cluster/up --argocd")
    created = applications.Application(kube_cluster, space.namespace, tmp_path / "repository")
    yield created
    created.end()
