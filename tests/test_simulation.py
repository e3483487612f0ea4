"""Each rule of the imaginary cluster, with the sentence of the sources that it follows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from postrenderer.simulation import play, revisions
from postrenderer.simulation.scenarios import AFTER_DELETION, MIGRATING, SCENARIOS, Operation, Scenario

from .given import HELM_PRE, PRE_SYNC, SYNC_FAIL, account, app, config_map, job, reads, release, secret, thing, wave

if TYPE_CHECKING:
    from postrenderer.hooks import Target
    from postrenderer.simulation.events import Played

POLICY = "argocd.argoproj.io/hook-delete-policy"
HELM_POLICY = "helm.sh/hook-delete-policy"
OWN = f"{PRE_SYNC}, {wave(-1)}"


def sync(revision: str = "now", **more: Any) -> Operation:
    return Operation("sync", revision, **more)  # type: ignore[arg-type]


def upgrade(revision: str = "now", **more: Any) -> Operation:
    return Operation("upgrade", revision, **more)  # type: ignore[arg-type]


def played(
    text: str, *operations: Operation, target: Target = "argocd", original: str = "", previous: str = ""
) -> Played:
    held = [release(each, target, "ns") if each else None for each in (text, original, previous)]
    assert held[0] is not None
    return play(Scenario("test", "", operations), revisions(held[0], held[1], held[2]), target)


def last(*arguments: Any, **more: Any) -> str:
    """What the last operation does: what is created, deleted and so on, in order."""
    words = {"created": "+", "deleted": "-", "finished": "finished ", "failed": "failed ", "refused": "refused "}
    words |= {"waits": "waits ", "misses": "misses by ", "loses": "loses by "}
    events = played(*arguments, **more).outcomes[-1].events
    told = [words[event.change] + event.object.partition("/")[2] for event in events if event.change in words]
    return " ".join(told)


def policy(*words: str) -> str:
    return f'{POLICY}: "{",".join(words)}"'


GOES = f"{OWN}, {policy('HookSucceeded')}"
GENERATED = job("x", PRE_SYNC, reads()).replace("name: x", "generateName: x-")

# The sentence, what is applied, and what is done; the last operation is looked at.
ARGOCD: dict[str, tuple[str, tuple[Operation, ...], str]] = {
    # sync_tasks.go, Less: phase, wave, kind, name
    "phases and waves come in order, and kinds within them": (
        job("b", f"{PRE_SYNC}, {wave(1)}", reads()) + job("a", pod=reads()) + app(pod=reads()) + secret("z", PRE_SYNC),
        (sync(),),
        "+z +a finished a +b finished b +app",
    ),
    # sync_context.go, Sync: "or (b) there are any running hooks, then wait..."
    "a hook is waited for before anything of the next wave is made": (
        job("a", PRE_SYNC, reads()) + secret("after"), (sync(),), "+a finished a +after",
    ),
    # argocd-observed 1: the Job waits for a Secret that Sync would bring
    "a hook that misses what it reads holds the sync until somebody terminates it": (
        secret() + job(), (sync(),), "+migrate misses by migrate waits migrate -migrate",
    ),
    "a deadline ends what waits": (
        secret() + job(pod=reads("db")).replace("spec: {", "spec: {activeDeadlineSeconds: 9, ", 1), (sync(),),
        "+migrate misses by migrate failed migrate",
    ),
    # delete_policy.go: "if len(policies) == 0 { policies = append(policies, BeforeHookCreation) }"
    "without a policy a hook is deleted before it is made again": (
        secret("own", OWN), (sync(), sync()), "-own +own",
    ),
    # sync_context.go, runTasks: "if there is anything that needs deleting, we are at best now in pending"
    "all that a wave deletes goes before anything of it is made": (
        secret("own", PRE_SYNC) + config_map("own", PRE_SYNC), (sync(), sync()), "-own -own +own +own",
    ),
    "between deletion and creation a terminated sync leaves nothing": (
        secret("own", OWN) + app(pod=reads("own")), (sync(), sync(ended=AFTER_DELETION)),
        "-own loses by app misses by app",
    ),
    # sync_context.go: "it is the last phase/wave and the only running tasks are non-hooks … successful EVEN if …"
    "HookSucceeded strikes when the last wave is applied": (
        secret("own", GOES) + app(pod=reads("own")), (sync(),), "+own +app -own loses by app misses by app",
    ),
    "HookSucceeded waits for the hooks of the last wave": (
        secret("own", GOES) + job("after", "argocd.argoproj.io/hook: PostSync", reads("own")), (sync(),),
        "+own +after finished after -own",
    ),
    "HookSucceeded does nothing where the operation fails": (
        secret("own", GOES) + job(pod=reads("own")), (sync(migration="fails"),), "+own +migrate failed migrate",
    ),
    # sync_context.go: deleteHooks(hooksPendingDeletionFailed), then executeSyncFailPhase
    "HookFailed strikes before the hooks of SyncFail start": (
        secret("own", f"{OWN}, {policy('HookFailed')}") + job(pod=reads()) + job("sorry", SYNC_FAIL, reads("own")),
        (sync(migration="fails"),), "+own +migrate failed migrate -own +sorry misses by sorry waits sorry -sorry",
    ),
    "HookFailed removes hooks of SyncFail once they have run": (
        job(pod=reads()) + job("sorry", f"{SYNC_FAIL}, {policy('HookFailed')}", reads()),
        (sync(migration="fails"),), "+migrate failed migrate +sorry finished sorry -sorry",
    ),
    # argocd.md 2.4: "kubectl apply on the finished Job: identical spec = unchanged"
    "a Job without BeforeHookCreation that failed fails again without running": (
        job(annotations=f"{PRE_SYNC}, {policy('HookSucceeded')}", pod=reads()), (sync(migration="fails"), sync()), "",
    ),
    "a Job that has changed and may not be deleted is refused": (
        job(annotations=f"{PRE_SYNC}, {policy('HookSucceeded')}", pod=reads()),
        (sync(migration="fails"), sync("fixed")), "refused migrate",
    ),
    # sync_context.go, terminateHooksPreemptively
    "termination deletes what runs and leaves the rest": (
        secret("own", OWN) + job(pod=reads("own")), (sync(ended=MIGRATING),), "+own +migrate -migrate",
    ),
    # state.go, NormalizeTargetObjects: "Only keep the last target object"
    "of one identity the last counts: the hook": (
        secret() + app() + secret(annotations=OWN), (sync(),), "+db +app",
    ),
    "of one identity the last counts: the ordinary one": (
        secret(annotations=OWN) + secret() + job(), (sync(),), "+migrate misses by migrate waits migrate -migrate",
    ),
    # ignore.go: IsHook without a valid type
    "an unknown word is never applied": (
        secret("lost", "argocd.argoproj.io/hook: Presync") + config_map(), (sync(),), "+config",
    ),
    # controller/sync.go: skipHooks; a selective sync has no hooks
    "self-heal brings back an ordinary object and runs no hooks": (
        secret() + app() + job(pod=reads()), (sync(), Operation("heal", is_automated=True)), "-db +db",
    ),
    "self-heal does not see that a hook is gone": (
        secret(annotations=OWN) + app(), (sync(), Operation("heal", is_automated=True)), "-db misses by app",
    ),
    # appcontroller.go, autoSync: hooks do not count
    "an application of hooks only is not synced by itself": (
        job(pod=reads()), (sync(is_automated=True),), "",
    ),
    # appcontroller.go, autoSync: "failed previous sync attempt to %s and will not retry"
    "self-heal does nothing after a sync that failed": (
        secret() + app() + job(pod=reads()),
        (sync("previous"), sync(migration="fails"), Operation("heal", is_automated=True)), "-db misses by app",
    ),
    # appcontroller.go, processRequestedAppOperation: SyncResult = nil
    "a retry runs all hooks again": (
        secret("own", OWN) + job(pod=reads("own")) + config_map(), (sync(migration="fails", retries=1),),
        "+own +migrate failed migrate -own +own -migrate +migrate failed migrate",
    ),
    # sync_context.go, getSyncTasks: the name of a generated one holds revision, phase and start
    "a generated name is new in each sync": (
        GENERATED, (sync(), sync()), "+x-1-presync finished x-1-presync",
    ),
    "a generated name is the same in a retry": (
        GENERATED + config_map(), (sync(migration="fails", retries=1),),
        "+x-0-presync failed x-0-presync -x-0-presync +x-0-presync failed x-0-presync",
    ),
    "a hook of two phases is made in both": (
        secret("own", "argocd.argoproj.io/hook: 'PreSync,PostSync'"), (sync(),), "+own -own +own",
    ),
}  # fmt: skip


@pytest.mark.parametrize("rule", ARGOCD)
def test_argo_cd(rule: str) -> None:
    text, operations, expected = ARGOCD[rule]
    assert last(text, *operations) == expected


def test_what_a_release_no_longer_names_is_pruned_unless_a_hook_is_live() -> None:
    before = secret("gone") + secret("hook", OWN) + config_map()
    assert last(config_map(), sync("previous"), sync(), previous=before) == "-gone"


@pytest.mark.parametrize(
    ("word", "expected"),
    [("Presync", "-was"), ("PostDelete", "-was"), ("Skip", "")],
)
def test_a_live_ordinary_object_is_pruned_when_its_word_is_unknown(word: str, expected: str) -> None:
    """argocd-observed 11."""
    now = secret("was", f"argocd.argoproj.io/hook: {word}") + config_map()
    assert last(now, sync("previous"), sync(), previous=secret("was") + config_map()) == expected


def test_waves_of_what_is_pruned_are_mirrored() -> None:
    before = secret("early", wave(-1)) + secret("late", wave(1)) + config_map()
    assert last(config_map(), sync("previous"), sync(), previous=before) == "-late -early"


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("", "-db loses by app +db"),
        ("HookSucceeded", "-db loses by app misses by app"),
        ("HookFailed", ""),
    ],
)
def test_an_ordinary_object_that_becomes_a_hook(words: str, expected: str) -> None:
    """argocd-observed 16."""
    now = secret(annotations=f"{OWN}{f', {policy(words)}' if words else ''}") + app()
    assert last(now, sync("previous"), sync(), previous=secret() + app()) == expected


def test_a_hook_that_becomes_ordinary_is_not_deleted() -> None:
    """argocd-observed, adoption."""
    result = played(secret() + app(), sync("previous"), sync(), previous=secret(annotations=OWN) + app())
    assert [(event.change, event.object) for event in result.outcomes[-1].events] == [("changed", "Secret/db")]


def test_hidden_differences_start_no_automated_sync() -> None:
    """controller/state.go: a live hook is not compared."""
    result = played(
        secret() + app(), sync("previous"), sync(is_automated=True), previous=secret(annotations=OWN) + app()
    )
    assert result.outcomes[-1].state.startswith("not started")


def weighted(number: int, event: str = "pre-install,pre-upgrade", words: str = "") -> str:
    said = f'helm.sh/hook: "{event}", helm.sh/hook-weight: "{number}"'
    return said + (f', {HELM_POLICY}: "{words}"' if words else "")


SUCCEEDED = "before-hook-creation,hook-succeeded"
OWN_COPY = secret("own", weighted(-5, words=SUCCEEDED))
HELM: dict[str, tuple[str, tuple[Operation, ...], str]] = {
    # pkg/action/hooks.go, hookByWeight: weight, then name
    "hooks come by weight, then by name": (
        job("a", HELM_PRE, reads("zz")) + secret("zz", HELM_PRE), (upgrade(),), "+a misses by a waits a",
    ),
    "each hook is waited for": (
        job("a", weighted(1), reads()) + job("b", weighted(0), reads()) + config_map(),
        (upgrade(),), "+b finished b +a finished a +config",
    ),
    # execHookWithDelayedShutdown: "If all hooks are successful …", backwards
    "hook-succeeded strikes after all hooks of the event, backwards, before the release": (
        OWN_COPY + config_map("own", weighted(-4, words=SUCCEEDED)) + job("a", weighted(0), reads()) + config_map(),
        (upgrade(),), "+own +own +a finished a -own -own +config",
    ),
    "before-hook-creation is the default": (secret("own", HELM_PRE), (upgrade(), upgrade()), "-own +own"),
    "words that nobody knows leave a hook without a policy": (
        secret("own", weighted(0, words="bogus")), (upgrade(), upgrade()), "",
    ),
    # "check the annotation of the previous successful hooks"
    "a failure deletes those that succeeded before": (
        OWN_COPY + job("a", weighted(0), reads("own")),
        (upgrade(migration="fails"),), "+own +a failed a -own",
    ),
    "hook-failed is for the hook that failed": (
        secret("own", weighted(-5, words="hook-failed")) + job("a", weighted(0, words="hook-failed"), reads("own")),
        (upgrade(migration="fails"),), "+own +a failed a -a",
    ),
    "after a time-out the Job goes on without what it reads": (
        OWN_COPY + job("a", weighted(0), reads("own")),
        (upgrade(migration="lasts"),), "+own +a -own loses by a misses by a",
    ),
    # upgrade.go, handleContext: the context is cancelled
    "an interruption deletes nothing": (
        OWN_COPY + job("a", weighted(0), reads("own")), (upgrade(ended=MIGRATING),), "+own +a finished a",
    ),
    "after a failed first install Helm upgrades": (
        secret("once", weighted(0, "pre-install")) + job("a", weighted(1), reads()) + config_map(),
        (upgrade(migration="fails"), upgrade("fixed")), "-a +a finished a +config",
    ),
    "a first install that is undone leaves hooks": (
        job("a", weighted(1), reads()) + config_map(), (upgrade(migration="fails", undoes=True), upgrade("fixed")),
        "-a +a finished a +config",
    ),
    "an upgrade that is undone keeps what was deployed": (
        job("a", weighted(1), reads()) + config_map(), (upgrade("previous"), upgrade(migration="fails", undoes=True)),
        "-a +a failed a",
    ),
    "a name is needed": (
        job("x", HELM_PRE, reads()).replace("name: x", "generateName: x-"), (upgrade(),), "refused ",
    ),
    "a definition that is a hook is never deleted": (
        thing("CustomResourceDefinition", "a.b", HELM_PRE, "spec: {}", "apiextensions.k8s.io/v1"),
        (upgrade(), upgrade()), "",
    ),
    "tests are not run": (job("a", "helm.sh/hook: test", reads()) + account(), (upgrade(),), "+app"),
}  # fmt: skip


@pytest.mark.parametrize("rule", HELM)
def test_helm(rule: str) -> None:
    text, operations, expected = HELM[rule]
    assert last(text, *operations, target="helm") == expected


HOOKED, FREE = secret(annotations=HELM_PRE) + app(), secret() + app()
ADOPT = Operation("adopt")


def test_what_becomes_ordinary_has_to_be_given_to_the_release() -> None:
    """helm-observed 7."""
    result = played(FREE, upgrade("original"), upgrade(), ADOPT, upgrade(), target="helm", original=HOOKED)
    assert [outcome.state for outcome in result.outcomes] == [
        "deployed",
        "refused: nothing is done and nothing recorded",
        "done",
        "deployed",
    ]
    assert result.broken == ()


def test_a_rollback_over_the_adoption_keeps_what_the_live_object_says() -> None:
    """helm-observed 2.1: `keep` on the live object survives the rollback."""
    back = Operation("rollback", "original")
    assert last(FREE, upgrade("original"), ADOPT, upgrade(), back, target="helm", original=HOOKED) == ""


def test_an_ordinary_object_that_becomes_a_hook_of_helm_is_lost() -> None:
    """helm-observed 8: deleted, made, and pruned as gone from the manifest."""
    told = last(HOOKED, upgrade("original"), upgrade(), target="helm", original=FREE)
    assert told == "-db loses by app +db -db loses by app misses by app"


@pytest.mark.parametrize("target", SCENARIOS)
def test_scenarios_have_names_of_their_own(target: Target) -> None:
    names = [scenario.name for scenario in SCENARIOS[target]]
    assert len(names) == len(set(names))
