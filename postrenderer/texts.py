"""Annotations and labels: where in a map of `metadata` an entry is set, renamed or removed."""

from collections.abc import Iterator, Sequence

from postrenderer import nodes, scissors
from postrenderer.manifest import UNCOPIED_FIELDS, Manifest
from postrenderer.nodes import Node
from postrenderer.stream import Splice

Wanted = tuple[str, str, str]  # the key whose place it takes (its own if it is new), the key, the value


def new_texts(manifest: Manifest, field: str, removed: set[str], wanted: Sequence[Wanted]) -> list[Splice]:
    """Cuts in a map of `metadata`: in place where the key is there, before its first entry otherwise."""
    metadata = nodes.lookup(manifest.root, "metadata")
    mapping = nodes.lookup(metadata, field)
    assert metadata is not None
    if not nodes.pairs(mapping):
        return [_new_map(manifest, metadata, field, wanted)] if wanted else []
    assert mapping is not None
    present = {key.value for key, _ in nodes.pairs(mapping)}
    changes = {place: (key, value) for place, key, value in wanted if place in present}
    # A key that takes another's place drops its own old entry.
    removed = removed | {key for place, (key, _) in changes.items() if key != place and key in present}
    added = [(key, value) for place, key, value in wanted if place not in present]
    if mapping.flow_style:
        return [_flow_map(manifest, mapping, removed, changes, added)]
    if present <= removed and not changes and not added:
        key, value = nodes.entries(metadata)[field]
        return [_without_entry(manifest.document.text, key, value)]
    return [*_block_entries(manifest, mapping, removed, changes), *_block_additions(manifest, mapping, added)]


def _new_map(manifest: Manifest, metadata: Node, field: str, wanted: Sequence[Wanted]) -> Splice:
    """The map itself: absent, null or empty until now."""
    text = manifest.document.text
    flow = "{" + ", ".join(f"{scissors.quoted(key)}: {scissors.quoted(value)}" for _, key, value in wanted) + "}"
    first = next(nodes.start(key) for key, _ in nodes.pairs(metadata) if key.value not in UNCOPIED_FIELDS)
    lines = [f"{key}: {scissors.quoted(value)}" for _, key, value in wanted]
    indent = manifest.document.newline + scissors.indent(text, first)
    block = "".join(f"{indent}  {line}" for line in lines)
    found = nodes.entries(metadata).get(field)
    if found is None:
        return Splice(
            first, first, f"{scissors.quoted(field)}: {flow}, " if metadata.flow_style else f"{field}:{block}{indent}"
        )
    colon = scissors.colon(found[0], text)
    finish = scissors.node_end(found[1], text) if nodes.end(found[1]) > nodes.start(found[1]) else colon
    return Splice(colon, finish, f" {flow}" if metadata.flow_style else block)


def _flow_map(
    manifest: Manifest,
    mapping: Node,
    removed: set[str],
    changes: dict[str, tuple[str, str]],
    added: Sequence[tuple[str, str]],
) -> Splice:
    text = manifest.document.text
    kept = []
    for key, value in _last_of_each(mapping):
        if key.value in changes:
            kept.append("{}: {}".format(*map(scissors.quoted, changes[key.value])))
        elif key.value not in removed:
            entry = text[nodes.start(key) : max(scissors.colon(key, text), _value_end(value, text))]
            kept.append(entry + " " if entry.endswith(":") else entry)  # `{a:}` would be another key
    kept += [f"{scissors.quoted(key)}: {scissors.quoted(value)}" for key, value in added]
    return Splice(nodes.start(mapping), nodes.end(mapping), "{" + ", ".join(kept) + "}")


def _block_entries(
    manifest: Manifest, mapping: Node, removed: set[str], changes: dict[str, tuple[str, str]]
) -> Iterator[Splice]:
    text = manifest.document.text
    last = _last_of_each(mapping)
    for key, value in nodes.pairs(mapping):
        if key.value in removed or (key.value in changes and (key, value) not in last):
            yield _without_entry(text, key, value)
        elif key.value in changes:
            new_key, new_value = changes[key.value]
            colon = scissors.colon(key, text)
            if new_key != key.value:
                yield Splice(
                    nodes.start(key), nodes.end(key), scissors.styled(text[nodes.start(key) : nodes.end(key)], new_key)
                )
            yield Splice(colon, max(colon, _value_end(value, text)), " " + scissors.quoted(new_value))


def _block_additions(manifest: Manifest, mapping: Node, added: Sequence[tuple[str, str]]) -> list[Splice]:
    """As lines of their own before the first entry, whose place is known for sure."""
    text = manifest.document.text
    first = nodes.start(mapping.value[0][0])
    line = scissors.line_start(text, first)
    new = "".join(
        f"{text[line:first]}{key}: {scissors.quoted(value)}{manifest.document.newline}" for key, value in added
    )
    return [Splice(line, line, new)] if added else []


def _last_of_each(mapping: Node) -> list[tuple[Node, Node]]:
    """Of repeated keys the one that counts."""
    return list({key.value: (key, value) for key, value in nodes.pairs(mapping)}.values())


def _without_entry(text: str, key: Node, value: Node) -> Splice:
    """A block entry with all its lines."""
    line = scissors.line_start(text, nodes.start(key))
    return Splice(line, scissors.line_end(text, max(scissors.colon(key, text), _value_end(value, text))), "")


def _value_end(value: Node, text: str) -> int:
    return scissors.node_end(value, text) if nodes.end(value) > nodes.start(value) else 0
