"""What a second rendering of the same input gives other content: it is generated anew each time."""

from collections import defaultdict
from typing import Any

from postrenderer import nodes
from postrenderer.manifest import Identity, Manifest
from postrenderer.release import Release

# Labels and annotations that change with every chart version or with other objects.
RESTLESS = ("helm.sh/chart", "checksum/", "presync/")


def generated(first: Release, second: Release) -> frozenset[Identity]:
    """Identities of the first rendering that the second has not, or with other content."""
    twins = defaultdict(list)
    for manifest in second.manifests:
        twins[manifest.identity].append(manifest)
    return frozenset(m.identity for m in first.manifests if not any(_says_the_same(m, o) for o in twins[m.identity]))


def settled(manifest: Manifest) -> Any:
    """What the object says, with sorted keys and without what changes with other objects."""
    return _settled(nodes.plain_data(manifest.root, manifest.document.text))


def _says_the_same(one: Manifest, other: Manifest) -> bool:
    """Equal texts need no parsing."""
    same_text = one.item is None and one.document.text == other.document.text
    return same_text or bool(settled(one) == settled(other))


def _settled(data: Any) -> Any:
    if isinstance(data, dict):
        return [(key, _settled(data[key])) for key in sorted(data) if not key.startswith(RESTLESS)]
    return [_settled(item) for item in data] if isinstance(data, list) else data
