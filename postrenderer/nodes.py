"""A document's YAML nodes, each with its place in the text; nothing here ever writes YAML."""

import re
from collections.abc import Iterator
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, ScalarNode
from ruamel.yaml.resolver import BaseResolver
from ruamel.yaml.tag import Tag

from postrenderer.errors import BadInputError
from postrenderer.stream import Document, position

# A node is ruamel's: `value` is a str, a list of nodes or a list of (key, value) pairs.
Node = Any

MAX_DEPTH = 200  # libyaml's composer recurses in C and crashes at some 10,000 levels
MAX_EXPANSION = 10  # nodes read through aliases, per node written (go-yaml's guard against alias bombs is alike)

# libyaml's own words for what is wrong; words that could quote the input are not shown.
SAFE_PROBLEMS = frozenset(
    (
        "mapping values are not allowed in this context",
        "block sequence entries are not allowed in this context",
        "could not find expected ':'",
        "did not find expected key",
        "did not find expected '-' indicator",
        "did not find expected ',' or ']'",
        "did not find expected ',' or '}'",
        "did not find expected node content",
        "did not find expected <document start>",
        "found character that cannot start any token",
        "found a tab character that violates indentation",
        "found unexpected end of stream",
        "found undefined alias",
        "found unknown escape character",
    )
)

# Plain scalars that sigs.k8s.io/yaml v1.6 (go-yaml v2 resolve.go) does not read as strings.
NOT_A_STRING = re.compile(
    r"""(?:~|null|Null|NULL
        |y|Y|yes|Yes|YES|n|N|no|No|NO|true|True|TRUE|false|False|FALSE|on|On|ON|off|Off|OFF
        |[-+]?(?:0b[01_]+|0o?[0-7_]+|0x[0-9a-fA-F_]+|[1-9][0-9_]*|0)
        |[-+]?(?:\.[0-9]+|[0-9][0-9_]*(?:\.[0-9_]*)?)(?:[eE][-+]?[0-9]+)?
        |[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))?\Z""",
    re.VERBOSE,
)
NULLS = frozenset(("", "~", "null", "Null", "NULL"))
MERGE = "<<"
_BRACKETS = re.compile(r"[\[\]{}]")
_DEEP_BLOCK = re.compile(r"\n[ ?:\-]{%d}" % MAX_DEPTH)

_parsers: list[YAML] = []


class Resolver(BaseResolver):
    """Tells nulls from strings and nothing more: ruamel's own takes half of the parser's time to find numbers."""

    NULL_TAG = Tag(suffix="tag:yaml.org,2002:null")
    processing_version = (1, 2)

    def __init__(self, version: Any = None, loader: Any = None, loadumper: Any = None) -> None:  # noqa: ARG002
        super().__init__(loader or loadumper)

    def resolve(self, kind: type, value: str, implicit: tuple[bool, bool]) -> Tag:
        if kind is ScalarNode:
            return self.NULL_TAG if implicit[0] and value in NULLS else self.DEFAULT_SCALAR_TAG
        return self.DEFAULT_MAPPING_TAG if kind is MappingNode else self.DEFAULT_SEQUENCE_TAG


def compose(document: Document) -> Node | None:
    """The document's root node; None for comments only. Raises BadInputError with the place, never the text."""
    _refuse_depth(document)
    try:
        root = _parser().compose(document.text)
    except MarkedYAMLError as error:
        raise _broken(document, error) from None
    except YAMLError:
        raise BadInputError(f"{_place(document, 0)}: this document holds a character YAML does not allow") from None
    if root is not None and "&" in document.text:
        _refuse_expansion(document, root)
    return root


def _parser() -> YAML:
    """One parser a process: libyaml where ruamel.yaml.clib is installed, ruamel's own Python otherwise."""
    if not _parsers:
        use_parser(pure=False)
    return _parsers[0]


def use_parser(pure: bool) -> None:
    """Choose the parser; for tests, which try both."""
    parser = YAML(typ="safe", pure=pure)
    parser.Resolver = Resolver
    _parsers[:] = [parser]


def _place(document: Document, index: int) -> str:
    line, column = position(document, index)
    return f"{document.file}:{line}:{column}"


def _broken(document: Document, error: MarkedYAMLError) -> BadInputError:
    mark = error.problem_mark or error.context_mark
    problem = error.problem if error.problem in SAFE_PROBLEMS else "the document breaks off or is malformed"
    hint = "Render the chart again with `helm template` and look at this line; its text may be secret and is not shown."
    return BadInputError(f"{_place(document, mark.index if mark else 0)}: not valid YAML: {problem}", hint)


def _refuse_depth(document: Document) -> None:
    if not _may_be_deep(document.text):
        return
    depth = 0
    parser = YAML(typ="safe", pure=True)
    try:
        for event in parser.parse(document.text):
            name = type(event).__name__
            depth += name.endswith(("MappingStartEvent", "SequenceStartEvent"))
            depth -= name.endswith(("MappingEndEvent", "SequenceEndEvent"))
            if depth > MAX_DEPTH:
                raise BadInputError(
                    f"{_place(document, event.start_mark.index)}: nested deeper than {MAX_DEPTH} levels",
                    "No Kubernetes object needs that; leave this document out.",
                )
    except MarkedYAMLError as error:
        raise _broken(document, error) from None


def _may_be_deep(text: str) -> bool:
    """Whether brackets, or indentation and `-`, could open more than MAX_DEPTH levels."""
    if text.count("[") + text.count("{") > MAX_DEPTH:
        depth = deepest = 0
        for bracket in _BRACKETS.findall(text):
            depth += 1 if bracket in "[{" else -1
            deepest = max(deepest, depth)
        if deepest > MAX_DEPTH:
            return True
    return _DEEP_BLOCK.search("\n" + text if text[:1] in "-? " else text) is not None


def _refuse_expansion(document: Document, root: Node) -> None:
    """Refuse alias bombs and cycles: measure each node once, as large and deep as its aliases make it."""
    measured: dict[int, tuple[int, int] | None] = {}

    def measure(node: Node) -> tuple[int, int]:
        if id(node) not in measured:
            measured[id(node)] = None
            sizes = [measure(child) for child in children(node)]
            measured[id(node)] = 1 + sum(size for size, _ in sizes), 1 + max((depth for _, depth in sizes), default=0)
        size = measured[id(node)]
        if size is None:
            raise BadInputError(f"{_place(document, start(node))}: an alias here holds itself")
        return size

    size, depth = measure(root)
    if size > MAX_EXPANSION * len(measured) + 10_000 or depth > MAX_DEPTH:
        raise BadInputError(
            f"{_place(document, 0)}: aliases make this document many times larger or deeper than it is written",
            "Write the repeated parts out, or leave this document out.",
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
    return mapping.value if mapping is not None and mapping.id == "mapping" else []


def entries(mapping: Node | None) -> dict[str, tuple[Node, Node]]:
    """Key and value nodes by key, as Kubernetes reads them: of a repeated key the last, merged keys below own ones."""
    found = {key.value: (key, value) for key, value in pairs(mapping) if key.id == "scalar"}
    if MERGE in found:
        merged = found.pop(MERGE)[1]
        for source in reversed(merged.value if is_sequence(merged) else [merged]):
            found = {**entries(source), **found}
    return found


def lookup(mapping: Node | None, key: str) -> Node | None:
    found = None
    merges = False
    for name, value in pairs(mapping):
        if name.value == key:
            found = value
        elif name.value == MERGE:
            merges = True
    if found is None and merges:
        found = entries(mapping).get(key, (None, None))[1]
    return found


def at(node: Node | None, *path: str) -> Node | None:
    for key in path:
        node = lookup(node, key)
    return node


def items(node: Node | None) -> list[Node]:
    return node.value if is_sequence(node) else []  # type: ignore[union-attr]


def text(node: Node | None) -> str | None:
    """A scalar's characters; None for null, for collections and where there is no node."""
    if node is None or node.id != "scalar" or node.tag == "tag:yaml.org,2002:null":
        return None
    return str(node.value)


def start(node: Node) -> int:
    return int(node.start_mark.index)


def end(node: Node) -> int:
    return int(node.end_mark.index)


def is_null(node: Node) -> bool:
    return bool(node.id == "scalar" and node.tag == "tag:yaml.org,2002:null")


def is_string(node: Node, written: str) -> bool:
    """Whether Kubernetes reads the scalar as a string; `written` is the document's text."""
    if node.id != "scalar":
        return False
    first = written[start(node) : start(node) + 1]
    if first == "!":
        return bool(node.tag == "tag:yaml.org,2002:str")
    return first in ("'", '"', "|", ">") or not NOT_A_STRING.match(str(node.value))


def inside(node: Node, parent: Node) -> bool:
    """Whether the node is written within its parent; if not, it stands behind an alias or a merge."""
    return start(parent) <= start(node) and end(node) <= max(end(parent), start(parent))


def is_anchored(node: Node, written: str) -> bool:
    """Whether an alias may stand for this node elsewhere; its place begins with its properties."""
    return "&" in written[start(node) : end(node)].partition("\n")[0].partition(" ")[0]


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
