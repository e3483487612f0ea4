"""Releases that nobody wrote: few names, so that hooks and ordinary objects meet, share, repeat and get in the way."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

NAMES = ("db", "config", "shop")
POOL = st.sampled_from((*NAMES, *NAMES, "db-presync"))
PHASES = ("PreSync", "PreSync", "PreSync", "Sync", "PostSync", "SyncFail")
EVENTS = (
    "pre-install,pre-upgrade",
    "pre-install,pre-upgrade",
    "pre-upgrade",
    "pre-install",
    "post-install,post-upgrade",
    "pre-install,post-upgrade",
    "post-upgrade",
)
ODD_PHASES = ("Skip", "Presync", "PostDelete", "PreSync,Skip")
ODD_EVENTS = ("test", "pre-rollback", "pre-delete", "Pre-Install", "crd-install", "pre-install,pre-delete")
POLICIES = ("BeforeHookCreation", "HookSucceeded", "HookFailed")
HELM_POLICIES = ("before-hook-creation", "hook-succeeded", "hook-failed", "never")
HELM_4 = {"postrenderer.helm.sh/postrender-filename": "app/templates/all.yaml"}

Object = dict[str, Any]


def _listed(words: tuple[str, ...], most: int) -> SearchStrategy[str]:
    return st.lists(st.sampled_from(words), min_size=1, max_size=most, unique=True).map(",".join)


@st.composite
def _wave(draw: st.DrawFn, key: str) -> dict[str, str]:
    return {key: str(draw(st.integers(-3, 3)))} if draw(st.integers(0, 2)) == 0 else {}


@st.composite
def argocd_hook(draw: st.DrawFn) -> dict[str, str]:
    odd = draw(st.integers(0, 19)) == 0
    word = draw(st.sampled_from(ODD_PHASES)) if odd else draw(_listed(PHASES, 2))
    found = {"argocd.argoproj.io/hook": word, **draw(_wave("argocd.argoproj.io/sync-wave"))}
    if draw(st.booleans()):
        found["argocd.argoproj.io/hook-delete-policy"] = draw(_listed(POLICIES, 3))
    return found


@st.composite
def helm_hook(draw: st.DrawFn) -> dict[str, str]:
    odd = draw(st.integers(0, 19)) == 0
    word = draw(st.sampled_from(ODD_EVENTS if odd else EVENTS))
    found = {"helm.sh/hook": word, **draw(_wave("helm.sh/hook-weight"))}
    if draw(st.booleans()):
        found["helm.sh/hook-delete-policy"] = draw(_listed(HELM_POLICIES, 3))
    return found


@st.composite
def hooked(draw: st.DrawFn) -> dict[str, str]:
    """Annotations of a hook in either vocabulary, or both; or presync's own word."""
    spelled = draw(st.sampled_from(("argocd", "helm", "helm", "both", "marked")))
    if spelled == "marked":
        return {"presync/phase": "PreSync"}
    own = draw(argocd_hook()) if spelled != "helm" else {}
    return own | (draw(helm_hook()) if spelled != "argocd" else {})


@st.composite
def ordinary(draw: st.DrawFn) -> dict[str, str]:
    """Annotations of an ordinary object."""
    rare = draw(st.integers(0, 9))
    if rare == 0:
        return draw(_wave("argocd.argoproj.io/sync-wave"))
    if rare == 1:
        return draw(_wave("helm.sh/hook-weight"))
    return {"helm.sh/resource-policy": "keep"} if rare == 2 else {}


PASSIVE = st.one_of(ordinary(), ordinary(), ordinary(), hooked())


def thing(kind: str, name: str, annotations: dict[str, str], api: str = "v1", **body: Any) -> Object:
    return {"apiVersion": api, "kind": kind, "metadata": {"name": name, "annotations": annotations}, **body}


@st.composite
def pod(draw: st.DrawFn) -> dict[str, Any]:
    """A pod spec that reads Secrets and ConfigMaps in one of the ways there are, maybe with an account."""
    found: dict[str, Any] = {}
    container: dict[str, Any] = {"name": "c", "image": "i"}
    ways = draw(st.lists(st.sampled_from(READING), min_size=0, max_size=3, unique=True))
    for way in ways:
        way(found, container, draw(POOL))
    if draw(st.integers(0, 2)) == 0:
        found["serviceAccountName"] = draw(st.sampled_from(NAMES))
    listed = draw(st.sampled_from(("containers", "containers", "containers", "initContainers")))
    found[listed] = [container]
    if listed == "initContainers":
        found["containers"] = [{"name": "d", "image": "i"}]
    return found


def _from_secret(_: Object, container: Object, name: str) -> None:
    container.setdefault("envFrom", []).append({"secretRef": {"name": name}})


def _from_config_map(_: Object, container: Object, name: str) -> None:
    container.setdefault("envFrom", []).append({"configMapRef": {"name": name}})


def _one_key(_: Object, container: Object, name: str) -> None:
    reference = {"secretKeyRef": {"name": name, "key": "url"}}
    container.setdefault("env", []).append({"name": "URL", "valueFrom": reference})


def _volume(spec: Object, _: Object, name: str) -> None:
    spec.setdefault("volumes", []).append({"name": "v", "secret": {"secretName": name}})


def _projected(spec: Object, _: Object, name: str) -> None:
    sources = [{"secret": {"name": name}}, {"configMap": {"name": name}}]
    spec.setdefault("volumes", []).append({"name": "p", "projected": {"sources": sources}})


def _pulled(spec: Object, _: Object, name: str) -> None:
    spec["imagePullSecrets"] = [{"name": name}]


READING = (_from_secret, _from_secret, _from_config_map, _one_key, _volume, _projected, _pulled)


@st.composite
def secret(draw: st.DrawFn) -> Object:
    return thing("Secret", draw(POOL), draw(PASSIVE), stringData={"url": "x"})


@st.composite
def config_map(draw: st.DrawFn) -> Object:
    return thing("ConfigMap", draw(POOL), draw(PASSIVE), data={"a": "b"})


@st.composite
def account(draw: st.DrawFn) -> Object:
    pulls = {"imagePullSecrets": [{"name": draw(POOL)}]} if draw(st.integers(0, 2)) == 0 else {}
    return thing("ServiceAccount", draw(st.sampled_from(NAMES)), draw(PASSIVE), **pulls)


@st.composite
def grants(draw: st.DrawFn) -> Object:
    names = draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=2, unique=True))
    return thing(
        "RoleBinding",
        draw(st.sampled_from(NAMES)),
        draw(PASSIVE),
        "rbac.authorization.k8s.io/v1",
        subjects=[{"kind": "ServiceAccount", "name": name} for name in names],
        roleRef={"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": draw(st.sampled_from(NAMES))},
    )


@st.composite
def role(draw: st.DrawFn) -> Object:
    return thing("Role", draw(st.sampled_from(NAMES)), draw(PASSIVE), "rbac.authorization.k8s.io/v1", rules=[])


@st.composite
def producer(draw: st.DrawFn) -> Object:
    spec = {"target": {"name": draw(st.sampled_from(NAMES))}}
    return thing("ExternalSecret", draw(st.sampled_from(NAMES)), draw(PASSIVE), "external-secrets.io/v1", spec=spec)


@st.composite
def application(draw: st.DrawFn) -> Object:
    kind = draw(st.sampled_from(("Deployment", "Deployment", "StatefulSet", "CronJob", "Ingress")))
    name, annotations = draw(st.sampled_from(("app", "worker"))), draw(ordinary())
    if kind == "Ingress":
        return thing(kind, name, annotations, "networking.k8s.io/v1", spec={"tls": [{"secretName": draw(POOL)}]})
    template = {"template": {"spec": draw(pod())}}
    if kind == "CronJob":
        return thing(kind, name, annotations, "batch/v1", spec={"jobTemplate": {"spec": template}})
    return thing(kind, name, annotations, "apps/v1", spec=template)


@st.composite
def workload(draw: st.DrawFn) -> Object:
    """A hook that runs: mostly a Job."""
    name, annotations, spec = draw(st.sampled_from(("migrate", "seed", "notify"))), draw(hooked()), draw(pod())
    kind = draw(st.sampled_from(("Job", "Job", "Job", "Job", "Pod", "Deployment")))
    if kind == "Pod":
        return thing("Pod", name, annotations, spec=spec | {"restartPolicy": "Never"})
    body: dict[str, Any] = {"template": {"spec": spec | ({"restartPolicy": "Never"} if kind == "Job" else {})}}
    if kind == "Job" and draw(st.integers(0, 3)) == 0:
        body["activeDeadlineSeconds"] = 60
    return thing(kind, name, annotations, "batch/v1" if kind == "Job" else "apps/v1", spec=body)


def _named(part: Object) -> tuple[str, str]:
    return part["kind"], part["metadata"]["name"]


@st.composite
def releases(draw: st.DrawFn, target: str = "argocd") -> str:
    """The text of a release: an application, hooks that run, and what they read, in any order."""
    parts = [
        *draw(st.lists(application(), min_size=0, max_size=2, unique_by=_named)),
        *draw(st.lists(workload(), min_size=1, max_size=3, unique_by=_named)),
        *draw(st.lists(st.one_of(secret(), secret(), config_map(), account()), min_size=1, max_size=4)),
        *draw(st.lists(st.one_of(grants(), role(), producer()), min_size=0, max_size=2)),
    ]
    return "".join(_text(draw, part, target) for part in draw(st.permutations(parts)))


def _text(draw: st.DrawFn, part: Object, target: str) -> str:
    folder = draw(st.sampled_from(("templates", "templates", "templates", "templates/presync")))
    source = f"app/{folder}/{part['kind'].lower()}.yaml"
    metadata = dict(part["metadata"])
    marked = dict.fromkeys(HELM_4, source) if target == "helm" else {}
    metadata["annotations"] = metadata["annotations"] | marked
    if not metadata["annotations"] or draw(st.integers(0, 4)) == 0:
        written = [f"metadata: {json.dumps(metadata)}"]
    else:
        annotations = [f"    {key}: {json.dumps(value)}" for key, value in metadata["annotations"].items()]
        written = ["metadata:", f"  name: {metadata['name']}", "  annotations:", *annotations]
    rest = [
        f"{key}: {json.dumps(value)}" for key, value in part.items() if key not in ("apiVersion", "kind", "metadata")
    ]
    head = ["---", f"# Source: {source}", f"apiVersion: {part['apiVersion']}", f"kind: {part['kind']}"]
    return "\n".join([*head, *written, *rest]) + "\n"
