"""The pages of rules as text and as Markdown, and their table."""

import re

from postrenderer.pages import PAGES, sections

EXAMPLES = ("Finds", "Accepts", "Settings", "Again")


def text(rule: str) -> str:
    """A page as a terminal shows it."""
    page = sections(PAGES[rule])
    parts = [f"{rule} ({PAGES[rule].SEVERITY.value})\n\n{page.pop('')}"]
    for heading, said in page.items():
        shown = _indented(said) if heading in EXAMPLES else said
        parts.append(f"{heading}:\n{shown}" if heading in EXAMPLES else f"{heading}: {shown}")
    return "\n\n".join(parts) + "\n"


def markdown(rule: str) -> str:
    """A page under a heading of its own, examples as code."""
    page = sections(PAGES[rule])
    parts = [f"### `{rule}` ({PAGES[rule].SEVERITY.value})\n\n{page.pop('')}"]
    for heading, said in page.items():
        parts.append(f"{heading}:\n\n```yaml\n{said}\n```" if heading in EXAMPLES else f"{heading}: {said}")
    return "\n\n".join(parts) + "\n"


def table() -> str:
    """Every rule with its weight and what it says, as the README has it."""
    rows = [(rule, page.SEVERITY.value, sections(page)[""].rstrip(".")) for rule, page in PAGES.items()]
    cells = [f"| `{rule}` | {severity} | {re.sub('[|]', chr(92) + '|', said)} |" for rule, severity, said in rows]
    return "\n".join(("| rule | severity | what it says |", "|---|---|---|", *cells)) + "\n"


def overview() -> str:
    """Every rule on a line."""
    widest = max(map(len, PAGES))
    return "".join(
        f"{rule:<{widest}}  {page.SEVERITY.value:<7}  {sections(page)['']}\n" for rule, page in PAGES.items()
    )


def _indented(said: str) -> str:
    return "\n".join(f"  {line}".rstrip() for line in said.splitlines())
