"""Which objects of a stream make which others: read once, from the few documents whose kind or text tells it."""

from collections import defaultdict
from collections.abc import Callable, Iterable

from postrenderer.manifest import Manifest
from postrenderer.producing import Producer, named, products
from postrenderer.references import NEVER_REFER, NO_KIND, Kind
from postrenderer.tables import Tables

# By kind and name of a product: what writes it, each with the namespace that is written for the product.
Writers = dict[tuple[Kind, str], list[tuple[Manifest, str]]]


class Production:
    """Who makes what, and who writes into what is there already."""

    def __init__(self, manifests: Iterable[Manifest], tables: Tables, home_of: Callable[[Manifest], str]) -> None:
        self._home_of = home_of
        self._makers: Writers = defaultdict(list)
        self._fillers: Writers = defaultdict(list)
        for manifest in manifests:
            if row := producer(manifest, tables):
                for kind, namespace, name in products(manifest, row):
                    self._makers[kind, name].append((manifest, namespace))
                for kind, namespace, name in named(manifest, row) if row.treat == "copy" else ():
                    self._fillers[kind, name].append((manifest, namespace))

    @property
    def names(self) -> set[str]:
        return {name for _, name in self._makers}

    def making(self, kind: Kind, name: str, home: str) -> list[Manifest]:
        return self._of(self._makers, kind, name, home)

    def filling(self, kind: Kind, name: str, home: str) -> list[Manifest]:
        """Custom resources whose controllers write into an object that the stream holds."""
        return self._of(self._fillers, kind, name, home)

    def _of(self, writers: Writers, kind: Kind, name: str, home: str) -> list[Manifest]:
        found = writers.get((kind, name), [])
        return [one for one, space in found if not home or (space or self._home_of(one)) in ("", "-", home)]


def producer(manifest: Manifest, tables: Tables) -> Producer | None:
    """What is known of the objects that its controller makes; None of most kinds."""
    kind = manifest.identity[:2]
    if kind in tables.producers:
        return tables.producers[kind]
    for mark, row in () if kind in NEVER_REFER else tables.marked:
        if row.kind in (kind, NO_KIND) and mark in manifest.document.text:
            return row
    return None
