"""Why an object cannot have a copy: what is generated, filled in later, bound to its name or full of data."""

from postrenderer import edits, nodes, scissors
from postrenderer.closure import Need
from postrenderer.hooks import Standing
from postrenderer.manifest import UNCOPIED_FIELDS, Manifest
from postrenderer.producing import why_not
from postrenderer.readers import COPIED
from postrenderer.references import (
    BINDINGS,
    CLAIM,
    CLUSTER_ROLE,
    CONFIG_MAP,
    PROVIDER_CLASS,
    ROLE,
    SECRET,
    SERVICE_ACCOUNT,
    are_subjects_written,
)
from postrenderer.release import Release
from postrenderer.settings import Settings
from postrenderer.trust import distrust

COPIED_KINDS = (SECRET, CONFIG_MAP, SERVICE_ACCOUNT, ROLE, CLUSTER_ROLE, *BINDINGS, PROVIDER_CLASS, *COPIED)

MIN_WAVE = -(2**63)
MOST_AHEAD = 3  # waves that a copy comes before its reader

# What to do about a reason that has a remedy of its own.
OWN_ACCOUNT = "Give the migration an account of its own, or set `copies.serviceAccount: share`."
REMEDIES = {
    "it may be one of several": "Pass --namespace.",
    "the cloud trusts it": OWN_ACCOUNT,
    "Vault trusts it": OWN_ACCOUNT,
    "it is generated anew": "Let the migration read a Secret that exists already.",
    "its text ends with the stream": "End the file with a line end.",
    "a part of it that a copy": "Write this object one key per line, without anchors and aliases.",
    "the name stands where": "Write the name out in this object, in a field that Kubernetes defines.",
}

TOKEN_TYPES = {
    "kubernetes.io/service-account-token": "is filled by Kubernetes",
    "bootstrap.kubernetes.io/token": "lets nodes join the cluster",
    "helm.sh/release.v1": "is Helm's own record of a release",
}
GENERATED_BY = ("secret-generator.v1.mittwald.de/autogenerate",)
NAMESPACE_UNKNOWN = "it may be one of several, since the namespace is not known"


def refusal(release: Release, need: Need, settings: Settings) -> str:
    """Why the target cannot be copied for this reader; empty if it can."""
    target = need.target
    kind = target.identity[:2]
    if need.reference and not _can_rewrite(release, need):
        return "the name stands where presync does not edit: behind an alias, or in a field it only knows by its shape"
    if len({m.identity for m in release.resolve(need.reader, need.reference)} if need.reference else ()) > 1:
        return NAMESPACE_UNKNOWN
    if target.is_copy:
        return "it is a copy itself, for hooks that run at other times"
    if release.meaning(target).standing in (Standing.SKIPPED, Standing.UNRUN, Standing.UNKNOWN):
        return "it is never created: none of its hook words is one that runs"
    row = release.producer(target)
    if row and (reason := why_not(target, row, settings, release.namespace_of(target))):
        return reason
    if row and row.mounted and need.is_made and not _mounts(release, need):
        return f"it makes it only while a pod mounts it, and {need.workload} does not"
    if not row and kind not in COPIED_KINDS:
        return "a volume has data of its own" if kind == CLAIM else f"presync copies no {target.identity.kind}"
    return _kept_back(release, need, settings) or _unwritable(release, need)


def _unwritable(release: Release, need: Need) -> str:
    """What about its text, or its reader's wave, stands in the way of a copy."""
    target = need.target
    if target.identity[:2] in BINDINGS and not are_subjects_written(target):
        return "its subjects stand behind an alias"
    metadata = nodes.lookup(target.root, "metadata")
    inline = metadata is not None and nodes.is_mapping(metadata) and metadata.flow_style
    if inline and any(nodes.find(metadata, field) for field in UNCOPIED_FIELDS):
        return f"its {' or '.join(UNCOPIED_FIELDS)} cannot be left out of one line"
    if target.item is not None and scissors.holds_anchors(target):
        return "it has anchors, which one document cannot hold twice"
    if scissors.is_open_ended(target):
        return "its text ends with the stream, without a line end"
    if release.target == "argocd" and "PostDelete" in release.meaning(need.workload).words:
        return "its reader also runs after the application is deleted, when a copy is gone"
    if release.meaning(need.workload).wave < MIN_WAVE + MOST_AHEAD:
        return "no wave is left before its reader"
    return edits.obstacle(target)


def is_created_once(release: Release, target: Manifest) -> bool:
    """Helm's idiom for passwords: a hook of the first install only, which no upgrade touches."""
    meaning = release.meaning(target)
    return meaning.is_hook and "pre-install" in meaning.words and "pre-upgrade" not in meaning.words


def _can_rewrite(release: Release, need: Need) -> bool:
    reference = need.reference
    assert reference is not None
    return (
        reference.written_here and reference.verified and release.meaning(need.reader).standing is not Standing.UNKNOWN
    )


def _kept_back(release: Release, need: Need, settings: Settings) -> str:
    target = need.target
    kind = target.identity[:2]
    if release.target == "helm" and is_created_once(release, target):
        return "it is made once, at install, and this rendering may give it other content"
    if release.is_generated(target):
        return "it is generated anew by each rendering, so a copy would not agree with the original"
    if kind == SECRET:
        return _secret_kept_back(release, target)
    if kind == SERVICE_ACCOUNT:
        refused = settings.copies.service_account == "refuse"
        return distrust(release, need) or ("the settings say so (copies.serviceAccount: refuse)" if refused else "")
    if kind == CLUSTER_ROLE and nodes.lookup(target.root, "aggregationRule") is not None:
        return "its rules are gathered from other ClusterRoles"
    return ""


def _mounts(release: Release, need: Need) -> bool:
    return any(need.target in release.resolve(need.workload, name) for name in release.references(need.workload))


def _secret_kept_back(release: Release, secret: Manifest) -> str:
    filling = release.production.filling(SECRET, secret.identity.name, release.namespace_of(secret))
    written_type = secret_type(secret)
    if written_type in TOKEN_TYPES:
        return f"a Secret of type {written_type} {TOKEN_TYPES[written_type]}"
    for key in GENERATED_BY:
        if key in secret.annotations:
            return "an operator generates its content"
    if filling:
        return f"{filling[0]} fills it later, and would not fill a copy"
    if not any(nodes.pairs(nodes.lookup(secret.root, field)) for field in ("data", "stringData")):
        return "it has no data in the chart: something fills it later"
    return ""


def secret_type(secret: Manifest) -> str:
    return nodes.text(nodes.lookup(secret.root, "type")) or "Opaque"
