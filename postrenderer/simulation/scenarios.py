"""What may happen to a release, as lists of operations: a table for Argo CD and one for Helm."""

from typing import Literal, NamedTuple

# Revisions of a release: the chart without presync, the one that was installed before, and those that come now.
Name = Literal["original", "previous", "now", "fixed"]

MIGRATING = "while the migration runs"
AFTER_DELETION = "between deletion and creation"
BY_HAND = "by hand"

Does = Literal["sync", "heal", "upgrade", "adopt", "rollback"]


class Operation(NamedTuple):
    """One thing that somebody, or Argo CD itself, starts."""

    does: Does
    revision: Name = "now"
    migration: Literal["succeeds", "fails", "lasts"] = "succeeds"
    ended: str = ""  # when somebody ends it, if anybody does
    retries: int = 0  # Argo CD's, after a failure
    is_automated: bool = False
    undoes: bool = False  # Helm's --rollback-on-failure

    @property
    def is_selective(self) -> bool:
        return self.does == "heal"

    def __str__(self) -> str:
        named = {"original": "the chart without presync", "previous": "the revision before", "now": "this revision"}
        parts = [SAID[self.does], named.get(self.revision, "a fixed revision")]
        parts += [f"the migration {self.migration}"] if self.migration != "succeeds" else []
        parts += [f"ended {self.ended}"] if self.ended else []
        parts += ["retried"] if self.retries else []
        parts += ["rolled back on failure"] if self.undoes else []
        return f"{parts[0]} {', '.join(parts[1:])}"


SAID: dict[Does, str] = {
    "sync": "sync of",
    "heal": "an object is deleted by hand, and self-heal syncs",
    "upgrade": "helm upgrade --install of",
    "adopt": "kubectl gives to the release what becomes ordinary in",
    "rollback": "helm rollback to",
}


class Scenario(NamedTuple):
    """Operations one after the other; `promised` where none of them may break a promise after a render."""

    name: str
    said: str
    operations: tuple[Operation, ...]
    promised: bool = True

    @property
    def is_about_presync(self) -> bool:
        """Whether it plays the chart without presync too, and so has nothing to say of a chart alone."""
        return any(operation.revision == "original" for operation in self.operations)


def _sync(revision: Name = "now", **more: object) -> Operation:
    return Operation("sync", revision, **more)  # type: ignore[arg-type]


def _upgrade(revision: Name = "now", **more: object) -> Operation:
    return Operation("upgrade", revision, **more)  # type: ignore[arg-type]


ADOPT = Operation("adopt")
ARGOCD = (
    Scenario("first-install", "nothing is there yet", (_sync(),)),
    Scenario("same-again", "the same revision is synced again", (_sync(), _sync())),
    Scenario("upgrade", "another revision was installed before", (_sync("previous"), _sync())),
    Scenario("migration-fails", "an upgrade whose migration fails", (_sync("previous"), _sync(migration="fails"))),
    Scenario(
        "fails-then-fixed",
        "an upgrade whose migration fails, and the revision that mends it",
        (_sync("previous"), _sync(migration="fails"), _sync("fixed")),
    ),
    Scenario(
        "first-install-fails", "a first install whose migration fails, and its repair",
        (_sync(migration="fails"), _sync("fixed")),
    ),
    Scenario(
        "retried", "automated sync tries a failing migration again",
        (_sync("previous", is_automated=True), _sync(migration="fails", retries=1, is_automated=True), _sync("fixed")),
    ),
    Scenario(
        "healed", "an object that the application reads is deleted by hand; self-heal runs no hooks",
        (_sync(), Operation("heal", is_automated=True)),
    ),
    Scenario(
        "terminated", "somebody terminates an upgrade while the migration runs, and syncs again",
        (_sync("previous"), _sync(ended=MIGRATING), _sync()),
    ),
    Scenario(
        "terminated-after-deletion", "an upgrade is terminated when hooks are deleted and not yet made again",
        (_sync("previous"), _sync(ended=AFTER_DELETION), _sync()),
    ),
    Scenario(
        "adopted", "the chart was installed without presync", (_sync("original"), _sync()),
    ),
    Scenario(
        "adoption-fails", "the chart was installed without presync, and the first migration with it fails",
        (_sync("original"), _sync(migration="fails"), _sync("fixed")),
    ),
    Scenario(
        "left", "presync goes, and the chart says by itself what presync wrote", (_sync("original"), _sync(), _sync()),
    ),
    Scenario(
        "reverted", "presync goes, and the chart is as it was before", (_sync(), _sync("original")), promised=False,
    ),
)  # fmt: skip
HELM = (
    Scenario("first-install", "nothing is there yet", (_upgrade(),)),
    Scenario("same-again", "the same revision is installed again", (_upgrade(), _upgrade())),
    Scenario("upgrade", "another revision was installed before", (_upgrade("previous"), _upgrade())),
    Scenario(
        "migration-fails", "an upgrade whose migration fails", (_upgrade("previous"), _upgrade(migration="fails")),
    ),
    Scenario(
        "fails-then-fixed", "an upgrade whose migration fails, and the revision that mends it",
        (_upgrade("previous"), _upgrade(migration="fails"), _upgrade("fixed")),
    ),
    Scenario(
        "rolled-back", "an upgrade whose migration fails is rolled back, and mended",
        (_upgrade("previous"), _upgrade(migration="fails", undoes=True), _upgrade("fixed")),
    ),
    Scenario(
        "first-install-fails", "a first install fails; Helm then upgrades",
        (_upgrade(migration="fails"), _upgrade("fixed")),
    ),
    Scenario(
        "first-install-undone", "a first install fails and is uninstalled; Helm then installs",
        (_upgrade(migration="fails", undoes=True), _upgrade("fixed")),
    ),
    Scenario(
        "interrupted", "somebody interrupts an upgrade while the migration runs, and upgrades again",
        (_upgrade("previous"), _upgrade(ended=MIGRATING), _upgrade()),
    ),
    Scenario(
        "timed-out", "the migration lasts longer than Helm waits", (_upgrade("previous"), _upgrade(migration="lasts")),
        promised=False,
    ),
    Scenario(
        "adopted", "the chart was installed without presync; what becomes ordinary is given to the release",
        (_upgrade("original"), _upgrade(), ADOPT, _upgrade()),
    ),
    Scenario(
        "adoption-fails", "the adopting upgrade fails and is rolled back",
        (_upgrade("original"), ADOPT, _upgrade(migration="fails", undoes=True), _upgrade("fixed")),
    ),
    Scenario(
        "rolled-back-over-adoption", "a rollback to the revision before the adopting upgrade",
        (_upgrade("original"), ADOPT, _upgrade(), Operation("rollback", "original")),
    ),
    Scenario(
        "left", "presync goes, and the chart says by itself what presync wrote",
        (_upgrade("original"), ADOPT, _upgrade(), _upgrade()),
    ),
    Scenario(
        "reverted", "the post-renderer's flag is dropped", (_upgrade(), _upgrade("original")), promised=False,
    ),
)  # fmt: skip
SCENARIOS = {"argocd": ARGOCD, "helm": HELM}
USUAL = ("first-install", "upgrade")
