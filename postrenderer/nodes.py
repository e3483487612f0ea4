"""A YAML node, its values and its place in the text; nothing here parses or writes YAML."""

import re
from collections.abc import Iterator
from typing import Any

# A node is ruamel's: `value` is a str, a list of nodes or a list of (key, value) pairs.
Node = Any

NULL_TAG = "tag:yaml.org,2002:null"
STRING_TAG = "tag:yaml.org,2002:str"
NULLS = frozenset(("", "~", "null", "Null", "NULL"))
MERGE = "<<"
_ANCHOR = re.compile(r"(?:!\S*\s+)?&")

# Plain scalars that sigs.k8s.io/yaml v1.6 (go-yaml v2 resolve.go) does not read as strings.
NOT_A_STRING = re.compile(
    r"""(?:~|null|Null|NULL
        |y|Y|yes|Yes|YES|n|N|no|No|NO|true|True|TRUE|false|False|FALSE|on|On|ON|off|Off|OFF
        |[-+]?(?:0b[01_]+|0o?[0-7_]+|0x[0-9a-fA-F_]+|[1-9][0-9_]*|0)
        |[-+]?(?:\.[0-9]+|[0-9][0-9_]*(?:\.[0-9_]*)?)(?:[eE][-+]?[0-9]+)?
        |[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))?\Z""",
    re.VERBOSE,
)


def is_mapping(node: Node | None) -> bool:
    return node is not None and node.id == "mapping"


def is_sequence(node: Node | None) -> bool:
    return node is not None and node.id == "sequence"


def children(node: Node) -> Iterator[Node]:
    if node.id == "mapping":
        for key, value in node.value:
            yield key
            yield value
    elif node.id == "sequence":
        yield from node.value


def pairs(mapping: Node | None) -> list[tuple[Node, Node]]:
    if mapping is None or mapping.id != "mapping":
        return []
    return [pair for pair in mapping.value if pair[0].id == "scalar"]


def entries(mapping: Node | None) -> dict[str, tuple[Node, Node]]:
    """Key and value nodes by key, as Kubernetes reads them: of a repeated key the last, merged keys below own ones."""
    found = {key.value: (key, value) for key, value in pairs(mapping)}
    if MERGE in found:
        merged = found.pop(MERGE)[1]
        for source in merged.value if is_sequence(merged) else [merged]:
            found = {**entries(source), **found}
    return found


def find(mapping: Node | None, key: str) -> tuple[Node, Node] | None:
    """Key and value nodes of one key."""
    if mapping is None or mapping.id != "mapping":
        return None
    found = None
    merges = False
    for pair in mapping.value:
        name = pair[0].value  # of a key that is a collection: its nodes, which are no text
        if name == key:
            found = pair
        elif name == MERGE:
            merges = True
    return entries(mapping).get(key) if found is None and merges else found


def lookup(mapping: Node | None, key: str) -> Node | None:
    found = find(mapping, key)
    return found[1] if found else None


def held(node: Node) -> Iterator[tuple[str | int, Node, bool]]:
    """Step, node, and whether it is written here, of everything a collection holds."""
    for name, (key, value) in entries(node).items():
        yield name, value, is_written(node, key, value)
    last = start(node)
    for number, item in enumerate(items(node)):
        yield number, item, start(item) >= last
        last = max(last, end(item))


def is_written(mapping: Node, key: Node, value: Node) -> bool:
    """Whether a value stands behind its key in its own mapping; if not, an alias or a merge brings it there."""
    return start(mapping) <= start(key) <= end(mapping) and start(value) >= end(key)


def at(node: Node | None, *path: str) -> Node | None:
    for key in path:
        node = lookup(node, key)
    return node


def items(node: Node | None) -> list[Node]:
    return node.value if is_sequence(node) else []  # type: ignore[union-attr]


def text(node: Node | None) -> str | None:
    """A scalar's characters; None for null, for collections and where there is no node."""
    if node is None or node.id != "scalar" or node.tag == NULL_TAG:
        return None
    return str(node.value)


def start(node: Node) -> int:
    index: int = node.start_mark.index
    return index


def end(node: Node) -> int:
    index: int = node.end_mark.index
    return index


def is_null(node: Node) -> bool:
    return bool(node.id == "scalar" and node.tag == NULL_TAG)


def is_string(node: Node, written: str) -> bool:
    """Whether Kubernetes reads the scalar as a string; `written` is the document's text."""
    if node.id != "scalar":
        return False
    first = written[start(node) : start(node) + 1]
    if first == "!":
        return bool(node.tag == STRING_TAG)
    return first in ("'", '"', "|", ">") or not NOT_A_STRING.match(str(node.value))


def is_anchored(node: Node, written: str) -> bool:
    """Whether an alias may stand for this node elsewhere; its place begins with its properties."""
    return _ANCHOR.match(written, start(node)) is not None


def plain_data(node: Node | None, written: str) -> Any:
    """The value as Kubernetes reads it, numbers and booleans left as (tag, text): good for comparing only."""
    if node is None:
        return None
    if is_mapping(node):
        return {key: plain_data(value, written) for key, (_, value) in entries(node).items()}
    if is_sequence(node):
        return [plain_data(child, written) for child in node.value]
    return node.value if is_string(node, written) else not_a_string(node.value)


def not_a_string(value: str) -> tuple[str, str]:
    return ("not a string", value)


def step(node: Node, steps: tuple[str | int, ...]) -> Node:
    for key in steps:
        node = items(node)[key] if isinstance(key, int) else lookup(node, key)
    return node
