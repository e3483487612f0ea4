"""What lets an automated sync start, and what it then does: the stamp, adoption, and the way back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .applications import AUTOMATED
from .kubernetes import Body, Watched, is_available, is_complete
from .scenario import APP, FIRST, HOOK, JOB, MIGRATE, OURS, STAMP, job, migrated, raw, sharing, values

if TYPE_CHECKING:
    from .applications import Application
    from .database import Database


def test_the_stamp_lets_auto_sync_see_a_commit_that_changes_only_the_migration(
    app: Application, space: Watched, db: Database
) -> None:
    revision = app.commit(values(db.url, 1, FIRST))
    app.create(policy=AUTOMATED)
    app.until_synced(revision)
    digest = space.until_there("ConfigMap", STAMP)["metadata"]["annotations"]["presync/stamp"]

    revision = app.commit(values(db.url, 1, FIRST, activeDeadlineSeconds=200))
    app.until_synced(revision)
    assert space.objects["ConfigMap", STAMP]["metadata"]["annotations"]["presync/stamp"] != digest
    assert len(space.uids("Job", MIGRATE)) == 2


def test_without_a_stamp_auto_sync_does_not_see_it(app: Application, space: Watched, db: Database) -> None:
    revision = app.commit(values(db.url, 1, FIRST, mode="argocd"))
    app.create(plugin=False, policy=AUTOMATED)
    app.until_synced(revision)

    changed = app.commit(values(db.url, 1, FIRST, mode="argocd", activeDeadlineSeconds=200))
    app.until(lambda body: body["status"]["sync"].get("revision") == changed, "a comparison with the new revision")
    assert app.watched.objects["Application", app.name]["status"]["sync"]["status"] == "Synced"
    assert len(space.uids("Job", MIGRATE)) == 1


def test_an_installation_is_adopted_by_itself_and_leaves_again_without_losing_its_secret(
    app: Application, space: Watched, db: Database
) -> None:
    hook = {HOOK: "PreSync", "argocd.argoproj.io/sync-wave": "-1"}
    unsplit = app.commit(sharing(db.url, hook))
    app.create(plugin=False, policy=AUTOMATED)
    app.until_synced(unsplit)
    space.until_there("Deployment", APP, is_available)
    uid = space.objects["Secret", "shared"]["metadata"]["uid"]
    installed = OURS - {f"Secret/{APP}"} | {"Secret/shared", f"Job/{JOB}"}
    stamp = f"ConfigMap/{JOB}-presync-stamp"
    space.until_just(installed)

    # presync makes the Secret ordinary; the stamp starts the sync that does it.
    app.change_source(plugin=True)
    space.until_there("ConfigMap", f"{JOB}-presync-stamp")
    space.until_there("Secret", "shared", is_ordinary, "as an ordinary object")
    space.until(lambda seen: seen.was_deleted("Secret", "shared-presync"), "the copy's end")
    space.until_just(installed, {stamp})

    # The way back: first the chart says so itself, then presync goes.
    split = app.commit(sharing(db.url, {}))
    app.until_synced(split)
    app.change_source(plugin=False)
    space.until_just(installed)
    app.until_synced(split)
    assert space.uids("Secret", "shared") == [uid]
    assert space.deleted() == {"Secret/shared-presync", f"Job/{JOB}", stamp}
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
    app.commit(raw(db.url, extraObjects=[migration]))
    app.create(policy=AUTOMATED)
    space.until_there("Job", JOB, is_complete)
    space.until_just({f"Job/{JOB}", f"ConfigMap/{JOB}-presync-stamp"})
    assert migrated(db) == "1"
