"""Which objects of a stream make which others: read once, from the few documents whose kind or text tells it."""

from collections import defaultdict
from collections.abc import Iterable

from postrenderer.manifest import Manifest
from postrenderer.producing import Producer, products
from postrenderer.references import NEVER_REFER, NO_KIND, Kind
from postrenderer.tables import Tables


class Production:
    """By kind and name of a product: its producers, each with the namespace written for the product."""

    def __init__(self, manifests: Iterable[Manifest], tables: Tables) -> None:
        self.makers: dict[tuple[Kind, str], list[tuple[Manifest, str]]] = defaultdict(list)
        for manifest in manifests:
            if row := producer(manifest, tables):
                for kind, namespace, name in products(manifest, row):
                    self.makers[kind, name].append((manifest, namespace))

    @property
    def names(self) -> set[str]:
        return {name for _, name in self.makers}


def producer(manifest: Manifest, tables: Tables) -> Producer | None:
    """What is known of the objects that its controller makes; None of most kinds."""
    kind = manifest.identity[:2]
    if kind in tables.producers:
        return tables.producers[kind]
    for mark, row in () if kind in NEVER_REFER else tables.marked:
        if row.kind in (kind, NO_KIND) and mark in manifest.document.text:
            return row
    return None
