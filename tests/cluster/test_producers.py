"""What makes a Secret, on a real API server and under a real Argo CD: the migration waits for the right one."""

from __future__ import annotations

import functools
import json
import os
import re
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from postrenderer.producers import ROWS
from postrenderer.rules import unwatched_producer

from .kubernetes import Body, Watched, is_complete, kubectl
from .operators import EXTERNAL_SECRETS, install, make
from .scenario import IMAGE, PROJECT

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pytest_helm_charts.clusters import Cluster

    from postrenderer.producing import Producer

    from .applications import Application

ACCEPTED = """\
apiVersion: external-secrets.io/v1
kind: SecretStore
metadata: {name: store}
spec: {provider: {vault: {server: "https://vault", auth: {tokenSecretRef: {name: token, key: token}}}}}
---
apiVersion: v1
kind: Secret
metadata: {name: token}
stringData: {token: t}
---
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: {name: login}
spec:
  secretStoreRef: {name: store}
  target:
    name: db
    creationPolicy: Orphan
    template:
      metadata:
        labels: {team: a}
      data: {url: "{{ .url }}"}
  data: [{secretKey: url, remoteRef: {key: db}}]
---
apiVersion: external-secrets.io/v1
kind: ClusterExternalSecret
metadata: {name: shared}
spec:
  namespaceSelectors: [{matchLabels: {shared: "true"}}]
  externalSecretName: shared
  externalSecretSpec: {secretStoreRef: {name: store}, data: [{secretKey: k, remoteRef: {key: k}}]}
---
apiVersion: bitnami.com/v1alpha1
kind: SealedSecret
metadata: {name: sealed, annotations: {sealedsecrets.bitnami.com/namespace-wide: "true"}}
spec: {encryptedData: {k: AgAR}}
---
apiVersion: argoproj.io/v1alpha1
kind: Rollout
metadata: {name: app}
spec: {workloadRef: {apiVersion: apps/v1, kind: Deployment, name: app}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: app}
spec:
  replicas: 0
  selector: {matchLabels: {app: app}}
  template:
    metadata: {labels: {app: app}}
    spec: {containers: [{name: app, image: app, envFrom: [{secretRef: {name: db}}]}]}
---
apiVersion: batch/v1
kind: Job
metadata: {name: migrate, annotations: {argocd.argoproj.io/hook: PreSync}}
spec:
  template:
    spec:
      restartPolicy: Never
      containers:
        - name: migrate
          image: app
          envFrom: [{secretRef: {name: db}}, {secretRef: {name: shared}}, {secretRef: {name: sealed}}]
"""
COPIED = {"secretstore", "secret", "externalsecret", "clusterexternalsecret", "sealedsecret"}

RELEASE = f"""\
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: {{name: db}}
spec: {{secretStoreRef: {{name: x, kind: ClusterSecretStore}}, data: [{{secretKey: url, remoteRef: {{key: x}}}}]}}
---
apiVersion: v1
kind: ConfigMap
metadata: {{name: release}}
data: {{revision: "REVISION"}}
---
apiVersion: batch/v1
kind: Job
metadata: {{name: migrate, annotations: {{argocd.argoproj.io/hook: PreSync}}}}
spec:
  backoffLimit: 0
  template:
    spec:
      restartPolicy: Never
      terminationGracePeriodSeconds: 1
      containers:
        - name: migrate
          image: {IMAGE}
          command: [sh, -ec, 'test "$url" = REVISION']
          env: [{{name: url, valueFrom: {{secretKeyRef: {{name: db, key: url}}}}}}]
"""


def rendered(text: str, namespace: str) -> str:
    command = [sys.executable, "-m", "postrenderer", "--target", "argocd", "--namespace", namespace]
    done = subprocess.run(command, input=text, capture_output=True, text=True, check=False, cwd=PROJECT)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def operators(kube_cluster: Cluster) -> None:
    install(kube_cluster)


@pytest.mark.usefixtures("operators")
def test_the_api_server_accepts_the_copies(kube_cluster: Cluster, space: Watched) -> None:
    text = rendered(ACCEPTED, space.namespace)
    said = kubectl(kube_cluster, "create", "--dry-run=server", "-n", space.namespace, "-f", "-", stdin=text)
    made = [line.split(" ")[0] for line in said.splitlines()]
    assert {name.split("/")[0].split(".")[0] for name in made if name.endswith("-presync")} == COPIED
    assert len(made) == text.count("\nkind: ")


def is_running_hook(name: str) -> Callable[[Body], object]:
    def found(body: Body) -> bool:
        state = body.get("status", {}).get("operationState", {})
        return any(
            (each["name"], each.get("hookPhase")) == (name, "Running")
            for each in state.get("syncResult", {}).get("resources", ())
        )

    return found


@pytest.mark.usefixtures("operators")
def test_a_migration_waits_for_the_secret_that_its_own_producer_makes(
    app: Application, space: Watched, kube_cluster: Cluster
) -> None:
    """The test stands in for the operator, and writes the Secret only when Argo CD is seen to wait for it."""
    makers = Watched(kube_cluster, space.namespace, EXTERNAL_SECRETS)
    for run in ("first", "second"):
        text = rendered(RELEASE.replace("REVISION", run), space.namespace)
        revision = app.commit({}, **{"deploy/release.yaml": text})
        if run == "first":
            app.create(folder="deploy")
        before = makers.uids("ExternalSecret", "db-presync")
        app.sync()
        copy = makers.until(functools.partial(new_one, old=before), "a new copy of the producer")
        app.until(is_running_hook("db-presync"), "the sync's wait for the producer")
        assert len(space.uids("Job", "migrate")) == len(before)
        make(kube_cluster, copy, "db-presync", url=run)
        app.until_operation("Succeeded", revision)
        if run == "first":
            make(kube_cluster, makers.until_there("ExternalSecret", "db"), "db", url="the application's")
        space.until(lambda seen: ("Secret", "db-presync") not in seen.objects, "the end of the copy's Secret")
        makers.until(lambda seen: ("ExternalSecret", "db-presync") not in seen.objects, "the copy's end")
    makers.end()
    assert is_complete(space.objects["Job", "migrate"])
    assert len(space.uids("Job", "migrate")) == len(space.uids("Secret", "db-presync")) == 2
    assert len(space.uids("Secret", "db")) == len(makers.uids("ExternalSecret", "db")) == 1
    assert not space.was_deleted("Secret", "db")
    assert not makers.was_deleted("ExternalSecret", "db")


def new_one(seen: Watched, old: list[str]) -> Body | None:
    body = seen.objects.get(("ExternalSecret", "db-presync"))
    return body if body and body["metadata"]["uid"] not in old else None


UNWATCHED = [row for row in ROWS if row.treat == "copy" and not (row.watched or row.mounted)]


@pytest.mark.parametrize("row", UNWATCHED, ids=lambda row: row.kind[1])
@pytest.mark.parametrize(("status", "health"), [("True", "Healthy"), ("False", "Progressing"), ("", "Progressing")])
def test_argo_cd_understands_the_health_check_that_a_finding_gives(
    row: Producer, status: str, health: str, kube_cluster: Cluster, tmp_path: Path
) -> None:
    if not shutil.which("argocd"):
        pytest.skip("no argocd on PATH: ci/cluster/up --argocd")
    found = re.search(r'In argocd-cm, (\S+): "(.*)" makes it wait', unwatched_producer.hint(row, row.kind))
    assert found is not None
    settings, resource = tmp_path / "settings.json", tmp_path / "resource.json"
    metadata = {"name": "argocd-cm", "labels": {"app.kubernetes.io/part-of": "argocd"}}
    data = {found[1]: found[2]}
    settings.write_text(json.dumps({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": data}))
    conditions = [{"type": row.ready, "status": status}] if status else []
    body = {"apiVersion": f"{row.kind[0]}/{row.versions[0]}", "kind": row.kind[1], "metadata": {"name": "x"}}
    resource.write_text(json.dumps(body | {"status": {"conditions": conditions}}))
    command = ["argocd", "admin", "settings", "resource-overrides", "health", str(resource)]
    done = subprocess.run(
        [*command, "--argocd-cm-path", str(settings)], capture_output=True, text=True, check=False,
        env={**os.environ, "KUBECONFIG": str(kube_cluster.kube_config_path)},
    )  # fmt: skip
    assert done.stdout.splitlines()[0] == f"STATUS: {health}", done.stderr
