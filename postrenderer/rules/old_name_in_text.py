"""Text that mentions an object by name still means the original.

Why: `render` rewrites the fields that hold names, never free text. A migration that reads the Secret by its name
through the API or an argument looks for the original, which PreSync does not have yet.

Finds: |
  apiVersion: v1
  kind: Secret
  metadata: {name: db-login}
  stringData: {url: x}
  ---
  apiVersion: batch/v1
  kind: Job
  metadata: {name: migrate, annotations: {argocd.argoproj.io/hook: PreSync}}
  spec: {template: {spec: {containers: [{name: m, args: [get, db-login], envFrom: [{secretRef: {name: db-login}}]}]}}}
Accepts: |
  apiVersion: v1
  kind: Secret
  metadata: {name: db-login}
  stringData: {url: x}
  ---
  apiVersion: batch/v1
  kind: Job
  metadata: {name: migrate, annotations: {argocd.argoproj.io/hook: PreSync}}
  spec: {template: {spec: {containers: [{name: m, envFrom: [{secretRef: {name: db-login}}]}]}}}
Source: kustomize api v0.21.3 internal/konfig/builtinpluginconsts/namereference.go, which names fields and no free text
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from postrenderer import nodes
from postrenderer.closure import needs
from postrenderer.copies import plan
from postrenderer.edits import Steps
from postrenderer.findings import Finding, Severity
from postrenderer.manifest import Manifest, copy_name
from postrenderer.nodes import Node
from postrenderer.paths import written
from postrenderer.producing import products
from postrenderer.references import CONFIG_MAP, Kind
from postrenderer.release import Release
from postrenderer.scissors import words
from postrenderer.settings import Settings

ID = "old-name-in-text"
SEVERITY = Severity.WARNING
WORD = re.compile(r"[A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?")
TEXT_FIELDS = ("args", "command", "source", "value", "annotations", "data")


class Renamed(NamedTuple):
    """An object that the hooks know by another name."""

    kind: Kind
    name: str
    new: str


def find(release: Release, settings: Settings) -> Iterator[Finding]:
    copies = plan(release, settings).copies.values()
    names = {renamed.name: renamed for renamed in _renamed(release, settings)}
    readers = dict.fromkeys(reader for copy in copies for reader in copy.readers)
    for holder in dict.fromkeys((*readers, *_config_maps(release, list(readers), settings))) if names else ():
        followed = {(id(reference.node), reference.name) for reference in release.references(holder)}
        for node, steps in _texts(holder):
            for name in sorted(names.keys() & set(WORD.findall(node.value))):
                if (id(node), name) not in followed:
                    yield _finding(holder, node, steps, names[name])


def _finding(holder: Manifest, node: Node, steps: Steps, renamed: Renamed) -> Finding:
    path, kind = written(steps), ".".join(filter(None, reversed(holder.identity[:2])))
    message = f"{holder} mentions {renamed.kind[1]}/{renamed.name} in {path}, which presync does not take for a name"
    hint = (
        f"If it is one, let the text say {renamed.new}, or tell the place to presync in the settings, with a `pattern` "
        f"where it holds more: `references: [{{kind: {kind}, to: {renamed.kind[1]}, paths: ['{path}']}}]`."
    )
    shown = words(holder.document.text[nodes.start(node) : nodes.end(node)], renamed.name)
    place = holder.place(node, shown[0][0] if shown else 0)
    return Finding(ID, SEVERITY, holder, message, hint, "mentions it here", place)


def _renamed(release: Release, settings: Settings) -> Iterator[Renamed]:
    """Copied objects and what copied ones make; where a Service has the name, the text means the Service."""
    for copy in plan(release, settings).copies.values():
        row = release.producer(copy.original)
        made = [Renamed(p.kind, p.name, copy_name(p.name)) for p in products(copy.original, row)] if row else []
        own = Renamed(copy.original.identity[:2], copy.original.identity.name, copy.name)
        for renamed in (own, *made):
            if not release.named(("", "Service"), renamed.name, release.namespace_of(copy.original)):
                yield renamed


def _config_maps(release: Release, readers: list[Manifest], settings: Settings) -> Iterator[Manifest]:
    """Those that the readers will find: copies and hooks."""
    copies = plan(release, settings).copies
    for target in (need.target for reader in readers for need in needs(release, reader)):
        if target.identity[:2] == CONFIG_MAP and (id(target) in copies or release.is_pre_sync(target)):
            yield target


def _texts(manifest: Manifest) -> Iterator[tuple[Node, Steps]]:
    """Scalars below fields that hold free text; a ConfigMap's data are such."""
    waiting: list[tuple[Node, Steps, bool]] = [(manifest.root, (), False)]
    seen: set[int] = set()
    while waiting:
        node, steps, free = waiting.pop()
        if free and nodes.text(node):
            yield node, steps
        if id(node) not in seen:
            seen.add(id(node))
            waiting += [(child, (*steps, s), free or s in TEXT_FIELDS) for s, child, _ in nodes.held(node)]
