"""A network of the cluster's own: it collides with nothing on this machine, and is gone with its namespace."""

from __future__ import annotations

from pathlib import Path

from processes import ClusterError, run

NAMESPACE, LINK = "presync", "presync0"
NETWORK, OUTSIDE, INSIDE = "10.87.1.0/30", "10.87.1.1", "10.87.1.2"
PODS = "10.88.0.0/22"
SERVICES, API_SERVICE = "10.96.0.0/16", "10.96.0.1"


def exists() -> bool:
    return Path(f"/run/netns/{NAMESPACE}").exists()


def is_whole() -> bool:
    """Its default route is the last that `make` adds."""
    return exists() and "default" in run(*inside("ip", "route"))


def inside(*command: str | Path) -> list[str]:
    """`ip netns exec` would replace /sys as well, and the kubelet find no cgroups there."""
    return ["nsenter", f"--net=/run/netns/{NAMESPACE}", *map(str, command)]


def make() -> None:
    if is_whole():
        return
    remove()
    if run("ip", "route", "show", "to", "root", NETWORK):
        raise ClusterError(f"something else uses the network {NETWORK}", f"ip route show to root {NETWORK} names it.")
    run("ip", "netns", "add", NAMESPACE)
    run("ip", "link", "add", LINK, "type", "veth", "peer", "name", "eth0", "netns", NAMESPACE)
    run("ip", "address", "add", f"{OUTSIDE}/30", "dev", LINK)
    run("ip", "link", "set", LINK, "up")
    run("ip", "route", "add", PODS, "via", INSIDE)
    for command in (
        f"ip address add {INSIDE}/30 dev eth0",
        # The API server's service address: one node needs no kube-proxy.
        f"ip address add {API_SERVICE}/32 dev lo",
        "ip link set lo up",
        "ip link set eth0 up",
        "sysctl -qw net.ipv4.ip_forward=1",
        f"ip route add default via {OUTSIDE}",
    ):
        run(*inside(*command.split()))


def remove() -> None:
    """Also half a network. The link by itself: with its namespace it would go some time later."""
    if Path(f"/sys/class/net/{LINK}").exists():
        run("ip", "link", "delete", LINK)
    if exists():
        run("ip", "netns", "delete", NAMESPACE)
