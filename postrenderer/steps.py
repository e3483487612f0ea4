"""What a plan consists of: steps in waves, and what each step's object reads.

Sources: Argo CD 3.6.1 gitops-engine/pkg/sync/common/types.go (phases); Helm 4.3.0 pkg/release/v1/hook.go (events) and
pkg/action/{install,upgrade,uninstall,rollback}.go (when they come).
"""

from typing import Literal, NamedTuple

from postrenderer.hooks import BEFORE_CREATION, DELETE_PHASES, SUCCEEDED, SYNC_PHASES, Standing, Target
from postrenderer.manifest import Manifest
from postrenderer.references import CUSTOM_RESOURCE_DEFINITION, Kind

RELEASE = "release"  # where Helm applies all that is not a hook
PHASES: dict[Target, tuple[str, ...]] = {
    "argocd": (*SYNC_PHASES, *DELETE_PHASES),
    "helm": (
        *("pre-install", "pre-upgrade", RELEASE, "post-install", "post-upgrade", "test"),
        *("pre-rollback", "post-rollback", "pre-delete", "post-delete"),
    ),
}
ALIASES = {"test-success": "test"}
ORDINARY_PHASE: dict[Target, str] = {"argocd": "Sync", "helm": RELEASE}


class Read(NamedTuple):
    """A name that an object holds, or a grant to it, and the object of the release behind it."""

    kind: Kind
    name: str
    found: Manifest | None  # None where the release applies no such object
    how: Literal["reference", "grant", "product"] = "reference"  # a product is what a found custom resource makes
    optional: bool = False


class Step(NamedTuple):
    """One object in one phase or event."""

    manifest: Manifest
    phase: str
    wave: int  # or weight; as Argo CD counts it, also for what it moves
    is_hook: bool
    policies: tuple[str, ...]  # in Argo CD's spelling, for both targets
    reads: tuple[Read, ...]

    @property
    def deletes_first(self) -> bool:
        """Whether a live object of its name goes before it is made; a generated name is never live."""
        return BEFORE_CREATION in self.policies and bool(self.manifest.identity.name) and not self._is_kept

    @property
    def stays(self) -> bool:
        """Whether a hook is still there after a success, until its next run or for ever."""
        return self.is_hook and (SUCCEEDED not in self.policies or self._is_kept)

    @property
    def _is_kept(self) -> bool:
        """Helm deletes no definition that is a hook, whatever its policies say (pkg/action/hooks.go)."""
        return self.manifest.identity[:2] == CUSTOM_RESOURCE_DEFINITION and self.phase in PHASES["helm"]


class Wave(NamedTuple):
    """Steps that stand together: one wave of a phase, one weight of an event."""

    phase: str
    number: int | None  # None where all steps come at once: SyncFail, deletion, and what Helm applies as the release
    steps: tuple[Step, ...]
    first: int = 0  # seconds that Argo CD waits after it in a first sync
    later: int = 0  # and in each one after a success


class LeftOut(NamedTuple):
    """An object that the target never applies; ORDINARY and HOOK where a later one of its identity counts instead."""

    manifest: Manifest
    standing: Standing


class Plan(NamedTuple):
    """All that the target does with a release, in its order."""

    target: Target
    waves: tuple[Wave, ...]
    left_out: tuple[LeftOut, ...]

    @property
    def steps(self) -> tuple[Step, ...]:
        return tuple(step for wave in self.waves for step in wave.steps)
