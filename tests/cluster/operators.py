"""Custom resource definitions from the operators' own Go modules, installed once; no operator runs."""

from __future__ import annotations

import functools
import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from .kubernetes import Body, kubectl

if TYPE_CHECKING:
    from pytest_helm_charts.clusters import Cluster

MODULES = {
    "github.com/external-secrets/external-secrets@v1.3.2": tuple(
        f"config/crds/bases/external-secrets.io_{kind}.yaml"
        for kind in ("externalsecrets", "secretstores", "clustersecretstores", "clusterexternalsecrets")
    ),
    "github.com/bitnami-labs/sealed-secrets@v0.40.0": ("helm/sealed-secrets/crds/bitnami.com_sealedsecrets.yaml",),
    "github.com/cert-manager/cert-manager@v1.21.2": ("deploy/crds/cert-manager.io_certificates.yaml",),
    "github.com/argoproj/argo-rollouts@v1.8.3": ("manifests/crds/rollout-crd.yaml",),
}
NOW = "2026-01-01T00:00:00Z"
EXTERNAL_SECRETS = {"ExternalSecret": "/apis/external-secrets.io/v1/namespaces/{}/externalsecrets"}


@functools.cache
def definitions() -> tuple[Path, ...]:
    if shutil.which("go") is None:
        pytest.skip("no `go` here to fetch the operators' modules with")
    with tempfile.TemporaryDirectory() as empty:
        run = subprocess.run(
            ["go", "mod", "download", "-json", *MODULES],
            cwd=empty, env={**os.environ, "GOFLAGS": "", "GOWORK": "off"}, capture_output=True, text=True, check=False,
        )  # fmt: skip
    assert run.returncode == 0, run.stderr
    answers = json.loads("[" + run.stdout.replace("}\n{", "},{") + "]")
    folders = {f"{answer['Path']}@{answer['Version']}": Path(answer["Dir"]) for answer in answers}
    return tuple(folders[module] / file for module, files in MODULES.items() for file in files)


def install(cluster: Cluster) -> None:
    files = [argument for file in definitions() for argument in ("-f", str(file))]
    kubectl(cluster, "apply", "--server-side", "--force-conflicts", *files)
    kubectl(cluster, "wait", "--for=condition=Established", "--timeout=120s", *files)


def make(cluster: Cluster, maker: Body, secret: str, **data: str) -> None:
    """What the operator does in the end: the Secret, which goes with its maker, and then the maker's own word."""
    metadata = maker["metadata"]
    owner = {
        "apiVersion": maker["apiVersion"],
        "kind": maker["kind"],
        "name": metadata["name"],
        "uid": metadata["uid"],
        "controller": True,
        "blockOwnerDeletion": True,
    }
    about = {"name": secret, "namespace": metadata["namespace"], "ownerReferences": [owner]}
    body = {"apiVersion": "v1", "kind": "Secret", "metadata": about, "stringData": data}
    kubectl(cluster, "create", "-f", "-", stdin=json.dumps(body))
    condition = {"type": "Ready", "status": "True", "reason": "SecretSynced", "message": "", "lastTransitionTime": NOW}
    kubectl(
        cluster, "patch", maker["kind"].lower(), metadata["name"], "-n", metadata["namespace"], "--subresource=status",
        "--type=merge", "-p", json.dumps({"status": {"conditions": [condition]}}),
    )  # fmt: skip
