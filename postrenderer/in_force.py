"""The settings in force: those of the file that is named or stands here, and only if the rules that they name exist."""

import os

from postrenderer.errors import SettingsError
from postrenderer.rules import RULES
from postrenderer.settings import DEFAULTS, FILE_NAME, Settings


def settings_in_force(named: str) -> Settings:
    """Settings whose rules exist: a mistyped `lock` would lock nothing."""
    settings = _loaded(named)
    for key, listed in (("allow", settings.allow), ("lock", settings.lock)):
        for rule in listed:
            known(rule, key)
    return settings


def known(rule: str, where: str) -> str:
    """The rule's id. Raises SettingsError with the nearest one where there is no such rule."""
    ids = [each.ID for each in RULES]
    if rule not in ids:
        from difflib import get_close_matches

        near = get_close_matches(rule, ids, 1)
        hint = f"Did you mean {near[0]}?" if near else "The README lists the rules."
        raise SettingsError(f"{where}: {rule} is no rule", hint)
    return rule


def _loaded(named: str) -> Settings:
    """The named file, or `presync.yaml` here; inside Argo CD the folder is a tenant's, and is not heeded."""
    file = named
    if not file and "ARGOCD_APP_NAME" not in os.environ and os.path.exists(FILE_NAME):
        file = FILE_NAME
    if not file:
        return DEFAULTS
    from pathlib import Path

    from postrenderer.settings import load

    return load(Path(file))
