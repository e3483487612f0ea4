"""Every name of another object that a manifest holds: in the tables' fields, and in unknown kinds by its shape."""

import re
from collections.abc import Iterator
from functools import cache

from postrenderer import nodes
from postrenderer.edits import Steps
from postrenderer.manifest import Manifest
from postrenderer.nodes import Node
from postrenderer.paths import walk
from postrenderer.references import (
    CONFIG_MAP,
    ELSEWHERE,
    IN_POD_SPEC,
    NEVER_REFER,
    NO_KIND,
    POD_SPECS,
    SECRET,
    SERVICE_ACCOUNT,
    VARIANTS,
    WITH_NAMESPACE,
    Field,
    Fields,
    Kind,
    Reference,
    namespace_in,
)
from postrenderer.scissors import BOUNDED, words

NAME = r"(?P<name>[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?)"

# Shapes that hold a name in most custom resources; seen, never rewritten (counted over 4,235 public CRD schemas).
SHAPES: tuple[tuple[Kind, re.Pattern[str], str], ...] = (
    (SECRET, re.compile(r"(?:.*[sS]ecretKeyRef|.*[sS]ecretRef|secret|.*Secret)\Z"), "name"),
    (SECRET, re.compile(r"(?:secretName|.*SecretName|credentialName|existingSecret)\Z"), ""),
    (CONFIG_MAP, re.compile(r"(?:.*[cC]onfigMapKeyRef|.*[cC]onfigMapRef|configMap)\Z"), "name"),
    (CONFIG_MAP, re.compile(r"(?:configMapName|.*ConfigMapName)\Z"), ""),
    (SERVICE_ACCOUNT, re.compile(r"(?:serviceAccountName|serviceAccount)\Z"), ""),
    (SERVICE_ACCOUNT, re.compile(r"serviceAccountRef\Z"), "name"),
)


def references(manifest: Manifest, fields: Fields) -> list[Reference]:
    """Every name the manifest holds of a Secret, ConfigMap, ServiceAccount and the like, in the text's order."""
    kind = manifest.identity[:2]
    rows = fields.get(kind, ())
    if kind in NEVER_REFER and not rows:
        return []
    found = [reference for row in rows for reference in _in_field(manifest, row)]
    if kind in POD_SPECS:
        found += _in_pod_spec(manifest.root, POD_SPECS[kind] + ".", (), True)
    elif kind not in ELSEWHERE and kind not in NEVER_REFER:
        found += _anywhere(manifest.root, found)
    if "&" in manifest.document.text:
        found = [reference._replace(written_here=_is_used_once(manifest, reference)) for reference in found]
    named = (reference for reference in found if reference.target != NO_KIND)
    return sorted(named, key=lambda reference: nodes.start(reference.node))


def holds_text(kind: Kind, fields: Fields) -> bool:
    """Whether a name may stand inside a longer text in this kind."""
    return any(row.pattern for row in fields.get(kind, ()))


def _is_used_once(manifest: Manifest, reference: Reference) -> bool:
    """Whether neither the name nor anything it stands in is anchored for use elsewhere."""
    text = manifest.document.text
    passed = (nodes.step(manifest.root, reference.steps[:depth]) for depth in range(1, len(reference.steps) + 1))
    return reference.written_here and not any(nodes.is_anchored(node, text) for node in passed)


def _in_field(manifest: Manifest, row: Field) -> Iterator[Reference]:
    for node, steps, here in walk(manifest.root, row.path):
        beside = nodes.step(manifest.root, steps[:-1])
        target = _variant(row.target, beside)
        optional = nodes.text(nodes.lookup(beside, "optional")) == "true"
        whole = Reference(target, node.value, steps, node, here, optional=optional, namespace=namespace_in(beside))
        yield from _in_text(manifest, whole, row.pattern) if row.pattern else (whole,)


def _variant(target: Kind, beside: Node) -> Kind:
    key, value, other = VARIANTS.get(target, ("", "", target))
    return other if key and nodes.text(nodes.lookup(beside, key)) == value else target


def _in_text(manifest: Manifest, whole: Reference, pattern: str) -> Iterator[Reference]:
    """Each name in a scalar that a pattern finds; ours to edit where the text shows it as often as the value has it."""
    for match in _pattern(pattern).finditer(whole.node.value):
        name, text = match["name"], match[0]
        begin = match.start("name") - match.start()
        found = whole._replace(
            name=name,
            namespace=match.groupdict().get("namespace") or whole.namespace,
            before=text[:begin],
            after=text[begin + len(name) :],
        )
        shown = manifest.document.text[nodes.start(whole.node) : nodes.end(whole.node)]
        as_often = len(words(shown, text)) == len(words(whole.node.value, text))
        yield found._replace(written_here=whole.written_here and as_often)


@cache
def _pattern(pattern: str) -> re.Pattern[str]:
    if pattern == WITH_NAMESPACE:
        return re.compile(rf"\A(?:(?P<namespace>[a-z0-9-]+)/)?{NAME}\Z")
    literal = re.escape(pattern).replace(r"\{name\}", NAME)
    return re.compile(BOUNDED.format(literal))


def _in_pod_spec(node: Node | None, prefix: str, steps: Steps, here: bool) -> Iterator[Reference]:
    for target, path in IN_POD_SPEC:
        for name, below, written in walk(node, prefix + path):
            found = Reference(target, name.value, (*steps, *below), name, here and written)
            yield found._replace(optional=True) if _is_optional(node, prefix + path, below) else found


def _is_optional(node: Node, path: str, below: Steps) -> bool:
    """Whether `optional: true` stands beside the name, in the kinds of field that have it."""
    if "Ref." not in path and not path.endswith((".secretName", "onfigMap.name", ".secret.name")):
        return False
    return nodes.text(nodes.lookup(nodes.step(node, below[:-1]), "optional")) == "true"


def _anywhere(root: Node, known: list[Reference]) -> Iterator[Reference]:
    """In a kind without a row: pod specs wherever they stand, and fields that look like names."""
    seen = {id(reference.node) for reference in known}
    for node, steps, here in _everywhere(root):
        listed = list(_in_pod_spec(node, "", steps, here)) if _is_pod_spec(node) else []
        for key, value, written in nodes.held(node):
            named = _shaped(str(key), value)
            listed += [
                Reference(target, name.value, (*steps, key), name, here and written, False) for target, name in named
            ]
        for reference in listed:
            if id(reference.node) not in seen:
                seen.add(id(reference.node))
                yield reference


def _everywhere(root: Node) -> Iterator[tuple[Node, Steps, bool]]:
    """Every collection once, whatever aliases repeat it."""
    waiting: list[tuple[Node, Steps, bool]] = [(root, (), True)]
    visited: set[int] = set()
    while waiting:
        node, steps, here = waiting.pop()
        if id(node) not in visited:
            visited.add(id(node))
            yield node, steps, here
            waiting += [(child, (*steps, step), here and written) for step, child, written in nodes.held(node)]


def _is_pod_spec(node: Node) -> bool:
    listed = nodes.items(nodes.lookup(node, "containers")) if nodes.is_mapping(node) else []
    return any(nodes.lookup(item, "name") is not None or nodes.lookup(item, "image") is not None for item in listed)


def _shaped(key: str, value: Node) -> Iterator[tuple[Kind, Node]]:
    for target, pattern, below in SHAPES:
        name = nodes.lookup(value, below) if below else value
        if name is not None and nodes.text(name) and pattern.match(key):
            yield target, name
