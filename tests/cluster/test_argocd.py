"""Argo CD runs the chart: the fault first, as it is without presync, then the same release through the plugin."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .applications import phase
from .kubernetes import Body, Watched, is_available, is_failed, kubectl, waiting_reasons
from .scenario import (
    APP,
    BROKEN,
    COPIES,
    COPY,
    FIRST,
    HOOK,
    HOOKS,
    JOB,
    MIGRATE,
    OURS,
    POLICY,
    PROJECT,
    SECOND,
    STAMPED,
    application_pods,
    migrated,
    raw,
    sharing,
    values,
)

if TYPE_CHECKING:
    from .applications import Application
    from .database import Database


REMOVAL = "kubectl delete secret,configmap,serviceaccount,role,rolebinding -l presync/copy=true -n NAMESPACE"


def waits_for_its_secret(kind: str) -> Any:
    def found(space: Watched) -> Body | None:
        for pod in space.pods_of(kind):
            if any(reason.startswith("CreateContainerConfigError: secret") for reason in waiting_reasons(pod)):
                return pod
        return None

    return found


def test_a_migration_waits_for_a_secret_that_comes_after_it_until_presync_copies_it(
    app: Application, space: Watched, db: Database
) -> None:
    revision = app.commit(raw(db.url))
    app.create(plugin=False)
    app.sync()
    space.until(waits_for_its_secret(JOB), "a migration without its Secret")
    state = app.until(lambda body: "waiting for completion of hook" in str(body.get("status")), "the sync's wait")
    assert phase(state) == "Running"
    space.until_just({f"Job/{JOB}"})

    app.terminate()
    app.until(lambda body: phase(body) == "Failed", "the end of the hanging sync")
    app.change_source(plugin=True)
    app.sync()
    app.until_operation("Succeeded", revision)
    assert migrated(db) == "1"
    space.until_there("Deployment", APP, is_available)
    space.until_just(OURS, {f"Job/{JOB}", f"ConfigMap/{JOB}-presync-stamp"})
    assert space.deleted() == {f"Job/{JOB}", f"Secret/{COPY}"}


def test_a_secret_made_a_hook_is_gone_before_the_first_pod_starts_until_presync_splits_it(
    app: Application, space: Watched, db: Database
) -> None:
    hook = {HOOK: "PreSync", POLICY: "HookSucceeded", "argocd.argoproj.io/sync-wave": "-1"}
    revision = app.commit(sharing(db.url, hook))
    app.create(plugin=False)
    app.sync()
    app.until_operation("Succeeded", revision)
    space.until(lambda seen: seen.was_deleted("Secret", "shared"), "the Secret's end")
    space.until(waits_for_its_secret(APP), "an application without its Secret")
    ours = OURS - {f"Secret/{APP}"}
    space.until_just(ours, {f"Job/{JOB}"})

    app.change_source(plugin=True)
    app.sync()
    space.until_there("Deployment", APP, is_available)
    app.until_synced(revision)
    space.until_just(ours, {"Secret/shared", f"Job/{JOB}", f"ConfigMap/{JOB}-presync-stamp"})
    assert space.deleted() == {"Secret/shared", "Secret/shared-presync", f"Job/{JOB}"}
    assert len(space.uids("Secret", "shared")) == 2


def test_a_release_lives_through_presync(app: Application, space: Watched, db: Database) -> None:
    first = app.commit(values(db.url, 1, FIRST))
    app.create()
    app.sync()
    app.until_synced(first)
    space.until_there("Deployment", APP, is_available)
    assert migrated(db) == "1"
    space.until_just(OURS, HOOKS, STAMPED)
    assert space.deleted() == COPIES

    # Upgrade with a change of the schema.
    second = app.commit(values(db.url, 2, SECOND))
    app.sync()
    app.until_synced(second)
    space.until_there("Deployment", APP, is_available)
    assert migrated(db) == "2"
    space.until_just(OURS, HOOKS, STAMPED)

    # The same again: the migration runs, nothing else changes.
    pods, jobs = application_pods(space), len(space.uids("Job", MIGRATE))
    app.sync()
    space.until(lambda seen: len(seen.uids("Job", MIGRATE)) > jobs, "another migration")
    app.until_operation("Succeeded", second)
    space.until_just(OURS, HOOKS, STAMPED)
    assert application_pods(space) == pods

    # A migration that fails: nothing of the application changes, and its copies wait for the next sync.
    broken = app.commit(values(db.url, 3, BROKEN))
    app.sync()
    failed = app.until_operation("Failed", broken)
    results = failed["status"]["operationState"]["syncResult"]["resources"]
    assert [each["name"] for each in results if each.get("hookPhase") == "Failed"] == [MIGRATE]
    space.until_there("Job", MIGRATE, is_failed)
    space.until_just(OURS, HOOKS, STAMPED, COPIES)
    assert application_pods(space) == pods
    assert is_available(space.objects["Deployment", APP])
    assert space.objects["ConfigMap", APP]["data"]["SCHEMA"] == "2"
    assert migrated(db) == "2"

    # And is mended.
    third = SECOND | {"003.sql": "INSERT INTO schema VALUES (3);"}
    fixed = app.commit(values(db.url, 3, third))
    app.sync()
    app.until_synced(fixed)
    space.until_there("Deployment", APP, is_available)
    assert migrated(db) == "3"
    space.until_just(OURS, HOOKS, STAMPED)
    assert space.deleted() == COPIES | HOOKS

    # The end: an Application that is deleted with its resources takes its hooks along.
    app.delete()
    space.until_just(set())


def test_a_sync_ended_in_the_middle_can_be_repeated(app: Application, space: Watched, db: Database) -> None:
    slow = {"001.sql": "SELECT pg_sleep(600);"}
    revision = app.commit(values(db.url, 1, slow))
    app.create()
    app.sync()
    space.until(lambda seen: any(pod["status"].get("phase") == "Running" for pod in seen.pods_of(MIGRATE)), "migrating")
    app.terminate()
    app.until_operation("Failed", revision)
    hooks = HOOKS - {f"Job/{MIGRATE}"}
    space.until_just(hooks, COPIES)
    assert application_pods(space) == set()

    # What is left of the copies goes as the documentation says.
    assert REMOVAL in (PROJECT / "ci/argocd/README.md").read_text()
    kubectl(app.cluster, *REMOVAL.replace("NAMESPACE", space.namespace).split()[1:])
    space.until_just(hooks)

    revision = app.commit(values(db.url, 1, FIRST))
    app.sync()
    app.until_synced(revision)
    assert migrated(db) == "1"
    space.until_there("Deployment", APP, is_available)
    space.until_just(OURS, HOOKS, STAMPED)
    assert space.deleted() == COPIES | HOOKS


def test_the_plugin_renders_one_of_several_sources(app: Application, space: Watched, db: Database) -> None:
    extra = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "extra"}}
    revision = app.commit(values(db.url, 1, FIRST), **{"more/extra.yaml": extra})
    app.create(also=("more",))
    app.sync()
    app.until_synced(revision)
    assert migrated(db) == "1"
    space.until_there("Deployment", APP, is_available)
    space.until_just(OURS, HOOKS, STAMPED, {"ConfigMap/extra"})
    assert space.deleted() == COPIES


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
    revision = app.commit(values(db.url, 1, FIRST, **account) | granted)
    app.create()
    app.sync()
    app.until_synced(revision)
    pod = next(event.body for event in space.events if event.kind == "Pod" and event.name.startswith(f"{MIGRATE}-"))
    assert pod["spec"]["serviceAccountName"] == COPY
    hooks = HOOKS - {f"ServiceAccount/{MIGRATE}"}
    space.until_just(OURS, {f"Role/{APP}", f"RoleBinding/{APP}"}, hooks, STAMPED)
    assert space.deleted() == COPIES | {f"{kind}/{COPY}" for kind in ("ServiceAccount", "Role", "RoleBinding")}
