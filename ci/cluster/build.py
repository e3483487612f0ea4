"""Builds the pinned programs once, and keeps them in the user's cache under a name that changes with the pins."""

from __future__ import annotations

import hashlib
import inspect
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from processes import ClusterError, say

HERE = Path(__file__).resolve().parent
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "presync/cluster"
VERSION_OF_KUBERNETES = "k8s.io/component-base/version"
CONTAINERD = "github.com/containerd/containerd/v2"


def fingerprint(name: str) -> str:
    pins = [(HERE / name / file).read_text() for file in ("go.mod", "go.sum")]
    recipe = [inspect.getsource(function) for function in (go, RECIPES[name])]
    return hashlib.sha256("\0".join([*pins, *recipe]).encode()).hexdigest()[:16]


def pinned(name: str, module: str) -> str:
    text = (HERE / name / "go.mod").read_text()
    found = re.search(rf"^\s*(?:require )?{re.escape(module)} (v\S+)", text, re.MULTILINE)
    assert found, f"{name}/go.mod requires no {module}"
    return found[1]


def go(name: str, *arguments: str, **variables: str) -> str:
    environment = {key: value for key, value in os.environ.items() if key not in ("GOOS", "GOARCH", "GOFLAGS")}
    environment |= {"GOTOOLCHAIN": "auto", "GOWORK": "off", "GOFLAGS": "-trimpath", **variables}
    command = ["nice", "-n", "10", "go", *arguments]
    done = subprocess.run(command, cwd=HERE / name, env=environment, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        raise ClusterError(f"go could not build {name}: its own words are above", "Is the Go module proxy reachable?")
    return done.stdout


def kubernetes(folder: Path) -> None:
    version = pinned("kubernetes", "k8s.io/kubernetes")
    major, minor, _ = version[1:].split(".")
    # Without these the server calls itself v0.0.0, and a chart's kubeVersion does not fit.
    flags = {"gitVersion": version, "gitMajor": major, "gitMinor": minor}
    stamps = " ".join(f"-X {VERSION_OF_KUBERNETES}.{key}={value}" for key, value in flags.items())
    go("kubernetes", "install", "-ldflags", f"-s -w {stamps}", "tool", GOBIN=str(folder), CGO_ENABLED="0")
    (folder / "server").rename(folder / "etcd")


def containers(folder: Path) -> None:
    version = pinned("containers", CONTAINERD)
    tools = go("containers", "list", "tool").split()
    plain = [tool for tool in tools if not tool.endswith("/runc")]
    flags = ["-tags", "no_btrfs no_cri_selinux", "-ldflags", f"-s -w -X {CONTAINERD}/version.Version={version}"]
    go("containers", "install", *flags, *plain, GOBIN=str(folder), CGO_ENABLED="0")
    runc = [tool for tool in tools if tool.endswith("/runc")]
    go("containers", "install", "-tags", "seccomp", "-ldflags", "-s -w", *runc, GOBIN=str(folder), CGO_ENABLED="1")


def argocd(folder: Path) -> None:
    module = "github.com/argoproj/argo-cd/v3"
    go("argocd", "build", "-ldflags", "-s -w", "-o", str(folder / "argocd"), f"{module}/cmd", CGO_ENABLED="0")
    # The program is the component that it is called by.
    components = ("repo-server", "application-controller", "applicationset-controller", "cmp-server", "notifications")
    for component in components:
        (folder / f"argocd-{component}").symlink_to("argocd")
    source = Path(go("argocd", "list", "-m", "-f", "{{.Dir}}", module).strip())
    shutil.copytree(source / "manifests/crds", folder / "crds", copy_function=shutil.copyfile)
    shutil.copyfile(source / "manifests/install.yaml", folder / "install.yaml")
    for script in ("git-verify-wrapper.sh", "git-ask-pass.sh"):
        shutil.copyfile(source / "hack" / script, folder / script)
        (folder / script).chmod(0o755)


RECIPES = {"kubernetes": kubernetes, "containers": containers, "argocd": argocd}


def built(name: str) -> Path:
    """The folder with the programs of one go.mod."""
    folder = CACHE / f"{name}-{fingerprint(name)}"
    if folder.is_dir():
        return folder
    if not shutil.which("go"):
        raise ClusterError("the cluster is built with Go, and there is no go on PATH", "Install Go 1.24 or later.")
    say(f"building {name}, once: minutes, and some gigabytes of Go's caches")
    CACHE.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=CACHE, prefix=f"{name}-building-") as unfinished:
        finished = Path(unfinished) / "bin"
        finished.mkdir()
        RECIPES[name](finished)
        finished.rename(folder)
    return folder
