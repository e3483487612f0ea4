"""The examples of a rule's page, as releases and settings."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from postrenderer import pipeline, settings
from postrenderer.pages import SECTIONS, sections

from . import given

if TYPE_CHECKING:
    from types import ModuleType

__all__ = ["SECTIONS", "sections"]


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
