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

from postrenderer import nodes
from postrenderer.closure import needs
from postrenderer.copies import Copy, plan
from postrenderer.findings import Finding, Severity
from postrenderer.manifest import Manifest
from postrenderer.nodes import Node
from postrenderer.references import CONFIG_MAP
from postrenderer.release import Release
from postrenderer.settings import Settings

ID = "old-name-in-text"
SEVERITY = Severity.WARNING
WORD = re.compile(r"[A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?")
TEXT_FIELDS = ("args", "command", "value", "annotations", "data")


def find(release: Release, settings: Settings) -> Iterator[Finding]:
    copies = {copy.original.identity.name: copy for copy in plan(release, settings).copies.values()}
    names = {name for name, copy in copies.items() if not _is_service(release, copy)}
    readers = dict.fromkeys(reader for copy in copies.values() for reader in copy.readers)
    for holder in dict.fromkeys((*readers, *_config_maps(release, list(readers), settings))) if names else ():
        said: set[str] = set()
        for node in _texts(holder):
            for name in sorted(names.intersection(WORD.findall(node.value)) - said):
                said.add(name)
                copy = copies[name]
                message = f"{holder} mentions {copy.original} in text, where presync does not rewrite it"
                hint = f"If that text is used as a name, let it say {copy.name}."
                yield Finding(ID, SEVERITY, holder, message, hint, "mentions it here", holder.place(node))


def _is_service(release: Release, copy: Copy) -> bool:
    """Then the text means the Service."""
    return bool(release.named(("", "Service"), copy.original.identity.name, release.namespace_of(copy.original)))


def _config_maps(release: Release, readers: list[Manifest], settings: Settings) -> Iterator[Manifest]:
    """Those that the readers will find: copies and hooks."""
    copies = plan(release, settings).copies
    for target in (need.target for reader in readers for need in needs(release, reader)):
        if target.identity[:2] == CONFIG_MAP and (id(target) in copies or release.is_pre_sync(target)):
            yield target


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
            waiting += [(child, free or step in TEXT_FIELDS) for step, child, _ in nodes.held(node)]
