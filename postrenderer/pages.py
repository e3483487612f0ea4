"""The pages of the rules: their docstrings, taken apart, and found by a rule's id or near it."""

import re
from textwrap import dedent
from types import ModuleType

from postrenderer.errors import SettingsError
from postrenderer.pardons import PARDONS
from postrenderer.rulebook import EVERY_RULE

PAGES = {rule.ID: rule for rule in (*EVERY_RULE, *PARDONS)}
SECTIONS = ("Why", "Settings", "Target", "Again", "Finds", "Accepts", "Fix", "Source")
_HEADING = re.compile(rf"^({'|'.join(SECTIONS)}):[ |]*", re.MULTILINE)
MOST = 3  # near ids that a mistake is answered with


def sections(rule: ModuleType) -> dict[str, str]:
    """What stands under each heading; the first line under the empty one."""
    from inspect import cleandoc  # its import costs a render 5 ms

    title, *parts = _HEADING.split(cleandoc(rule.__doc__ or ""))
    texts = (dedent(text.lstrip("\n")).rstrip() for text in parts[1::2])
    return {"": title.strip(), **dict(zip(parts[::2], texts, strict=True))}


def known(rule: str, where: str) -> str:
    """The rule's id. Raises SettingsError with the nearest ones where there is no such rule."""
    if rule not in PAGES:
        from difflib import get_close_matches

        near = get_close_matches(rule, PAGES, MOST, cutoff=0.5)
        hint = f"Did you mean {' or '.join(near)}?" if near else "`presync explain --all` lists the rules."
        raise SettingsError(f"{where}: {rule} is no rule", hint)
    return rule
