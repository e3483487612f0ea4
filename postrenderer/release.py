"""Everything one stream holds: its objects, who refers to whom, and who grants what to whom."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Any

from postrenderer.edits import Edit, apply
from postrenderer.glance import filename
from postrenderer.hooks import PRE_SYNC, Meaning, Standing, Target
from postrenderer.manifest import COPY_OF, Identity, Manifest, copy_name, manifests
from postrenderer.names import holds_text, references
from postrenderer.producing import Producer
from postrenderer.production import Production, producer
from postrenderer.references import (
    BINDINGS,
    CLUSTER_SCOPED,
    CLUSTER_WORKFLOW_TEMPLATE,
    NEVER_REFER,
    SERVICE_ACCOUNT,
    WORKFLOW_TEMPLATE,
    Kind,
    Reference,
    subjects,
)
from postrenderer.stream import Document
from postrenderer.tables import BUILT_IN, Tables


class Release:
    """A stream's objects in the order they came in. Never changed: `edited` makes another."""

    def __init__(
        self,
        documents: list[Document],
        target: Target,
        namespace: str = "",
        parse_all: bool = False,
        generated: frozenset[Identity] | None = None,
        tables: Tables = BUILT_IN,
    ) -> None:
        self.documents = documents
        self.target = target
        self.namespace = namespace
        self.parse_all = parse_all
        self.tables = tables
        self.generated = generated  # what a second rendering gives other content; None where there was none
        self.is_whole = False  # read by a command that stands in no pipe of Helm's: all its hooks are in the stream
        self.needs_of: dict[int, tuple[Any, ...]] = {}  # by id of the hook; `closure` keeps its results here
        self.needed_by: dict[int, list[Any]] = {}
        self._kept: dict[int, list[Manifest]] = {}

    def edited(self, edits: Iterable[Edit]) -> "Release":
        """The release with these edits written into its text and read again; untouched documents are kept as read."""
        by_document: dict[int, list[Edit]] = defaultdict(list)
        for edit in edits:
            by_document[id(edit.manifest.document)].append(edit)
        documents: list[Document] = []
        for document in self.documents:
            documents += apply(document, by_document[id(document)]) if id(document) in by_document else [document]
        other = Release(documents, self.target, self.namespace, self.parse_all, self.generated, self.tables)
        other.is_whole = self.is_whole
        other._kept = {id(document): held for document, held in zip(self.documents, self._by_document, strict=True)}
        ours = {id(manifest) for held in self._by_document for manifest in held}  # `_kept` keeps them, and their ids
        for told in ("_references", "_meanings"):
            other.__dict__[told] = {known: said for known, said in getattr(self, told).items() if known in ours}
        return other

    @cached_property
    def _by_document(self) -> list[list[Manifest]]:
        return [
            self._kept[id(document)] if id(document) in self._kept else manifests(document, self.parse_all)
            for document in self.documents
        ]

    @cached_property
    def manifests(self) -> list[Manifest]:
        return [manifest for held in self._by_document for manifest in held if manifest.is_object]

    @cached_property
    def is_helm_4(self) -> bool:
        """Whether Helm 4 sent this stream: it names each document's file in an annotation, and Helm 3 does not."""
        return any(filename(document.text) for document in self.documents)

    @property
    def hooks_unseen(self) -> bool:
        """Helm 3 neither shows its hooks to a post-renderer nor makes any of what comes back."""
        return self.target == "helm" and not self.is_helm_4 and not self.is_whole

    def meaning(self, manifest: Manifest) -> Meaning:
        if id(manifest) not in self._meanings:
            self._meanings[id(manifest)] = manifest.meaning(self.target)
        return self._meanings[id(manifest)]

    @cached_property
    def _meanings(self) -> dict[int, Meaning]:
        return {}

    def is_ordinary(self, manifest: Manifest) -> bool:
        return self.meaning(manifest).standing is Standing.ORDINARY

    def is_hook(self, manifest: Manifest) -> bool:
        return self.meaning(manifest).is_hook

    def is_pre_sync(self, manifest: Manifest) -> bool:
        return self.meaning(manifest).is_hook and any(
            word in PRE_SYNC[self.target] for word in self.meaning(manifest).words
        )

    @cached_property
    def candidates(self) -> list[Manifest]:
        """Objects whose text speaks of hooks or of presync."""
        return [manifest for manifest in self.manifests if manifest.may_be_hooked]

    @cached_property
    def hooks(self) -> list[Manifest]:
        return [manifest for manifest in self.candidates if self.meaning(manifest).is_hook]

    @cached_property
    def workloads(self) -> list[Manifest]:
        """Hooks that run to completion."""
        return [manifest for manifest in self.hooks if manifest.is_workload]

    @cached_property
    def hook_readers(self) -> list[Manifest]:
        """Hooks that fail or wait when what they name is missing; not passive kinds, nor copies."""
        passive = {*NEVER_REFER, SERVICE_ACCOUNT, *BINDINGS, WORKFLOW_TEMPLATE, CLUSTER_WORKFLOW_TEMPLATE}
        passive |= {kind for kind, row in self.tables.producers.items() if row.treat == "refuse" or row.mounted}
        return [hook for hook in self.hooks if hook.identity[:2] not in passive and not hook.is_copy]

    def runs_early(self, hook: Manifest) -> bool:
        """Whether it runs before Sync, or where Sync never came: what it reads must then be in PreSync."""
        return not {*PRE_SYNC[self.target], "SyncFail"}.isdisjoint(self.meaning(hook).words)

    def namespace_of(self, manifest: Manifest) -> str:
        """Empty where the manifest names none and none was given: a namespace of its own until then."""
        if manifest.identity[:2] in CLUSTER_SCOPED:
            return "-"
        return manifest.identity.namespace or self.namespace

    @cached_property
    def _by_name(self) -> dict[tuple[str, str, str], list[Manifest]]:
        found = defaultdict(list)
        for manifest in self.manifests:
            group, kind, _, name = manifest.identity
            found[group, kind, name].append(manifest)
        return found

    def named(self, kind: Kind, name: str, namespace: str) -> list[Manifest]:
        """Objects a name may stand for: those of this very namespace, else those whose namespace may be the same."""
        alike = self._by_name.get((*kind, name), [])
        if kind in CLUSTER_SCOPED:
            return alike
        exact = [manifest for manifest in alike if self.namespace_of(manifest) == namespace]
        return exact or [m for m in alike if not namespace or not self.namespace_of(m)]

    def identical(self, manifest: Manifest) -> list[Manifest]:
        return [
            other
            for other in self._by_name.get((*manifest.identity[:2], manifest.identity.name), [])
            if manifest.identity.name and self.namespace_of(other) == self.namespace_of(manifest)
        ]

    def references(self, manifest: Manifest) -> list[Reference]:
        if id(manifest) not in self._references:
            self._references[id(manifest)] = references(manifest, self.tables.fields)
        return self._references[id(manifest)]

    @cached_property
    def _references(self) -> dict[int, list[Reference]]:
        return {}

    def resolve(self, manifest: Manifest, reference: Reference) -> list[Manifest]:
        return self.named(reference.target, reference.name, self._meant(manifest, reference))

    def _meant(self, manifest: Manifest, reference: Reference) -> str:
        """The namespace in which the manifest looks for what it names."""
        return reference.namespace or manifest.identity.namespace or self.namespace

    def readers(self, target: Manifest) -> Iterator[tuple[Manifest, Reference]]:
        """Every object of the release that reads the target by name."""
        for manifest in self.mentioning(target.identity.name):
            for reference in self.references(manifest):
                if reference.name == target.identity.name and target in self.resolve(manifest, reference):
                    yield manifest, reference

    def granting(self, account: Manifest) -> list[Manifest]:
        """Role bindings that name the ServiceAccount; not those of which it has a copy, and of a copied account also
        those that name its original."""
        if id(account) not in self._grants:
            own = self._naming(account, account.identity.name)
            if account.is_copy:
                own += self._naming(account, account.annotations[COPY_OF])
            copied = {binding.annotations.get(COPY_OF) for binding in own if binding.may_be_hooked}
            self._grants[id(account)] = [binding for binding in own if binding.identity.name not in copied]
        return self._grants[id(account)]

    @cached_property
    def _grants(self) -> dict[int, list[Manifest]]:
        return {}

    def _naming(self, account: Manifest, name: str) -> list[Manifest]:
        home = self.namespace_of(account)
        return [
            manifest
            for manifest in self.mentioning(name)
            if manifest.identity[:2] in BINDINGS
            and any(subject == name and self.may_be(manifest, space, home) for _, space, subject in subjects(manifest))
        ]

    def may_be(self, manifest: Manifest, written: str, home: str) -> bool:
        """Whether a namespace written in a manifest, its own if empty, may be this one."""
        space = written or (manifest.identity.namespace or self.namespace)
        return space == home or not space or not home

    def producer(self, manifest: Manifest) -> Producer | None:
        return producer(manifest, self.tables)

    def producers(self, manifest: Manifest, reference: Reference) -> list[Manifest]:
        """Custom resources of the release whose controllers make what is referred to."""
        return self.production.making(reference.target, reference.name, self._meant(manifest, reference))

    @cached_property
    def production(self) -> Production:
        return Production(self.manifests, self.tables, self.namespace_of)

    def mentioning(self, name: str) -> list[Manifest]:
        """Objects that may refer to others and hold the name somewhere; the rest need no parsing."""
        return self._by_mention.get(name, [])

    @cached_property
    def _by_mention(self) -> dict[str, list[Manifest]]:
        names = {manifest.identity.name for manifest in self.manifests} | self.production.names
        names |= {copy_name(name) for name in names}  # somebody may read what a copy would replace
        fields = self.tables.fields
        found = defaultdict(list)
        for manifest in self.manifests:
            kind = manifest.identity[:2]
            if kind not in NEVER_REFER or kind in fields:
                for name in manifest.mentions(names, holds_text(kind, fields)):
                    found[name].append(manifest)
        return found

    def is_generated(self, manifest: Manifest) -> bool:
        return self.generated is not None and manifest.identity in self.generated
