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
Source: name-references §2, last row
"""

import re
from collections.abc import Iterator

from postrenderer import nodes
from postrenderer.closure import needs
from postrenderer.copies import plan
from postrenderer.findings import Finding, Severity
from postrenderer.manifest import Manifest
from postrenderer.nodes import Node
from postrenderer.references import CONFIG_MAP
from postrenderer.release import Release
from postrenderer.settings import Settings

ID = "old-name-in-text"
SEVERITY = Severity.WARNING
TEXT_FIELDS = ("args", "command", "value", "annotations", "data")


def find(release: Release, settings: Settings) -> Iterator[Finding]:
    planned = plan(release, settings)
    for copy in planned.copies.values():
        name = copy.original.identity.name
        if len(release.named(("", "Service"), name, release.namespace_of(copy.original))):
            continue  # the text means the Service
        word = re.compile(rf"(?<![\w.-]){re.escape(name)}(?![\w.-])")
        for holder in _holders(release, copy.readers, settings):
            for node in _texts(holder):
                if word.search(node.value):
                    message = f"{holder} mentions {copy.original} in text, where presync does not rewrite it"
                    hint = f"If that text is used as a name, let it say {copy.name}."
                    yield Finding(ID, SEVERITY, holder, message, hint, "mentions it here", holder.place(node))
                    break


def _holders(release: Release, readers: tuple[Manifest, ...], settings: Settings) -> list[Manifest]:
    copies = plan(release, settings).copies
    held = [need.target for reader in readers for need in needs(release, reader)]
    maps = [m for m in held if m.identity[:2] == CONFIG_MAP and (id(m) in copies or release.is_pre_sync(m))]
    return list({id(m): m for m in (*readers, *maps)}.values())


def _texts(manifest: Manifest) -> Iterator[Node]:
    """Scalars below fields that hold free text; a ConfigMap's data are such."""
    waiting = [(manifest.root, False)]
    seen: set[int] = set()
    while waiting:
        node, free = waiting.pop()
        if free and nodes.text(node):
            yield node
        if id(node) not in seen:
            seen.add(id(node))
            waiting += [(value, free or key in TEXT_FIELDS) for key, (_, value) in nodes.entries(node).items()]
            waiting += [(item, free) for item in nodes.items(node)]
