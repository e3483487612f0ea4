"""The stamp: an ordinary ConfigMap that changes when the PreSync workloads change, so that a sync starts by itself."""

from postrenderer.manifest import HOOK, Manifest, copy_name
from postrenderer.references import CONFIG_MAP
from postrenderer.release import Release
from postrenderer.renderings import settled
from postrenderer.settings import Settings

STAMP = "presync/stamp"


def stamped_workloads(release: Release) -> list[Manifest]:
    return [workload for workload in release.workloads if release.is_pre_sync(workload)]


def stamps(release: Release) -> list[Manifest]:
    return [manifest for manifest in release.candidates if STAMP in manifest.annotations]


def is_stamp_wanted(release: Release, settings: Settings) -> bool:
    """By the settings; `auto` asks that a second rendering has the same workloads."""
    workloads = stamped_workloads(release)
    if release.target != "argocd" or not workloads or settings.stamp == "off":
        return False
    same = release.generated is not None and not any(release.is_generated(workload) for workload in workloads)
    return settings.stamp == "on" or same


def stamp_name(workloads: list[Manifest]) -> str:
    first = workloads[0]
    return copy_name(first.identity.name or first.generate_name.rstrip("-")) + "-stamp"


def is_current(release: Release, workloads: list[Manifest]) -> bool:
    found = stamps(release)
    return len(found) == 1 and found[0].annotations[STAMP] == digest(workloads)


def digest(workloads: list[Manifest]) -> str:
    """SHA-256 of what the workloads say, but for restless labels and annotations; no Secret has a part in it."""
    from hashlib import sha256

    said = [settled(workload) for workload in workloads]
    return sha256(repr(said).encode()).hexdigest()


def stamp_text(workloads: list[Manifest], newline: str) -> str:
    first = workloads[0].identity
    value = digest(workloads)
    lines = [
        "apiVersion: v1",
        f"kind: {CONFIG_MAP[1]}",
        "metadata:",
        f"  name: {stamp_name(workloads)}",
        *([f"  namespace: {first.namespace}"] if first.namespace else []),
        "  annotations:",
        f'    {HOOK}: "false"',
        f'    {STAMP}: "{value}"',
        "data:",
        f'  digest: "{value}"',
    ]
    return newline.join(lines)
