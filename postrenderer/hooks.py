"""What a hook means, and its two spellings.

Sources: Argo CD 3.6.1 gitops-engine/pkg/sync/{hook,hook/helm,syncwaves,common/types.go} and controller/hook.go;
Helm 4.3.0 pkg/release/v1/util/manifest_sorter.go and pkg/release/v1/hook.go (tests/upstream holds the words).
"""

import re
from collections.abc import Iterable, Mapping
from enum import Enum
from typing import Literal, NamedTuple

Target = Literal["argocd", "helm"]


class Vocabulary(NamedTuple):
    """The annotations in which one tool spells hooks."""

    tool: str
    hook: str
    wave: str
    policy: str
    others: tuple[str, ...] = ()

    @property
    def keys(self) -> tuple[str, ...]:
        return self.hook, self.wave, self.policy


ARGOCD = Vocabulary(
    "Argo CD", "argocd.argoproj.io/hook", "argocd.argoproj.io/sync-wave", "argocd.argoproj.io/hook-delete-policy"
)
HELM = Vocabulary(
    "Helm", "helm.sh/hook", "helm.sh/hook-weight", "helm.sh/hook-delete-policy", ("helm.sh/hook-output-log-policy",)
)
VOCABULARIES: dict[Target, Vocabulary] = {"argocd": ARGOCD, "helm": HELM}
HOOK_KEYS = frozenset((*ARGOCD.keys, *HELM.keys, *HELM.others))

SYNC_PHASES = ("PreSync", "Sync", "PostSync", "SyncFail")
DELETE_PHASES = ("PreDelete", "PostDelete")
SKIP = "Skip"
EVENT_PHASES = {  # what Argo CD 3.3 and later makes of Helm's events
    "pre-install": "PreSync",
    "pre-upgrade": "PreSync",
    "post-install": "PostSync",
    "post-upgrade": "PostSync",
    "pre-delete": "PreDelete",
    "post-delete": "PostDelete",
}
PHASE_EVENTS = {  # and the way back; Sync, SyncFail and Skip have no event
    "PreSync": ("pre-install", "pre-upgrade"),
    "PostSync": ("post-install", "post-upgrade"),
    "PreDelete": ("pre-delete",),
    "PostDelete": ("post-delete",),
}
UNRUN_BY_ARGOCD = ("pre-rollback", "post-rollback", "test", "test-success")
EVENTS = (*EVENT_PHASES, *UNRUN_BY_ARGOCD)
NOT_A_HOOK = "crd-install"  # as the whole of Helm's annotation, to Argo CD only
POLICIES = {  # Helm's word and Argo CD's
    "before-hook-creation": "BeforeHookCreation",
    "hook-succeeded": "HookSucceeded",
    "hook-failed": "HookFailed",
}
BEFORE_CREATION, SUCCEEDED, FAILED = POLICIES.values()
PRE_SYNC: dict[Target, tuple[str, ...]] = {"argocd": ("PreSync",), "helm": PHASE_EVENTS["PreSync"]}

_NUMBER = re.compile(r"[+-]?[0-9]{1,19}\Z")  # Go's strconv.Atoi: no white space


class Standing(Enum):
    """What the target makes of an object."""

    ORDINARY = "ordinary"
    HOOK = "hook"
    SKIPPED = "skipped"  # Argo CD's Skip: never applied, never pruned
    UNRUN = "unrun"  # a hook whose only words the target does not run
    UNKNOWN = "unknown"  # dropped without a word


class Meaning(NamedTuple):
    """When the target runs an object, in the target's own words: phases and wave, or events and weight."""

    standing: Standing
    words: tuple[str, ...] = ()
    wave: int = 0
    policies: tuple[str, ...] = ()  # in Argo CD's spelling, for both

    @property
    def is_hook(self) -> bool:
        return self.standing is Standing.HOOK


def words(annotations: Mapping[str, str], key: str) -> tuple[str, ...]:
    """A comma list as both tools split it, without empty and repeated words."""
    return tuple(dict.fromkeys(word for part in annotations.get(key, "").split(",") if (word := part.strip())))


def read(annotations: Mapping[str, str], target: Target) -> Meaning:
    return _read_as_argocd(annotations) if target == "argocd" else _read_as_helm(annotations)


def phases(annotations: Mapping[str, str]) -> tuple[str, ...]:
    """Phases of Argo CD's own annotation; where none is valid, those it gives to Helm's events."""
    own = _own_phases(annotations)
    if own or SKIP in words(annotations, ARGOCD.hook):
        return own
    return _ordered(SYNC_PHASES, (EVENT_PHASES.get(event, "") for event in words(annotations, HELM.hook)))


def events(annotations: Mapping[str, str]) -> tuple[str, ...]:
    """Helm's events; empty where one unknown or empty word makes Helm drop the object."""
    found = tuple(word.strip().lower() for word in annotations.get(HELM.hook, "").split(","))
    return tuple(dict.fromkeys(found)) if all(word in EVENTS for word in found) else ()


def unknown_words(annotations: Mapping[str, str], vocabulary: Vocabulary) -> tuple[str, ...]:
    if vocabulary is ARGOCD:
        known: tuple[str, ...] = (*SYNC_PHASES, *DELETE_PHASES, SKIP)
        return tuple(word for word in words(annotations, ARGOCD.hook) if word not in known)
    return tuple(word for word in words(annotations, HELM.hook) if word.lower() not in EVENTS)


def known_policies(annotations: Mapping[str, str], vocabulary: Vocabulary, target: Target) -> tuple[str, ...]:
    """The delete policies of one annotation that the target heeds, in Argo CD's spelling."""
    found = [_heard(word, vocabulary, target) for word in words(annotations, vocabulary.policy)]
    spelled = found if vocabulary is ARGOCD else [POLICIES.get(word, "") for word in found]
    return _ordered(tuple(POLICIES.values()), spelled)


def _heard(word: str, vocabulary: Vocabulary, target: Target) -> str:
    """Helm folds the case of its own words, Argo CD of none."""
    return word.lower() if vocabulary is HELM and target == "helm" else word


def unknown_policies(annotations: Mapping[str, str], vocabulary: Vocabulary, target: Target) -> tuple[str, ...]:
    known = tuple(POLICIES.values()) if vocabulary is ARGOCD else tuple(POLICIES)
    listed = words(annotations, vocabulary.policy)
    return tuple(word for word in listed if _heard(word, vocabulary, target) not in known)


def write(meaning: Meaning, target: Target) -> dict[str, str]:
    """The meaning's annotations in the target's vocabulary; its words are the target's already."""
    vocabulary = VOCABULARIES[target]
    spelled = {vocabulary.hook: ",".join(meaning.words)}
    if meaning.wave:
        spelled[vocabulary.wave] = str(meaning.wave)
    if meaning.policies:
        spelled[vocabulary.policy] = ",".join(spell_policy(policy, target) for policy in meaning.policies)
    return spelled


def spell_policy(policy: str, target: Target) -> str:
    return policy if target == "argocd" else next(word for word, argo in POLICIES.items() if argo == policy)


def wave_and_policies(annotations: Mapping[str, str]) -> tuple[int, tuple[str, ...]]:
    """What an object without hook words says of its order and deletion, in either vocabulary."""
    return _wave(annotations), _union(annotations)


def _read_as_argocd(annotations: Mapping[str, str]) -> Meaning:
    own = ARGOCD.hook in annotations
    if not own and annotations.get(HELM.hook, NOT_A_HOOK) == NOT_A_HOOK:
        return Meaning(Standing.ORDINARY, wave=_wave(annotations))
    listed = words(annotations, ARGOCD.hook)
    found = (*phases(annotations), *_delete_phases(annotations))
    if found:
        return Meaning(Standing.HOOK, found, _wave(annotations), _union(annotations))
    if own and SKIP in listed:
        return Meaning(Standing.SKIPPED)
    unrun = [word for word in words(annotations, HELM.hook) if word in UNRUN_BY_ARGOCD]
    return Meaning(Standing.UNRUN if unrun and not own else Standing.UNKNOWN)


def _read_as_helm(annotations: Mapping[str, str]) -> Meaning:
    found = events(annotations)
    if found:
        asked = HELM.policy in annotations  # an empty or useless list has no default either
        policies = known_policies(annotations, HELM, "helm") if asked else (BEFORE_CREATION,)
        return Meaning(Standing.HOOK, found, number(annotations.get(HELM.wave, "")) or 0, policies)
    if HELM.hook not in annotations and ARGOCD.hook not in annotations:
        return Meaning(Standing.ORDINARY)
    wanted = (*_own_phases(annotations), *_delete_phases(annotations))
    mapped = tuple(event for phase in wanted for event in PHASE_EVENTS.get(phase, ()))
    if mapped:
        return Meaning(Standing.HOOK, mapped, _wave(annotations), _union(annotations))
    if wanted or SKIP in words(annotations, ARGOCD.hook):
        return Meaning(Standing.UNRUN)
    return Meaning(Standing.UNKNOWN)


def _own_phases(annotations: Mapping[str, str]) -> tuple[str, ...]:
    return _ordered(SYNC_PHASES, words(annotations, ARGOCD.hook))


def _delete_phases(annotations: Mapping[str, str]) -> tuple[str, ...]:
    """Argo CD's controller scans both annotations, whatever else they hold (controller/hook.go)."""
    helm = (EVENT_PHASES.get(event, "") for event in words(annotations, HELM.hook))
    return _ordered(DELETE_PHASES, (*words(annotations, ARGOCD.hook), *helm))


def _union(annotations: Mapping[str, str]) -> tuple[str, ...]:
    found = (*known_policies(annotations, ARGOCD, "argocd"), *known_policies(annotations, HELM, "argocd"))
    return _ordered(tuple(POLICIES.values()), found) or (BEFORE_CREATION,)


def _wave(annotations: Mapping[str, str]) -> int:
    own = number(annotations.get(ARGOCD.wave, ""))
    return own if own is not None else number(annotations.get(HELM.wave, "")) or 0


def number(written: str) -> int | None:
    return int(written) if _NUMBER.match(written) and -(2**63) <= int(written) < 2**63 else None


def _ordered(known: tuple[str, ...], found: Iterable[str]) -> tuple[str, ...]:
    wanted = set(found)
    return tuple(word for word in known if word in wanted)
