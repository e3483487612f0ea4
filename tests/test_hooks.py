"""What hook annotations mean to Argo CD and to Helm, against models written from the facts."""

from __future__ import annotations

import re
from itertools import product

import pytest

from postrenderer.hooks import (
    ARGOCD,
    BEFORE_CREATION,
    HELM,
    VOCABULARIES,
    Meaning,
    Standing,
    events,
    number,
    read,
    spell_policy,
    unknown_words,
    wave_and_policies,
    words,
    write,
)

ARGO_HOOK, ARGO_WAVE, ARGO_POLICY = (f"argocd.argoproj.io/{key}" for key in ("hook", "sync-wave", "hook-delete-policy"))
HELM_HOOK, HELM_WEIGHT, HELM_POLICY = (f"helm.sh/{key}" for key in ("hook", "hook-weight", "hook-delete-policy"))

ABSENT = None
ARGO_WORDS = (
    ABSENT,
    "",
    "PreSync",
    " Sync,",
    "PostSync,PreSync,PostSync",
    "SyncFail",
    "Skip",
    "Skip,PreSync",
    "Presync",
)
ARGO_WORDS += ("PostDelete", "PreDelete,PreSync", "PreSync,Garbage", "Skip,Garbage")
HELM_WORDS = (ABSENT, "", "pre-install", "pre-upgrade , pre-install", "pre-install,post-upgrade", "Pre-Install", "test")
HELM_WORDS += ("pre-rollback,test", "crd-install", "crd-install,pre-install", "pre-delete", "post-delete,post-install")
HELM_WORDS += ("pre-install,", "pre-install,bogus", "test-failure", "test-success", "PreSync")
ARGO_POLICIES = (ABSENT, "", "BeforeHookCreation", "HookFailed, HookSucceeded", "hook-succeeded", "hookSucceeded")
HELM_POLICIES = (
    ABSENT,
    "",
    "before-hook-creation",
    "hook-succeeded,hook-failed",
    "Hook-Failed",
    "HookFailed",
    "bogus,",
)
ARGO_WAVES = (ABSENT, "3", "+3", " 3", "", "9223372036854775808")
HELM_WEIGHTS = (ABSENT, "-5", "five", "-9223372036854775808")

EVENTS = {f"{moment}-{what}" for moment in ("pre", "post") for what in ("install", "upgrade", "rollback", "delete")}
EVENTS |= {"test", "test-success"}
PHASES_IN_ORDER = ("PreSync", "Sync", "PostSync", "SyncFail", "PreDelete", "PostDelete")
PHASE_OF_EVENT = {
    "pre-install": "PreSync",
    "pre-upgrade": "PreSync",
    "post-install": "PostSync",
    "post-upgrade": "PostSync",
}
DELETE_PHASE = {
    "pre-delete": "PreDelete",
    "post-delete": "PostDelete",
    "PreDelete": "PreDelete",
    "PostDelete": "PostDelete",
}
POLICY_OF_HELM = {
    "before-hook-creation": "BeforeHookCreation",
    "hook-succeeded": "HookSucceeded",
    "hook-failed": "HookFailed",
}


def listed(value: str | None) -> list[str]:
    """Both tools cut at commas and trim; Argo CD then forgets what is empty."""
    return [word.strip() for word in (value or "").split(",") if word.strip()]


def parsed_by_go(value: str | None) -> int | None:
    """strconv.Atoi: an optional sign and digits that fit 64 bits, nothing around them."""
    found = int(value) if re.fullmatch(r"[+-]?[0-9]+", value or "") else None
    return found if found is not None and -(2**63) <= found < 2**63 else None


def in_argo_cd(annotations: dict[str, str]) -> tuple[str, set[str], int, set[str]]:
    """Standing, phases, wave and policies as argocd.md §1.7 has them, and the controller's delete hooks of §1.5."""
    own = {word for word in listed(annotations.get(ARGO_HOOK)) if word in {*PHASES_IN_ORDER[:4], "Skip"}}
    mapped = {PHASE_OF_EVENT[word] for word in listed(annotations.get(HELM_HOOK)) if word in PHASE_OF_EVENT}
    kinds = own or mapped
    at_deletion = listed(annotations.get(ARGO_HOOK)) + listed(annotations.get(HELM_HOOK))
    deletion = {DELETE_PHASE[word] for word in at_deletion if word in DELETE_PHASE}
    if ARGO_HOOK in annotations:
        is_hook = kinds != {"Skip"}
    else:
        is_hook = annotations.get(HELM_HOOK, "crd-install") != "crd-install"
    phases = ((kinds - {"Skip"}) if is_hook else set()) | deletion
    order = [parsed_by_go(annotations.get(ARGO_WAVE)), parsed_by_go(annotations.get(HELM_WEIGHT)), 0]
    policies = {word for word in listed(annotations.get(ARGO_POLICY)) if word in POLICY_OF_HELM.values()}
    policies |= {POLICY_OF_HELM[word] for word in listed(annotations.get(HELM_POLICY)) if word in POLICY_OF_HELM}
    return (
        standing_in_argo_cd(annotations, is_hook, phases),
        phases,
        next(found for found in order if found is not None),
        policies or {"BeforeHookCreation"},
    )


def standing_in_argo_cd(annotations: dict[str, str], is_hook: bool, phases: set[str]) -> str:
    if phases:
        return "hook"
    if not is_hook:
        return "skipped" if ARGO_HOOK in annotations else "ordinary"
    unrun = {"pre-rollback", "post-rollback", "test", "test-success"} & set(listed(annotations.get(HELM_HOOK)))
    return "unrun" if unrun and ARGO_HOOK not in annotations else "unknown"


def in_helm(annotations: dict[str, str]) -> tuple[str, set[str], int, set[str]]:
    """Standing, events, weight and policies as helm.md §4.1 has them; Argo CD's words where Helm has no valid one."""
    words = [word.strip().lower() for word in annotations.get(HELM_HOOK, "?").split(",")]
    if all(word in EVENTS for word in words):
        policies = {"BeforeHookCreation"}
        if HELM_POLICY in annotations:  # a list of useless words is a list all the same
            asked = (word.strip().lower() for word in annotations[HELM_POLICY].split(","))
            policies = {POLICY_OF_HELM[word] for word in asked if word in POLICY_OF_HELM}
        return "hook", set(words), parsed_by_go(annotations.get(HELM_WEIGHT)) or 0, policies
    if HELM_HOOK not in annotations and ARGO_HOOK not in annotations:
        return "ordinary", set(), 0, set()
    said = set(listed(annotations.get(ARGO_HOOK)))
    _, _, wave, policies = in_argo_cd(annotations)
    found = {event for event, phase in PHASE_OF_EVENT.items() if phase in said}
    valid = listed(annotations.get(HELM_HOOK))
    found |= {event for event, phase in DELETE_PHASE.items() if phase in said or event in valid if event in EVENTS}
    if found:
        return "hook", found, wave, policies
    return ("unrun" if said & {"Sync", "SyncFail", "Skip"} else "unknown"), set(), 0, set()


def annotations_of(*values: str | None) -> dict[str, str]:
    keys = (ARGO_HOOK, HELM_HOOK, ARGO_POLICY, HELM_POLICY, ARGO_WAVE, HELM_WEIGHT)
    return {key: value for key, value in zip(keys, values, strict=True) if value is not None}


ALL = [
    *(
        annotations_of(*values)
        for values in product(ARGO_WORDS, HELM_WORDS, ARGO_POLICIES, HELM_POLICIES, (ABSENT,), (ABSENT,))
    ),
    *(
        annotations_of(*values)
        for values in product(ARGO_WORDS, HELM_WORDS, (ABSENT,), (ABSENT,), ARGO_WAVES, HELM_WEIGHTS)
    ),
]


def differences(target: str, model: object) -> list[tuple[dict[str, str], object, Meaning]]:
    found = []
    for spelled in ALL:
        meaning = read(spelled, target)
        standing, words, wave, policies = model(spelled)
        wanted = (standing, words, wave, policies) if standing == "hook" else (standing, set())
        got = (meaning.standing.value, set(meaning.words), meaning.wave, set(meaning.policies))
        if wanted != got[: len(wanted)]:
            found.append((spelled, wanted, meaning))
    return found


def test_argo_cd_s_reading_is_that_of_the_reference_model() -> None:
    assert differences("argocd", in_argo_cd)[:5] == []


def test_helm_s_reading_is_that_of_its_sources() -> None:
    assert differences("helm", in_helm)[:5] == []


@pytest.mark.parametrize("target", ["argocd", "helm"])
def test_no_word_and_no_policy_is_told_twice(target: str) -> None:
    meanings = {read(annotations, target) for annotations in ALL}
    assert [m for m in meanings if len(set(m.words)) < len(m.words) or len(set(m.policies)) < len(m.policies)] == []


def test_an_ordinary_object_has_a_wave_in_argo_cd_even_from_a_helm_weight() -> None:
    assert read({HELM_WEIGHT: "-5"}, "argocd") == Meaning(Standing.ORDINARY, wave=-5)
    assert read({ARGO_WAVE: "2", HELM_WEIGHT: "-5"}, "argocd") == Meaning(Standing.ORDINARY, wave=2)
    assert read({ARGO_WAVE: "2", HELM_WEIGHT: "-5"}, "helm") == Meaning(Standing.ORDINARY)


@pytest.mark.parametrize("target", ["argocd", "helm"])
def test_what_is_written_means_what_was_read(target: str) -> None:
    """A Helm hook without any known policy is the exception: absent, its annotation would mean the default."""
    meanings = {meaning for annotations in ALL if (meaning := read(annotations, target)).is_hook and meaning.policies}
    assert [meaning for meaning in meanings if read(write(meaning, target), target) != meaning] == []
    assert len(meanings) > 60


@pytest.mark.parametrize("target", ["argocd", "helm"])
def test_only_the_target_s_vocabulary_is_written(target: str) -> None:
    written = {
        key for annotations in ALL if (meaning := read(annotations, target)).is_hook for key in write(meaning, target)
    }
    assert written == set(VOCABULARIES[target][1:4])


@pytest.mark.parametrize("target", ["argocd", "helm"])
def test_no_unknown_word_is_written(target: str) -> None:
    meanings = {meaning for annotations in ALL if (meaning := read(annotations, target)).is_hook}
    assert [m for m in meanings if unknown_words(write(m, target), VOCABULARIES[target])] == []


@pytest.mark.parametrize(
    ("value", "found"),
    [("a,b", ("a", "b")), (" a , ,b,a", ("a", "b")), ("", ()), (",", ()), ("a b", ("a b",)), ("A,a", ("A", "a"))],
)
def test_a_comma_list_is_trimmed_and_told_once(value: str, found: tuple[str, ...]) -> None:
    assert words({"k": value}, "k") == found


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("pre-install", ("pre-install",)),
        (" Pre-Install,PRE-UPGRADE", ("pre-install", "pre-upgrade")),
        ("test,test", ("test",)),
        ("pre-install,", ()),
        ("", ()),
        ("crd-install", ()),
        ("pre-install,crd-install", ()),
        ("test-failure", ()),
    ],
)
def test_helm_runs_an_object_only_if_it_knows_every_event(value: str, found: tuple[str, ...]) -> None:
    assert events({HELM_HOOK: value}) == found


@pytest.mark.parametrize(
    ("annotations", "vocabulary", "found"),
    [
        ({ARGO_HOOK: "PreSync,Presync,PostDelete,Skip"}, ARGOCD, ("Presync",)),
        ({HELM_HOOK: "Pre-Install,bogus,crd-install"}, HELM, ("bogus", "crd-install")),
        ({HELM_HOOK: "test,test-success,pre-rollback"}, HELM, ()),
        ({}, HELM, ()),
    ],
)
def test_words_that_a_tool_does_not_know_are_told(
    annotations: dict[str, str], vocabulary: object, found: tuple[str, ...]
) -> None:
    assert unknown_words(annotations, vocabulary) == found


@pytest.mark.parametrize(
    ("written", "found"),
    [
        *((str(n), n) for n in (0, 7, -7, 2**63 - 1, -(2**63))),
        ("+7", 7),
        ("007", 7),
        *(
            (text, None)
            for text in ("", " 7", "7 ", "7.0", "0x7", "--7", "+", str(2**63), str(-(2**63) - 1), "\u0667", "7\n")
        ),
    ],
)
def test_a_wave_is_a_number_as_go_reads_one(written: str, found: int | None) -> None:
    assert number(written) == found


def test_an_object_without_hook_words_says_its_wave_and_policies_in_either_vocabulary() -> None:
    assert wave_and_policies({HELM_WEIGHT: "4", HELM_POLICY: "hook-failed"}) == (4, ("HookFailed",))
    assert wave_and_policies({ARGO_WAVE: "1", HELM_WEIGHT: "4", ARGO_POLICY: "HookSucceeded"}) == (
        1,
        ("HookSucceeded",),
    )
    assert wave_and_policies({}) == (0, (BEFORE_CREATION,))


def test_policies_have_a_spelling_for_each_tool() -> None:
    spelled = [spell_policy("HookSucceeded", target) for target in ("argocd", "helm")]
    assert spelled == ["HookSucceeded", "hook-succeeded"]
