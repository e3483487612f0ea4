"""Text to YAML nodes: the only place that parses, and the guards that come before and behind it."""

import re
import warnings
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, ReusedAnchorWarning, YAMLError
from ruamel.yaml.events import CollectionEndEvent, CollectionStartEvent
from ruamel.yaml.nodes import MappingNode, ScalarNode
from ruamel.yaml.resolver import BaseResolver
from ruamel.yaml.tag import Tag

from postrenderer.errors import BadInputError
from postrenderer.nodes import NULL_TAG, NULLS, Node, children, start
from postrenderer.stream import Document, position

MAX_DEPTH = 200  # libyaml's composer recurses in C and crashes at some 10,000 levels
MAX_EXPANSION = 10  # nodes read through aliases, per node written (go-yaml's guard against alias bombs is alike)

# `[nginx:1.2]` is valid; the libyaml of ruamel.yaml.clib is too old to know it.
UNKNOWN_TO_OLD_LIBYAML = "found unexpected ':'"

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
        "found duplicate anchor",
        "found unknown escape character",
    )
)

_DEEP_BLOCK = re.compile(rf"[\n\r\x85\u2028\u2029][ ?:\-]{{{MAX_DEPTH}}}")

_parsers: list[YAML] = []


class Resolver(BaseResolver):
    """Tells nulls from strings and nothing more: ruamel's own takes half of the parser's time to find numbers."""

    NULL = Tag(suffix=NULL_TAG)
    processing_version = (1, 2)

    def __init__(self, version: Any = None, loader: Any = None, loadumper: Any = None) -> None:  # noqa: ARG002
        super().__init__(loader or loadumper)

    def resolve(self, kind: type, value: str, implicit: tuple[bool, bool]) -> Tag:
        if kind is ScalarNode:
            return self.NULL if implicit[0] and value in NULLS else self.DEFAULT_SCALAR_TAG
        return self.DEFAULT_MAPPING_TAG if kind is MappingNode else self.DEFAULT_SEQUENCE_TAG


def compose(document: Document) -> Node | None:
    """The document's root node; None for comments only. Raises BadInputError with the place, never the text."""
    try:
        root = _composed(document)
    except MarkedYAMLError as error:
        raise _broken(document, error) from None
    except (YAMLError, ReusedAnchorWarning):
        raise BadInputError(f"{_place(document, 0)}: this document is not valid YAML") from None
    if root is not None and "&" in document.text:
        _refuse_expansion(document, root)
    return root


def _composed(document: Document) -> Node | None:
    try:
        _refuse_depth(document, _parser())
        return _parser().compose(document.text)
    except MarkedYAMLError as error:
        if error.problem != UNKNOWN_TO_OLD_LIBYAML:
            raise
        parser = _made(pure=True)
        _refuse_depth(document, parser)
        return parser.compose(document.text)


def _parser() -> YAML:
    """One parser a process: libyaml where ruamel.yaml.clib is installed, ruamel's own Python otherwise."""
    if not _parsers:
        use_parser(pure=False)
    return _parsers[0]


def use_parser(pure: bool) -> None:
    """Choose the parser; for tests, which try both."""
    _parsers[:] = [_made(pure)]


def _made(pure: bool) -> YAML:
    parser = YAML(typ="safe", pure=pure)
    parser.Resolver = Resolver
    warnings.simplefilter("error", ReusedAnchorWarning)  # it would quote the input; libyaml refuses as well
    return parser


def _place(document: Document, index: int) -> str:
    line, column = position(document, index)
    return f"{document.file}:{line}:{column}"


def _broken(document: Document, error: MarkedYAMLError) -> BadInputError:
    mark = error.problem_mark or error.context_mark
    problem = error.problem if error.problem in SAFE_PROBLEMS else "the document breaks off or is malformed"
    hint = "Render the chart again with `helm template` and look at this line; its text may be secret and is not shown."
    return BadInputError(f"{_place(document, mark.index if mark else 0)}: not valid YAML: {problem}", hint)


def _refuse_depth(document: Document, parser: YAML) -> None:
    """Count levels by the parser's events, which need no recursion, wherever there could be too many."""
    text = document.text
    openers = text.count("[") + text.count("{")
    if openers <= MAX_DEPTH and not _DEEP_BLOCK.search("\n" + text):
        return
    depth = 0
    for event in parser.parse(text):
        depth += isinstance(event, CollectionStartEvent) - isinstance(event, CollectionEndEvent)
        if depth > MAX_DEPTH:
            raise BadInputError(
                f"{_place(document, event.start_mark.index)}: nested deeper than {MAX_DEPTH} levels",
                "No Kubernetes object needs that; leave this document out.",
            )


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
