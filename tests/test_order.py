"""What exists before what: phase, wave and kind in Argo CD; event, weight, name and kind in Helm."""

from __future__ import annotations

from itertools import product

import pytest

from postrenderer.hooks import SYNC_PHASES
from postrenderer.order import ARGOCD_KINDS, HELM_KINDS, is_in_time, rank, runs_earlier

from .given import HELM_4, PRE_SYNC, account, config_map, job, named, release, secret, thing, wave


def in_time(target: str, reader: str, tool: str = "argocd") -> bool:
    held = release(target + reader, tool)
    return is_in_time(held, held.manifests[0], held.manifests[1])


def hook(word: str, number: int = 0, policy: str = "") -> str:
    parts = [f"argocd.argoproj.io/hook: {word}", wave(number)]
    return ", ".join([*parts, f'argocd.argoproj.io/hook-delete-policy: "{policy}"'] if policy else parts)


def event(word: str, weight: int = 0, policy: str = "") -> str:
    parts = [f'helm.sh/hook: "{word}"', f'helm.sh/hook-weight: "{weight}"', HELM_4]
    return ", ".join([*parts, f'helm.sh/hook-delete-policy: "{policy}"'] if policy else parts)


WAVES = (-1, 0, 1)


@pytest.mark.parametrize(("phase", "first", "then"), list(product(SYNC_PHASES[:3], WAVES, WAVES)))
def test_in_one_phase_of_argo_cd_the_wave_decides_and_then_the_kind(phase: str, first: int, then: int) -> None:
    """A Secret comes before a Job of the same wave."""
    assert in_time(secret(annotations=hook(phase, first)), job(annotations=hook(phase, then))) is (first <= then)


@pytest.mark.parametrize(("own", "reader"), [(a, b) for a, b in product(SYNC_PHASES[:3], SYNC_PHASES[:3]) if a != b])
def test_between_phases_of_argo_cd_no_wave_counts(own: str, reader: str) -> None:
    earlier = SYNC_PHASES.index(own) < SYNC_PHASES.index(reader)
    assert in_time(secret(annotations=hook(own, 9)), job(annotations=hook(reader, -9))) is earlier
    assert in_time(secret(annotations=hook(own, -9)), job(annotations=hook(reader, 9))) is earlier


ORDINARY = {
    "PreSync": False,
    "Sync": True,
    "PostSync": True,
    "SyncFail": False,
    "PreDelete": True,
    "PostDelete": True,
    "PreSync,PostSync": False,
}


@pytest.mark.parametrize(("word", "there"), ORDINARY.items())
def test_an_ordinary_object_is_there_from_sync_on(word: str, there: bool) -> None:
    assert in_time(secret(), job(annotations=hook(f'"{word}"'))) is there


@pytest.mark.parametrize(("number", "there"), [(-1, False), (0, True), (1, True)])
def test_an_ordinary_object_of_sync_has_a_wave_too(number: int, there: bool) -> None:
    assert in_time(secret(), job(annotations=hook("Sync", number))) is there
    assert in_time(secret(annotations=wave(number)), job(annotations=hook("Sync"))) is (number <= 0)


@pytest.mark.parametrize(
    ("word", "policy", "there"),
    [("PreSync", "", True), ("PreSync", "HookSucceeded", True), ("PreSync", "HookFailed", False), ("Sync", "", False)],
)
def test_a_sync_fail_hook_finds_only_what_pre_sync_made_and_no_failure_deleted(
    word: str, policy: str, there: bool
) -> None:
    assert in_time(secret(annotations=hook(word, 5, policy)), job(annotations=hook("SyncFail", -5))) is there


def test_a_later_kind_of_the_same_wave_is_too_late() -> None:
    custom = thing("Zebra", "z", PRE_SYNC, api="example.org/v1")
    assert not in_time(custom, job())
    assert in_time(custom.replace(PRE_SYNC, f"{PRE_SYNC}, {wave(-1)}"), job())


def test_a_copy_of_the_same_wave_is_too_late_since_a_failed_apply_stops_only_the_next() -> None:
    copy = hook("PreSync") + ", presync/copy-of: x"
    assert not in_time(secret(annotations=copy), job())
    assert in_time(secret(annotations=hook("PreSync", -1) + ", presync/copy-of: x"), job())


@pytest.mark.parametrize("words", ["argocd.argoproj.io/hook: Skip", "helm.sh/hook: test", "helm.sh/hook: bogus"])
def test_what_argo_cd_never_creates_is_never_there(words: str) -> None:
    assert not in_time(secret(annotations=words), job(annotations=hook("PostSync")))


def test_a_hook_of_two_phases_needs_its_input_before_the_first() -> None:
    assert not in_time(secret(annotations=hook("Sync")), job(annotations=hook('"PreSync,PostSync"')))
    assert in_time(secret(annotations=hook("PreSync")), job(annotations=hook('"PreSync,PostSync"')))


# Helm.

EVENTS = {
    "both of one event": ("pre-install", 0, "pre-install", 0, True),
    "an earlier weight": ("pre-install", -1, "pre-install", 0, True),
    "a later weight": ("pre-install", 1, "pre-install", 0, False),
    "an event is missing": ("pre-install", -1, "pre-install,pre-upgrade", 0, False),
    "more events than the reader's": ("pre-install,pre-upgrade", -1, "pre-upgrade", 0, True),
    "made before the install": ("pre-install", 0, "post-install", 0, True),
    "made before the upgrade": ("pre-upgrade", 0, "post-upgrade", 0, True),
    "made at install only": ("pre-install", 0, "pre-upgrade", 0, False),
    "made after": ("post-install", -9, "pre-install", 0, False),
}


@pytest.mark.parametrize(("own", "weight", "reader", "reader_weight", "there"), EVENTS.values(), ids=EVENTS)
def test_in_helm_the_event_and_the_weight_decide(
    own: str, weight: int, reader: str, reader_weight: int, there: bool
) -> None:
    target = secret("a", annotations=event(own, weight))
    assert in_time(target, job("b", annotations=event(reader, reader_weight)), "helm") is there


@pytest.mark.parametrize(("own", "reader", "there"), [("a", "b", True), ("b", "a", False), ("a", "a", True)])
def test_in_helm_hooks_of_one_weight_run_by_name_and_only_then_by_kind(own: str, reader: str, there: bool) -> None:
    text = secret(own, annotations=event("pre-install")), job(reader, annotations=event("pre-install"))
    assert in_time(*text, "helm") is there


def test_what_helm_deleted_after_its_event_is_not_there_in_the_next() -> None:
    reader = job("b", annotations=event("post-install"))
    assert not in_time(secret("a", annotations=event("pre-install", 0, "hook-succeeded")), reader, "helm")
    assert in_time(secret("a", annotations=event("pre-install", 0, "before-hook-creation")), reader, "helm")


@pytest.mark.parametrize(
    ("word", "there"), [("pre-install", False), ("pre-upgrade", False), ("post-install", True), ("pre-delete", True)]
)
def test_an_ordinary_object_is_there_once_helm_has_installed(word: str, there: bool) -> None:
    assert in_time(secret("a"), job("b", annotations=event(word)), "helm") is there


# Kinds.


@pytest.mark.parametrize(("target", "kinds"), [("argocd", ARGOCD_KINDS), ("helm", HELM_KINDS)])
def test_kinds_that_are_not_listed_come_last(target: str, kinds: tuple[str, ...]) -> None:
    assert [rank(kind, target) for kind in kinds] == list(range(len(kinds)))
    assert rank("ExternalSecret", target) == rank("Zebra", target) == len(kinds)


def test_accounts_come_before_secrets_and_these_before_config_maps_and_jobs() -> None:
    texts = [make(annotations=PRE_SYNC) for make in (account, secret, config_map, job)]
    held = release("".join(reversed(texts)))
    manifests = [named(held, name) for name in ("ServiceAccount/app", "Secret/db", "ConfigMap/config", "Job/migrate")]
    pairs = [(a, b) for a, b in product(range(4), range(4)) if runs_earlier(held, manifests[a], manifests[b])]
    assert pairs == [(a, b) for a, b in product(range(4), range(4)) if a < b]
