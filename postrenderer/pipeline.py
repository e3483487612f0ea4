"""Runs rules and transforms in order, and checks the result before anybody sees it."""

from collections.abc import Iterable, Iterator
from types import ModuleType
from typing import NamedTuple

from postrenderer import checks
from postrenderer.edits import Edit, obstacle
from postrenderer.errors import BadInputError, BugError
from postrenderer.findings import Finding, Judged, Severity, is_allowed
from postrenderer.hooks import Target
from postrenderer.release import Release
from postrenderer.renderings import generated
from postrenderer.rules import RULES
from postrenderer.settings import DEFAULTS, Settings
from postrenderer.stream import Document, join
from postrenderer.tables import BUILT_IN, Tables
from postrenderer.transforms import TRANSFORMS

SETTLED = frozenset(rule.ID for transform in TRANSFORMS for rule in transform.SETTLES)
MAX_ROUNDS = 8  # each round of a transform follows references one step further; real charts need two


class Rendered(NamedTuple):
    """What is safe to apply, and what was found on the way."""

    release: Release
    judged: tuple[Judged, ...]

    @property
    def documents(self) -> list[Document]:
        return self.release.documents

    @property
    def text(self) -> str:
        return join(self.documents)

    @property
    def is_refused(self) -> bool:
        return any(judged.refuses for judged in self.judged)


def read(
    documents: list[Document],
    target: Target,
    namespace: str = "",
    again: list[Document] | None = None,
    parse_all: bool = False,
    tables: Tables = BUILT_IN,
    name: str = "the stream",
) -> Release:
    """A stream as a release. Raises BadInputError where it holds no Kubernetes object."""
    release = Release(documents, target, namespace, parse_all, tables=tables)
    if not release.manifests:
        raise BadInputError(
            f"nothing came in: {name} holds no Kubernetes object",
            "Did `helm template` fail? In a shell, `set -o pipefail` stops the pipe then.",
        )
    if again is not None:
        second = Release(again, target, namespace, parse_all, tables=tables)
        if not second.manifests:
            raise BadInputError("the second rendering holds no Kubernetes object", "Did `helm template` fail?")
        release.generated = generated(release, second)
    return release


def render(release: Release, settings: Settings = DEFAULTS) -> Rendered:
    """Every transform in its order, then the checks. Raises BugError where a check fails."""
    return _render(release, list(find(release, settings)), settings, checked=True)


def _render(release: Release, found: list[Finding], settings: Settings, checked: bool) -> Rendered:
    """Only what is never written may go unchecked: `lint` asks only what would become of the findings."""
    seen = {finding.key: finding for finding in found}
    native = {manifest.identity for manifest in release.manifests}
    for transform in TRANSFORMS:
        for _ in range(MAX_ROUNDS):
            edits = list(settlements(transform, found, release, settings))
            if not edits:
                break
            changed = release.edited(edits)
            if checked:
                checks.check_edits(changed, edits)
            release, found = changed, list(find(changed, settings))
            for finding in found:
                if finding.manifest.identity in native:
                    seen.setdefault(finding.key, finding)
        else:
            raise BugError(f"{transform.__name__} still finds something to do after {MAX_ROUNDS} rounds")
    check_settled(release, found, settings)
    last = {finding.key: finding for finding in found}
    judged = tuple(_judge(finding, last, settings) for finding in {**seen, **last}.values())
    if not any(document.text.strip() for document in release.documents):
        raise BadInputError(
            "nothing is left to apply: every object was left out", "Look at `unrunnable` in the settings."
        )
    return Rendered(release, judged)


def lint(release: Release, settings: Settings = DEFAULTS) -> tuple[Judged, ...]:
    """What is wrong with the release as it came in: what a render settles or leaves, and what only people can mend."""
    from postrenderer.advice import ADVICE  # a render starts without it

    found = list(find(release, settings))
    came = {finding.key for finding in found}
    told = find(release, settings, ADVICE)
    rendered = _render(release, found, settings, checked=False).judged
    judged = [each for each in rendered if not each.settled or each.finding.key in came]  # not what a render brings up
    return (*judged, *(_judge(finding, {finding.key: finding}, settings) for finding in told))


def find(release: Release, settings: Settings, rules: Iterable[ModuleType] = RULES) -> Iterator[Finding]:
    for rule in rules:
        yield from rule.find(release, settings)


def settlements(
    transform: ModuleType, found: Iterable[Finding], release: Release, settings: Settings
) -> Iterator[Edit]:
    """The edits of one transform; where it settles several rules, the first that has any goes alone."""
    for rule in transform.SETTLES:
        wanted = [
            finding
            for finding in found
            if finding.rule == rule.ID
            and finding.fix
            and not is_allowed(finding, settings)
            and not obstacle(finding.manifest)
        ]
        edits = [edit for finding in wanted for edit in transform.settle(finding, release, settings)]
        if edits:
            yield from dict.fromkeys(edits)
            return


def check_settled(release: Release, found: list[Finding], settings: Settings) -> None:
    for transform in TRANSFORMS:
        if any(settlements(transform, found, release, settings)):
            raise BugError(f"{transform.__name__} left something that it settles")


def _judge(finding: Finding, last: dict[tuple[str, str], Finding], settings: Settings) -> Judged:
    settles = finding.rule in SETTLED and bool(finding.fix)
    allowed = is_allowed(finding, settings)
    if settles and not allowed and (reason := obstacle(finding.manifest)):
        hint = f"presync cannot edit it: {reason}. Write the metadata one key per line, without anchors and aliases."
        severity = Severity.WARNING if finding.severity is Severity.NOTE else Severity.ERROR
        finding = finding._replace(severity=severity, hint=hint)
    return Judged(finding, settles and finding.key not in last, allowed)
