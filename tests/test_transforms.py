"""Each transform settles what it names, by the text of the objects it is about and nothing else."""

from __future__ import annotations

from collections import Counter
from operator import attrgetter
from typing import TYPE_CHECKING

import pytest

from postrenderer import pipeline, stream
from postrenderer.rules import RULES, unrunnable_hook
from postrenderer.settings import DEFAULTS, DeletePolicies, Jobs, Roles, Settings
from postrenderer.transforms import TRANSFORMS

from . import given, pages
from .given import (
    BEFORE,
    HELM_4,
    HELM_PRE,
    PRE_SYNC,
    SYNC_FAIL,
    account,
    app,
    binding,
    config_map,
    job,
    left,
    named,
    output,
    reads,
    refusals,
    rendered,
    role,
    secret,
    thing,
    wave,
)

if TYPE_CHECKING:
    from types import ModuleType

SETTLED = [rule for transform in TRANSFORMS for rule in transform.SETTLES]


def test_a_rule_is_settled_by_one_transform_at_most() -> None:
    assert [rule for rule, number in Counter(rule.ID for rule in SETTLED).items() if number > 1] == []
    assert set(SETTLED) <= set(RULES)


# By default a hook that Helm cannot run is refused: leaving it out has to be asked for, and something has to remain.
BESIDE = config_map("beside", HELM_4)
EXAMPLE_SETTINGS = {unrunnable_hook.ID: DEFAULTS._replace(unrunnable="drop")}


@pytest.mark.parametrize("rule", SETTLED, ids=attrgetter("ID"))
def test_what_a_page_shows_is_settled(rule: ModuleType) -> None:
    settings = EXAMPLE_SETTINGS.get(rule.ID, pages.settings_of(rule))
    release = pages.release_of(rule, "Finds", BESIDE)
    result = pipeline.render(release, settings)
    assert [each.settled for each in result.judged if each.finding.rule == rule.ID] == [True] * len(
        list(rule.find(release, settings))
    )
    after = pipeline.read(result.documents, release.target)
    assert rule.ID not in {finding.rule for finding in rule.find(after, settings)}


@pytest.mark.parametrize("rule", SETTLED, ids=attrgetter("ID"))
def test_what_is_settled_says_how(rule: ModuleType) -> None:
    settings = EXAMPLE_SETTINGS.get(rule.ID, pages.settings_of(rule))
    assert [f for f in rule.find(pages.release_of(rule, "Finds"), settings) if not f.fix] == []


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule not in SETTLED], ids=attrgetter("ID"))
def test_what_no_transform_settles_is_left_to_people(rule: ModuleType) -> None:
    result = pages.rendered(rule, "Finds")
    assert {each.settled for each in result.judged if each.finding.rule == rule.ID} == {False}


@pytest.mark.parametrize("rule", RULES, ids=attrgetter("ID"))
@pytest.mark.parametrize("section", ["Finds", "Accepts"])
def test_rendering_an_example_again_changes_nothing(rule: ModuleType, section: str) -> None:
    settings = EXAMPLE_SETTINGS.get(rule.ID, pages.settings_of(rule))
    release = pages.release_of(rule, section, BESIDE)
    first = pipeline.render(release, settings)
    if not first.is_refused:
        again = pipeline.render(pipeline.read(stream.split(first.text), release.target), settings)
        assert again.text == first.text


def annotations(text: str, name: str, target: str = "argocd", settings: Settings = DEFAULTS) -> dict[str, str]:
    return named(output(text, target, settings), name).annotations


# First law: what is right is not touched.

RIGHT = {
    "PreSync, with its delete policy": job(annotations=f"{PRE_SYNC}, {BEFORE}", pod=reads()),
    "PreSync, with Argo CD's default": job(pod=reads()),
    "several phases and a wave": job(annotations=f'argocd.argoproj.io/hook: "PreSync,Sync", {wave(3)}', pod=reads()),
    "a test of Helm": job(annotations="helm.sh/hook: test, helm.sh/hook-weight: '1'", pod=reads()),
    "a rollback of Helm": job(annotations="helm.sh/hook: post-rollback", pod=reads()),
    "skipped": job(annotations="argocd.argoproj.io/hook: Skip", pod=reads()),
    "never a hook": job(annotations='presync/hook: "false"', source="app/templates/presync/job.yaml"),
    "ordinary": job(annotations="") + app() + secret(),
    "a definition for Helm": thing("X", "x", "helm.sh/hook: crd-install"),
    "a folder of another name": job(annotations="", source="app/templates/presync-old/job.yaml"),
    "a folder deeper down": job(annotations="", source="app/templates/x/templates/presync/job.yaml"),
    "a folder beside templates": job(annotations="", source="app/presync/job.yaml"),
}
RIGHT_FOR_HELM = {
    "pre-upgrade alone": job(annotations=f"helm.sh/hook: pre-upgrade, {HELM_4}", pod=reads()),
    "weight and policies": job(
        annotations=f'helm.sh/hook: "Pre-Install, pre-upgrade", helm.sh/hook-weight: "-5", '
        f'helm.sh/hook-delete-policy: "before-hook-creation,hook-succeeded", {HELM_4}',
        pod=reads(),
    ),
    "a test": job(annotations=f"helm.sh/hook: test, {HELM_4}", pod=reads()),
    "another log policy": job(
        annotations=f"helm.sh/hook: pre-install, helm.sh/hook-output-log-policy: hook-failed, {HELM_4}", pod=reads()
    ),
}


@pytest.mark.parametrize("text", RIGHT.values(), ids=RIGHT)
def test_what_is_right_for_argo_cd_is_not_touched(text: str) -> None:
    assert rendered(text).text == text


@pytest.mark.parametrize("text", RIGHT_FOR_HELM.values(), ids=RIGHT_FOR_HELM)
def test_what_is_right_for_helm_is_not_touched(text: str) -> None:
    assert rendered(text, "helm").text == text


# mark_presync

MARKED = {
    "the folder": job(annotations="", pod=reads(), source="app/templates/presync/job.yaml"),
    "a file deeper in the folder": job(annotations="", pod=reads(), source="app/templates/presync/db/job.yaml"),
    "a subchart's folder": job(annotations="", pod=reads(), source="app/charts/db/templates/presync/job.yaml"),
    "a subchart of a subchart": job(annotations="", pod=reads(), source="a/charts/b/charts/c/templates/presync/j.yaml"),
    "the annotation": job(annotations="presync/phase: PreSync", pod=reads()),
}


@pytest.mark.parametrize("text", MARKED.values(), ids=MARKED)
def test_what_is_marked_becomes_a_hook(text: str) -> None:
    found = annotations(text, "Job/migrate")
    assert found["argocd.argoproj.io/hook"] == "PreSync"
    assert found["argocd.argoproj.io/hook-delete-policy"] == "BeforeHookCreation"


def test_what_is_marked_for_helm_becomes_helm_s_hook() -> None:
    text = job(annotations=HELM_4.replace("all.yaml", "presync/job.yaml"), pod=reads())
    found = annotations(text, "Job/migrate", "helm")
    assert found["helm.sh/hook"] == "pre-install,pre-upgrade"
    assert found["helm.sh/hook-delete-policy"] == "before-hook-creation"
    assert not [key for key in found if key.startswith("argocd")]


def test_an_object_that_only_holds_data_gets_no_delete_policy() -> None:
    found = annotations(config_map(source="app/templates/presync/c.yaml"), "ConfigMap/config")
    assert found == {"argocd.argoproj.io/hook": "PreSync"}


def test_what_is_marked_keeps_the_wave_it_has_in_either_vocabulary() -> None:
    text = job(annotations='helm.sh/hook-weight: "-3"', pod=reads(), source="app/templates/presync/job.yaml")
    found = annotations(text, "Job/migrate")
    assert found["argocd.argoproj.io/sync-wave"] == "-3"
    assert "helm.sh/hook-weight" not in found


def test_what_says_otherwise_is_told_and_not_overruled() -> None:
    text = job(annotations="argocd.argoproj.io/hook: PostSync", pod=reads(), source="app/templates/presync/job.yaml")
    assert rendered(text + app()).text == text + app()
    assert left(text + app()) == ["words-disagree"]


def test_the_folder_can_be_another() -> None:
    text = job(annotations="", pod=reads(), source="app/db/migrate/job.yaml")
    assert annotations(text, "Job/migrate", settings=DEFAULTS._replace(folder="db/migrate/")) != {}


# split_shared


def test_a_copied_secret_arrives_before_its_reader() -> None:
    held = output(secret() + app() + job())
    copy, migrate = named(held, "Secret/db-presync"), named(held, "Job/migrate")
    assert held.meaning(copy).wave < held.meaning(migrate).wave
    assert held.is_pre_sync(copy)
    assert [reference.name for reference in held.references(migrate)] == ["db-presync"]


def test_the_original_and_its_ordinary_readers_keep_their_text() -> None:
    before = secret() + app() + job()
    after = rendered(before).text
    assert secret() in after
    assert app() in after


def test_all_that_a_hook_names_is_rewritten_and_its_text_is_not() -> None:
    pod = "initContainers: [{name: i, env: [{name: A, valueFrom: {secretKeyRef: {name: db, key: db}}}]}], "
    pod += reads("db", pod="volumes: [{name: db, secret: {secretName: db}}]").replace("image: i", "args: [db]")
    held = output(secret() + job(pod=pod))
    migrate = named(held, "Job/migrate")
    assert {reference.name for reference in held.references(migrate)} == {"db-presync"}
    assert "key: db}" in migrate.document.text
    assert "args: [db]" in migrate.document.text
    assert "volumes: [{name: db," in migrate.document.text


def test_a_hook_that_the_application_reads_becomes_ordinary_and_is_copied() -> None:
    held = output(secret(annotations=f"team: a, {PRE_SYNC}, {BEFORE}") + app() + job())
    original = named(held, "Secret/db")
    assert original.annotations == {"team": "a", "presync/hook": "false"}
    assert held.is_pre_sync(named(held, "Secret/db-presync"))


def test_a_hook_that_a_release_of_helm_reads_is_kept_by_it() -> None:
    shared = secret("a", annotations=f"{HELM_PRE}, {HELM_4}") + app(pod=reads("a"), annotations=HELM_4)
    held = output(shared + job("b", f"{HELM_PRE}, {HELM_4}", reads("a")), "helm")
    found = named(held, "Secret/a").annotations
    assert (found["helm.sh/resource-policy"], found["presync/hook"]) == ("keep", "false")
    assert "helm.sh/hook" not in found


def test_what_was_made_ordinary_comes_no_later_than_its_readers() -> None:
    held = output(secret(annotations=PRE_SYNC) + app(annotations=wave(-5)))
    assert held.meaning(named(held, "Secret/db")).wave <= -5


def test_of_two_objects_of_one_identity_the_hook_gets_another_name() -> None:
    twin = account(annotations=PRE_SYNC)
    held = output(account() + app(pod="serviceAccountName: app") + twin + job(pod="serviceAccountName: app"))
    assert given.names(held.manifests) == [
        "ServiceAccount/app",
        "Deployment/app",
        "ServiceAccount/app-presync",
        "Job/migrate",
    ]
    assert [reference.name for reference in held.references(named(held, "Job/migrate"))] == ["app-presync"]


def test_what_comes_too_late_among_hooks_is_moved() -> None:
    held = output(secret(annotations=f"{PRE_SYNC}, {wave(2)}") + job(annotations=f"{PRE_SYNC}, {wave(1)}"))
    assert held.meaning(named(held, "Secret/db")).wave == 0
    assert given.names(held.manifests) == ["Secret/db", "Job/migrate"]


def test_in_helm_what_is_too_late_by_its_name_is_moved() -> None:
    text = secret("z", annotations=f"{HELM_PRE}, {HELM_4}") + job("a", f"{HELM_PRE}, {HELM_4}", reads("z"))
    found = annotations(text, "Secret/z", "helm")
    assert found["helm.sh/hook-weight"] == "-1"


def test_the_account_of_a_hook_is_copied_with_its_rights() -> None:
    text = account() + role() + binding() + binding("other", accounts="x") + app(pod="serviceAccountName: app")
    held = output(text + job(pod="serviceAccountName: app"))
    copied = [str(manifest) for manifest in held.manifests if manifest.is_copy]
    assert copied == ["ServiceAccount/app-presync", "Role/app-presync", "RoleBinding/app-presync"]
    granted = held.granting(named(held, "ServiceAccount/app-presync"))
    assert [reference.name for found in granted for reference in held.references(found)] == ["app-presync"]


def test_a_copy_in_a_list_is_the_next_item() -> None:
    items = "- {apiVersion: v1, kind: Secret, metadata: {name: db}, data: {a: b}}\n"
    held = output(f"apiVersion: v1\nkind: List\nitems:\n{items}" + job())
    assert [(str(manifest), manifest.item) for manifest in held.manifests] == [
        ("Secret/db", 0),
        ("Secret/db-presync", 1),
        ("Job/migrate", None),
    ]


def test_an_item_with_an_anchor_is_rendered_or_refused_and_never_a_fault() -> None:
    items = "- {apiVersion: v1, kind: Secret, metadata: {name: db}, data: &d {a: b}}\n"
    items += "- {apiVersion: v1, kind: Secret, metadata: {name: other}, data: *d}\n"
    result = rendered(f"apiVersion: v1\nkind: List\nitems:\n{items}" + job())
    assert result.is_refused or "db-presync" in result.text


def test_an_item_that_shares_its_pod_with_another_is_not_rewritten() -> None:
    """The other one would read the copy too."""
    items = f"- {{apiVersion: batch/v1, kind: Job, metadata: {{name: m, annotations: {{{PRE_SYNC}}}}}, "
    items += f"spec: &s {{template: {{spec: {{{reads('db')}}}}}}}}}\n"
    items += "- {apiVersion: apps/v1, kind: Deployment, metadata: {name: app}, spec: *s}\n"
    text = secret() + f"---\napiVersion: v1\nkind: List\nitems:\n{items}"
    assert [finding.rule for finding in refusals(text)] == ["copy-refused"]


def test_what_reads_a_copy_by_text_is_told() -> None:
    """Free text is never rewritten."""
    pod = reads("db").replace("image: i", "args: [--secret=db]")
    assert left(secret() + job(pod=pod)) == ["old-name-in-text"]


# enforce_delete_policies

POLICIES = {
    "missing": ("HookSucceeded", "BeforeHookCreation,HookSucceeded"),
    "in the wrong case": ("hookSucceeded", "BeforeHookCreation"),
    "of Helm": ("before-hook-creation", "BeforeHookCreation"),
    "unknown beside known": ("BeforeHookCreation,bogus", "BeforeHookCreation"),
    "right": ("HookSucceeded,BeforeHookCreation", "HookSucceeded,BeforeHookCreation"),
}


@pytest.mark.parametrize(("written", "wanted"), POLICIES.values(), ids=POLICIES)
def test_a_workload_can_run_again(written: str, wanted: str) -> None:
    text = job(annotations=f'{PRE_SYNC}, argocd.argoproj.io/hook-delete-policy: "{written}"', pod=reads())
    assert annotations(text, "Job/migrate")["argocd.argoproj.io/hook-delete-policy"] == wanted


def test_in_helm_a_missing_policy_that_blocks_the_next_upgrade_is_added() -> None:
    text = job(annotations=f"{HELM_PRE}, helm.sh/hook-delete-policy: hook-succeeded, {HELM_4}", pod=reads())
    assert (
        annotations(text, "Job/migrate", "helm")["helm.sh/hook-delete-policy"] == "before-hook-creation,hook-succeeded"
    )


def test_an_object_that_runs_nothing_gets_no_policy() -> None:
    text = secret(annotations=f"{PRE_SYNC}, argocd.argoproj.io/hook-delete-policy: HookSucceeded")
    assert rendered(text).text == text


def test_the_settings_decide_by_role() -> None:
    roles = Roles(workloads=DeletePolicies(must=("HookSucceeded",), must_not=("HookFailed",)))
    text = job(annotations=f'{PRE_SYNC}, argocd.argoproj.io/hook-delete-policy: "HookFailed"', pod=reads())
    found = annotations(text, "Job/migrate", settings=DEFAULTS._replace(delete_policies=roles))
    assert found["argocd.argoproj.io/hook-delete-policy"] == "HookSucceeded"


def test_hook_jobs_get_the_limits_of_the_settings_and_only_where_they_have_none() -> None:
    settings = DEFAULTS._replace(jobs=Jobs(active_deadline_seconds=600, backoff_limit=0))
    text = thing("Job", "a", PRE_SYNC, "spec:\n  backoffLimit: 3\n  template: {}", "batch/v1")
    text += thing("Job", "b", "", "spec:\n  template: {}", "batch/v1")
    after = rendered(text, settings=settings).text
    assert after == text.replace("spec:\n  backoffLimit: 3", "spec:\n  activeDeadlineSeconds: 600\n  backoffLimit: 3")


# rewrite_hooks

SPELLED = {
    "Helm's words": (
        HELM_PRE + ', helm.sh/hook-weight: "-5", helm.sh/hook-delete-policy: "before-hook-creation,hook-succeeded"',
        {"hook": "PreSync", "sync-wave": "-5", "hook-delete-policy": "BeforeHookCreation,HookSucceeded"},
    ),
    "the output of logs": (
        HELM_PRE + ", helm.sh/hook-output-log-policy: hook-failed",
        {"hook": "PreSync", "hook-delete-policy": "BeforeHookCreation"},
    ),
    "both, and they agree": (
        f"{PRE_SYNC}, {HELM_PRE}",
        {"hook": "PreSync", "hook-delete-policy": "BeforeHookCreation"},
    ),
    "both, and they do not": (
        f"argocd.argoproj.io/hook: Sync, {HELM_PRE}",
        {"hook": "Sync", "hook-delete-policy": "BeforeHookCreation"},
    ),
    "a wave of each": (
        f'{PRE_SYNC}, {wave(1)}, helm.sh/hook-weight: "7"',
        {"hook": "PreSync", "sync-wave": "1", "hook-delete-policy": "BeforeHookCreation"},
    ),
    "deletion too": (
        'helm.sh/hook: "pre-install,pre-delete"',
        {"hook": "PreSync,PreDelete", "hook-delete-policy": "BeforeHookCreation"},
    ),
    "a typo beside Helm's words": (
        f"argocd.argoproj.io/hook: Presync, {HELM_PRE}",
        {"hook": "PreSync", "hook-delete-policy": "BeforeHookCreation"},
    ),
}


@pytest.mark.parametrize(("written", "wanted"), SPELLED.values(), ids=SPELLED)
def test_a_hook_of_argo_cd_is_spelled_in_its_words_alone(written: str, wanted: dict[str, str]) -> None:
    found = annotations(job(annotations=written, pod=reads()), "Job/migrate")
    assert {key.removeprefix("argocd.argoproj.io/"): value for key, value in found.items()} == wanted
    assert not [key for key in found if key.startswith("helm.sh/")]


SPELLED_FOR_HELM = {
    "PreSync": (PRE_SYNC, "pre-install,pre-upgrade"),
    "PostSync": ("argocd.argoproj.io/hook: PostSync", "post-install,post-upgrade"),
    "two phases": ('argocd.argoproj.io/hook: "PreSync,PostDelete"', "pre-install,pre-upgrade,post-delete"),
}


@pytest.mark.parametrize(("written", "wanted"), SPELLED_FOR_HELM.values(), ids=SPELLED_FOR_HELM)
def test_a_hook_of_helm_is_spelled_in_helm_s_words_alone(written: str, wanted: str) -> None:
    found = annotations(job(annotations=f"{written}, {wave(-2)}, {HELM_4}", pod=reads()), "Job/migrate", "helm")
    assert found["helm.sh/hook"] == wanted
    assert found["helm.sh/hook-weight"] == "-2"
    assert not [key for key in found if key.startswith("argocd")]


@pytest.mark.parametrize("word", ["Sync", "SyncFail", "Skip", "Sync,SyncFail"])
def test_what_helm_has_no_event_for_is_refused_or_left_out(word: str) -> None:
    text = job(annotations=f'argocd.argoproj.io/hook: "{word}", {HELM_4}', pod=reads()) + secret(annotations=HELM_4)
    assert [finding.rule for finding in refusals(text, "helm")] == ["unrunnable-hook"]
    assert given.names(output(text, "helm", DEFAULTS._replace(unrunnable="drop")).manifests) == ["Secret/db"]


def test_of_a_hook_with_an_event_among_others_only_these_are_left_out() -> None:
    text = job(annotations=f'argocd.argoproj.io/hook: "PreSync,Sync", {HELM_4}', pod=reads())
    found = annotations(text, "Job/migrate", "helm", DEFAULTS._replace(unrunnable="drop"))
    assert found["helm.sh/hook"] == "pre-install,pre-upgrade"


# stamp_hooks


def stamped(text: str, again: str | None = None, stamp: str = "on") -> list[str]:
    result = rendered(text, settings=DEFAULTS._replace(stamp=stamp), again=again)
    return [document.text for document in result.documents if "presync-stamp" in document.text]


LABELS = "helm.sh/chart: app-1, checksum/config: a, team: a"
MIGRATION = job(pod=reads(), labels=LABELS) + app(pod=reads())


def test_a_stamp_is_one_ordinary_config_map_behind_the_first_workload() -> None:
    (text,) = stamped(MIGRATION)
    held = output(MIGRATION, settings=DEFAULTS._replace(stamp="on"))
    assert given.names(held.manifests) == ["Job/migrate", "ConfigMap/migrate-presync-stamp", "Deployment/app"]
    assert held.is_ordinary(named(held, "ConfigMap/migrate-presync-stamp"))
    assert "digest" in text


@pytest.mark.parametrize(
    ("again", "stamp", "number"),
    [
        (None, "auto", 0),
        (MIGRATION, "auto", 1),
        (MIGRATION.replace("name: m", "name: other"), "auto", 0),
        (MIGRATION, "off", 0),
        (None, "on", 1),
    ],
)
def test_a_stamp_is_made_where_the_workloads_are_known_to_be_the_same(
    again: str | None, stamp: str, number: int
) -> None:
    assert len(stamped(MIGRATION, again, stamp)) == number


CHANGES = {
    "another image": ("image: i", "image: j", True),
    "the version of what helm made": ("helm.sh/chart: app-1", "helm.sh/chart: app-2", False),
    "a checksum": ("checksum/config: a", "checksum/config: b", False),
    "another label": ("team: a", "team: b", True),
    "the order of keys": ("{name: m, image: i,", "{image: i, name: m,", False),
    "a comment": ("spec:", "# c\nspec:", False),
    "the application": ("kind: Deployment", "kind: StatefulSet", False),
}


@pytest.mark.parametrize(("old", "new", "changes"), CHANGES.values(), ids=CHANGES)
def test_a_stamp_changes_with_the_workloads_and_with_nothing_else(old: str, new: str, changes: bool) -> None:
    assert old in MIGRATION
    assert (stamped(MIGRATION) != stamped(MIGRATION.replace(old, new))) is changes


def test_a_stamp_does_not_change_with_a_secret() -> None:
    texts = [secret(body=f"stringData: {{a: {value}}}") + job() for value in "bc"]
    assert stamped(texts[0]) == stamped(texts[1]) != []


def test_an_old_stamp_is_replaced() -> None:
    old = rendered(MIGRATION, settings=DEFAULTS._replace(stamp="on")).text
    assert rendered(old, settings=DEFAULTS._replace(stamp="on")).text == old
    changed = stamped(old.replace("image: i", "image: j"))
    assert len(changed) == 1
    assert changed != stamped(MIGRATION)


def test_helm_gets_no_stamp() -> None:
    text = job(annotations=f"{HELM_PRE}, {HELM_4}", pod=reads())
    assert "presync-stamp" not in rendered(text, "helm", DEFAULTS._replace(stamp="on")).text


def test_a_sync_fail_hook_alone_is_not_stamped() -> None:
    assert stamped(job(annotations=SYNC_FAIL, pod=reads())) == []
