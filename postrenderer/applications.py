"""Argo CD's own Applications among the objects: what they say of syncing, and whether hooks run in them."""

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from postrenderer import nodes
from postrenderer.manifest import Manifest
from postrenderer.nodes import Node
from postrenderer.release import Release

SPECS = {("argoproj.io", "Application"): ("spec",), ("argoproj.io", "ApplicationSet"): ("spec", "template", "spec")}
PLUGIN = "presync"


class Application(NamedTuple):
    """An Application, or the template of an ApplicationSet."""

    manifest: Manifest
    spec: Node

    @property
    def sources(self) -> list[Node]:
        single = nodes.lookup(self.spec, "source")
        return [*nodes.items(nodes.lookup(self.spec, "sources")), *([single] if single is not None else [])]

    @property
    def policy(self) -> Node | None:
        return nodes.lookup(self.spec, "syncPolicy")

    @property
    def options(self) -> dict[str, Node]:
        """The node of each sync option, by what it says."""
        return {nodes.text(node) or "": node for node in nodes.items(nodes.lookup(self.policy, "syncOptions"))}

    def is_on(self, *path: str) -> bool:
        return nodes.text(nodes.at(self.policy, *path)) == "true"


@lru_cache(maxsize=2)
def applications(release: Release) -> tuple[Application, ...]:
    return tuple(_applications(release))


def with_hooks(release: Release) -> Iterator[Application]:
    """Those known to have hooks, since presync renders them; of others nobody knows before they are rendered."""
    for application in applications(release):
        if any(map(_is_presync, application.sources)):
            yield application


def _applications(release: Release) -> Iterator[Application]:
    for manifest in release.manifests:
        if steps := SPECS.get(manifest.identity[:2]):
            spec = nodes.at(manifest.root, *steps)
            if spec is not None:
                yield Application(manifest, spec)


def _is_presync(source: Node) -> bool:
    return (nodes.text(nodes.at(source, "plugin", "name")) or "").startswith(PLUGIN)
