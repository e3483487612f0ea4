"""This machine: what a node needs of it, and one `up` or `down` at a time."""

from __future__ import annotations

import fcntl
import os
import shutil
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from processes import ClusterError, say

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

LOCK = Path("/run/presync-cluster.lock")
NEEDED = {  # what, and the Debian package that has it
    "ip": "iproute2",
    "nsenter": "util-linux",
    "openssl": "openssl",
    "git": "git",
    "busybox": "busybox-static",
    "gcc": "gcc",
    "pkg-config": "pkg-config",
    "/usr/include/seccomp.h": "libseccomp-dev",
}
NEEDED_BY_ARGOCD = {"redis-server": "redis-server"}


def check(needed: dict[str, str]) -> None:
    if sys.platform != "linux":
        raise ClusterError("a node needs Linux", "Set KUBECONFIG to a cluster of your own, such as kind's.")
    check_root("Use sudo, or set KUBECONFIG to a cluster of your own, such as kind's.")
    missing = {name: package for name, package in needed.items() if not (shutil.which(name) or Path(name).exists())}
    if missing:
        packages = " ".join(missing.values())
        raise ClusterError(f"not on this machine: {', '.join(missing)}", f"apt-get install {packages}")


def check_root(hint: str) -> None:
    if os.geteuid() != 0:
        raise ClusterError("a node needs root", hint)


def carry_out(name: str, action: Callable[[], None]) -> None:
    try:
        action()
    except ClusterError as error:
        say(f"ci/cluster/{name}: {error}\n{error.hint}")
        sys.exit(1)


@contextmanager
def alone() -> Iterator[None]:
    """`up` and `down` change the same things."""
    with LOCK.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("another ci/cluster/up or down is at work here: waiting for it")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield
