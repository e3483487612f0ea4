"""The pod security standard `restricted`, with `baseline` in it, for Linux.

As listed at https://kubernetes.io/docs/concepts/security/pod-security-standards/
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Part = dict[str, Any]

VOLUMES = {"configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim", "projected", "secret"}
CONTAINERS = ("initContainers", "containers", "ephemeralContainers")
PROBES = ("livenessProbe", "readinessProbe", "startupProbe")
PROFILES = {"RuntimeDefault", "Localhost"}
SELINUX_TYPES = {None, "", "container_t", "container_init_t", "container_kvm_t", "container_engine_t"}
SAFE_SYSCTLS = {
    "kernel.shm_rmid_forced", "net.ipv4.ip_local_port_range", "net.ipv4.ip_unprivileged_port_start",
    "net.ipv4.tcp_syncookies", "net.ipv4.ping_group_range", "net.ipv4.ip_local_reserved_ports",
    "net.ipv4.tcp_keepalive_time", "net.ipv4.tcp_fin_timeout", "net.ipv4.tcp_keepalive_intvl",
    "net.ipv4.tcp_keepalive_probes", "net.ipv4.tcp_rmem", "net.ipv4.tcp_wmem",
}  # fmt: skip


def hosts(container: Part) -> set[str]:
    hooks = (container.get("lifecycle") or {}).values()
    asked = [container[probe] for probe in PROBES if probe in container] + [*hooks]
    return {str(how["host"]) for one in asked for how in one.values() if isinstance(how, dict) and how.get("host")}


# What a pod says as a whole: its spec, and the security context in it.
POD: dict[str, Callable[[Part, Part], bool]] = {
    "the host's network is not used": lambda pod, _: not pod.get("hostNetwork"),
    "the host's processes are not seen": lambda pod, _: not pod.get("hostPID"),
    "the host's IPC is not used": lambda pod, _: not pod.get("hostIPC"),
    "volumes are of the kinds that are allowed": lambda pod, _: all(
        set(volume) - {"name"} <= VOLUMES for volume in pod.get("volumes", ())
    ),
    "sysctls are safe": lambda _, context: {one["name"] for one in context.get("sysctls", ())} <= SAFE_SYSCTLS,
}
# What a container says: itself, its security context, and that with the pod's behind it.
CONTAINER: dict[str, Callable[[Part, Part, Part], bool]] = {
    "it is not privileged": lambda _, own, __: not own.get("privileged"),
    "it cannot gain privileges": lambda _, own, __: own.get("allowPrivilegeEscalation") is False,
    "it drops all capabilities": lambda _, own, __: "ALL" in own.get("capabilities", {}).get("drop", ()),
    "it adds none but one": lambda _, own, __: set(own.get("capabilities", {}).get("add", ())) <= {"NET_BIND_SERVICE"},
    "it does not run as root": lambda _, __, both: both.get("runAsNonRoot") is True and both.get("runAsUser") != 0,
    "it has a seccomp profile": lambda _, __, both: both.get("seccompProfile", {}).get("type") in PROFILES,
    "it has an AppArmor profile or none": lambda _, __, both: (
        both.get("appArmorProfile", {}).get("type", "RuntimeDefault") in PROFILES
    ),
    "its SELinux type is allowed": lambda _, __, both: (
        both.get("seLinuxOptions", {}).get("type") in SELINUX_TYPES
        and not {"user", "role"} & set(both.get("seLinuxOptions", {}))
    ),
    "it sees /proc as usual": lambda _, own, __: own.get("procMount", "Default") == "Default",
    "it is no host process of Windows": lambda _, __, both: not both.get("windowsOptions", {}).get("hostProcess"),
    "it takes no port of the host": lambda one, _, __: not any(port.get("hostPort") for port in one.get("ports", ())),
    "its probes and hooks ask no other host": lambda one, _, __: not hosts(one),
}


def faults(pod: Part) -> Iterator[str]:
    context = pod.get("securityContext") or {}
    yield from (f"not true of the pod: {rule}" for rule, holds in POD.items() if not holds(pod, context))
    for container in (one for kind in CONTAINERS for one in pod.get(kind, ())):
        own = container.get("securityContext") or {}
        for rule, holds in CONTAINER.items():
            if not holds(container, own, context | own):
                yield f"not true of container {container['name']}: {rule}"
