"""Paths to values of a manifest, as tables write them.

`a.b.[].c`: `[]` is each item of a list, `*` each value of a map, `{}` each of a map's keys, and `[x.org/y]` a key that
has dots.
"""

import re
from collections.abc import Iterable, Iterator
from functools import cache

from postrenderer import nodes
from postrenderer.edits import Steps
from postrenderer.nodes import Node

_STEP = re.compile(r"\[([^\]]+)\]|([^.]+)")
EACH_ITEM, EACH_VALUE, EACH_KEY = "[]", "*", "{}"

Found = tuple[Node, Steps, bool]  # a node, the steps to it, and whether no alias or merge was passed on the way


@cache
def keys_of(path: str) -> tuple[str, ...]:
    return tuple(match[1] or match[2] for match in _STEP.finditer(path))


def parted(path: str) -> tuple[str, str]:
    """The path of what holds the last step, and that step."""
    *_, last = _STEP.finditer(path)
    return path[: last.start()].rstrip("."), last[1] or last[2]


def written(steps: Steps) -> str:
    """The path that leads these steps, whichever item of a list they take."""
    return ".".join(EACH_ITEM if isinstance(step, int) else f"[{step}]" if "." in step else step for step in steps)


def walk(node: Node | None, path: str) -> Iterator[Found]:
    """Scalars at a path that hold something."""
    return (found for found in reach(node, path) if nodes.text(found[0]))


def reach(node: Node | None, path: str) -> Iterator[Found]:
    """All that stands at a path."""
    return _reach(node, keys_of(path), (), True) if node is not None else iter(())


def _reach(node: Node, keys: tuple[str, ...], steps: Steps, here: bool) -> Iterator[Found]:
    if not keys:
        yield node, steps, here
        return
    for step, child, written in _below(node, keys[0]):
        yield from _reach(child, keys[1:], (*steps, step), here and written)


def _below(node: Node, key: str) -> Iterable[tuple[str | int, Node, bool]]:
    if key == EACH_ITEM:
        return nodes.held(node) if nodes.is_sequence(node) else ()
    if key == EACH_VALUE:
        return nodes.held(node) if nodes.is_mapping(node) else ()
    if key == EACH_KEY:
        return [(name, pair[0], False) for name, pair in nodes.entries(node).items()]
    pair = nodes.find(node, key)
    return [(key, pair[1], nodes.is_written(node, *pair))] if pair else ()
