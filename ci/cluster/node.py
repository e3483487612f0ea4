"""One Kubernetes node: etcd, the control plane, containerd and a kubelet, all in the network of network.py."""

from __future__ import annotations

import json
import os
import secrets
import ssl
import urllib.error
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING

import network
from build import built
from node_settings import NAME, containerd, kubeconfig, kubelet
from processes import Processes, run, say, wait_until

if TYPE_CHECKING:
    from collections.abc import Callable


OWN = {"etcd", "containerd", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "kubelet"}


class Node:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.processes = Processes(folder)
        self.kubeconfig = folder / "kubeconfig"

    def up(self) -> None:
        programs, containers = built("kubernetes"), built("containers")
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        network.make()
        self.make_keys()
        self.write_settings(containers)
        self.start("etcd", [programs / "etcd", *self.etcd()])
        self.start("containerd", [containers / "containerd", "--config", self.folder / "containerd.toml"], containers)
        self.start("kube-apiserver", [programs / "kube-apiserver", *self.apiserver()])
        self.wait("kube-apiserver", lambda: self.answers("/readyz"))
        self.start("kube-controller-manager", [programs / "kube-controller-manager", *self.controllers()])
        scheduler = [f"--kubeconfig={self.kubeconfig}", "--leader-elect=false"]
        self.start("kube-scheduler", [programs / "kube-scheduler", *scheduler])
        self.wait("containerd", (self.folder / "containerd.sock").exists)
        self.start("kubelet", [programs / "kubelet", *self.kubelet()])
        self.wait("kubelet", self.is_ready)

    def down(self) -> None:
        """First what uses the node; what runs in containers ends with its containers, before containerd."""
        for name in sorted(set(self.processes.names()) - OWN):
            self.processes.stop(name)
        for name in ("kubelet", "kube-scheduler", "kube-controller-manager"):
            self.processes.stop(name)
        if self.processes.runs("containerd"):
            self.remove_containers()
        for name in ("containerd", "kube-apiserver", "etcd"):
            self.processes.stop(name)
        unmount_below(self.folder)
        network.remove()

    def start(self, name: str, command: list[str | Path], *path: Path) -> None:
        variables = {"PATH": os.pathsep.join([*map(str, path), os.environ["PATH"]]), "HOME": str(self.folder)}
        self.processes.start(name, network.inside(*command), variables)

    def wait(self, name: str, condition: Callable[[], bool]) -> None:
        def holds() -> bool:
            self.processes.must_run(name)
            return condition()

        wait_until(holds, name)

    def import_image(self, archive: Path) -> None:
        self.ctr("images", "import", archive)

    def ctr(self, *arguments: str | Path) -> str:
        socket = self.folder / "containerd.sock"
        return run(built("containers") / "ctr", "--address", socket, "--namespace", "k8s.io", *arguments)

    def remove_containers(self) -> None:
        for task in self.ctr("tasks", "list", "--quiet").split():
            self.ctr("tasks", "delete", "--force", task)

    # -- Keys and settings

    def make_keys(self) -> None:
        keys = self.folder / "keys"
        if keys.exists():
            return
        keys.mkdir(mode=0o700)
        names = "DNS:kubernetes,DNS:kubernetes.default,DNS:kubernetes.default.svc"
        addresses = f"IP:{network.INSIDE},IP:{network.API_SERVICE},IP:127.0.0.1"
        ours = ("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "3650")
        run(*ours, "-subj", "/CN=presync-test", "-keyout", keys / "ca.key", "-out", keys / "ca.crt")
        run(
            *ours, "-CA", keys / "ca.crt", "-CAkey", keys / "ca.key", "-subj", "/O=system:masters/CN=presync",
            "-addext", f"subjectAltName={names},{addresses}", "-addext", "basicConstraints=critical,CA:false",
            "-addext", "extendedKeyUsage=serverAuth,clientAuth", "-keyout", keys / "api.key", "-out", keys / "api.crt",
        )  # fmt: skip
        run("openssl", "genrsa", "-out", keys / "accounts.key", "2048")
        token = secrets.token_hex(16)
        (keys / "tokens.csv").write_text(f"{token},presync,presync,system:masters\n")
        self.kubeconfig.touch(0o600)
        self.kubeconfig.write_text(json.dumps(kubeconfig(keys / "ca.crt", token)))

    def write_settings(self, containers: Path) -> None:
        network_list = {
            "cniVersion": "1.0.0",
            "name": "presync",
            "plugins": [
                {
                    "type": "ptp",
                    "ipam": {
                        "type": "host-local",
                        "ranges": [[{"subnet": network.PODS}]],
                        "routes": [{"dst": "0.0.0.0/0"}],
                        "dataDir": str(self.folder / "addresses"),
                    },
                }
            ],
        }
        cni = self.folder / "cni"
        cni.mkdir(exist_ok=True)
        (cni / "10-presync.conflist").write_text(json.dumps(network_list))
        (self.folder / "containerd.toml").write_text(containerd(self.folder, containers))
        (self.folder / "kubelet.json").write_text(json.dumps(kubelet(self.folder)))

    # -- Arguments

    def etcd(self) -> list[str]:
        return [
            f"--data-dir={self.folder}/etcd",
            "--listen-client-urls=http://127.0.0.1:2379",
            "--advertise-client-urls=http://127.0.0.1:2379",
            "--listen-peer-urls=http://127.0.0.1:2380",
            "--unsafe-no-fsync",
        ]

    def apiserver(self) -> list[str]:
        keys = self.folder / "keys"
        return [
            "--etcd-servers=http://127.0.0.1:2379",
            f"--advertise-address={network.INSIDE}",
            "--secure-port=443",
            f"--service-cluster-ip-range={network.SERVICES}",
            "--authorization-mode=Node,RBAC",
            "--allow-privileged=true",
            f"--token-auth-file={keys}/tokens.csv",
            f"--client-ca-file={keys}/ca.crt",
            f"--tls-cert-file={keys}/api.crt",
            f"--tls-private-key-file={keys}/api.key",
            f"--kubelet-client-certificate={keys}/api.crt",
            f"--kubelet-client-key={keys}/api.key",
            "--kubelet-preferred-address-types=InternalIP",
            "--service-account-issuer=https://kubernetes.default.svc",
            f"--service-account-key-file={keys}/accounts.key",
            f"--service-account-signing-key-file={keys}/accounts.key",
        ]

    def controllers(self) -> list[str]:
        keys = self.folder / "keys"
        return [
            f"--kubeconfig={self.kubeconfig}",
            "--leader-elect=false",
            f"--root-ca-file={keys}/ca.crt",
            f"--service-account-private-key-file={keys}/accounts.key",
        ]

    def kubelet(self) -> list[str]:
        return [
            f"--config={self.folder}/kubelet.json",
            f"--kubeconfig={self.kubeconfig}",
            f"--root-dir={self.folder}/kubelet",
            f"--cert-dir={self.folder}/kubelet-keys",
            f"--hostname-override={NAME}",
            f"--node-ip={network.INSIDE}",
        ]

    # -- Questions to the API server

    def ask(self, path: str) -> str:
        keys = self.folder / "keys"
        token = (keys / "tokens.csv").read_text().split(",")[0]
        headers = {"Authorization": f"Bearer {token}"}
        request = urllib.request.Request(f"https://{network.INSIDE}{path}", headers=headers)
        context = ssl.create_default_context(cafile=str(keys / "ca.crt"))
        no_proxy = urllib.request.ProxyHandler({})
        opener = urllib.request.build_opener(no_proxy, urllib.request.HTTPSHandler(context=context))
        with opener.open(request, timeout=10) as answer:
            return answer.read().decode()

    def answers(self, path: str) -> bool:
        try:
            self.ask(path)
        except OSError:  # urllib's errors are
            return False
        return True

    def is_ready(self) -> bool:
        try:
            node = json.loads(self.ask(f"/api/v1/nodes/{NAME}"))
        except urllib.error.HTTPError:
            return False
        return any(each["type"] == "Ready" and each["status"] == "True" for each in node["status"]["conditions"])


def unmount_below(folder: Path) -> None:
    mounts = [line.split()[4] for line in Path("/proc/self/mountinfo").read_text().splitlines()]
    for mount in sorted(mounts, key=len, reverse=True):
        if mount.startswith(f"{folder}/"):
            say(f"unmounting {mount}")
            run("umount", "--lazy", mount)
