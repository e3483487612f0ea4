"""What tests are given: small objects as text, and the releases they make."""

from __future__ import annotations

from typing import TYPE_CHECKING

from postrenderer import pipeline, stream
from postrenderer.findings import Severity
from postrenderer.manifest import manifests
from postrenderer.settings import DEFAULTS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from postrenderer.findings import Finding
    from postrenderer.hooks import Target
    from postrenderer.manifest import Manifest
    from postrenderer.release import Release
    from postrenderer.settings import Settings

PRE_SYNC = "argocd.argoproj.io/hook: PreSync"
SYNC_FAIL = "argocd.argoproj.io/hook: SyncFail"
HELM_PRE = 'helm.sh/hook: "pre-install,pre-upgrade"'
BEFORE = "argocd.argoproj.io/hook-delete-policy: BeforeHookCreation"
HELM_4 = "postrenderer.helm.sh/postrender-filename: app/templates/all.yaml"


def wave(number: int) -> str:
    return f'argocd.argoproj.io/sync-wave: "{number}"'


def thing(
    kind: str,
    name: str,
    annotations: str = "",
    body: str = "",
    api: str = "v1",
    namespace: str = "",
    labels: str = "",
    source: str = "",
) -> str:
    """Any object; annotations and labels are the inside of a flow map, the body are further lines."""
    lines = [
        "---",
        *([f"# Source: {source}"] if source else []),
        f"apiVersion: {api}",
        f"kind: {kind}",
        "metadata:",
        f"  name: {name}",
        *([f"  namespace: {namespace}"] if namespace else []),
        *([f"  annotations: {{{annotations}}}"] if annotations else []),
        *([f"  labels: {{{labels}}}"] if labels else []),
        *([body] if body else []),
    ]
    return "\n".join(lines) + "\n"


def secret(name: str = "db", annotations: str = "", body: str = "stringData: {url: x}", **more: str) -> str:
    return thing("Secret", name, annotations, body, **more)


def config_map(name: str = "config", annotations: str = "", body: str = "data: {a: b}", **more: str) -> str:
    return thing("ConfigMap", name, annotations, body, **more)


def account(name: str = "app", annotations: str = "", body: str = "", **more: str) -> str:
    return thing("ServiceAccount", name, annotations, body, **more)


def role(name: str = "app", annotations: str = "", kind: str = "Role") -> str:
    return thing(kind, name, annotations, "rules: []", "rbac.authorization.k8s.io/v1")


def binding(
    name: str = "app", accounts: str = "app", annotations: str = "", kind: str = "RoleBinding", to: str = "Role/app"
) -> str:
    """A binding of the accounts, `name` or `namespace/name` each, to a role."""
    subjects = [subject.rpartition("/") for subject in accounts.split()]
    listed = ", ".join(
        f"{{kind: ServiceAccount, name: {name}{f', namespace: {home}' if home else ''}}}" for home, _, name in subjects
    )
    role_kind, _, role_name = to.partition("/")
    body = (
        f"subjects: [{listed}]\nroleRef: {{apiGroup: rbac.authorization.k8s.io, kind: {role_kind}, name: {role_name}}}"
    )
    return thing(kind, name, annotations, body, "rbac.authorization.k8s.io/v1")


def reads(*secrets: str, pod: str = "") -> str:
    """A pod spec, the inside of a flow map, that reads these Secrets."""
    listed = ", ".join(f"{{secretRef: {{name: {name}}}}}" for name in secrets)
    return f"containers: [{{name: m, image: i, envFrom: [{listed}]}}]" + (f", {pod}" if pod else "")


def job(name: str = "migrate", annotations: str = PRE_SYNC, pod: str = "", **more: str) -> str:
    body = f"spec: {{template: {{spec: {{{pod or reads('db')}}}}}}}"
    return thing("Job", name, annotations, body, "batch/v1", **more)


def app(name: str = "app", pod: str = "", annotations: str = "", **more: str) -> str:
    body = f"spec: {{template: {{spec: {{{pod or reads('db')}}}}}}}"
    return thing("Deployment", name, annotations, body, "apps/v1", **more)


def release(
    text: str, target: Target = "argocd", namespace: str = "", again: str | None = None, parse_all: bool = False
) -> Release:
    second = stream.split(again) if again is not None else None
    return pipeline.read(stream.split(text), target, namespace, second, parse_all)


def rendered(
    text: str,
    target: Target = "argocd",
    settings: Settings = DEFAULTS,
    namespace: str = "",
    again: str | None = None,
) -> pipeline.Rendered:
    return pipeline.render(release(text, target, namespace, again), settings)


def output(text: str, target: Target = "argocd", settings: Settings = DEFAULTS, namespace: str = "") -> Release:
    """The release that a render which was not refused gives."""
    result = rendered(text, target, settings, namespace)
    assert [judged.finding.message for judged in result.judged if judged.refuses] == []
    return release(result.text, target, namespace)


def refusals(text: str, target: Target = "argocd", settings: Settings = DEFAULTS, namespace: str = "") -> list[Finding]:
    judged = rendered(text, target, settings, namespace).judged
    return [each.finding for each in judged if each.refuses]


def left(text: str, target: Target = "argocd", settings: Settings = DEFAULTS) -> list[str]:
    """Rules whose findings a render leaves for people, notes apart."""
    judged = rendered(text, target, settings).judged
    return [e.finding.rule for e in judged if not e.settled and e.finding.severity is not Severity.NOTE]


def one(text: str) -> Manifest:
    """The only object of a text."""
    (document,) = stream.split(text)
    (manifest,) = manifests(document)
    return manifest


def named(held: Release | Iterable[Manifest], name: str) -> Manifest:
    """The only object of that kind and name, `Secret/db`."""
    listed = held.manifests if hasattr(held, "manifests") else held
    (found,) = (manifest for manifest in listed if str(manifest) == name)
    return found


def names(listed: Iterable[Manifest]) -> list[str]:
    return [str(manifest) for manifest in listed]
