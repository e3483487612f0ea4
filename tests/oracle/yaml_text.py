"""Cut a stream at `---` lines and read each piece as Kubernetes does: YAML 1.1 words, last duplicate key wins."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode

SEPARATOR = re.compile(r"(?m)^(?=---(?:\s|$))")
CUSTOM_RESOURCE_DEFINITION = re.compile(r"(?m)^kind: CustomResourceDefinition\s*$")
SPEC_LINE = re.compile(r"(?m)^spec:")

NULL = frozenset({"", "~", "null", "Null", "NULL"})
TRUE = frozenset(word for base in ("y", "yes", "true", "on") for word in (base, base.title(), base.upper()))
FALSE = frozenset(word for base in ("n", "no", "false", "off") for word in (base, base.title(), base.upper()))
INTEGER = re.compile(r"[+-]?(0b[01_]+|0x[0-9a-fA-F_]+|0o?[0-7_]+|[0-9][0-9_]*)\Z")
NUMBER = r"(\.[0-9]+|[0-9][0-9_]*(\.[0-9_]*)?)([eE][+-]?[0-9]+)?"
FLOAT = re.compile(rf"[+-]?({NUMBER}|\.(inf|Inf|INF))\Z|\.(nan|NaN|NAN)\Z")


def cut(stream: str) -> list[str]:
    """The documents' texts, each from its `---` line to the next; joined they are the stream again."""
    return [piece for piece in SEPARATOR.split(stream) if piece]


@lru_cache(maxsize=20_000)
def load(document: str) -> Any:
    """The document's content; callers must not change it. Of a CRD only what stands before its schema."""
    if CUSTOM_RESOURCE_DEFINITION.search(document) and "metadata:" in SPEC_LINE.split(document)[0]:
        document = SPEC_LINE.split(document)[0]
    node = YAML(typ="safe").compose(document.replace("\r\n", "\n"))
    return None if node is None else _plain(node, {})


def _plain(node: Node, seen: dict[int, Any]) -> Any:
    if id(node) not in seen:
        seen[id(node)] = _build(node, seen)
    return seen[id(node)]


def _build(node: Node, seen: dict[int, Any]) -> Any:
    if isinstance(node, ScalarNode):
        return _scalar(node)
    if isinstance(node, MappingNode):
        return _mapping(node, seen)
    return [_plain(item, seen) for item in node.value]


def _mapping(node: MappingNode, seen: dict[int, Any]) -> dict[Any, Any]:
    merged: dict[Any, Any] = {}
    own: dict[Any, Any] = {}
    for key, value in node.value:
        if key.value == "<<" and _is_plain(key):
            sources = _plain(value, seen)
            for source in reversed(sources if isinstance(sources, list) else [sources]):
                merged |= source
        else:
            own[_plain(key, seen)] = _plain(value, seen)
    return merged | own


def _is_plain(node: Node) -> bool:
    return isinstance(node, ScalarNode) and node.style not in ("'", '"', "|", ">")


def _scalar(node: ScalarNode) -> Any:
    text = str(node.value)
    if not _is_plain(node):
        return text
    if text in NULL:
        return None
    if text in TRUE or text in FALSE:
        return text in TRUE
    return _Number(text) if INTEGER.match(text) or FLOAT.match(text) else text


class _Number(float):
    """A number that is not a string and keeps its spelling, so that `010` and `10` stay different."""

    def __new__(cls, text: str) -> _Number:
        number = super().__new__(cls, 0.0)
        number.text = text
        return number

    text: str

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Number) and self.text == other.text

    def __hash__(self) -> int:
        return hash(self.text)

    def __repr__(self) -> str:
        return self.text
