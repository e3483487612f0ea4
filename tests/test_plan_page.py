"""The page of a plan as Chromium shows it: readable, nothing on top of anything else, and without a complaint."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from . import browser, corpus

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

needs_chromium = pytest.mark.skipif(not browser.BINARY, reason="no chromium is installed")
pytestmark = needs_chromium

CASES = corpus.PROJECT / "tests" / "cases"
INPUTS = {
    "a copy": [str(CASES / "shared-secret-on-a-first-install" / "input.yaml")],
    "before and after": [str(CASES / "account-with-its-grants" / "input.yaml"), "--diff"],
    "broken scenarios": [str(CASES / "hook-that-the-application-reads" / "input.yaml"), "--diff"],
    "a refusal": [str(CASES / "refused-sealed-secret" / "input.yaml")],
    "helm": [str(CASES / "helm-4-post-renderer" / "input.yaml")],
    "several releases": [str(CASES / name / "input.yaml") for name in ("sync-fail-reader", "untouched")],
    **{name: [str(corpus.FOLDER / f"{name}.yaml")] for name in ("gitlab", "sentry-hooks", "spire") if corpus.CHARTS},
}
SMALLEST_LETTERS = 12
LEAST_CONTRAST = 4.5  # WCAG 2.1, AA

# Every text that can be seen, its box, size and colours; backgrounds are those of the elements around it.
TEXTS = """
(() => {
  const parse = colour => (colour.match(/[\\d.]+/g) || [0, 0, 0, 0]).map(Number);
  const over = (top, under) => {
    const alpha = top.length > 3 ? top[3] : 1;
    return [0, 1, 2].map(i => top[i] * alpha + under[i] * (1 - alpha));
  };
  const background = element => {
    if (!element) return [255, 255, 255];
    return over(parse(getComputedStyle(element).backgroundColor), background(element.parentElement));
  };
  const light = colour => {
    const [r, g, b] = colour.map(c => (c /= 255) <= .03928 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4);
    return .2126 * r + .7152 * g + .0722 * b;
  };
  const behind = (element, box) => {
    if (!element.ownerSVGElement) return background(element);
    let found = background(element.ownerSVGElement);
    for (const rect of element.ownerSVGElement.querySelectorAll("rect.band, rect.badge")) {
      const at = rect.getBoundingClientRect();
      const x = box.left + box.width / 2, y = box.top + box.height / 2;
      if (at.left <= x && x <= at.right && at.top <= y && y <= at.bottom)
        found = over(parse(getComputedStyle(rect).fill), found);
    }
    return found;
  };
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode, element = node.parentElement, style = getComputedStyle(element);
    if (!node.data.trim() || ["STYLE", "TITLE", "title"].includes(element.tagName)) continue;
    if (!element.checkVisibility() || element.closest(".skip")) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    for (const box of range.getClientRects()) {
      if (box.width < 1) continue;
      const colour = parse(element.ownerSVGElement ? style.fill : style.color);
      const [a, b] = [light(over(colour, behind(element, box))), light(behind(element, box))].sort((x, y) => y - x);
      found.push({
        text: node.data.trim().slice(0, 60), size: parseFloat(style.fontSize), contrast: (a + .05) / (b + .05),
        box: [box.left + scrollX, box.top + scrollY, box.right + scrollX, box.bottom + scrollY],
        scrolled: !!element.closest(".frame"),
      });
    }
  }
  return found;
})()
"""


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[browser.Browser]:
    with browser.chromium(tmp_path_factory.mktemp("chromium")) as opened:
        yield opened


@pytest.fixture(scope="module", params=INPUTS)
def file(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    written: Path = tmp_path_factory.mktemp("plan") / "plan.html"
    command = [sys.executable, "-m", "postrenderer", "plan", *INPUTS[request.param]]
    subprocess.run([*command, "--format", "html", "--output", written], capture_output=True, check=False)
    return written


def overlapping(texts: list[dict[str, object]]) -> list[str]:
    """Pairs of texts whose boxes have more in common than the edges of letters."""
    found = []
    boxes = sorted((text["box"], str(text["text"])) for text in texts)
    for place, (one, said) in enumerate(boxes):
        for other, also in boxes[place + 1 :]:
            if other[0] > one[2] - 2:
                break
            if min(one[3], other[3]) - max(one[1], other[1]) > 4:
                found.append(f"{said!r} and {also!r}")
    return found


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 375])
def test_it_can_be_read(page: browser.Browser, file: Path, tmp_path: Path, width: int, scheme: str) -> None:
    page.open(file, width, scheme)
    page.tell("document.querySelectorAll('details').forEach(each => each.open = true)")
    assert page.tell("document.documentElement.scrollWidth") <= width
    texts = page.tell(TEXTS)
    assert len(texts) > 20
    assert {text["text"]: text["size"] for text in texts if text["size"] < SMALLEST_LETTERS} == {}
    assert {text["text"]: text["contrast"] for text in texts if text["contrast"] < LEAST_CONTRAST} == {}
    assert overlapping(texts) == []
    outside = [
        text["text"] for text in texts if not text["scrolled"] and (text["box"][0] < 0 or text["box"][2] > width)
    ]
    assert outside == []
    assert page.screenshot(tmp_path / "page.png").startswith(b"\x89PNG")
    assert page.complaints == []


def test_it_reads_the_same_without_scripts(page: browser.Browser, file: Path) -> None:
    shown = "document.body.innerText"
    page.open(file, 1280)
    with_scripts = page.tell(shown)
    page.open(file, 1280, scripts=False)
    size = page.call("Page.getLayoutMetrics")["cssContentSize"]["height"]
    assert size > 600
    page.call("Emulation.setScriptExecutionDisabled", value=False)
    assert page.tell(shown) == with_scripts
    assert "<script" not in file.read_text(encoding="utf-8")


def test_the_keyboard_reaches_everything_and_shows_where_it_is(page: browser.Browser, file: Path) -> None:
    page.open(file, 1280)
    wanted = page.tell(
        "[...document.querySelectorAll('a, summary, [tabindex]')].filter(e => e.checkVisibility()).length"
    )
    reached = []
    for _ in range(min(wanted, 25)):
        page.press("Tab")
        reached.append(
            page.tell(
                "(e => { const s = getComputedStyle(e), r = e.querySelector?.('.row');"
                "return [e.tagName.toLowerCase(), e.className.baseVal ?? e.className,"
                "s.outlineStyle !== 'none' || (r && getComputedStyle(r).stroke !== 'none')]; })(document.activeElement)"
            )
        )
    assert reached[0] == ["a", "skip", True]
    assert all(is_shown for _, _, is_shown in reached)
    assert {"a", "summary"} <= {name for name, _, _ in reached} or wanted > 25
    lost = page.tell(
        "[...document.querySelectorAll('a[href^=\"#\"]')].map(a => a.getAttribute('href').slice(1))"
        ".filter(id => !document.getElementById(id))"
    )
    assert lost == []


def test_every_name_of_the_accessibility_tree_is_told(page: browser.Browser, file: Path) -> None:
    page.open(file, 1280)
    page.call("Accessibility.enable")
    nodes = page.call("Accessibility.getFullAXTree")["nodes"]
    named = [n for n in nodes if n.get("role", {}).get("value") in ("link", "region", "heading", "group", "button")]
    unnamed = [n["role"]["value"] for n in named if not n.get("name", {}).get("value") and not n.get("ignored")]
    assert [role for role in unnamed if role != "group"] == []
    ids = page.tell("[...document.querySelectorAll('[id]')].map(e => e.id)")
    assert len(ids) == len(set(ids))
