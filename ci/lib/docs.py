"""The pictures of the README: a case's plan before and after a render, drawn without a browser, the same every time."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from postrenderer import pipeline, stream
from postrenderer.report.plan import sheet
from postrenderer.report.plan.as_html import picture

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
CASE = ROOT / "tests" / "cases" / "shared-secret-on-a-first-install" / "input.yaml"


def pictures() -> Iterator[tuple[Path, str]]:
    release = pipeline.read(stream.split(CASE.read_text(encoding="utf-8")), "argocd")
    rendered = pipeline.render(release)
    yield ROOT / "docs" / "before.svg", picture(sheet.before("the release", release, rendered))
    yield ROOT / "docs" / "after.svg", picture(sheet.after("the release", rendered))


def main() -> None:
    stale = [file for file, drawn in pictures() if not file.exists() or file.read_text(encoding="utf-8") != drawn]
    if sys.argv[1:] == ["--check"]:
        sys.exit("".join(f"{file.relative_to(ROOT)} is not current: run ci/docs\n" for file in stale) or None)
    for file, drawn in pictures():
        file.parent.mkdir(exist_ok=True)
        file.write_text(drawn, encoding="utf-8")


if __name__ == "__main__":
    main()
