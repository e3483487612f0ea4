"""Which objects of a release get a PreSync copy, and under which name, wave and delete policies."""

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from postrenderer.closure import Need, needs
from postrenderer.hooks import EVENTS, FAILED, PRE_SYNC, SUCCEEDED, SYNC_PHASES, Standing
from postrenderer.manifest import COPY, COPY_OF, Manifest, copy_name
from postrenderer.order import is_in_time
from postrenderer.producing import products
from postrenderer.references import SECRET, SERVICE_ACCOUNT, Kind
from postrenderer.refusals import TOKEN_TYPES, refusal, secret_type
from postrenderer.release import Release
from postrenderer.settings import Settings


class Copy(NamedTuple):
    """An object's planned copy."""

    original: Manifest
    name: str
    wave: int
    words: tuple[str, ...]
    policies: tuple[str, ...]
    readers: tuple[Manifest, ...]  # the hooks that need it


class Plan(NamedTuple):
    """What the hooks of a release need before it is there."""

    copies: dict[int, Copy]  # by id of the original
    needs: tuple[Need, ...]  # late, met by a copy
    refused: tuple[tuple[Need, str], ...]  # late, and why there can be no copy
    taken: tuple[tuple[Copy, Manifest], ...]  # whose names stand for other objects already, and who says so


@lru_cache(maxsize=2)
def plan(release: Release, settings: Settings) -> Plan:
    late = [need for need in _late(release, settings) if not _is_listed(need)]
    refused = [(need, reason) for need in late if (reason := refusal(release, need, settings))]
    barred = {id(need.target) for need, _ in refused}
    grants = _grants_to_copies(release, [need for need in late if id(need.target) not in barred])
    refused += [(need, reason) for need in grants if (reason := refusal(release, need, settings))]
    barred = {id(need.target) for need, _ in refused}
    met = [need for need in (*late, *grants) if barred.isdisjoint((id(need.target), id(need.reader)))]
    planned = {id(target): _copy(release, target, ahead, settings) for target, ahead in _ahead(release, met).items()}
    taken = [(copy, holder) for copy in planned.values() if (holder := _holder(release, copy))]
    for copy, _ in taken:
        del planned[id(copy.original)]
    met = [need for need in met if id(need.target) in planned]
    return Plan(planned, tuple(met), tuple(refused), tuple(taken))


def _ahead(release: Release, met: list[Need]) -> dict[Manifest, dict[Manifest, int]]:
    """By target and workload, how many waves a copy comes before it: a producer two, what that needs three."""
    found: dict[Manifest, dict[Manifest, int]] = {}
    for need in met:  # what leads to a reader comes before it
        of_reader = found.get(need.reader, {}).get(need.workload, 0)
        producer = release.producer(need.target)
        least = 2 if producer and not producer.mounted else 1
        ahead = found.setdefault(need.target, {})
        ahead[need.workload] = max(ahead.get(need.workload, 0), least, 3 if of_reader > 1 else 0)
    return found


def is_met(release: Release, need: Need) -> bool:
    """Whether the target is there in time, or another resource that makes the same."""
    others = release.producers(need.reader, need.reference) if need.reference and need.is_made else [need.target]
    return any(is_in_time(release, other, need.workload) for other in others)


def is_movable(release: Release, need: Need) -> bool:
    """Whether another wave alone would bring the target in time."""
    target, reader = release.meaning(need.target), release.meaning(need.workload)
    if release.target == "helm":
        return target.is_hook and set(reader.words) <= set(target.words)
    if release.runs_early(need.workload):
        return release.is_pre_sync(need.target) and not ("SyncFail" in reader.words and FAILED in target.policies)
    own = ("Sync",) if target.standing is Standing.ORDINARY else target.words
    return all(word in own or _is_before(own, word) for word in reader.words)


def _is_before(words: tuple[str, ...], phase: str) -> bool:
    """Whether one of them is a phase before this one."""
    return phase in SYNC_PHASES and not set(words).isdisjoint(SYNC_PHASES[: SYNC_PHASES.index(phase)])


def existing(release: Release, copy: Copy) -> Manifest | None:
    """The copy itself, where another reader's has brought it already."""
    for other in release.named(copy.original.identity[:2], copy.name, release.namespace_of(copy.original)):
        if other.annotations.get(COPY_OF) == copy.original.identity.name:
            return other
    return None


def _late(release: Release, settings: Settings) -> Iterator[Need]:
    """Needs of hooks that are not in time and that no other wave would bring in time. What is shared on purpose is
    taken to be there, with all that it needs itself."""
    for hook in release.hook_readers:
        given: set[int] = set()
        for need in needs(release, hook):
            if id(need.reader) in given or is_shared_on_purpose(release, need.target, settings):
                given.add(id(need.target))
            elif _is_repeated(release, need.target) or _is_repeated(release, need.reader):
                continue
            elif not is_met(release, need) and not is_movable(release, need):
                yield need


def _grants_to_copies(release: Release, late: list[Need]) -> list[Need]:
    """Role bindings that are in time, but name an account whose copy the hook will run as."""
    copied = {id(need.target) for need in late}
    found = {id(need.workload): need.workload for need in late if need.target.identity[:2] == SERVICE_ACCOUNT}
    all_needs = (need for workload in found.values() for need in needs(release, workload))
    return [
        need for need in all_needs if not need.reference and id(need.reader) in copied and id(need.target) not in copied
    ]


def _is_repeated(release: Release, target: Manifest) -> bool:
    """A hook of the same identity takes another name first; only then is it clear who reads what."""
    standings = {release.meaning(other).standing for other in release.identical(target)}
    return {Standing.ORDINARY, Standing.HOOK} <= standings


def is_shared_on_purpose(release: Release, target: Manifest, settings: Settings) -> bool:
    row = release.producer(target)
    if target.annotations.get(COPY) == "false" or (row and row.treat == "share"):
        return True
    return target.identity[:2] == SERVICE_ACCOUNT and settings.copies.service_account == "share"


def _is_listed(need: Need) -> bool:
    """An account lists the tokens that Kubernetes fills for it; its pods do not wait for them."""
    listed = need.reference is not None and need.reader.identity[:2] == SERVICE_ACCOUNT
    return listed and need.target.identity[:2] == SECRET and secret_type(need.target) in TOKEN_TYPES


def _copy(release: Release, original: Manifest, ahead: dict[Manifest, int], settings: Settings) -> Copy:
    readers = tuple(ahead)
    name, wave, words = copy_name(original.identity.name), _wave(release, ahead), _words(release, readers)
    # Their pods may start again after the sync, or when the application is deleted.
    lasting = any(not hook.is_workload or "PreDelete" in release.meaning(hook).words for hook in readers)
    wanted = settings.delete_policies.copies.must
    policies = tuple(policy for policy in wanted if not (lasting and policy == SUCCEEDED))
    return Copy(original, name, wave, words, policies, readers)


def _wave(release: Release, ahead: dict[Manifest, int]) -> int:
    """Before the first reader; before every PreSync hook where a SyncFail hook reads it."""
    waves = [release.meaning(reader).wave - number for reader, number in ahead.items()]
    if any("SyncFail" in release.meaning(reader).words for reader in ahead):
        early = [hook for hook in release.hooks if release.is_pre_sync(hook) and not hook.is_copy]
        waves += [release.meaning(hook).wave - max(ahead.values()) for hook in early]
    return min(waves)


def _words(release: Release, readers: tuple[Manifest, ...]) -> tuple[str, ...]:
    """Argo CD keeps a PreSync copy to the operation's end; Helm removes it after each event, so it needs them all."""
    if release.target == "argocd":
        return PRE_SYNC["argocd"]
    wanted = {word for reader in readers for word in release.meaning(reader).words}
    return tuple(event for event in EVENTS if event in wanted)


def _holder(release: Release, copy: Copy) -> Manifest | None:
    """Who has the copy's name or that of its product, or makes or reads something of that name from elsewhere."""
    if existing(release, copy) is not None:
        return None
    home = release.namespace_of(copy.original)
    row = release.producer(copy.original)
    made = [(product.kind, copy_name(product.name)) for product in products(copy.original, row)] if row else []
    found = (_standing(release, kind, name, home) for kind, name in ((copy.original.identity[:2], copy.name), *made))
    return next((holder for holder in found if holder), None)


def _standing(release: Release, kind: Kind, name: str, home: str) -> Manifest | None:
    for holder in (*release.named(kind, name, home), *release.production.making(kind, name, home)):
        return holder
    for reader in release.mentioning(name):
        for reference in release.references(reader):
            if reference.target == kind and reference.name == name and release.may_be(reader, "", home):
                return reader
    return None
