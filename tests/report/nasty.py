"""Reports on releases whose names would break what is written carelessly."""

from __future__ import annotations

from typing import TYPE_CHECKING

from postrenderer import linting, pipeline, stream
from postrenderer.findings import Severity
from postrenderer.inputs import Input
from postrenderer.linting import Linted
from postrenderer.report.lint import Report
from postrenderer.settings import DEFAULTS

from ..given import app, config_map, job, reads, secret

if TYPE_CHECKING:
    from pathlib import Path

# Quoted for YAML: a terminal's escape, markup, a workflow command, line ends, a NUL, other alphabets, a table's bar.
NAME = r'"a\e[31m<b>&amp;\"%0A::error file=x,line=1::\r\n\0é🚧|`*_]]>\u2028"'
FILE = "we<i>rd,%:&\x1b[1m é.yaml"
CANARY = "hunter2-canary"
TEMPLATE = "app/templates/we<i>rd, 100%.yaml"
FAILING = frozenset((Severity.ERROR,))


def linted(text: str, name: str = "app.yaml", chart: Path | None = None) -> Linted:
    documents = stream.split(text, name)
    of = Input(name, str(chart or name), is_chart=chart is not None)
    return Linted(of, linting.judge(pipeline.read(documents, "argocd"), DEFAULTS))


def nasty() -> Report:
    """Findings of each weight on a nasty name in a nasty file, a release without any, and one of a chart."""
    body = f"stringData: {{url: {CANARY}}}"
    wrong = secret(NAME, body=body, source=TEMPLATE) + job(NAME, pod=reads(NAME), source=TEMPLATE)
    unsettled = job(annotations="helm.sh/hook: pre-upgrade", pod=reads("db")) + secret(body="data: {}")
    right = secret(body=body, source=TEMPLATE)
    return Report([linted(wrong + app(), FILE), linted(unsettled), linted(right, "right.yaml")], FAILING)


def plain(*more: str) -> Report:
    return Report([linted(secret() + job() + app() + config_map() + "".join(more))], FAILING)
