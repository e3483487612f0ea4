"""A refusal by presync inside the plugin: the Application says why, and nothing is applied or pruned."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .applications import AUTOMATED, refusals
from .kubernetes import Watched, is_available
from .scenario import APP, COPIES, FIRST, HOOK, HOOKS, OURS, STAMPED, values

if TYPE_CHECKING:
    from .applications import Application
    from .database import Database

ALLOW = "presync/allow"


def mistyped(name: str, **annotations: str) -> dict[str, Any]:
    meta = {"name": name, "annotations": {HOOK: "Presync", **annotations}}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": meta}


def says(text: str) -> Any:
    return lambda body: text in "".join(refusals(body))


def test_a_refusal_is_shown_and_nothing_is_applied_or_pruned(app: Application, space: Watched, db: Database) -> None:
    good = values(db.url, 1, FIRST)
    revision = app.commit(good)
    app.create(policy=AUTOMATED)
    app.until_synced(revision)
    space.until_there("Deployment", APP, is_available)
    space.until_just(OURS, HOOKS, STAMPED)

    app.commit(good | {"extraObjects": [mistyped("first")]})
    message = "".join(refusals(app.until(says("ConfigMap/first"), "a refusal")))
    assert "unknown-hook-word" in message
    assert db.url not in message

    # The sidecar's settings lock this rule: neither an annotation nor a file of the repository silences it.
    allowing = good | {"extraObjects": [mistyped("second", **{ALLOW: "unknown-hook-word"})]}
    ignored = {"allow": ["unknown-hook-word"], "lock": []}
    app.commit(allowing, **{"presync.yaml": ignored, "chart/presync.yaml": ignored})
    app.until(says("ConfigMap/second"), "a refusal again")

    space.until_just(OURS, HOOKS, STAMPED)
    assert space.deleted() == COPIES
