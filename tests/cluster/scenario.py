"""This project's chart as the tests run it: a real schema, and an application that needs the version it asks for."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from .database import Database
    from .kubernetes import Watched

PROJECT = Path(__file__).resolve().parents[2]
CHART = PROJECT / "chart"
SCRIPTS = Path(sys.executable).parent
IMAGE = os.environ.get("PRESYNC_TEST_IMAGE", "")

# The names of the chart's objects in a release called `demo`.
APP, MIGRATE = "demo-presync-app", "demo-presync-app-migrate"
COPY, STAMP = f"{APP}-presync", f"{MIGRATE}-presync-stamp"

# And what it consists of, but for pods, Services and what others keep in a namespace.
OURS = {f"Secret/{APP}", f"ConfigMap/{APP}", f"ServiceAccount/{APP}", f"Deployment/{APP}"}
HOOKS = {f"Job/{MIGRATE}", f"ConfigMap/{MIGRATE}", f"ServiceAccount/{MIGRATE}"}
COPIES = {f"Secret/{COPY}", f"ConfigMap/{COPY}"}
STAMPED = {f"ConfigMap/{STAMP}"}

FIRST = {"001.sql": "CREATE TABLE IF NOT EXISTS schema (version int); INSERT INTO schema VALUES (1);"}
SECOND = FIRST | {"002.sql": "ALTER TABLE schema ADD COLUMN IF NOT EXISTS note text; INSERT INTO schema VALUES (2);"}
BROKEN = FIRST | {"002.sql": "ALTER TABLE no_such_table ADD COLUMN note text;"}

APPLICATION = """\
found=$(psql "$DATABASE_URL" --no-psqlrc -Atc 'SELECT max(version) FROM schema')
test "$found" -ge "$SCHEMA"
mkdir /tmp/www && touch /tmp/www/healthz /tmp/www/readyz
exec httpd -f -p 9898 -h /tmp/www
"""


def values(url: str, version: int, files: dict[str, str], **presync: Any) -> dict[str, Any]:
    repository, _, tag = IMAGE.rpartition(":")
    image = {"repository": repository, "tag": tag}
    return {
        "image": image,
        "command": ["sh", "-ec"],
        "args": [APPLICATION],
        "config": {"SCHEMA": str(version), "PGCONNECT_TIMEOUT": "10"},
        "secret": {"values": {"DATABASE_URL": url}},
        "terminationGracePeriodSeconds": 1,
        "tests": {"enabled": False},
        "presync": {"mode": "postrenderer", "image": image, "files": files, "backoffLimit": 0, **presync},
    }


# -- What people write: a PreSync Job of their own, and a Secret that it shares with the application


HOOK = "argocd.argoproj.io/hook"
POLICY = "argocd.argoproj.io/hook-delete-policy"
PRE_SYNC = {HOOK: "PreSync"}
JOB = "raw-migrate"


def raw(url: str, **changes: Any) -> dict[str, Any]:
    """The application with its own Secret, and a Job that reads it."""
    return values(url, 1, FIRST, enabled=False) | {"extraObjects": [job(APP)], **changes}


def sharing(
    url: str, secret_is: dict[str, str], job_is: dict[str, str] = PRE_SYNC, files: dict[str, str] = FIRST
) -> dict[str, Any]:
    """The application and the Job read one Secret, each being the hook that its annotations make of it."""
    secret = {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": "shared", "annotations": secret_is},
        "stringData": {"DATABASE_URL": url},
    }
    return raw(url, secret={"existingSecret": "shared"}, extraObjects=[secret, job("shared", job_is, files)])


def job(secret: str, annotations: dict[str, str] = PRE_SYNC, files: dict[str, str] = FIRST) -> dict[str, Any]:
    statement = "; ".join(files.values())
    container = {
        "name": "migrate",
        "image": IMAGE,
        "command": ["sh", "-ec", f'psql "$DATABASE_URL" --no-psqlrc -c "{statement}"'],
        "envFrom": [{"secretRef": {"name": secret}}],
    }
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": JOB, "annotations": annotations},
        "spec": {"backoffLimit": 0, "template": {"spec": {"restartPolicy": "Never", "containers": [container]}}},
    }


# -- What is seen of it


def migrated(db: Database) -> str:
    return db.query("SELECT max(version) FROM schema")


def application_pods(space: Watched) -> set[str]:
    """Every pod that there ever was."""
    pods = [event.body["metadata"] for event in space.events if event.kind == "Pod"]
    return {pod["uid"] for pod in pods if pod["name"].startswith(f"{APP}-") and not pod["name"].startswith(MIGRATE)}


# -- The programs


def helm(
    version: str, *arguments: str, kubeconfig: str, stdin: str = "", **variables: str
) -> subprocess.CompletedProcess[str]:
    """With presync's plugin, as its user would have it."""
    found = os.environ.get(f"PRESYNC_TEST_HELM{version}")
    if not found:
        pytest.skip(f"PRESYNC_TEST_HELM{version} is unset: ci/test sets it")
    plugins = subprocess.run([SCRIPTS / "presync", "helm-plugin-dir"], capture_output=True, text=True, check=True)
    environment = {
        **os.environ,
        "KUBECONFIG": kubeconfig,
        "HELM_PLUGINS": plugins.stdout.strip() if version == "4" else "",
        "PATH": f"{SCRIPTS}{os.pathsep}{os.environ['PATH']}",
        **variables,
    }
    command = [found, *arguments]
    return subprocess.run(
        command, input=stdin, capture_output=True, text=True, check=False, env=environment, timeout=600
    )


def written(folder: Path, content: dict[str, Any]) -> str:
    path = folder / "values.yaml"
    path.write_text(json.dumps(content))
    return str(path)


def presync(text: str, *arguments: str) -> str:
    done = subprocess.run([SCRIPTS / "presync", *arguments], input=text, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout
