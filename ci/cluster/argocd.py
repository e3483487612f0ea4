"""A real Argo CD beside the node: its components as processes in the cluster's network, its settings as objects."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import network
from build import built, pinned
from processes import ClusterError, run, say, wait_until

if TYPE_CHECKING:
    from node import Node

PROJECT = Path(__file__).resolve().parents[2]
HELM = "4.3.0"
NAMESPACE = "argocd"
PORTS = {"redis": 6379, "repo-server": 8081}
LABELS = {"app.kubernetes.io/part-of": "argocd"}


def up(node: Node) -> dict[str, object]:
    programs = built("argocd")
    apply_settings(node, programs)
    environment = variables(node, programs)
    end_another_checkouts(node)
    for name, command in commands(node, programs).items():
        node.processes.start(name, network.inside(*command), environment)
    socket = node.folder / "plugins" / f"{plugin_name()}.sock"
    wait_until(socket.exists, f"the plugin's socket {socket}")
    for name in ("redis", "repo-server"):
        wait_until(lambda name=name: answers(node, name), name)
    for name in commands(node, programs):
        node.processes.must_run(name)
    version = pinned("argocd", "github.com/argoproj/argo-cd/v3")
    return {
        "PRESYNC_TEST_ARGOCD": version,
        "PRESYNC_TEST_ARGOCD_LOGS": node.processes.logs,
        "PRESYNC_TEST_ARGOCD_MANIFESTS": programs / "install.yaml",
    }


def commands(node: Node, programs: Path) -> dict[str, list[str | Path]]:
    # Not by a name: this network has no DNS, and each call that looked one up would wait 10 s.
    redis, repo_server = (f"127.0.0.1:{port}" for port in PORTS.values())
    return {
        "redis": ["redis-server", "--port", str(PORTS["redis"]), "--save", "", "--appendonly", "no"],
        "cmp-server": [programs / "argocd-cmp-server", "--config-dir-path", node.folder / "plugin"],
        "repo-server": [
            programs / "argocd-repo-server", "--redis", redis, "--port", str(PORTS["repo-server"]), "--disable-tls",
            "--client-ca-path", "", "--parallelismlimit", "4",
        ],
        "application-controller": [
            programs / "argocd-application-controller", "--redis", redis, "--repo-server", repo_server,
            "--repo-server-plaintext", "--app-resync", "3", "--namespace", NAMESPACE,
        ],
        "applicationset-controller": [
            programs / "argocd-applicationset-controller", "--argocd-repo-server", repo_server,
            "--repo-server-plaintext", "--namespace", NAMESPACE, "--metrics-addr", "0", "--probe-addr", "0",
        ],
        "notifications": [
            programs / "argocd-notifications", "--argocd-repo-server", repo_server, "--argocd-repo-server-plaintext",
            "--namespace", NAMESPACE,
        ],
    }  # fmt: skip


def variables(node: Node, programs: Path) -> dict[str, str]:
    folders = {
        "ARGOCD_TLS_DATA_PATH": "tls",
        "ARGOCD_SSH_DATA_PATH": "ssh",
        "ARGOCD_GPG_DATA_PATH": "gpg",
        "ARGOCD_PLUGINSOCKFILEPATH": "plugins",
        "HOME": "home",
        "TMPDIR": "tmp",
        "plugin": "plugin",
    }
    for folder in folders.values():
        (node.folder / folder).mkdir(exist_ok=True)
    # What the sidecar's image holds: the plugin's script, presync and Helm.
    plugin = [PROJECT / "ci/argocd/plugin", presync().parent, helm().parent]
    return {
        "KUBECONFIG": str(node.kubeconfig),
        "PATH": os.pathsep.join([*map(str, plugin), str(programs), os.environ["PATH"]]),
        "ARGOCD_FAKE_IN_CLUSTER": "true",
        "ARGOCD_GPG_ENABLED": "false",
        "PRESYNC_SETTINGS": str(PROJECT / "ci/argocd/presync.yaml"),
        **{key: str(node.folder / folder) for key, folder in folders.items() if key.isupper()},
    }


def end_another_checkouts(node: Node) -> None:
    """Argo CD that serves another checkout's plugin, or one that has changed since."""
    ours = f"{PROJECT}\n{(PROJECT / 'ci/argocd/plugin.yaml').read_text()}"
    served = node.folder / "plugin-served"
    if served.exists() and served.read_text() != ours:
        say("starting Argo CD again, with this checkout's plugin")
        for name in commands(node, built("argocd")):
            node.processes.stop(name)
    served.write_text(ours)
    shutil.copyfile(PROJECT / "ci/argocd/plugin.yaml", node.folder / "plugin/plugin.yaml")


def presync() -> Path:
    own = PROJECT / ".venv/bin/presync"
    if own.exists():
        return own
    if found := shutil.which("presync"):
        return Path(found)
    raise ClusterError("the plugin needs presync, and it is not installed", "pip install --editable . or ci/test first")


def helm() -> Path:
    done = subprocess.run([PROJECT / "ci/helm", HELM], stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        raise ClusterError(f"the plugin needs Helm {HELM}", "ci/helm says above what it lacks.")
    return Path(done.stdout.strip())


def plugin_name() -> str:
    """As Applications name it: the only `name:` of plugin.yaml's metadata, which has no version."""
    lines = (PROJECT / "ci/argocd/plugin.yaml").read_text().splitlines()
    return lines[lines.index("metadata:") + 1].split(":")[1].strip()


def answers(node: Node, name: str) -> bool:
    node.processes.must_run(name)
    probe = f"import socket; socket.create_connection(('127.0.0.1', {PORTS[name]}), 1)"
    return not subprocess.run(network.inside("python3", "-c", probe), capture_output=True, check=False).returncode


def apply_settings(node: Node, programs: Path) -> None:
    kubectl = (built("kubernetes") / "kubectl", "--kubeconfig", node.kubeconfig)
    for definition in ("application", "applicationset", "appproject"):
        run(*kubectl, "apply", "--server-side", "-f", programs / f"crds/{definition}-crd.yaml")
    wait_until(lambda: node.answers("/apis/argoproj.io/v1alpha1/appprojects"), "Argo CD's kinds of objects")
    if "NAME" in run(*kubectl, "get", "namespace", NAMESPACE, "--ignore-not-found"):
        return
    run(*kubectl, "create", "namespace", NAMESPACE)
    objects = [
        config_map("argocd-cm"),
        config_map("argocd-rbac-cm"),
        config_map("argocd-notifications-cm"),
        secret("argocd-secret", **{"server.secretkey": secrets.token_urlsafe(32)}),
        secret("argocd-notifications-secret"),
        {
            "apiVersion": "argoproj.io/v1alpha1",
            "kind": "AppProject",
            "metadata": {"name": "default", "namespace": NAMESPACE},
            "spec": {
                "sourceRepos": ["*"],
                "destinations": [{"server": "*", "namespace": "*"}],
                "clusterResourceWhitelist": [{"group": "*", "kind": "*"}],
            },
        },
    ]
    run(*kubectl, "apply", "-f", "-", stdin=json.dumps({"apiVersion": "v1", "kind": "List", "items": objects}))


def config_map(name: str) -> dict[str, object]:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata(name)}


def secret(name: str, **values: str) -> dict[str, object]:
    return {"apiVersion": "v1", "kind": "Secret", "metadata": metadata(name), "stringData": values}


def metadata(name: str) -> dict[str, object]:
    return {"name": name, "namespace": NAMESPACE, "labels": LABELS}
