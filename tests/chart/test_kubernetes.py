"""The API server takes what is rendered, and so does a namespace that enforces `restricted`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from ..oracle.references import pod_specs
from ..oracle.release import Release
from . import pod_security, published_schemas
from .description import plain
from .rendering import NAMESPACE, each_file, each_mode, rendered, rendered_by_presync

if TYPE_CHECKING:
    from pathlib import Path


def bodies(text: str) -> list[dict[str, Any]]:
    return [plain(resource.body) for resource in Release(text, NAMESPACE).resources]


@each_file
@each_mode
def test_the_published_schemas_allow_every_object(file: Path, mode: str) -> None:
    found = {body["kind"]: published_schemas.faults(body) for body in bodies(rendered(file, mode))}
    assert {kind: faults for kind, faults in found.items() if faults} == {}


@each_file
def test_the_published_schemas_allow_what_presync_made(file: Path) -> None:
    made = rendered_by_presync(rendered(file, "postrenderer")).stdout  # nothing where it refuses
    assert [fault for body in bodies(made) for fault in published_schemas.faults(body)] == []


OWNER = {"apiVersion": "v1", "kind": "Secret", "uid": "1"}
META = {"apiVersion": "v1", "metadata": {"name": "x"}}
REFUSED = {
    "an unknown field": META | {"kind": "Secret", "dat": {}},
    "an unknown field in metadata": META | {"kind": "Secret", "metadata": {"name": "x", "label": {}}},
    "a number for a text": META | {"kind": "ConfigMap", "data": {"a": 1}},
    "a text for a number": META | {"kind": "Service", "spec": {"ports": [{"port": "80"}]}},
    "nothing for a map": META | {"kind": "ServiceAccount", "metadata": None},
    "an unknown field far inside": META | {"kind": "Pod", "spec": {"containers": [{"name": "x", "envfrom": []}]}},
    "an owner without a name": META | {"kind": "Secret", "metadata": {"ownerReferences": [OWNER]}},
    "a missing field": META | {"kind": "Pod", "spec": {"containers": [{"image": "x"}]}},
    "an unknown field of the operator's": META
    | {"apiVersion": "external-secrets.io/v1", "kind": "ExternalSecret", "spec": {"store": {}}},
    "an unknown field in its metadata": {
        "apiVersion": "external-secrets.io/v1",
        "kind": "ExternalSecret",
        "metadata": {"ownerReferences": [OWNER]},
    },
}


@pytest.mark.parametrize("body", REFUSED.values(), ids=REFUSED)
def test_the_published_schemas_are_strict(body: dict[str, Any]) -> None:
    assert len(published_schemas.faults(body)) == 1


@each_file
@each_mode
def test_every_pod_passes_the_restricted_standard(file: Path, mode: str) -> None:
    pods = {
        str(resource): plain(spec)
        for resource in Release(rendered(file, mode), NAMESPACE).resources
        for spec in pod_specs(resource)
    }
    assert len(pods) == 3  # application, migration, test
    assert {name: faults for name, pod in pods.items() if (faults := [*pod_security.faults(pod)])} == {}


SAFE = {
    "allowPrivilegeEscalation": False,
    "capabilities": {"drop": ["ALL"]},
    "runAsNonRoot": True,
    "seccompProfile": {"type": "RuntimeDefault"},
}


def pod(container: dict[str, Any] | None = None, context: dict[str, Any] | None = None, **spec: Any) -> dict[str, Any]:
    return {"containers": [{"name": "x", **(container or {}), "securityContext": SAFE | (context or {})}], **spec}


UNSAFE = [
    pod(hostNetwork=True),
    pod(hostPID=True),
    pod(hostIPC=True),
    pod(volumes=[{"name": "x", "hostPath": {"path": "/"}}]),
    pod(securityContext={"sysctls": [{"name": "kernel.msgmax", "value": "1"}]}),
    pod(context={"privileged": True}),
    pod(context={"allowPrivilegeEscalation": None}),
    pod(context={"capabilities": {}}),
    pod(context={"capabilities": {"drop": ["ALL"], "add": ["NET_RAW"]}}),
    pod(context={"runAsUser": 0}),
    pod(context={"seccompProfile": {"type": "Unconfined"}}),
    pod(context={"appArmorProfile": {"type": "Unconfined"}}),
    pod(context={"seLinuxOptions": {"user": "root"}}),
    pod(context={"procMount": "Unmasked"}),
    pod(context={"windowsOptions": {"hostProcess": True}}),
    pod({"ports": [{"hostPort": 80}]}),
    pod({"livenessProbe": {"httpGet": {"host": "example.org"}}}),
]


def test_each_rule_of_the_standard_finds_its_fault_and_only_that() -> None:
    found = [[*pod_security.faults(one)] for one in UNSAFE]
    assert [*pod_security.faults(pod())] == []
    assert [one.split(": ")[1] for (one,) in found] == [*pod_security.POD, *pod_security.CONTAINER]
