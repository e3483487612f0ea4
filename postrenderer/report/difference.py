"""The difference that a render makes, with every value of a Secret and of an environment variable masked."""

import re
from collections.abc import Iterator
from difflib import unified_diff

from postrenderer import nodes
from postrenderer.manifest import manifests
from postrenderer.nodes import Node
from postrenderer.references import SECRET
from postrenderer.scissors import node_end
from postrenderer.stream import Document, Splice, original, spliced

MASK = "***"
_COMMENT = re.compile(r"(?m)(?:^|(?<=[ \t]))#(?! Source: ).*$")  # people leave old passwords in them


def difference(before: list[Document], after: list[Document]) -> str:
    """A unified diff of the documents that differ, each under its own file names."""
    parts: list[str] = []
    found = {id(original(document)) for document in after}
    for document in before:
        if id(document) not in found:
            parts += _diff(masked(document), "", document)
    for document in after:
        old = original(document)
        if old is not document:
            parts += _diff(masked(old) if old else "", masked(document), document)
    return "".join(parts)


def masked(document: Document) -> str:
    """The document's text without secret values."""
    splices = set()
    held = manifests(document)
    for manifest in held:
        splices |= {_mask(node, document.text) for node in _secret(manifest.root)}
    text = spliced(document.text, splices)
    return _COMMENT.sub("", text) if "Secret" in document.text else text


def _diff(old: str, new: str, document: Document) -> Iterator[str]:
    held = next(iter(manifests(document)), None)
    name = f"{held.template or document.file}: {held}" if held else document.file
    lines = unified_diff(
        _lines(old), _lines(new), "a/" + name if old else "/dev/null", "b/" + name if new else "/dev/null"
    )
    for line in lines:
        yield line if line.endswith("\n") else line + "\n"


def _lines(text: str) -> list[str]:
    return text.replace("\r\n", "\n").splitlines(keepends=True)


def _mask(node: Node, text: str) -> Splice:
    return Splice(nodes.start(node), node_end(node, text), MASK)


def _secret(root: Node) -> Iterator[Node]:
    """Nodes whose text must not be shown: values of Secrets, wherever they stand, of environment variables, and whole
    applied copies."""
    for mapping in _mappings_below(root):
        kind = nodes.text(nodes.lookup(mapping, "kind")) or ""
        for key, value in nodes.pairs(mapping):
            if key.value == "stringData" or (key.value == "data" and kind == SECRET[1]):
                yield from (said for _, said in nodes.pairs(value))
            elif key.value == "env":
                yield from (said for item in nodes.items(value) if (said := nodes.lookup(item, "value")) is not None)
            elif key.value == "kubectl.kubernetes.io/last-applied-configuration":
                yield value


def _mappings_below(root: Node) -> Iterator[Node]:
    waiting, seen = [root], set()
    while waiting:
        node = waiting.pop()
        if id(node) not in seen:
            seen.add(id(node))
            waiting += nodes.children(node)
            if nodes.is_mapping(node):
                yield node
