"""The stamp: an ordinary ConfigMap that changes when the PreSync workloads change, so that a sync starts by itself."""

from collections.abc import Iterator
from typing import Any

from postrenderer import nodes
from postrenderer.manifest import HOOK, Manifest
from postrenderer.references import CONFIG_MAP
from postrenderer.release import Release

SUFFIX = "-presync-stamp"
STAMP = "presync/stamp"

# Labels and annotations that change with every chart version or with other objects, not with the migration.
RESTLESS = ("helm.sh/chart", "checksum/", "presync/")


def stamped_workloads(release: Release) -> list[Manifest]:
    return [workload for workload in release.workloads if release.is_pre_sync(workload)]


def stamps(release: Release) -> list[Manifest]:
    return [manifest for manifest in release.candidates if STAMP in manifest.annotations]


def is_current(release: Release, workloads: list[Manifest]) -> bool:
    found = stamps(release)
    return len(found) == 1 and found[0].annotations[STAMP] == digest(workloads)


def digest(workloads: list[Manifest]) -> str:
    """SHA-256 of what the workloads say, but for restless labels and annotations; no Secret has a part in it."""
    from hashlib import sha256

    said = [_settled(nodes.plain_data(workload.root, workload.document.text)) for workload in workloads]
    return sha256(repr(said).encode()).hexdigest()


def stamp_text(workloads: list[Manifest], newline: str) -> str:
    first = workloads[0].identity
    value = digest(workloads)
    lines = [
        "apiVersion: v1",
        f"kind: {CONFIG_MAP[1]}",
        "metadata:",
        f"  name: {first.name or workloads[0].generate_name.rstrip('-')}{SUFFIX}",
        *([f"  namespace: {first.namespace}"] if first.namespace else []),
        "  annotations:",
        f'    {HOOK}: "false"',
        f'    {STAMP}: "{value}"',
        "data:",
        f'  digest: "{value}"',
    ]
    return newline.join(lines)


def _settled(data: Any) -> Any:
    """The data with sorted keys and without what changes by itself."""
    if isinstance(data, dict):
        return [(key, _settled(value)) for key, value in _kept(data)]
    return [_settled(item) for item in data] if isinstance(data, list) else data


def _kept(data: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    for key in sorted(data):
        if not key.startswith(RESTLESS):
            yield key, data[key]
