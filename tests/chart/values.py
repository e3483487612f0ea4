"""values.yaml, its descriptions, its schema and its uses."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from ruamel.yaml import YAML

from .rendering import CHART

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

DESCRIPTION = re.compile(r" *# -- (.*)")
MORE = re.compile(r" *# (.*)")
KEY = re.compile(r"( *)(\w+):")
USE = re.compile(r"\.Values\.(\w+(?:\.\w+)*)")
TYPES = {bool: "bool", int: "int", str: "string", list: "list", dict: "object"}

Values = dict[str, Any]


def read_yaml(path: Path) -> Any:
    """Refuses a key that is there twice."""
    return YAML(typ="safe").load(path.read_text())


def schema() -> Values:
    return json.loads((CHART / "values.schema.json").read_text())


def descriptions() -> dict[str, str]:
    """By the whole key: what stands behind `# --` above it, as helm-docs reads it."""
    found: dict[str, str] = {}
    parents: list[tuple[int, str]] = []
    said = ""
    for line in (CHART / "values.yaml").read_text().splitlines():
        if match := DESCRIPTION.match(line):
            said = match[1]
        elif said and (match := MORE.match(line)):
            said += " " + match[1]
        elif match := KEY.match(line):
            parents = [parent for parent in parents if parent[0] < len(match[1])] + [(len(match[1]), match[2])]
            if said:
                found[".".join(key for _, key in parents)] = said
            said = ""
    return found


def leaves(values: Values, described: dict[str, str], above: str = "") -> Iterator[tuple[str, Any]]:
    """What a user sets: every key that is described, or below which nothing is."""
    for key, value in values.items():
        if above + key in described or not isinstance(value, dict) or not value:
            yield above + key, value
        else:
            yield from leaves(value, described, f"{above}{key}.")


def at(values: Any, key: str) -> Any:
    """Raises KeyError where there is no such key."""
    for part in key.split("."):
        values = values[part]
    return values


def merged(values: Any, over: Any) -> Any:
    if not isinstance(values, dict) or not isinstance(over, dict):
        return over
    return {**values, **{key: merged(values.get(key), value) for key, value in over.items()}}


def schema_of(key: str) -> Values:
    whole = schema()
    found = whole
    for part in key.split("."):
        found = found["properties"][part]
        if "$ref" in found:
            found = at(whole, found["$ref"].removeprefix("#/").replace("/", "."))
    return found


def uses() -> dict[str, str]:
    """Each `.Values.…` in a template, and which template that is."""
    templates = (path for path in (CHART / "templates").rglob("*") if path.is_file())
    return {use: path.name for path in templates for use in USE.findall(path.read_text())}


def readme() -> str:
    """README.md as helm-docs makes it."""
    chart = read_yaml(CHART / "Chart.yaml")
    parts = {
        "chart.name": chart["name"],
        "chart.description": chart["description"],
        "chart.requirementsSection": f"## Requirements\n\nKubernetes: `{chart['kubeVersion']}`",
        "chart.valuesSection": "\n".join(["## Values", "", *_table()]),
    }
    text = (CHART / "README.md.gotmpl").read_text()
    for name, part in parts.items():
        text = text.replace(f'{{{{ template "{name}" . }}}}', part)
    return text


def _table() -> Iterator[str]:
    described = descriptions()
    yield "| Key | Type | Default | Description |"
    yield "|-----|------|---------|-------------|"
    for key, value in sorted(leaves(read_yaml(CHART / "values.yaml"), described)):
        default = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        yield f"| {key} | {TYPES[type(value)]} | `{default}` | {described.get(key, '')} |"
