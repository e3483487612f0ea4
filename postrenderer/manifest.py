"""One Kubernetes object as the author wrote it: identity, annotations, and where its values stand."""

from functools import cached_property
from typing import NamedTuple

from postrenderer import hooks, nodes
from postrenderer.compose import compose
from postrenderer.errors import BadInputError
from postrenderer.glance import UNSURE, Glance, glance, hides_names, template, tokens, words
from postrenderer.hooks import Meaning, Target
from postrenderer.nodes import Node
from postrenderer.stream import Document, position

COPY_LABEL = "presync/copy"
COPY_OF = "presync/copy-of"
PHASE = "presync/phase"
HOOK = "presync/hook"
COPY = "presync/copy"
ALLOW = "presync/allow"

UNCOPIED_FIELDS = ("finalizers", "ownerReferences")  # of metadata; they would hold or take a copy's deletion
SUFFIX = "-presync"
MAX_NAME = 253  # of a DNS subdomain, which every kind that is copied is named by
MAX_LABEL = {"Job": 63, "Pod": 63, "Service": 63, "StatefulSet": 63, "CronJob": 52}  # their names become labels

RUNS_TO_COMPLETION = frozenset((("batch", "Job"), ("argoproj.io", "Workflow")))
POD_RESTARTS = ("Never", "OnFailure")


class Identity(NamedTuple):
    """What makes an object one object in a cluster; `namespace` is empty where the manifest names none."""

    group: str
    kind: str
    namespace: str
    name: str

    def __str__(self) -> str:
        return f"{self.kind}/{self.name}"


class Place(NamedTuple):
    """A place in the text as it came in; line and column from 1."""

    file: str
    line: int
    column: int
    template: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


class Manifest:
    """A Kubernetes object in a document, or one item of a List; parsed when asked for more than a glance tells."""

    def __init__(
        self,
        document: Document,
        seen: Glance,
        root: Node | None = None,
        item: int | None = None,
        in_flow_list: bool = False,
    ) -> None:
        self.document = document
        self.item = item
        self.in_flow_list = in_flow_list
        self._seen = seen
        self._mentions: frozenset[str] | None = None
        if not seen.sure:
            self.__dict__["root"] = root

    def __str__(self) -> str:
        return str(self.identity) if self.identity.name else f"{self.identity.kind}/{self.generate_name or '?'}"

    @cached_property
    def identity(self) -> Identity:
        if self._seen.sure:
            return Identity(_group(self._seen.api_version), self._seen.kind, self._seen.namespace, self._seen.name)
        metadata = nodes.lookup(self.root, "metadata")
        named = [nodes.text(nodes.lookup(metadata, key)) or "" for key in ("namespace", "name")]
        api_version = nodes.text(nodes.lookup(self.root, "apiVersion")) or ""
        return Identity(_group(api_version), nodes.text(nodes.lookup(self.root, "kind")) or "", named[0], named[1])

    @cached_property
    def root(self) -> Node:
        return _parsed(self.document)

    @cached_property
    def template(self) -> str:
        return template(self.document.text)

    @property
    def is_object(self) -> bool:
        return bool(self.identity.kind)

    @property
    def may_be_hooked(self) -> bool:
        return self._seen.hooked or not self._seen.sure

    @cached_property
    def annotations(self) -> dict[str, str]:
        return self._texts("annotations")

    @cached_property
    def labels(self) -> dict[str, str]:
        return self._texts("labels")

    def _texts(self, field: str) -> dict[str, str]:
        mapping = nodes.at(self.root, "metadata", field)
        return {key: nodes.text(value) or "" for key, (_, value) in nodes.entries(mapping).items()}

    def meaning(self, target: Target) -> Meaning:
        """When the target runs this object; a document whose text names no hook and no wave is not parsed for it."""
        spelled = self.may_be_hooked or hooks.ARGOCD.wave in self.document.text
        return hooks.read(self.annotations if spelled else {}, target)

    def mentions(self, names: set[str], inside_text: bool = False) -> frozenset[str]:
        """Which of the names stand anywhere in the document; told once, for all later rounds."""
        if self._mentions is None:
            written = self.document.text
            if self.item is not None and "&" not in written:  # an alias may bring names from another item
                written = written[nodes.start(self.root) : nodes.end(self.root)]
            found = tokens(written) | (words(written) if inside_text else set())
            self._mentions = frozenset(names if hides_names(written) else found & names)
        return self._mentions

    @property
    def generate_name(self) -> str:
        return nodes.text(nodes.at(self.root, "metadata", "generateName")) or ""

    @property
    def is_workload(self) -> bool:
        """Whether it runs to completion (gitops-engine/pkg/health): Job, Workflow, a Pod not restarted for ever."""
        group, kind, *_ = self.identity
        if (group, kind) == ("", "Pod"):
            return nodes.text(nodes.at(self.root, "spec", "restartPolicy")) in POD_RESTARTS
        return (group, kind) in RUNS_TO_COMPLETION

    @property
    def is_copy(self) -> bool:
        return COPY_OF in self.annotations

    @property
    def as_written(self) -> str:
        """Its name, or of a copy its original's: what people know it by."""
        return f"{self.identity.kind}/{self.annotations[COPY_OF]}" if self.is_copy else str(self)

    def place(self, node: Node | None = None, behind: int = 0) -> Place:
        """Of the object, or of a place so many characters behind a node's start."""
        if node is None and self.item is None:
            index = _first_line(self.document.text)
        else:
            index = nodes.start(node if node is not None else self.root) + behind
        return Place(self.document.file, *position(self.document, index), self.template)


def manifests(document: Document, parse_all: bool = False) -> list[Manifest]:
    """The objects a document holds: one, none (comments only), or a List's items."""
    seen = UNSURE if parse_all else glance(document.text)
    if seen.sure:
        return [Manifest(document, seen)]
    if not document.text.strip("\ufeff-. \t\r\n"):
        return []
    root = _parsed(document)
    if root is None:
        return []
    items = nodes.lookup(root, "items")
    kind = nodes.text(nodes.lookup(root, "kind")) or ""
    if not kind.endswith("List") or items is None or not nodes.is_sequence(items):
        return [Manifest(document, UNSURE, root)]
    for node in nodes.items(items):
        _refuse_repeated_keys(document, node)
    flow = bool(items.flow_style)
    return [Manifest(document, UNSURE, node, number, flow) for number, node in enumerate(nodes.items(items))]


def _parsed(document: Document) -> Node | None:
    """The document's object; None for comments only."""
    try:
        root = compose(document)
    except BadInputError as error:
        seen = glance(document.text)
        raise BadInputError(
            f"{error.message}{f', in {seen.kind}/{seen.name}' if seen.sure else ''}", error.hint
        ) from None
    if root is None or nodes.is_null(root):
        return None
    if not nodes.is_mapping(root):
        place = ":".join(map(str, (document.file, *position(document, nodes.start(root)))))
        raise BadInputError(
            f"{place}: this document is not a Kubernetes object",
            "Pipe only what `helm template` prints to stdout; a message or a list of values is not a manifest.",
        )
    _refuse_repeated_keys(document, root)
    if len(nodes.pairs(root)) != len(root.value):
        place = ":".join(map(str, (document.file, *position(document, nodes.start(root)))))
        raise BadInputError(f"{place}: a key of this object is no word", "Kubernetes objects have words as keys.")
    return root


def _refuse_repeated_keys(document: Document, root: Node) -> None:
    """A key that decides what the object is must be written once; elsewhere the last one counts, as in Kubernetes."""
    metadata = nodes.lookup(root, "metadata")
    decisive = ((root, ("apiVersion", "kind", "metadata", "spec", "items")),)
    for mapping, keys in (*decisive, (metadata, ("name", "namespace", "annotations", "labels"))):
        seen = set()
        for key, _ in nodes.pairs(mapping):
            if key.value in keys and key.value in seen:
                line, column = position(document, nodes.start(key))
                raise BadInputError(
                    f"{document.file}:{line}:{column}: the key {key.value!r} is written twice in one object",
                    "Tools differ in which one they read; keep one.",
                )
            seen.add(key.value)


def _group(api_version: str) -> str:
    group, slash, _ = api_version.partition("/")
    return group if slash else ""


def _first_line(text: str) -> int:
    """Where the object itself begins, behind the separator, comments and blank lines."""
    index = 0
    while index < len(text):
        line = text[index : text.find("\n", index) + 1 or len(text)]
        if line.strip() and not line.startswith(("---", "#")):
            return index
        index += len(line)
    return 0


def copy_name(name: str, kind: str = "") -> str:
    """`NAME-presync`; too long a name is cut and told apart by a hash of the whole, the same at every render."""
    full = name + SUFFIX
    most = MAX_LABEL.get(kind, MAX_NAME)
    if len(full) <= most:
        return full
    from hashlib import sha256  # 5 ms of start-up that almost no render needs

    digest = sha256(full.encode()).hexdigest()[:8]
    return full[: most - len(digest) - 1].strip("-.") + "-" + digest
