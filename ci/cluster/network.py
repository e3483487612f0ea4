"""A network of the cluster's own: it collides with nothing on this machine, and is gone with its namespace."""

from __future__ import annotations

from pathlib import Path

from processes import ClusterError, run

NAMESPACE = "presync"
OUTSIDE, INSIDE = "10.87.1.1", "10.87.1.2"
PODS = "10.88.0.0/22"
SERVICES, API_SERVICE = "10.96.0.0/16", "10.96.0.1"


def exists() -> bool:
    return Path(f"/run/netns/{NAMESPACE}").exists()


def inside(*command: str | Path) -> list[str]:
    """`ip netns exec` would replace /sys as well, and the kubelet find no cgroups there."""
    return ["nsenter", f"--net=/run/netns/{NAMESPACE}", *map(str, command)]


def make() -> None:
    if exists():
        return
    if run("ip", "route", "show", "to", "exact", f"{OUTSIDE}/30"):
        raise ClusterError(f"the network {OUTSIDE}/30 is in use here", "Was another cluster left half removed?")
    run("ip", "netns", "add", NAMESPACE)
    run("ip", "link", "add", "presync0", "type", "veth", "peer", "name", "eth0", "netns", NAMESPACE)
    run("ip", "address", "add", f"{OUTSIDE}/30", "dev", "presync0")
    run("ip", "link", "set", "presync0", "up")
    run("ip", "route", "add", PODS, "via", INSIDE)
    for command in (
        f"ip address add {INSIDE}/30 dev eth0",
        # The API server's service address: one node needs no kube-proxy.
        f"ip address add {API_SERVICE}/32 dev lo",
        "ip link set lo up",
        "ip link set eth0 up",
        f"ip route add default via {OUTSIDE}",
        "sysctl -qw net.ipv4.ip_forward=1",
    ):
        run(*inside(*command.split()))


def remove() -> None:
    if exists():
        run("ip", "netns", "delete", NAMESPACE)
