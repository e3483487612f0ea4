"""A rule's docstring, taken apart: the page that `presync explain` prints and the examples that tests run."""

from __future__ import annotations

import inspect
import re
import tempfile
from pathlib import Path
from textwrap import dedent
from typing import TYPE_CHECKING, Any

from postrenderer import pipeline, settings

from . import given

if TYPE_CHECKING:
    from types import ModuleType

SECTIONS = ("Why", "Settings", "Target", "Again", "Finds", "Accepts", "Fix", "Source")
_HEADING = re.compile(rf"^({'|'.join(SECTIONS)}):[ |]*", re.MULTILINE)


def sections(rule: ModuleType) -> dict[str, str]:
    """What stands under each heading; the first line under the empty one."""
    title, *parts = _HEADING.split(inspect.cleandoc(rule.__doc__ or ""))
    texts = (dedent(text.lstrip("\n")).rstrip() for text in parts[1::2])
    return {"": title.strip(), **dict(zip(parts[::2], texts, strict=True))}


def settings_of(rule: ModuleType) -> settings.Settings:
    wanted = sections(rule).get("Settings")
    if wanted is None:
        return settings.DEFAULTS
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / settings.FILE_NAME
        file.write_text(wanted, encoding="utf-8")
        return settings.load(file)


def release_of(rule: ModuleType, section: str, more: str = "") -> Any:
    page = sections(rule)
    again = page.get("Again")
    return given.release(page[section] + "\n" + more, page.get("Target", "argocd"), again=again and again + "\n" + more)


def rendered(rule: ModuleType, section: str) -> pipeline.Rendered:
    return pipeline.render(release_of(rule, section), settings_of(rule))
