"""One Kubernetes object of a stream and its identity."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from .yaml_text import load

if TYPE_CHECKING:
    from collections.abc import Iterator

CLUSTER_SCOPED = frozenset(
    {
        "APIService", "CSIDriver", "ClusterIssuer", "ClusterRole", "ClusterRoleBinding", "ClusterSecretStore",
        "CustomResourceDefinition", "IngressClass", "MutatingWebhookConfiguration", "Namespace", "PersistentVolume",
        "PodSecurityPolicy", "PriorityClass", "RuntimeClass", "StorageClass", "ValidatingWebhookConfiguration",
    }
)  # fmt: skip


class Key(NamedTuple):
    """Argo CD's identity: no version in it."""

    group: str
    kind: str
    namespace: str
    name: str

    def __str__(self) -> str:
        return f"{self.kind}/{self.name}"


@dataclass(frozen=True)
class Resource:
    key: Key
    body: dict[str, Any]
    document: int

    def __str__(self) -> str:
        return str(self.key)

    def metadata(self, part: str) -> dict[str, Any]:
        value = (self.body.get("metadata") or {}).get(part)
        return value if isinstance(value, dict) else {}

    @property
    def annotations(self) -> dict[str, str]:
        """One value that is no string hides them all, as `unstructured.GetAnnotations` does."""
        found = self.metadata("annotations")
        return found if all(isinstance(value, str) for value in found.values()) else {}

    @property
    def is_copy(self) -> bool:
        return self.metadata("labels").get("presync/copy") == "true" or "presync/copy-of" in self.annotations


def resources_of(document: str, index: int, release_namespace: str) -> Iterator[Resource]:
    for body in _bodies(load(document)):
        yield Resource(identity(body, release_namespace), body, index)


def _bodies(content: Any) -> Iterator[dict[str, Any]]:
    if not isinstance(content, dict) or not isinstance(content.get("kind"), str):
        return
    if content["kind"].endswith("List") and isinstance(content.get("items"), list):
        for item in content["items"]:
            yield from _bodies(item)
    else:
        yield content


def identity(body: dict[str, Any], release_namespace: str) -> Key:
    metadata = body.get("metadata") or {}
    kind = body["kind"]
    version = str(body.get("apiVersion") or "")
    group = version.rpartition("/")[0]
    namespace = "" if kind in CLUSTER_SCOPED else str(metadata.get("namespace") or release_namespace)
    name = metadata.get("name") or f"{metadata.get('generateName')}*"
    return Key(group, kind, namespace, str(name))
