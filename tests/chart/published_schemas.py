"""The schemas that the API server itself checks objects with, made strict: a field that they do not name is refused.

Kubernetes publishes them as OpenAPI in its source, one file per API version; the External Secrets operator as a custom
resource definition. Both sources are Go modules, so Go brings them and checks their sums. What is needed of them is kept
in the user's cache.
"""

from __future__ import annotations

import functools
import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
from ruamel.yaml import YAML

if TYPE_CHECKING:
    from collections.abc import Iterator

KUBERNETES = "k8s.io/kubernetes@v1.37.0"
EXTERNAL_SECRETS = "github.com/external-secrets/external-secrets@v1.3.2"
CRDS = {"external-secrets.io": "config/crds/bases/external-secrets.io_externalsecrets.yaml"}
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "presync" / "schemas"

Schema = dict[str, Any]


@functools.cache
def validator(api_version: str, kind: str) -> jsonschema.Draft202012Validator:
    group, _, version = api_version.rpartition("/")
    schema = _custom(group, version) if group in CRDS else _built_in(group, version, kind)
    return jsonschema.Draft202012Validator(schema)


def faults(body: Schema) -> list[str]:
    found: Iterator[jsonschema.ValidationError] = validator(body["apiVersion"], body["kind"]).iter_errors(body)
    return [f"{fault.json_path}: {fault.message}" for fault in found]


def _built_in(group: str, version: str, kind: str) -> Schema:
    schemas = strict(_openapi(group, version)["components"])
    meant = {"group": group, "version": version, "kind": kind}
    name = next(
        name for name, one in schemas["schemas"].items() if meant in one.get("x-kubernetes-group-version-kind", ())
    )
    return {"$ref": f"#/components/schemas/{name}", "components": schemas}


@functools.cache
def _openapi(group: str, version: str) -> Schema:
    name = f"apis__{group}__{version}" if group else f"api__{version}"
    if group and "." not in group:
        name = f"apis__{group}__{version}"
    return json.loads(_file(KUBERNETES, f"api/openapi-spec/v3/{name}_openapi.json").read_text())


def _custom(group: str, version: str) -> Schema:
    definition = YAML(typ="safe").load(_file(EXTERNAL_SECRETS, CRDS[group]).read_text())
    (schema,) = (one["schema"] for one in definition["spec"]["versions"] if one["name"] == version)
    schema = strict(schema["openAPIV3Schema"])
    schema["properties"]["metadata"] = _built_in("", "v1", "ConfigMap") | {"$ref": OBJECT_META}
    return schema


OBJECT_META = "#/properties/metadata/components/schemas/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"


def strict(schema: Any) -> Any:
    if isinstance(schema, list):
        return [strict(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {key: strict(one) for key, one in schema.items()}
    if isinstance(schema.get("properties"), dict) and schema.get("type") == "object":
        closed.setdefault("additionalProperties", False)
    return closed


def _file(module: str, path: str) -> Path:
    kept = CACHE / module / Path(path).name
    if not kept.exists():
        kept.parent.mkdir(parents=True, exist_ok=True)
        partial = kept.with_suffix(f".{os.getpid()}")
        shutil.copyfile(_module(module) / path, partial)
        partial.replace(kept)
    return kept


@functools.cache
def _module(module: str) -> Path:
    go = shutil.which("go")
    if not go:
        pytest.skip("no go on PATH: it brings the published schemas")
    done = subprocess.run(
        [go, "mod", "download", "-json", module], capture_output=True, check=False, text=True, cwd="/", timeout=600
    )
    if done.returncode and not os.environ.get("CI"):
        pytest.skip(f"go could not download {module}: {done.stdout}{done.stderr}")
    return Path(json.loads(done.stdout)["Dir"])
