"""Argo CD runs the chart: the fault first, as it is without presync, then the same release through the plugin."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .applications import AUTOMATED
from .kubernetes import Body, Watched, is_available, is_complete, is_failed, waiting_reasons
from .scenario import APP, BROKEN, COPY, FIRST, HOOK, JOB, MIGRATE, POLICY, SECOND, STAMP, job, raw, sharing, values

if TYPE_CHECKING:
    from .applications import Application
    from .database import Database


def waits_for_its_secret(kind: str) -> Any:
    def found(space: Watched) -> Body | None:
        for pod in space.pods_of(kind):
            if any(reason.startswith("CreateContainerConfigError: secret") for reason in waiting_reasons(pod)):
                return pod
        return None

    return found


def migrated(db: Database) -> str:
    return db.query("SELECT max(version) FROM schema")


def application_pods(space: Watched) -> set[str]:
    pods = (pod["metadata"] for pod in space.pods_of(APP) if not pod["metadata"]["name"].startswith(MIGRATE))
    return {pod["uid"] for pod in pods if "deletionTimestamp" not in pod}


def phase(body: Body) -> str:
    return str(body.get("status", {}).get("operationState", {}).get("phase", ""))


def test_a_migration_waits_for_a_secret_that_comes_after_it_until_presync_copies_it(
    app: Application, space: Watched, db: Database
) -> None:
    revision = app.commit(values_yaml=raw(db.url))
    app.create(plugin=False)
    app.sync()
    space.until(waits_for_its_secret(JOB), "a migration without its Secret")
    state = app.until(lambda body: "waiting for completion of hook" in str(body.get("status")), "the sync's wait")
    assert phase(state) == "Running"
    assert space.names("Secret") == set()

    app.terminate()
    app.until(lambda body: phase(body) == "Failed", "the end of the hanging sync")
    app.change_source(plugin=True)
    app.sync()
    app.until_operation("Succeeded", revision)
    assert migrated(db) == "1"
    space.until_there("Deployment", APP, is_available)


def test_a_secret_made_a_hook_is_gone_before_the_first_pod_starts_until_presync_splits_it(
    app: Application, space: Watched, db: Database
) -> None:
    hook = {HOOK: "PreSync", POLICY: "HookSucceeded", "argocd.argoproj.io/sync-wave": "-1"}
    revision = app.commit(values_yaml=sharing(db.url, hook))
    app.create(plugin=False)
    app.sync()
    app.until_operation("Succeeded", revision)
    space.until(lambda seen: seen.was_deleted("Secret", "shared"), "the Secret's end")
    space.until(waits_for_its_secret(APP), "an application without its Secret")

    app.change_source(plugin=True)
    app.sync()
    space.until_there("Deployment", APP, is_available)
    app.until_synced(revision)
    assert "shared" in space.names("Secret")
    space.until(lambda seen: seen.was_deleted("Secret", "shared-presync"), "the copy's end")


def test_a_release_lives_through_presync(app: Application, space: Watched, db: Database) -> None:
    first = app.commit(values_yaml=values(db.url, 1, FIRST))
    app.create()
    app.sync()
    app.until_synced(first)
    space.until_there("Deployment", APP, is_available)
    assert migrated(db) == "1"
    space.until(
        lambda seen: seen.was_deleted("Secret", COPY) and seen.was_deleted("ConfigMap", COPY), "the copies' end"
    )

    # Upgrade with a change of the schema.
    second = app.commit(values_yaml=values(db.url, 2, SECOND))
    app.sync()
    app.until_synced(second)
    space.until_there("Deployment", APP, is_available)
    assert migrated(db) == "2"

    # The same again: the migration runs, nothing else changes.
    pods, jobs = application_pods(space), len(space.uids("Job", MIGRATE))
    app.sync()
    space.until(lambda seen: len(seen.uids("Job", MIGRATE)) > jobs, "another migration")
    app.until_operation("Succeeded", second)
    assert application_pods(space) == pods

    # A migration that fails: nothing of the application changes.
    broken = app.commit(values_yaml=values(db.url, 3, BROKEN))
    app.sync()
    failed = app.until_operation("Failed", broken)
    results = failed["status"]["operationState"]["syncResult"]["resources"]
    assert [each["name"] for each in results if each.get("hookPhase") == "Failed"] == [MIGRATE]
    space.until_there("Job", MIGRATE, is_failed)
    assert application_pods(space) == pods
    assert space.objects["ConfigMap", APP]["data"]["SCHEMA"] == "2"
    assert migrated(db) == "2"

    # And is mended.
    third = SECOND | {"003.sql": "INSERT INTO schema VALUES (3);"}
    fixed = app.commit(values_yaml=values(db.url, 3, third))
    app.sync()
    app.until_synced(fixed)
    assert migrated(db) == "3"
    assert len(space.uids("Secret", APP)) == 1


def test_a_sync_ended_in_the_middle_can_be_repeated(app: Application, space: Watched, db: Database) -> None:
    slow = {"001.sql": "SELECT pg_sleep(600);"}
    revision = app.commit(values_yaml=values(db.url, 1, slow))
    app.create()
    app.sync()
    space.until(lambda seen: any(pod["status"].get("phase") == "Running" for pod in seen.pods_of(MIGRATE)), "migrating")
    app.terminate()
    app.until_operation("Failed", revision)
    space.until(lambda seen: seen.was_deleted("Job", MIGRATE), "the Job's end")
    assert space.names("Deployment") == set()

    revision = app.commit(values_yaml=values(db.url, 1, FIRST))
    app.sync()
    app.until_synced(revision)
    assert migrated(db) == "1"
    space.until_there("Deployment", APP, is_available)


def test_a_refusal_is_shown_and_nothing_is_applied_or_pruned(app: Application, space: Watched, db: Database) -> None:
    revision = app.commit(values_yaml=values(db.url, 1, FIRST))
    app.create(policy=AUTOMATED)
    app.until_synced(revision)
    space.until_there("Deployment", APP, is_available)
    before = set(space.objects)

    unknown = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "x", "annotations": {HOOK: "Presync"}}}
    app.commit(values_yaml=values(db.url, 1, FIRST) | {"extraObjects": [unknown]})
    shown = app.until(lambda body: conditions(body), "a condition")
    message = "".join(conditions(shown))
    assert "unknown-hook-word" in message
    assert db.url not in message
    # Argo CD looks again: still nothing is applied.
    app.refresh()
    app.until(
        lambda body: body["metadata"].get("annotations", {}).get("argocd.argoproj.io/refresh") is None, "a refresh"
    )
    assert {key for key in before if key[0] != "Pod"} <= set(space.objects)
    assert not [event for event in space.events if event.change == "DELETED" and event.kind in ("Deployment", "Job")]
    assert "x" not in space.names("ConfigMap")


def conditions(body: Body) -> list[str]:
    found = body.get("status", {}).get("conditions", ())
    return [each["message"] for each in found if each["type"] == "ComparisonError"]


def test_the_stamp_lets_auto_sync_see_a_commit_that_changes_only_the_migration(
    app: Application, space: Watched, db: Database
) -> None:
    revision = app.commit(values_yaml=values(db.url, 1, FIRST))
    app.create(policy=AUTOMATED)
    app.until_synced(revision)
    digest = space.until_there("ConfigMap", STAMP)["metadata"]["annotations"]["presync/stamp"]

    revision = app.commit(values_yaml=values(db.url, 1, FIRST, activeDeadlineSeconds=200))
    app.until_synced(revision)
    assert space.objects["ConfigMap", STAMP]["metadata"]["annotations"]["presync/stamp"] != digest
    assert len(space.uids("Job", MIGRATE)) == 2


def test_without_a_stamp_auto_sync_does_not_see_it(app: Application, space: Watched, db: Database) -> None:
    revision = app.commit(values_yaml=values(db.url, 1, FIRST, mode="argocd"))
    app.create(plugin=False, policy=AUTOMATED)
    app.until_synced(revision)

    changed = app.commit(values_yaml=values(db.url, 1, FIRST, mode="argocd", activeDeadlineSeconds=200))
    app.until(lambda body: body["status"]["sync"].get("revision") == changed, "a comparison with the new revision")
    assert app.watched.objects["Application", app.name]["status"]["sync"]["status"] == "Synced"
    assert len(space.uids("Job", MIGRATE)) == 1


def test_an_installation_is_adopted_by_itself_and_leaves_again_without_losing_its_secret(
    app: Application, space: Watched, db: Database
) -> None:
    hook = {HOOK: "PreSync", "argocd.argoproj.io/sync-wave": "-1"}
    unsplit = app.commit(values_yaml=sharing(db.url, hook))
    app.create(plugin=False, policy=AUTOMATED)
    app.until_synced(unsplit)
    space.until_there("Deployment", APP, is_available)
    uid = space.objects["Secret", "shared"]["metadata"]["uid"]

    # presync makes the Secret ordinary; the stamp starts the sync that does it.
    app.change_source(plugin=True)
    space.until_there("ConfigMap", f"{JOB}-presync-stamp")
    space.until_there("Secret", "shared", is_ordinary, "as an ordinary object")
    space.until(lambda seen: seen.was_deleted("Secret", "shared-presync"), "the copy's end")

    # The way back: first the chart says so itself, then presync goes.
    split = app.commit(values_yaml=sharing(db.url, {}))
    app.until_synced(split)
    app.change_source(plugin=False)
    space.until(lambda seen: seen.was_deleted("ConfigMap", f"{JOB}-presync-stamp"), "the stamp's end")
    app.until_synced(split)
    assert space.uids("Secret", "shared") == [uid]
    assert space.names("Secret") == {"shared"}
    assert is_available(space.objects["Deployment", APP])


def is_ordinary(body: Body) -> bool:
    return HOOK not in body["metadata"].get("annotations", {})


def test_an_application_of_hooks_only_is_synced(app: Application, space: Watched, db: Database) -> None:
    for template in (app.repository / "chart/templates").rglob("*.yaml"):
        if template.name != "extra-objects.yaml":
            template.unlink()
    migration = job("")
    container = migration["spec"]["template"]["spec"]["containers"][0]
    container |= {"envFrom": [], "env": [{"name": "DATABASE_URL", "value": db.url}]}
    app.commit(values_yaml=raw(db.url, extraObjects=[migration]))
    app.create(policy=AUTOMATED)
    space.until_there("Job", JOB, is_complete)
    assert migrated(db) == "1"


def test_a_copied_account_may_do_what_the_original_may_and_no_more(
    app: Application, space: Watched, db: Database
) -> None:
    asks = """\
export HOME=/tmp
kubectl get configmap demo-presync-app-migrate
if kubectl get secrets; then exit 1; fi
if kubectl delete configmap demo-presync-app-migrate; then exit 1; fi
"""
    account = {"serviceAccount": {"shared": True}, "command": ["sh", "-ec"], "args": [asks]}
    rules = [{"apiGroups": [""], "resources": ["configmaps"], "verbs": ["get"]}]
    granted = {"serviceAccount": {"automount": True}, "rbac": {"create": True, "rules": rules}}
    db.query(FIRST["001.sql"])  # this migration makes none
    revision = app.commit(values_yaml=values(db.url, 1, FIRST, **account) | granted)
    app.create()
    app.sync()
    app.until_synced(revision)
    pod = next(event.body for event in space.events if event.kind == "Pod" and event.name.startswith(f"{MIGRATE}-"))
    assert pod["spec"]["serviceAccountName"] == f"{APP}-presync"
    space.until(lambda seen: seen.was_deleted("ServiceAccount", f"{APP}-presync"), "the copy's end")
    assert len(space.uids("ServiceAccount", APP)) == 1
