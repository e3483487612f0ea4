"""Many releases side by side: nothing is lost, whatever becomes of a process."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import pytest

from postrenderer import linting
from postrenderer.errors import PostRendererError
from postrenderer.inputs import Input
from postrenderer.options import Reading
from postrenderer.settings import DEFAULTS

from .given import job, secret

if TYPE_CHECKING:
    from pathlib import Path

several = pytest.mark.skipif(
    sys.platform != "linux" or linting._processors() < 2, reason="judges side by side only where there are processors"
)


def dies(_: Input) -> None:
    os._exit(9)


@pytest.fixture
def given(tmp_path: Path) -> list[Input]:
    for number in range(4):
        (tmp_path / f"{number}.yaml").write_text(secret() + job() * (number + 1), encoding="utf-8")
    return [Input(str(path), str(path)) for path in sorted(tmp_path.iterdir())]


@several
def test_a_process_that_is_ended_from_outside_is_told(given: list[Input]) -> None:
    with pytest.raises(PostRendererError, match="was ended from outside"):
        list(linting._judged_all(given, dies))


def test_each_is_judged_once_in_the_order_given_and_counted(given: list[Input]) -> None:
    steps: list[None] = []
    done = linting.lint(given[::-1], Reading(target="auto"), DEFAULTS, lambda: steps.append(None))
    assert [each.input for each in done] == given[::-1]
    assert len(steps) == len(given)


def test_in_one_process_the_same_is_found(given: list[Input], monkeypatch: pytest.MonkeyPatch) -> None:
    reading = Reading(target="auto")
    side_by_side = linting.lint(given, reading, DEFAULTS)
    monkeypatch.setattr(linting, "_processors", lambda: 1)
    assert linting.lint(given, reading, DEFAULTS) == side_by_side
