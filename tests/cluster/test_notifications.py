"""What the notifications controller really sends of a failed migration, by each service that has a template."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from ruamel.yaml import YAML

from .applications import NAMESPACE
from .conftest import ADDRESS
from .kubernetes import is_failed, kubectl
from .receivers import Receivers, receivers
from .scenario import BROKEN, MIGRATE, PROJECT, SECOND, values

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_helm_charts.clusters import Cluster

    from .applications import Application
    from .database import Database
    from .kubernetes import Watched

SETTINGS = PROJECT / "ci/argocd/notifications/argocd-notifications-cm.yaml"
LOG = Path(os.environ.get("PRESYNC_TEST_ARGOCD_LOGS", "")) / "notifications"
TRIGGERS = ("on-presync-failed", "on-presync-succeeded")
# By annotation; Mattermost by default.
SUBSCRIPTIONS = {"slack": "migrations", "email": "team@example.org", "teams-workflows": "migrations", "presync": ""}
SERVICES = ("slack", "email", "powerautomate", "mattermost", "webhook")


@pytest.fixture
def receiving(kube_cluster: Cluster) -> Iterator[Receivers]:
    """Argo CD sends its messages here. Its settings are one ConfigMap: one test at a time can have this."""

    def apply(*objects: dict[str, Any]) -> None:
        flags = ("--server-side", "--force-conflicts", "-n", NAMESPACE, "--filename", "-")
        kubectl(kube_cluster, "apply", *flags, stdin="\n---\n".join(map(json.dumps, objects)))

    with receivers(ADDRESS) as running:
        settings: dict[str, Any] = YAML(typ="safe").load(SETTINGS.read_text())
        services = {
            "slack": {"token": "test", "apiURL": f"{running.http}/slack/"},
            "email": {"host": ADDRESS, "port": running.smtp_port, "from": "argocd@example.org"},
            # Argo CD posts to what looks like Teams, by https only.
            "teams-workflows": {"recipientUrls": {"migrations": "$teams-url"}, "insecureSkipVerify": True},
            "mattermost": {"apiURL": f"{running.http}/mattermost", "token": "test"},
            "webhook.presync": {"url": f"{running.http}/webhook"},
        }
        everybody = [{"recipients": ["mattermost:migrations"], "triggers": TRIGGERS}]
        data = {f"service.{name}": json.dumps(service) for name, service in services.items()}
        data |= {"context": "argocdUrl: https://argocd.example.org", "subscriptions": json.dumps(everybody)}
        secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "argocd-notifications-secret"}}
        apply(
            settings | {"data": settings["data"] | data},
            secret | {"stringData": {"teams-url": f"{running.https}/powerautomate/presync"}},
        )
        yield running
        apply(settings)


def test_a_failed_migration_is_told_once_by_each_service(
    receiving: Receivers, app: Application, space: Watched, db: Database
) -> None:
    inbox, name = receiving.inbox, app.name
    subscribed = {
        f"notifications.argoproj.io/subscribe.{trigger}.{service}": recipient
        for trigger in TRIGGERS
        for service, recipient in SUBSCRIPTIONS.items()
    }
    broken = app.commit(values(db.url, 1, BROKEN))
    app.create(**subscribed)
    app.until(lambda body: body.get("status", {}).get("reconciledAt"), "a comparison")
    assert errors_about(name) == []  # an Application without an operation is none
    assert inbox.about(name) == []

    app.sync()
    app.until_operation("Failed", broken)
    space.until_there("Job", MIGRATE, is_failed)
    for service in SERVICES:
        [text] = inbox.until(name, service)
        for said in (MIGRATE, "backoff limit", broken):
            assert said in text, service
        assert db.url not in text
        assert service == "webhook" or f"kubectl logs --namespace {space.namespace} job/{MIGRATE}" in text
    told = json.loads(inbox.about(name, "webhook")[0])
    assert told["event"] == "presync-failed"
    assert told["revision"] == broken
    assert [hook["name"] for hook in told["hooks"]] == [MIGRATE]

    # Another operation on the same commit is told again.
    app.sync()
    for service in SERVICES:
        inbox.until(name, service, 2)

    fixed = app.commit(values(db.url, 2, SECOND))
    app.sync()
    app.until_synced(fixed)
    for service in SERVICES:
        *failures, success = inbox.until(name, service, 3)
        assert ["failed" in text for text in failures] == [True, True], service
        assert "succeeded" in success
        assert "failed" not in success
    assert len(inbox.about(name)) == 3 * len(SERVICES)
    assert errors_about(name) == []


def errors_about(name: str) -> list[str]:
    lines = [line for line in LOG.read_text().splitlines() if name in line]
    return [line for line in lines if json.loads(line)["level"] == "error" or "failed to execute" in line]
