"""`presync explain` prints the pages that the rules have."""

from __future__ import annotations

import subprocess
import sys

import pytest

from postrenderer.pages import PAGES, sections
from postrenderer.report import pages

EXPLAIN = (sys.executable, "-m", "postrenderer", "explain")


def explain(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*EXPLAIN, *arguments], capture_output=True, text=True, check=False, timeout=30)


@pytest.mark.parametrize("rule", PAGES)
def test_a_page_holds_all_that_the_docstring_says(rule: str) -> None:
    for shown in (pages.text(rule), pages.markdown(rule)):
        for heading, said in sections(PAGES[rule]).items():
            assert heading in shown
            assert all(line.strip() in shown for line in said.splitlines())


def test_the_rules_that_are_named_are_explained() -> None:
    done = explain("late-dependency", "unused-waiver")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == pages.text("late-dependency") + "\n" + pages.text("unused-waiver")


def test_all_of_them_are_a_line_each_or_a_table_and_their_pages() -> None:
    lines = explain("--all").stdout.splitlines()
    assert [line.split()[0] for line in lines] == list(PAGES)
    printed = explain("--all", "--format", "markdown").stdout
    assert printed.startswith(pages.table())
    assert all(f"### `{rule}`" in printed for rule in PAGES)


WRONG = {
    "nothing": ((), "no rule is named", "--all"),
    "a near one": (("shared-hok",), "explain: shared-hok is no rule", "Did you mean shared-hook"),
    "none near": (("zzz",), "explain: zzz is no rule", "presync explain --all"),
    "a format": (("--all", "--format", "html"), "format: html is none of text, markdown", "--format"),
}


@pytest.mark.parametrize(("arguments", "said", "hint"), WRONG.values(), ids=WRONG)
def test_a_mistake_is_exit_2_and_says_what_is_near(arguments: tuple[str, ...], said: str, hint: str) -> None:
    done = explain(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert hint in done.stderr
