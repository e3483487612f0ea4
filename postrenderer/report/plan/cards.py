"""The objects of a plan as HTML, one after the other in their phases and waves, each with all that is known of it."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from postrenderer.findings import Finding
from postrenderer.manifest import Manifest
from postrenderer.report.plan import words
from postrenderer.report.plan.drawing import role
from postrenderer.report.plan.lanes import Lane, lanes
from postrenderer.report.plan.markup import Content, Markup, element, prose, together
from postrenderer.report.plan.sheet import Sheet
from postrenderer.steps import Read, Step, Wave

FEW = 24  # so many objects stand open


class Places(NamedTuple):
    """Where on the page objects stand: an id is the prefix of the release and the number of the lane."""

    prefix: str
    numbers: dict[int, int]  # by id of the manifest; of those that are summed up, the first

    def id_of(self, manifest: Manifest) -> str:
        return f"{self.prefix}{self.numbers[id(manifest)]}"

    def named(self, manifest: Manifest) -> Markup:
        """Its name, which leads to it where it stands in full."""
        code = element("code", str(manifest))
        return element("a", code, href=f"#{self.id_of(manifest)}") if id(manifest) in self.numbers else code


def cards(sheet: Sheet, link: str) -> Iterator[Markup]:
    """Sections of the page, one for each phase."""
    held = enumerate(lanes(sheet).lanes)
    places = Places(link, {id(lane.step.manifest if lane.step else lane.rest[0]): number for number, lane in held})
    shown: set[int] = set()
    for section in sheet.sections:
        title = " and ".join(section.phases)
        heading = element("h3", title, element("span", prose(words.note(section.phases)), class_="note"))
        waves = [_wave(wave, sheet, places, shown) for wave in section.waves]
        yield element("section", heading, *waves, aria_label=title)


def _wave(wave: Wave, sheet: Sheet, places: Places, shown: set[int]) -> Markup:
    number, cost = words.number(wave, sheet.plan.target), words.cost(wave)
    waits = element("span", f"Argo CD waits {cost}", class_="note") if cost else ""
    heading = element("h4", number, waits) if number else ""
    held: list[Markup] = []
    for step in wave.steps:
        if sheet.of(step).is_full:
            known = id(step.manifest) in shown
            held.append(_again(step, places) if known else _card(step, sheet, places))
            shown.add(id(step.manifest))
    if rest := [step.manifest for step in wave.steps if not sheet.of(step).is_full]:
        held.append(_rest(rest, places.id_of(rest[0]), bool(held)))
    return together(heading, element("div", *held, class_="steps"))


def _card(step: Step, sheet: Sheet, places: Places) -> Markup:
    told, manifest = sheet.of(step), step.manifest
    origin = words.origin(manifest)
    severities = dict.fromkeys(finding.severity.value for finding in told.findings)
    tags = [element("span", said, class_=f"tag {said}") for said in (*filter(None, (told.mark,)), *severities)]
    kind, _, name = str(manifest).partition("/")
    summary = element(
        "summary",
        element("span", element("span", f"{kind}/"), name, class_="object"),
        *tags,
        element("span", f"copy of {origin}", class_="note") if origin else "",
    )
    rows = list(_rows(step, sheet, places))
    body = element("dl", *rows) if rows else ""
    is_open = "open" if len(sheet.told) <= FEW or told.mark or told.findings else None
    return element(
        "details",
        summary,
        body,
        *(finding_box(finding) for finding in told.findings),
        id=places.id_of(manifest),
        class_=role(Lane(step)),
        open=is_open,
    )


def _again(step: Step, places: Places) -> Markup:
    return element("div", places.named(step.manifest), ", as above", class_="rest")


def _rows(step: Step, sheet: Sheet, places: Places) -> Iterator[Markup]:
    told, late = sheet.of(step), set(sheet.of(step).late)

    def row(name: str, said: Iterable[Content]) -> Iterator[Markup]:
        listed = [element("li", each) for each in said]
        if listed:
            yield together(element("dt", name), element("dd", element("ul", *listed)))

    yield from row("reads", [_read(read, places, late) for read in step.reads if read.how != "grant"])
    yield from row("rights by", [_read(read, places, late) for read in step.reads if read.how == "grant"])
    yield from row("read by", [places.named(reader) for reader in told.readers])
    policies = words.policies(step, sheet.plan.target)
    yield from row("deletes", [together(f"{what} ", element("code", word)) for word, what in policies])
    yield from row("because", map(prose, told.reasons))
    yield from row("template", [element("code", step.manifest.template)] if step.manifest.template else [])


def _read(read: Read, places: Places, late: set[Manifest]) -> Markup:
    name, _, said = words.read(read).partition(" ")
    shown = places.named(read.found) if read.found and read.how != "product" else element("code", name)
    gone = element("span", "not there yet in a first install", class_="late") if read.found in late else ""
    return together(shown, f" {said}" if said else "", " " if gone else "", gone)


def finding_box(finding: Finding) -> Markup:
    place = finding.place or finding.manifest.place()
    where = " ".join(part for part in (str(place), place.template) if part)
    return element(
        "div",
        element("span", f"{finding.severity.value}: {finding.rule}", class_="rule"),
        element("p", prose(finding.message)),
        element("p", prose(finding.hint)),
        element("p", element("code", where)),
        class_=f"finding {finding.severity.value}",
    )


def _rest(rest: list[Manifest], anchor: str, has_others: bool) -> Markup:
    said = f"{words.count(len(rest), 'other object' if has_others else 'object')}: {words.kinds(rest)}"
    names = [element("li", str(manifest)) for manifest in rest]
    return element(
        "details",
        element("summary", element("span", said)),
        element("ul", *names, class_="objects"),
        id=anchor,
        class_="rest",
    )
