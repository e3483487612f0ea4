"""The values of a stream's Secrets, to look for them where they must not be."""

from __future__ import annotations

import base64
import binascii
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .objects import Resource
    from .release import Release

SHORTEST_TELLING_VALUE = 6


def leaked(release: Release, shown: str) -> list[str]:
    """Which Secret and key (never the value) shows up, unless the same text is public in the stream anyway.

    Public is what messages are made of: names, kinds, namespaces, every mapping key, annotations and template paths.
    A password that equals one of them (Secret db, password "db") cannot be told from the name.
    """
    found = {(value, place) for value, place in secret_values(release) if value in shown}
    if not found:
        return []
    public = public_text(release)
    return sorted({place for value, place in found if value not in public})


def secret_values(release: Release) -> Iterator[tuple[str, str]]:
    for resource in release.resources:
        if (resource.key.group, resource.key.kind) == ("", "Secret"):
            for part in ("data", "stringData"):
                for key, value in (resource.body.get(part) or {}).items():
                    yield from ((text, f"{resource} {key}") for text in _spellings(value))


def _spellings(value: Any) -> Iterator[str]:
    """As written, decoded, and each of its lines."""
    written = str(value) if value is not None else ""
    for text in (written, _decoded(written)):
        lines = [line.strip() for line in text.splitlines()]
        yield from (line for line in {text.strip(), *lines} if len(line) >= SHORTEST_TELLING_VALUE)


def _decoded(text: str) -> str:
    try:
        return base64.b64decode(text, validate=True).decode()
    except (binascii.Error, ValueError):
        return ""


def public_text(release: Release) -> str:
    words = [line for line in release.text.splitlines() if line.startswith("# Source: ")]
    for resource in release.resources:
        words += [str(resource), resource.key.namespace, resource.key.group, *_keys(resource)]
    return "\n".join(words)


def _keys(resource: Resource) -> Iterator[str]:
    yield from re.findall(r"[\w./-]+", " ".join(map(str, resource.metadata("annotations").items())))
    yield from _mapping_keys(resource.body)


def _mapping_keys(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield str(key)
            yield from _mapping_keys(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _mapping_keys(inner)
