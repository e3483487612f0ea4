"""What the notifications controller really sends of a failed migration: by mail, to Slack's API and to a webhook."""

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
SERVICES = ("slack", "email", "webhook")
SUBSCRIPTIONS = {"slack": "migrations", "email": "team@example.org", "presync": ""}


@pytest.fixture
def receiving(kube_cluster: Cluster) -> Iterator[Receivers]:
    """Argo CD sends its messages here. Its settings are one ConfigMap: one test at a time can have this."""
    with receivers(ADDRESS) as running:
        settings: dict[str, Any] = YAML(typ="safe").load(SETTINGS.read_text())
        settings["data"] |= {
            "context": "argocdUrl: https://argocd.example.org",
            "service.slack": f"{{token: test, apiURL: 'http://{ADDRESS}:{running.http_port}/slack/'}}",
            "service.email": f"{{host: {ADDRESS}, port: {running.smtp_port}, from: argocd@example.org}}",
            "service.webhook.presync": f"url: http://{ADDRESS}:{running.http_port}/presync",
        }
        kubectl(
            kube_cluster, "apply", "--server-side", "--force-conflicts", "-n", NAMESPACE, "-f", "-",
            stdin=json.dumps(settings),
        )  # fmt: skip
        yield running


def test_a_failed_migration_is_told_once_by_each_service(
    receiving: Receivers, app: Application, space: Watched, db: Database
) -> None:
    inbox, name = receiving.inbox, app.name
    triggers = ("on-presync-failed", "on-presync-succeeded")
    subscribed = {
        f"notifications.argoproj.io/subscribe.{trigger}.{service}": recipient
        for trigger in triggers
        for service, recipient in SUBSCRIPTIONS.items()
    }
    broken = app.commit(values_yaml=values(db.url, 1, BROKEN))
    app.create(**subscribed)
    app.until(lambda body: body.get("status", {}).get("reconciledAt"), "a comparison")
    assert errors_about(name) == []  # an Application without an operation is none
    assert inbox.about(name) == []

    app.sync()
    app.until_operation("Failed", broken)
    space.until_there("Job", MIGRATE, is_failed)
    for service in SERVICES:
        text = inbox.until(name, service)
        assert MIGRATE in text
        assert "backoff limit" in text
        assert db.url not in text
    told = json.loads(inbox.until(name, "webhook"))
    assert told["event"] == "presync-failed"
    assert told["revision"] == broken
    assert [hook["name"] for hook in told["hooks"]] == [MIGRATE]

    fixed = app.commit(values_yaml=values(db.url, 2, SECOND))
    app.sync()
    app.until_synced(fixed)
    inbox.until("presync-succeeded", "webhook")
    for service in SERVICES:
        assert len([text for text in inbox.about(name, service) if "failed" in text]) == 1
    assert errors_about(name) == []


def errors_about(name: str) -> list[str]:
    lines = [line for line in LOG.read_text().splitlines() if name in line]
    return [line for line in lines if json.loads(line)["level"] == "error" or "failed to execute" in line]
