"""Where a manifest's text is cut and what is put there; what is set is written in double quotes."""

import re
from collections.abc import Iterator, Sequence

from postrenderer import nodes
from postrenderer.manifest import Manifest
from postrenderer.nodes import Node
from postrenderer.stream import Document, Splice

Wanted = tuple[str, str, str]  # the key whose place it takes (its own if it is new), the key, the value

_ITEM = re.compile(r"([ \t]*)-( +)\Z")
_SOURCE = re.compile(r"^# Source: [^\r\n]*", re.MULTILINE)


def quoted(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def content_end(node: Node, text: str) -> int:
    """Where the node's own text ends: libyaml's mark of a block reaches to the next token, over comments."""
    if nodes.is_mapping(node) and not node.flow_style and node.value:
        key, value = node.value[-1]
        return (
            max(content_end(value, text), _colon(key, text)) if nodes.inside(value, node) else _line_content(key, text)
        )
    if nodes.is_sequence(node) and not node.flow_style and node.value:
        return max(content_end(node.value[-1], text), nodes.start(node) + 1)
    begin = nodes.start(node)
    return begin + len(text[begin : nodes.end(node)].rstrip())


def new_scalar(manifest: Manifest, steps: tuple[str | int, ...], value: str) -> Splice:
    text = manifest.document.text
    node = nodes.step(manifest.root, steps)
    begin, finish = nodes.start(node), content_end(node, text)
    old = text[begin:finish]
    return Splice(begin, finish, quoted(value) if old[:1] in "|>!" else _styled(old, value))


def only_subjects(manifest: Manifest, listed: Sequence[tuple[str, str]]) -> Splice:
    """The list of subjects as one line of flow style."""
    text = manifest.document.text
    key, subjects = nodes.entries(manifest.root)["subjects"]
    colon = _colon(key, text)
    items = (", ".join(f"{quoted(name)}: {quoted(said)}" for name, said in each.items()) for each in accounts(listed))
    return Splice(colon, content_end(subjects, text), " [" + ", ".join(f"{{{item}}}" for item in items) + "]")


def accounts(listed: Sequence[tuple[str, str]]) -> list[dict[str, str]]:
    """Subjects of a role binding, from names and namespaces; an empty namespace is the binding's own."""
    found = [{"kind": "ServiceAccount", "name": name, "namespace": namespace} for name, namespace in listed]
    return [{key: value for key, value in account.items() if value} for account in found]


def new_field(manifest: Manifest, steps: tuple[str | int, ...], value: int) -> Splice:
    text = manifest.document.text
    mapping = nodes.step(manifest.root, steps[:-1])
    first = nodes.start(mapping.value[0][0])
    if mapping.flow_style:
        return Splice(first, first, f"{quoted(str(steps[-1]))}: {value}, ")
    return Splice(first, first, f"{steps[-1]}: {value}{manifest.document.newline}{_indent(text, first)}")


def new_document(after: Document, text: str) -> Document:
    """A document of its own behind another, its origin told by the same `# Source:` line."""
    newline = after.newline
    head = "" if not after.text or after.text.endswith("\n") else newline
    source = _SOURCE.search(after.text)
    whole = newline.join([head + "---", *([source[0]] if source else []), text]) + newline
    return Document(whole, after.line, after.file, after, added=True)


def new_item(after: Manifest, text: str) -> Splice:
    document = after.document.text
    begin, finish = nodes.start(after.root), content_end(after.root, document)
    dash = _ITEM.match(document[document.rfind("\n", 0, begin) + 1 : begin])
    if not dash:
        return Splice(finish, finish, f", {text}")
    end = _line_end(document, finish)
    newline = after.document.newline
    lead = "" if document[end - 1 : end] == "\n" else newline
    return Splice(end, end, f"{lead}{dash[1]}-{dash[2]}{text}{newline}")


def emptied_item(manifest: Manifest) -> Splice:
    """An item left out becomes an empty object, which every reader of a List passes over."""
    return Splice(nodes.start(manifest.root), content_end(manifest.root, manifest.document.text), "{}")


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
    flow = "{" + ", ".join(f"{quoted(key)}: {quoted(value)}" for _, key, value in wanted) + "}"
    first = nodes.start(metadata.value[0][0])
    lines = [f"{key}: {quoted(value)}" for _, key, value in wanted]
    indent = manifest.document.newline + _indent(text, first)
    block = "".join(f"{indent}  {line}" for line in lines)
    found = nodes.entries(metadata).get(field)
    if found is None:
        return Splice(first, first, f"{quoted(field)}: {flow}, " if metadata.flow_style else f"{field}:{block}{indent}")
    colon = _colon(found[0], text)
    finish = content_end(found[1], text) if nodes.end(found[1]) > nodes.start(found[1]) else colon
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
            kept.append("{}: {}".format(*map(quoted, changes[key.value])))
        elif key.value not in removed:
            kept.append(text[nodes.start(key) : content_end(value, text)])
    kept += [f"{quoted(key)}: {quoted(value)}" for key, value in added]
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
            colon = _colon(key, text)
            if new_key != key.value:
                yield Splice(
                    nodes.start(key), nodes.end(key), _styled(text[nodes.start(key) : nodes.end(key)], new_key)
                )
            yield Splice(colon, max(colon, _value_end(value, text)), " " + quoted(new_value))


def _block_additions(manifest: Manifest, mapping: Node, added: Sequence[tuple[str, str]]) -> list[Splice]:
    """As lines of their own before the first entry, whose place is known for sure."""
    text = manifest.document.text
    first = nodes.start(mapping.value[0][0])
    line = text.rfind("\n", 0, first) + 1
    new = "".join(f"{text[line:first]}{key}: {quoted(value)}{manifest.document.newline}" for key, value in added)
    return [Splice(line, line, new)] if added else []


def _last_of_each(mapping: Node) -> list[tuple[Node, Node]]:
    """Of repeated keys the one that counts."""
    return list({key.value: (key, value) for key, value in nodes.pairs(mapping)}.values())


def _without_entry(text: str, key: Node, value: Node) -> Splice:
    """A block entry with all its lines."""
    line = text.rfind("\n", 0, nodes.start(key)) + 1
    return Splice(line, _line_end(text, max(_colon(key, text), _value_end(value, text))), "")


def _value_end(value: Node, text: str) -> int:
    return content_end(value, text) if nodes.end(value) > nodes.start(value) else 0


def _colon(key: Node, text: str) -> int:
    """The place behind a key's colon."""
    return text.index(":", nodes.end(key)) + 1


def _line_content(key: Node, text: str) -> int:
    """Where the line of a key whose value is an alias ends, without white space and comment."""
    line = text[nodes.start(key) : _line_end(text, nodes.start(key))]
    return nodes.start(key) + len(line.partition(" #")[0].rstrip())


def _line_end(text: str, index: int) -> int:
    return text.find("\n", index) + 1 or len(text)


def _indent(text: str, index: int) -> str:
    return " " * (index - text.rfind("\n", 0, index) - 1)


def _styled(old: str, new: str) -> str:
    """The new value in the old one's quotes."""
    quote = old[:1] if old[:1] in ("'", '"') else ""
    return quoted(new) if quote == '"' or nodes.NOT_A_STRING.match(new) else quote + new + quote
