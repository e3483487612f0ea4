"""What a release is, in a target's own reading and in nobody's words: two that print the same are the same."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from ..oracle import meaning
from ..oracle.references import is_workload
from ..oracle.release import Release

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..oracle.objects import Resource

VOCABULARY = (
    "helm.sh/hook",
    "helm.sh/hook-weight",
    "helm.sh/hook-delete-policy",
    "argocd.argoproj.io/hook",
    "argocd.argoproj.io/hook-delete-policy",
    "argocd.argoproj.io/sync-wave",
)
MARKER = "presync/phase"  # said only where presync is to read it

Reading = dict[str, Any]


def argo_cds_reading(resource: Resource) -> Reading:
    return {
        "hook": meaning.is_hook(resource),
        "phases": sorted(meaning.phases(resource)),
        "wave": meaning.wave(resource),
        "delete": sorted(meaning.policies(resource)) if meaning.is_hook(resource) else [],
    }


def helms_reading(resource: Resource) -> Reading:
    events = meaning.helm_events(resource)
    if not events:
        return {"dropped": meaning.helm_drops(resource)}
    return {
        "events": sorted(events),
        "weight": meaning.helm_weight(resource),
        "delete": sorted(meaning.helm_policies(resource)),
    }


def described(text: str, reading: Callable[[Resource], Reading], namespace: str) -> dict[str, str]:
    """Each object, by its identity."""
    release = Release(text, namespace)
    names = [" ".join(resource.key) for resource in release.resources]
    assert len(set(names)) == len(names), f"an identity is there twice: {sorted(names)}"
    return {
        name: _printed(resource, reading(resource), release)
        for name, resource in zip(names, release.resources, strict=True)
    }


def _printed(resource: Resource, read: Reading, release: Release) -> str:
    body = plain(resource.body)
    metadata = body["metadata"]
    annotations = metadata.pop("annotations", None) or {}
    metadata["annotations"] = {
        key: value for key, value in annotations.items() if key not in VOCABULARY and key != MARKER
    }
    needs = sorted(map(str, release.needs(resource))) if is_workload(resource) else []
    return json.dumps({"meaning": read, "needs": needs, "object": body}, indent=2, sort_keys=True)


def plain(value: Any) -> Any:
    """The oracle's reading as JSON has it; the oracle keeps numbers as they are spelled."""
    if isinstance(value, dict):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [plain(inner) for inner in value]
    return json.loads(repr(value)) if isinstance(value, float) else value


def assert_same(one: str, one_is: dict[str, str], other: str, other_is: dict[str, str]) -> None:
    differing = sorted(name for name in one_is.keys() | other_is.keys() if one_is.get(name) != other_is.get(name))
    sides = (
        f"=== {name}\n--- {side}\n{objects.get(name, 'is not there')}"
        for name in differing
        for side, objects in ((one, one_is), (other, other_is))
    )
    assert not differing, f"{one} and {other} differ in {len(differing)} objects\n" + "\n".join(sides)
