"""Where a manifest's text is cut and what is put there; what is set is written in double quotes."""

import re
from collections.abc import Sequence

from postrenderer import nodes
from postrenderer.manifest import Manifest
from postrenderer.nodes import Node
from postrenderer.stream import Document, Splice

_ITEM = re.compile(r"([ \t]*)-( +)\Z")
_ANCHORS = re.compile(r"(?<![^\s,\[{])[&*][^\s,\]}]")
_BLOCK = re.compile(r"(?:[!&]\S*\s+)*[|>]")  # a scalar's properties, and its style
_COLON = re.compile(r"\s*:")
_COMMA = re.compile(r"\s*,\s*")
_END_MARKER = re.compile(r"\n\.\.\.(?=\s|\Z)")
_SOURCE = re.compile(r"^# Source: [^\r\n]*", re.MULTILINE)
BOUNDED = r"(?<![\w.-]){}(?![\w-]|\.\w)"  # not a part of a longer name


def quoted(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    if not escaped.isprintable():
        escaped = "".join(c if c.isprintable() else f"\\U{ord(c):08x}" for c in escaped)
    return f'"{escaped}"'


def own_text(manifest: Manifest) -> tuple[int, int]:
    """Where the object's text begins and ends: whole lines, unless it is written in flow style."""
    text, root = manifest.document.text, manifest.root
    if manifest.item is not None:
        return nodes.start(root), (nodes.end(root) if root.flow_style else _item_end(root, text))
    begin = nodes.start(root)
    line = line_start(text, begin)
    finish = _END_MARKER.search(text, begin)
    return (begin if text[line:begin].strip() else line), finish.start() + 1 if finish else len(text)


def _item_end(root: Node, text: str) -> int:
    """Without the comments before the next item, where the last value is sure to end on its own line."""
    leaf = _last_leaf(root)
    ends = nodes.end(leaf) if nodes.start(leaf) >= nodes.start(root.value[-1][0]) else 0
    one_line = ends and "\n" not in text[nodes.start(leaf) : ends]
    return line_end(text, ends) if one_line and ends <= block_end(root, text) else block_end(root, text)


def _last_leaf(node: Node) -> Node:
    while node.id != "scalar" and not node.flow_style and node.value:
        node = node.value[-1][1] if nodes.is_mapping(node) else node.value[-1]
    return node


def is_open_ended(manifest: Manifest) -> bool:
    """Whether a line end behind the text would become a part of its last value."""
    text = manifest.document.text
    return not text.endswith("\n") and _BLOCK.match(text, nodes.start(_last_leaf(manifest.root))) is not None


def holds_anchors(manifest: Manifest) -> bool:
    begin, finish = own_text(manifest)
    return _ANCHORS.search(manifest.document.text, begin, finish) is not None


def is_own_item(manifest: Manifest) -> bool:
    """Whether another item can be written behind this one: in flow style, or `- ` and the object's first key."""
    text, begin = manifest.document.text, nodes.start(manifest.root)
    return manifest.in_flow_list or _ITEM.match(text[line_start(text, begin) : begin]) is not None


def node_end(node: Node, text: str) -> int:
    """Where the node's own text ends: libyaml's mark of a block reaches to the next token, over comments."""
    if nodes.is_mapping(node) and not node.flow_style and node.value:
        key, value = node.value[-1]
        return max(node_end(value, text), colon(key, text))
    if nodes.is_sequence(node) and not node.flow_style and node.value:
        return max(node_end(node.value[-1], text), nodes.start(node) + 1)
    begin = nodes.start(node)
    written = text[begin : nodes.end(node)].rstrip(" \t\r\n")
    return begin + len(written) if written else 0  # the mark of nothing may stand anywhere behind its key


def is_own_line(manifest: Manifest, steps: tuple[str | int, ...]) -> bool:
    """Whether a field of a block mapping begins a line, so that it can be left out with its lines."""
    text, mapping = manifest.document.text, nodes.step(manifest.root, steps[:-1])
    pair = nodes.find(mapping, str(steps[-1]))
    if pair is None or mapping.flow_style:
        return False
    begin = nodes.start(pair[0])
    return not text[line_start(text, begin) : begin].strip()


def without_field(manifest: Manifest, steps: tuple[str | int, ...]) -> Splice:
    """A field of a block mapping with all its lines."""
    text = manifest.document.text
    pair = nodes.find(nodes.step(manifest.root, steps[:-1]), str(steps[-1]))
    assert pair is not None
    line = line_start(text, nodes.start(pair[0]))
    return Splice(line, max(block_end(pair[1], text), line_end(text, colon(pair[0], text))), "")


def new_scalar(manifest: Manifest, steps: tuple[str | int, ...], value: str) -> Splice:
    text = manifest.document.text
    node = nodes.step(manifest.root, steps)
    begin, finish = nodes.start(node), node_end(node, text)
    old = text[begin:finish]
    return Splice(begin, finish, quoted(value) if old[:1] in "|>!" else styled(old, value))


def words(text: str, held: str) -> list[tuple[int, int]]:
    """Where the text holds these words, not as a part of longer ones."""
    return [found.span() for found in re.finditer(BOUNDED.format(re.escape(held)), text)]


def new_words(manifest: Manifest, steps: tuple[str | int, ...], old: str, new: str) -> list[Splice]:
    text, node = manifest.document.text, nodes.step(manifest.root, steps)
    begin = nodes.start(node)
    places = words(text[begin : nodes.end(node)], old)
    return [Splice(begin + start, begin + end, new) for start, end in places]


def only_subjects(manifest: Manifest, listed: Sequence[tuple[str, str]]) -> Splice:
    """The list of subjects as one line of flow style."""
    text = manifest.document.text
    key, subjects = nodes.entries(manifest.root)["subjects"]
    items = (", ".join(f"{quoted(name)}: {quoted(said)}" for name, said in each.items()) for each in accounts(listed))
    written = " [" + ", ".join(f"{{{item}}}" for item in items) + "]"
    if subjects.flow_style:
        return Splice(colon(key, text), nodes.end(subjects), written)
    return Splice(colon(key, text), block_end(subjects, text), written + manifest.document.newline)


def accounts(listed: Sequence[tuple[str, str]]) -> list[dict[str, str]]:
    """Subjects of a role binding, from names and namespaces; an empty namespace is the binding's own."""
    found = [{"kind": "ServiceAccount", "name": name, "namespace": namespace} for name, namespace in listed]
    return [{key: value for key, value in account.items() if value} for account in found]


def new_field(manifest: Manifest, steps: tuple[str | int, ...], value: int | str) -> Splice:
    """A number, or a text in quotes, as a mapping's first field."""
    text = manifest.document.text
    written = quoted(value) if isinstance(value, str) else value
    mapping = nodes.step(manifest.root, steps[:-1])
    first = nodes.start(mapping.value[0][0])
    if mapping.flow_style:
        return Splice(first, first, f"{quoted(str(steps[-1]))}: {written}, ")
    return Splice(first, first, f"{steps[-1]}: {written}{manifest.document.newline}{indent(text, first)}")


def new_document(after: Document, text: str) -> Document:
    """A document of its own behind another, its origin told by the same `# Source:` line."""
    newline = after.newline
    head = "" if not after.text or after.text.endswith("\n") else newline
    source = _SOURCE.search(after.text)
    whole = newline.join([head + "---", *([source[0]] if source else []), text])
    return Document(whole if whole.endswith("\n") else whole + newline, after.line, after.file, after, added=True)


def new_item(after: Manifest, text: str) -> Splice:
    document = after.document.text
    begin, finish = own_text(after)
    if after.in_flow_list:
        return Splice(finish, finish, f", {text}")
    dash = _ITEM.match(document[line_start(document, begin) : begin])
    assert dash is not None
    end = finish if document[finish - 1 : finish] == "\n" else line_end(document, finish)
    newline = after.document.newline
    lead = "" if document[end - 1 : end] == "\n" else newline
    return Splice(end, end, f"{lead}{dash[1]}-{dash[2]}{text}" + ("" if text.endswith("\n") else newline))


def without_item(manifest: Manifest) -> Splice:
    """An item with its dash, or in a flow list with one of its commas."""
    text = manifest.document.text
    begin, finish = own_text(manifest)
    if not manifest.in_flow_list:
        end = finish if text[finish - 1 : finish] == "\n" else line_end(text, finish)
        return Splice(line_start(text, begin), end, "")
    comma = _COMMA.match(text, finish)
    before = text[:begin].rstrip()
    if not comma and before.endswith(","):
        return Splice(len(before) - 1, finish, "")
    return Splice(begin, comma.end() if comma else finish, "")


def colon(key: Node, text: str) -> int:
    """The place behind a key's colon; behind the key where a flow mapping has none."""
    found = _COLON.match(text, nodes.end(key))
    return found.end() if found else nodes.end(key)


def block_end(node: Node, text: str) -> int:
    """The start of the line on which the next token stands; comments between belong to the node."""
    line = line_start(text, nodes.end(node))
    return nodes.end(node) if text[line : nodes.end(node)].strip() else line


def line_start(text: str, index: int) -> int:
    return text.rfind("\n", 0, index) + 1


def line_end(text: str, index: int) -> int:
    return text.find("\n", index) + 1 or len(text)


def indent(text: str, index: int) -> str:
    return " " * (index - line_start(text, index))


def styled(old: str, new: str) -> str:
    """The new value in the old one's quotes."""
    quote = old[:1] if old[:1] in ("'", '"') else ""
    return quoted(new) if quote == '"' or nodes.NOT_A_STRING.match(new) else quote + new + quote
