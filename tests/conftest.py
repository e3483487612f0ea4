"""Options and fixtures that several test modules share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import hypothesis
import pytest

from postrenderer import compose

from . import corpus

if TYPE_CHECKING:
    from collections.abc import Iterator


# The same examples in every run: a failure in CI is one that everybody sees.
hypothesis.settings.register_profile("same", derandomize=True, deadline=None, max_examples=200)
hypothesis.settings.load_profile("same")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-cases", action="store_true", help="write what the cases print as what they should print")


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in corpus.foreign_variables():
        monkeypatch.delenv(name)


@pytest.fixture(params=["libyaml", "pure Python"])
def parser(request: pytest.FixtureRequest) -> Iterator[str]:
    """Each of the two parsers in turn; libyaml where ruamel.yaml.clib is missing is a skip."""
    pure = request.param == "pure Python"
    if not pure:
        pytest.importorskip("_ruamel_yaml", reason="ruamel.yaml.clib is not installed")
    compose.use_parser(pure)
    yield request.param
    compose.use_parser(pure=False)


@pytest.fixture(scope="session", params=corpus.CHARTS or [pytest.param("", marks=corpus.needed)])
def chart(request: pytest.FixtureRequest) -> str:
    """The name of each chart of the corpus; `corpus.played` has what became of it."""
    return str(request.param)
