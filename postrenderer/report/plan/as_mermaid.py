"""A plan as a Mermaid flowchart, for Markdown: waves as boxes, arrows from readers to what they read."""

from collections.abc import Iterator
from itertools import pairwise

from postrenderer.report.plan import words
from postrenderer.report.plan.sheet import ADDED, CHANGED, Sheet
from postrenderer.steps import Step, Wave

CLASSES = (
    "classDef added fill:#d9f2e3,stroke:#1a7f4b,color:#0b3d24",
    "classDef changed fill:#fdf0d0,stroke:#9a6700,color:#4d3400",
    "classDef rest fill:none,stroke-dasharray:4 3",
)
STYLES = {"": "", ADDED: ":::added", CHANGED: ":::changed"}


def shown(sheets: list[Sheet]) -> str:
    """One chart; several plans are parts of it, one below another."""
    lines = ["flowchart LR"]
    for number, sheet in enumerate(sheets):
        lines += _sheet(sheet, f"p{number}", sheet.name if len(sheets) > 1 else "")
    return _joined(lines)


def beside(pairs: list[tuple[Sheet, Sheet]]) -> str:
    """Two charts of each plan, one below the other."""
    lines = ["flowchart TB"]
    for number, (before, after) in enumerate(pairs):
        lines += _sheet(before, f"b{number}", f"{before.name}: before")
        lines += _sheet(after, f"a{number}", f"{after.name}: after")
    return _joined(lines)


def _joined(lines: list[str]) -> str:
    return "\n".join((*lines, *(f"  {line}" for line in CLASSES))) + "\n"


def _sheet(sheet: Sheet, prefix: str, title: str) -> Iterator[str]:
    if title:
        yield f'  subgraph {prefix}["{_escaped(title)}"]'
    nodes: dict[int, str] = {}
    boxes: list[str] = []
    for section in sheet.sections:
        for wave in section.waves:
            box = f"{prefix}w{len(boxes)}"
            boxes.append(box)
            label = " ".join((" and ".join(section.phases), words.number(wave, sheet.plan.target))).strip()
            yield f'  subgraph {box}["{_escaped(label)}"]'
            yield from _wave(wave, sheet, box, nodes)
            yield "  end"
    yield from (f"  {one} ~~~ {other}" for one, other in pairwise(boxes))
    yield from dict.fromkeys(_arrows(sheet, nodes))
    if title:
        yield "  end"


def _wave(wave: Wave, sheet: Sheet, box: str, nodes: dict[int, str]) -> Iterator[str]:
    for number, step in enumerate(wave.steps):
        if sheet.of(step).is_full:
            node = f"{box}s{number}"
            nodes.setdefault(id(step.manifest), node)
            yield f'    {node}["{_label(step, sheet)}"]{STYLES[sheet.of(step).mark]}'
    if rest := [step.manifest for step in wave.steps if not sheet.of(step).is_full]:
        label = words.kinds(rest) if len(rest) > 1 else str(rest[0])
        yield f'    {box}rest["{_escaped(label)}"]:::rest'


def _label(step: Step, sheet: Sheet) -> str:
    policies = ", ".join(word for word, _ in words.policies(step, sheet.plan.target))
    return "<br>".join(_escaped(part) for part in (str(step.manifest), policies) if part)


def _arrows(sheet: Sheet, nodes: dict[int, str]) -> Iterator[str]:
    for step in sheet.plan.steps:
        late = set(sheet.of(step).late)
        for read in step.reads:
            if id(step.manifest) in nodes and id(read.found) in nodes:
                arrow = "-. too early .->" if read.found in late else "-->"
                yield f"  {nodes[id(step.manifest)]} {arrow} {nodes[id(read.found)]}"


def _escaped(text: str) -> str:
    """As Mermaid takes text inside quotes: entities for what would end it or be read as markup."""
    return "".join(c if c.isalnum() or c in " -_./:,()" else f"#{ord(c)};" for c in text if c.isprintable())
