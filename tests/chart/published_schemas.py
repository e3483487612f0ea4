"""The schemas that API servers publish, made strict: a field that they do not name is refused.

Kubernetes has them in its source as OpenAPI, one file per API version; the External Secrets operator as a custom
resource definition. Both sources are Go modules, so Go brings them and checks their sums, and the few files that are
needed stay in the user's cache. They hold fields, types and what is required, but of most words not which are allowed,
and no rules between fields: those are only in the API server's code.
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
OBJECT_META = "#/components/schemas/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "presync" / "schemas"

Schema = dict[str, Any]


@functools.cache
def validator(api_version: str, kind: str) -> jsonschema.Draft202012Validator:
    group, _, version = api_version.rpartition("/")
    schema = _custom(CRDS[group], version) if group in CRDS else _built_in(group, version, kind)
    return jsonschema.Draft202012Validator(schema)


def faults(body: Schema) -> list[str]:
    found: Iterator[jsonschema.ValidationError] = validator(body["apiVersion"], body["kind"]).iter_errors(body)
    return [f"{fault.json_path}: {fault.message}" for fault in found]


def _built_in(group: str, version: str, kind: str) -> Schema:
    components = _components(group, version)
    meant = {"group": group, "version": version, "kind": kind}
    (name,) = (
        name for name, one in components["schemas"].items() if meant in one.get("x-kubernetes-group-version-kind", ())
    )
    return {"$ref": f"#/components/schemas/{name}", "components": components}


def _custom(path: str, version: str) -> Schema:
    """A definition leaves the metadata to the API server."""
    definition = YAML(typ="safe").load(_file(EXTERNAL_SECRETS, path).read_text())
    (schema,) = (one["schema"] for one in definition["spec"]["versions"] if one["name"] == version)
    schema = strict(schema["openAPIV3Schema"])
    schema["properties"]["metadata"] = {"$ref": OBJECT_META}
    return {**schema, "components": _components("", "v1")}


@functools.cache
def _components(group: str, version: str) -> Schema:
    name = f"apis__{group}__{version}" if group else f"api__{version}"
    return strict(json.loads(_file(KUBERNETES, f"api/openapi-spec/v3/{name}_openapi.json").read_text())["components"])


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


def _module(module: str) -> Path:
    folder, reason = _downloaded(module)
    if not folder:
        pytest.skip(reason)
    return Path(folder)


@functools.cache
def _downloaded(module: str) -> tuple[str, str]:
    """The module's folder, or why there is none. In CI a download has to work."""
    go = shutil.which("go")
    if not go:
        return "", "no go on PATH: it brings the published schemas"
    command = (go, "mod", "download", "-json", module)
    done = subprocess.run(command, capture_output=True, check=False, text=True, cwd="/", timeout=600)
    said = f"go could not download {module}: {done.stdout}{done.stderr}"
    assert done.returncode == 0 or not os.environ.get("CI"), said
    return ("", said) if done.returncode else (json.loads(done.stdout)["Dir"], "")
