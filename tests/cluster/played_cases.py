"""Releases that are played on the imaginary cluster and on the real one: for each rule of the simulator one that needs
it. `$VERSION` stands for what changes with every revision."""

from __future__ import annotations

import json
from typing import Any

from ruamel.yaml import YAML

from .scenario import CHART, IMAGE
from .scenario import helm as run_helm

Object = dict[str, Any]
HOOK, WAVE, POLICY = (f"argocd.argoproj.io/{key}" for key in ("hook", "sync-wave", "hook-delete-policy"))
HELM_HOOK, WEIGHT, HELM_POLICY = (f"helm.sh/hook{key}" for key in ("", "-weight", "-delete-policy"))
BEFORE, SUCCEEDED, FAILED = "BeforeHookCreation", "HookSucceeded", "HookFailed"
OUTSIDE = "outside"  # a ConfigMap of nobody's release: what each workload does in this operation


RECORDED = ("Secret", "ConfigMap", "ServiceAccount", "Pod", "Job", "Deployment", "Role", "RoleBinding")


def argocd(word: str = "PreSync", *policies: str, wave: int | None = None) -> dict[str, str]:
    found = {HOOK: word} | ({POLICY: ",".join(policies)} if policies else {})
    return found | ({WAVE: str(wave)} if wave is not None else {})


def helm(word: str = "pre-install,pre-upgrade", *policies: str, weight: int | None = None) -> dict[str, str]:
    found = {HELM_HOOK: word} | ({HELM_POLICY: ",".join(policies)} if policies else {})
    return found | ({WEIGHT: str(weight)} if weight is not None else {})


def thing(kind: str, name: str, annotations: dict[str, str] | None = None, api: str = "v1", **body: Any) -> Object:
    return {"apiVersion": api, "kind": kind, "metadata": {"name": name, "annotations": annotations or {}}, **body}


def secret(name: str = "db", annotations: dict[str, str] | None = None) -> Object:
    return thing("Secret", name, annotations, stringData={"url": "$VERSION"})


def config_map(name: str = "config", annotations: dict[str, str] | None = None) -> Object:
    return thing("ConfigMap", name, annotations, data={"a": "$VERSION"})


def account(name: str = "shop", annotations: dict[str, str] | None = None) -> Object:
    return thing("ServiceAccount", name, annotations)


def grants(name: str = "shop", annotations: dict[str, str] | None = None) -> list[Object]:
    group = "rbac.authorization.k8s.io"
    subject, role = {"kind": "ServiceAccount", "name": name}, {"apiGroup": group, "kind": "Role", "name": name}
    return [
        thing("Role", name, annotations, f"{group}/v1", rules=[]),
        thing("RoleBinding", name, annotations, f"{group}/v1", subjects=[subject], roleRef=role),
    ]


def pod(does: str, *reads: str, version: str = "$VERSION", **more: Any) -> Object:
    """Does what the outside says under this name; nothing, and well, where it says nothing."""
    told = {"configMapKeyRef": {"name": OUTSIDE, "key": does, "optional": True}}
    container = {
        "name": "main",
        "image": IMAGE,
        "command": ["sh", "-c", 'eval "${DO:-true}"'],
        "env": [{"name": "DO", "valueFrom": told}, {"name": "VERSION", "value": version}],
        "envFrom": [_reference(name) for name in reads],
    }
    fixed = {"terminationGracePeriodSeconds": 0, "dnsPolicy": "Default", "containers": [container]}
    return fixed | {"automountServiceAccountToken": False} | more


def _reference(name: str) -> Object:
    kind, _, found = name.rpartition("/")
    return {"configMapRef" if kind == "ConfigMap" else "secretRef": {"name": found}}


def job(
    name: str, annotations: dict[str, str], *reads: str, version: str = "$VERSION", generated: bool = False, **more: Any
) -> Object:
    spec = pod(name.rstrip("-"), *reads, version=version, **more) | {"restartPolicy": "Never"}
    made = thing("Job", name, annotations, "batch/v1", spec={"backoffLimit": 0, "template": {"spec": spec}})
    if generated:
        made["metadata"] = {"generateName": name, "annotations": annotations}
    return made


def migrate(annotations: dict[str, str], *reads: str, **more: Any) -> Object:
    return job("migrate", annotations, *reads, **more)


def app(*reads: str, annotations: dict[str, str] | None = None, **more: Any) -> Object:
    """A Deployment without pods: whether they find what they read is seen elsewhere."""
    labels = {"app": "app"}
    template = {"metadata": {"labels": labels}, "spec": pod("app", *reads, **more)}
    spec = {"replicas": 0, "selector": {"matchLabels": labels}, "template": template}
    return thing("Deployment", "app", annotations, "apps/v1", spec=spec)


def single(annotations: dict[str, str], *reads: str) -> Object:
    return thing("Pod", "migrate", annotations, spec=pod("migrate", *reads) | {"restartPolicy": "Never"})


BASIC = (secret(), app("db"))
COPY = argocd("PreSync", BEFORE, SUCCEEDED, wave=-1)
ARGOCD: dict[str, list[Object]] = {
    "no hooks": [*BASIC, config_map()],
    "missing Secret": [*BASIC, migrate(argocd(), "db")],
    "default policy": [*BASIC, secret("own", argocd(wave=-1)), migrate(argocd(), "own")],
    "copies": [*BASIC, secret("own", COPY), config_map("own", COPY), migrate(argocd("PreSync", BEFORE), "own")],
    "succeeded only": [*BASIC, secret("own", argocd("PreSync", SUCCEEDED, wave=-1)), migrate(argocd(), "own")],
    "failed only": [*BASIC, secret("own", argocd("PreSync", FAILED, wave=-1)), migrate(argocd(), "own")],
    "failed on the job": [*BASIC, secret("own", argocd(wave=-1)), migrate(argocd("PreSync", BEFORE, FAILED), "own")],
    "all policies": [secret("own", argocd("PreSync", BEFORE, SUCCEEDED, FAILED, wave=-1)), migrate(argocd(), "own")],
    "job with succeeded only": [*BASIC, migrate(argocd("PreSync", SUCCEEDED), version="1")],
    "changed job with succeeded only": [*BASIC, migrate(argocd("PreSync", SUCCEEDED))],
    "job with failed only": [*BASIC, migrate(argocd("PreSync", FAILED), version="1")],
    "Helm's words": [*BASIC, secret("own", helm(weight=-1)), migrate(helm(), "own")],
    "Helm's policies": [
        *BASIC, secret("own", helm("pre-install,pre-upgrade", "before-hook-creation", "hook-succeeded", weight=-1)),
        migrate(helm("pre-upgrade", "hook-succeeded", "before-hook-creation"), "own"),
    ],
    "two vocabularies": [
        *BASIC, secret("own", argocd("PreSync", BEFORE, wave=-1) | helm("pre-install", "hook-succeeded", weight=3)),
        migrate(argocd("PreSync", BEFORE) | helm("post-install", "hook-succeeded"), "own"),
    ],
    "unknown words": [
        *BASIC, secret("lost", argocd("Presync")), config_map("lost", helm("Pre-Install")), migrate(argocd()),
        secret("skipped", argocd("Skip")), config_map("tested", helm("test")),
    ],
    "waves": [
        secret("first", argocd(wave=-2)), config_map("then", argocd(wave=-1)), migrate(argocd(wave=0), "first"),
        job("second", argocd(wave=1), "ConfigMap/then"), *BASIC, config_map("late", {WAVE: "2"}),
    ],
    "two jobs at once": [*BASIC, migrate(argocd()), job("other", argocd())],
    "all phases": [
        migrate(argocd("PreSync", BEFORE)), *BASIC, job("during", argocd("Sync"), "db"),
        job("after", argocd("PostSync", BEFORE, SUCCEEDED), "db"),
    ],
    "several phases": [*BASIC, job("twice", argocd("PreSync,PostSync")), secret("own", argocd("PreSync,Sync"))],
    "Helm's two events": [*BASIC, job("twice", helm("pre-install,post-upgrade", "before-hook-creation"))],
    "failure hook": [
        *BASIC, secret("own", COPY), migrate(argocd(), "own"), job("sorry", argocd("SyncFail"), "own"),
        job("notes", argocd("SyncFail", FAILED, wave=5), "own"),
    ],
    "failure hook that succeeded": [*BASIC, migrate(argocd()), job("sorry", argocd("SyncFail", SUCCEEDED, BEFORE))],
    "failure hook without its copy": [
        *BASIC, secret("own", argocd("PreSync", BEFORE, FAILED, wave=-1)), migrate(argocd(), "own"),
        job("sorry", argocd("SyncFail"), "own"),
    ],
    "generated name": [*BASIC, job("migrate-", argocd("PreSync", BEFORE), generated=True)],
    "generated name with succeeded": [*BASIC, job("migrate-", argocd("PreSync", SUCCEEDED), generated=True)],
    "shared hook": [secret("db", argocd(wave=-1)), app("db"), migrate(argocd(), "db")],
    "shared hook that goes": [
        secret("db", argocd("PreSync", BEFORE, SUCCEEDED, wave=-1)), app("db"), migrate(argocd(), "db"),
    ],
    "hook, then ordinary": [secret("db", argocd(wave=-1)), app("db"), secret("db"), migrate(argocd())],
    "ordinary, then hook": [secret("db"), app("db"), secret("db", argocd(wave=-1)), migrate(argocd(), "db")],
    "account": [
        account(), *grants(), app("db", serviceAccountName="shop"), secret(),
        migrate(argocd(), "db", serviceAccountName="shop"),
    ],
    "account of hooks": [
        *BASIC, account("own", COPY), *grants("own", COPY), migrate(argocd(), "db", serviceAccountName="own"),
        secret("db", argocd(wave=-2)),
    ],
    "single pod": [*BASIC, secret("own", COPY), single(argocd("PreSync", BEFORE), "own")],
    "hooks only": [secret("own", COPY), migrate(argocd(), "own")],
    "marked": [*BASIC, migrate({"presync/phase": "PreSync"}, "db", version="1")],
    "ordinary job": [*BASIC, migrate({}, "db", version="1")],
    "changed ordinary job": [*BASIC, job("once", {}, "db")],
    "sync hooks only": [*BASIC, job("during", argocd("Sync", SUCCEEDED, wave=1), "db")],
}  # fmt: skip

C = "before-hook-creation,hook-succeeded"
PRE = "pre-install,pre-upgrade"
HELM_OWN = secret("own", helm(PRE, C, weight=-5))
HELM: dict[str, list[Object]] = {
    "no hooks": [*BASIC, config_map()],
    "missing Secret": [*BASIC, migrate(helm(), "db")],
    "default policy": [*BASIC, secret("own", helm(weight=-5)), migrate(helm(), "own")],
    "copies": [*BASIC, HELM_OWN, config_map("own", helm(PRE, C, weight=-4)), migrate(helm(), "own")],
    "succeeded only": [*BASIC, secret("own", helm(PRE, "hook-succeeded", weight=-5)), migrate(helm(), "own")],
    "failed only": [*BASIC, secret("own", helm(PRE, "hook-failed", weight=-5)), migrate(helm(), "own")],
    "failed on the job": [*BASIC, HELM_OWN, migrate(helm(PRE, "before-hook-creation", "hook-failed"), "own")],
    "all policies": [
        *BASIC, secret("own", helm(PRE, C, "hook-failed", weight=-5)), migrate(helm(PRE, C, "hook-failed"), "own"),
    ],
    "job with succeeded only": [*BASIC, migrate(helm(PRE, "hook-succeeded"), version="1")],
    "changed job with succeeded only": [*BASIC, migrate(helm(PRE, "hook-succeeded"))],
    "useless words": [*BASIC, secret("own", helm(PRE, "bogus", weight=-5)), migrate(helm(), "own")],
    "names": [*BASIC, secret("zz", helm(PRE, C)), migrate(helm(), "zz")],
    "weights": [
        *BASIC, HELM_OWN, migrate(helm(weight=0), "own"), job("second", helm(PRE, C, weight=5), "own"),
        secret("last", helm(PRE, C, weight=9)),
    ],
    "two jobs": [*BASIC, HELM_OWN, migrate(helm(), "own"), job("other", helm(), "own")],
    "after the release": [*BASIC, migrate(helm()), job("after", helm("post-install,post-upgrade"), "db")],
    "two events": [*BASIC, migrate(helm("pre-install,post-upgrade")), HELM_OWN],
    "first install only": [*BASIC, secret("once", helm("pre-install", weight=-5)), migrate(helm(), "once")],
    "upgrade only": [*BASIC, migrate(helm("pre-upgrade"), "db", version="1")],
    "rollback hooks": [*BASIC, migrate(helm()), job("back", helm("pre-rollback")), job("forth", helm("post-rollback"))],
    "deletion hooks": [*BASIC, migrate(helm()), job("bye", helm("pre-delete"))],
    "tests": [*BASIC, migrate(helm()), job("try", helm("test"), "db")],
    "unknown words": [*BASIC, secret("lost", helm("Presync")), config_map("lost", helm(PRE + ",")), migrate(helm())],
    "shared hook": [secret("db", helm(weight=-5)), app("db"), migrate(helm(), "db")],
    "shared hook that goes": [secret("db", helm(PRE, C, weight=-5)), app("db"), migrate(helm(), "db")],
    "hook and ordinary": [secret("db"), app("db"), secret("db", helm(weight=-5)), migrate(helm(), "db")],
    "generated name": [*BASIC, job("migrate-", helm(PRE, "before-hook-creation"), generated=True)],
    "account": [
        account(), *grants(), app("db", serviceAccountName="shop"), secret(),
        migrate(helm(), "db", serviceAccountName="shop"),
    ],
    "single pod": [*BASIC, HELM_OWN, single(helm(), "own")],
    "hooks only": [HELM_OWN, migrate(helm(), "own")],
    "marked": [*BASIC, migrate({"presync/phase": "PreSync"}, "db", version="1")],
    "ordinary job": [*BASIC, migrate({}, "db", version="1")],
    "changed ordinary job": [*BASIC, job("once", {}, "db")],
    "kept": [*BASIC, config_map("kept", {"helm.sh/resource-policy": "keep"}), migrate(helm())],
}  # fmt: skip


def text(objects: list[Object]) -> str:
    return "".join(f"---\n{json.dumps(each)}\n" for each in objects)


def marked(objects: list[Object]) -> list[Object]:
    """As Helm 4 hands them to a post-renderer."""
    return [
        {**each, "metadata": {**each["metadata"], "annotations": {**each["metadata"]["annotations"], **FILE}}}
        for each in objects
    ]


FILE = {"postrenderer.helm.sh/postrender-filename": "demo/templates/all.yaml"}


def version(written: str, number: int) -> str:
    return written.replace("$VERSION", str(number))


# -- This project's chart with its own values: those that need nothing from elsewhere

CHART_VALUES = ("default", "argocd", "postrenderer", "shared-serviceaccount", "everything")


def chart_cases(version: str) -> dict[str, list[Object]]:
    """What Helm renders of it, and each pod does what the outside says."""
    found = {}
    for name in CHART_VALUES:
        command = ("template", "demo", str(CHART), "--values", str(CHART / f"ci/{name}-values.yaml"))
        done = run_helm(version, *command, kubeconfig="")
        assert done.returncode == 0, done.stderr
        documents = (each for each in YAML(typ="safe").load_all(done.stdout) if each)
        found[f"chart, {name}"] = [_told(each) for each in documents if each["kind"] in RECORDED]
    return found


def _told(body: Object) -> Object:
    body["metadata"].setdefault("annotations", {})
    if body["kind"] in ("Job", "Deployment"):
        spec = body["spec"]["template"]["spec"]
        container = pod(body["metadata"]["name"])["containers"][0]
        wanted = spec["containers"][0]
        kept = {key: wanted[key] for key in ("envFrom", "volumeMounts") if key in wanted}
        own = [each for each in wanted.get("env", ()) if "valueFrom" in each]
        spec["containers"] = [container | kept | {"env": [*container["env"], *own]}]
        spec |= {"dnsPolicy": "Default", "terminationGracePeriodSeconds": 0, "securityContext": {}}
        spec.pop("initContainers", None)
        spec.pop("imagePullSecrets", None)
        body["spec"] |= {"replicas": 0} if body["kind"] == "Deployment" else {"backoffLimit": 0}
    return body
