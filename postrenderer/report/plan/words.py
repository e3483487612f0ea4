"""What a plan's parts are called: phases, delete policies, costs, and objects in one line."""

from collections import Counter
from collections.abc import Iterable

from postrenderer.hooks import BEFORE_CREATION, FAILED, SUCCEEDED, VOCABULARIES, Standing, Target, spell_policy
from postrenderer.manifest import COPY_OF, Manifest
from postrenderer.report.plan.sheet import Sheet
from postrenderer.steps import RELEASE, LeftOut, Read, Step, Wave

PHASES = {
    "PreSync": "before anything else is applied, in every full sync",
    "Sync": "the application",
    "PostSync": "when all of Sync is healthy",
    "SyncFail": "only when a step before has failed, all at once",
    "PreDelete": "before the Application is deleted",
    "PostDelete": "after the Application is deleted",
    RELEASE: "the application, by kind",
    "pre-install": "before the release is installed, one by one",
    "pre-upgrade": "before the release is upgraded, one by one",
    "post-install": "after the release is installed, one by one",
    "post-upgrade": "after the release is upgraded, one by one",
    "test": "by `helm test`, one by one",
    "pre-rollback": "before a rollback to this revision, one by one",
    "post-rollback": "after a rollback to this revision, one by one",
    "pre-delete": "before the release is uninstalled, one by one",
    "post-delete": "after the release is uninstalled, one by one",
}
TOGETHER: dict[tuple[str, ...], str] = {
    ("pre-install", "pre-upgrade"): "before the release is installed or upgraded, one by one",
    ("post-install", "post-upgrade"): "after the release is installed or upgraded, one by one",
}
MOMENTS: dict[Target, dict[str, str]] = {
    "argocd": {SUCCEEDED: "itself after a successful sync", FAILED: "itself when a sync fails, before SyncFail"},
    "helm": {SUCCEEDED: "itself after the last hook of its event", FAILED: "itself when it fails"},
}
LEFT_OUT = {
    Standing.SKIPPED: "Skip: never applied, never pruned",
    Standing.UNRUN: "{tool} runs none of its hook words",
    Standing.UNKNOWN: "its hook word is unknown: dropped, and pruned where it is live",
    Standing.ORDINARY: "a later object of its identity counts instead",
    Standing.HOOK: "a later object of its identity counts instead",
}


def tool(target: Target) -> str:
    return VOCABULARIES[target].tool


def note(phases: tuple[str, ...]) -> str:
    return TOGETHER.get(phases) or ", and ".join(PHASES[phase] for phase in phases)


def number(wave: Wave, target: Target) -> str:
    return "" if wave.number is None else f"{'wave' if target == 'argocd' else 'weight'} {wave.number}"


def policies(step: Step, target: Target) -> list[tuple[str, str]]:
    """Each delete policy in the target's spelling, and what it deletes and when."""
    manifest = step.manifest
    first = f"any live {manifest} first" if manifest.identity.name else "nothing first: each run has a new name"
    moments = {BEFORE_CREATION: first, **MOMENTS[target]}
    return [(spell_policy(policy, target), moments[policy]) for policy in step.policies]


def cost(wave: Wave) -> str:
    """What Argo CD waits after the wave, and why a later sync waits longer."""
    if not wave.later:
        return ""
    if wave.first == wave.later:
        return f"{wave.first} s"
    cleared = [str(step.manifest) for step in wave.steps if step.deletes_first and step.stays]
    others = f" and {len(cleared) - 1} more" if len(cleared) > 1 else ""
    return f"{wave.first} s; later syncs {wave.later} s, to delete {cleared[0]}{others} first"


def kinds(manifests: Iterable[Manifest]) -> str:
    counted = Counter(manifest.identity.kind for manifest in manifests)
    return ", ".join(f"{count} {kind}" for kind, count in counted.items())


def read(step_read: Read) -> str:
    """One thing that an object reads, in words."""
    kind, name = step_read.kind[1], step_read.name
    said = f"{kind}/{name}"
    if step_read.how == "product":
        said += f" (made by {step_read.found})"
    elif step_read.found is None:
        said += " (not in this release)"
    return said + (" (optional)" if step_read.optional else "")


def left_out(each: LeftOut, target: Target) -> str:
    return LEFT_OUT[each.standing].format(tool=tool(target))


def origin(manifest: Manifest) -> str:
    """What a copy is a copy of."""
    if not manifest.may_be_hooked or not manifest.is_copy:
        return ""
    return f"{manifest.identity.kind}/{manifest.annotations[COPY_OF]}"


def count(listed: int, word: str) -> str:
    return f"{listed} {word}" + ("" if listed == 1 else "s")


def removal(sheet: Sheet) -> list[str]:
    """The commands that remove what `helm uninstall` leaves, one for each namespace."""
    homes: dict[str, list[str]] = {}
    for manifest in sheet.left_behind:
        group, kind, namespace, name = manifest.identity
        resource = kind.lower() if "." not in group or group.endswith(".k8s.io") else f"{kind.lower()}.{group}"
        homes.setdefault(namespace or sheet.namespace, []).append(f"{resource}/{name}")
    return [
        f"kubectl delete{f' --namespace {home}' if home else ''} {' '.join(names)}" for home, names in homes.items()
    ]
