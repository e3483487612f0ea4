"""The settings in force: those of the file that is named or stands here, and only if the rules that they name exist."""

import os

from postrenderer.errors import SettingsError
from postrenderer.extensions import faults
from postrenderer.settings import DEFAULTS, FILE_NAME, Settings


def settings_in_force(named: str) -> Settings:
    """Settings whose rules exist: a mistyped `lock` would lock nothing."""
    settings = _loaded(file_in_force(named))
    waived = tuple(waiver.rule for waiver in settings.waivers)
    listed = {"allow": settings.allow, "lock": settings.lock, "waivers": waived}
    if any(listed.values()):
        from postrenderer.pages import known  # a render without such settings starts without the pages

        for key, rules in listed.items():
            for rule in rules:
                known(rule, key)
    if fault := next(faults(settings.references, settings.producers), ""):
        raise SettingsError(fault, "`presync settings --schema` says what each key means.")
    for waiver in settings.waivers:
        if waiver.rule in settings.lock:
            raise SettingsError(f"waivers: {waiver.rule} is locked", "What `lock` names, nothing silences.")
        if not waiver.object and not waiver.files:
            hint = "Name an `object` or `files`; `allow` accepts a rule everywhere."
            raise SettingsError(f"waivers: one of {waiver.rule} says of no object and no file", hint)
    return settings


def file_in_force(named: str) -> str:
    """The named file, or `presync.yaml` here; inside Argo CD the folder is a tenant's, and is not heeded."""
    if not named and "ARGOCD_APP_NAME" not in os.environ and os.path.exists(FILE_NAME):
        return FILE_NAME
    return named


def _loaded(file: str) -> Settings:
    if not file:
        return DEFAULTS
    from pathlib import Path

    from postrenderer.settings import load

    return load(Path(file))
