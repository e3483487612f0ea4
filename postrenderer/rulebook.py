"""Every rule, in the order in which people read them: first those that a render plays too."""

from postrenderer.advice import ADVICE
from postrenderer.rules import RULES

EVERY_RULE = (*RULES, *ADVICE)
EVERY_ID = frozenset(rule.ID for rule in EVERY_RULE)
