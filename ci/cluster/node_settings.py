"""What kubelet, containerd and clients read from files."""

from __future__ import annotations

from typing import TYPE_CHECKING

import network
from image import NAME as PAUSE

if TYPE_CHECKING:
    from pathlib import Path

NAME = "presync"


def kubeconfig(authority: Path, token: str) -> dict[str, object]:
    server = {"server": f"https://{network.INSIDE}:443", "certificate-authority": str(authority)}
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": NAME, "cluster": server}],
        "users": [{"name": NAME, "user": {"token": token}}],
        "contexts": [{"name": NAME, "context": {"cluster": NAME, "user": NAME}}],
        "current-context": NAME,
    }


def kubelet(folder: Path) -> dict[str, object]:
    return {
        "apiVersion": "kubelet.config.k8s.io/v1beta1",
        "kind": "KubeletConfiguration",
        "containerRuntimeEndpoint": f"unix://{folder}/containerd.sock",
        "cgroupDriver": "cgroupfs",
        "failSwapOn": False,
        "failCgroupV1": False,
        "authentication": {
            "anonymous": {"enabled": False},
            "webhook": {"enabled": False},
            "x509": {"clientCAFile": str(folder / "keys/ca.crt")},
        },
        "authorization": {"mode": "AlwaysAllow"},
        "podLogsDir": str(folder / "pods"),
        "enforceNodeAllocatable": [],
        "evictionHard": {"memory.available": "1Mi", "nodefs.available": "1Mi", "imagefs.available": "1Mi"},
        "imageGCHighThresholdPercent": 100,
        "maxPods": 250,
        "kubeAPIQPS": 100,
        "kubeAPIBurst": 200,
    }


def containerd(folder: Path, programs: Path) -> str:
    runtime = "plugins.'io.containerd.cri.v1.runtime'"
    return f"""\
version = 3
root = '{folder}/containerd'
state = '{folder}/containerd-state'
[grpc]
address = '{folder}/containerd.sock'
[plugins.'io.containerd.cri.v1.images'.pinned_images]
sandbox = '{PAUSE}'
[{runtime}]
restrict_oom_score_adj = true # a container may lack the right to lower it
netns_mounts_under_state_dir = true
[{runtime}.cni]
bin_dirs = ['{programs}']
conf_dir = '{folder}/cni'
[{runtime}.containerd.runtimes.runc]
runtime_type = 'io.containerd.runc.v2'
[{runtime}.containerd.runtimes.runc.options]
SystemdCgroup = false
BinaryName = '{programs}/runc'
"""
