"""What a second rendering of the same input gives other content: it is generated anew each time."""

from collections import defaultdict

from postrenderer import nodes
from postrenderer.manifest import Identity, Manifest
from postrenderer.release import Release


def generated(first: Release, second: Release) -> frozenset[Identity]:
    """Identities of the first rendering that the second has not, or with other content."""
    twins = defaultdict(list)
    for manifest in second.manifests:
        twins[manifest.identity].append(manifest)
    return frozenset(m.identity for m in first.manifests if not any(_says_the_same(m, o) for o in twins[m.identity]))


def _says_the_same(one: Manifest, other: Manifest) -> bool:
    """Equal texts need no parsing."""
    if one.item is None and one.document.text == other.document.text:
        return True
    said = [nodes.plain_data(manifest.root, manifest.document.text) for manifest in (one, other)]
    return bool(said[0] == said[1])
