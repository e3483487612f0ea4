"""A second opinion: a table made of the same charts by another program counts what our findings name.

Its columns count distinct objects: SHARED, ordinary ones that hook Jobs and Pods read and the application too; MISSING,
those that only hooks read; in brackets those whose readers are all in PreSync; and hooks that the application reads.
Labels name charts: NOPOLICY, a hook Job without a delete policy; INCHART-SVC, a PreSync Job names a Service.
"""

from __future__ import annotations

import functools
import re
from typing import NamedTuple

import pytest

from postrenderer import pipeline, stream
from postrenderer.advice import in_chart_database
from postrenderer.closure import Need
from postrenderer.hooks import ARGOCD, HELM
from postrenderer.references import CONFIG_MAP, PROVIDER_CLASS, SECRET, SERVICE_ACCOUNT
from postrenderer.rules import copy_refused, late_dependency, rerun_blocked, shared_hook
from postrenderer.settings import DEFAULTS

from . import corpus

TABLE = corpus.FOLDER.parent / "table.dev.md"
pytestmark = [corpus.needed, pytest.mark.skipif(not TABLE.exists(), reason=f"no table {TABLE}")]

COUNTED = (SECRET, CONFIG_MAP, SERVICE_ACCOUNT, PROVIDER_CLASS)

# Where we differ: the chart, what the table says, what we say, and why.
DIFFERENCES = {
    ("stable-kong", "SHARED"): (
        0,
        2,
        "a PostSync Job reads both as well, so the table does not count them for PreSync",
    ),
    ("uptrace", "SHARED"): (0, 1, "a PostSync Job runs as the ServiceAccount as well"),
    ("enterprise-logs", "DANGEROUS"): (0, 1, "a role binding that is a hook names the application's account"),
    ("shell-be", "DANGEROUS"): (0, 1, "an ExternalSecret that is a hook takes the application's Secret with it"),
}
NOT_AN_ADDRESS = {
    "blotout-nlb-create": "names that a certificate is made for",
    "charlescd": "names that a certificate is made for",
    "cockroachdb": "the name of the StatefulSet whose certificates it signs",
    "cockroachdb-selfsigner": "the name of the StatefulSet whose certificates it signs",
    "kube-prometheus-stack": "names that a certificate is made for",
    "kubevela": "names that a certificate is made for",
    "prefix-hub-26": "the name of its ServiceAccount",
    "prefix-meho-2417": "the name of its ServiceAccount",
    "pulsar": "the name of a StatefulSet that its script asks the API server for",
    "sapcc-elektra": "the name of its ServiceAccount, and a word of its script",
    "sapcc-ironic": "a part of its containers' names",
    "shell-be": "the name of the container; the database is of another namespace",
    "stable-prometheus-operator": "names that a certificate is made for",
}


class Row(NamedTuple):
    shared: int
    missing: int
    dangerous: int
    labels: frozenset[str]


class Own(NamedTuple):
    """The same from our findings."""

    shared: int
    missing: int
    dangerous: int
    without_policy: tuple[str, ...]
    blocked: frozenset[str]
    speaks: bool


@functools.cache
def table() -> dict[str, Row]:
    lines = [line.strip("|").split("|") for line in TABLE.read_text(encoding="utf-8").splitlines() if line[:1] == "|"]
    return {
        cells[0]: Row(_in_brackets(cells[7]), _in_brackets(cells[8]), int(cells[9]), frozenset(cells[-1].split()))
        for cells in lines[2:]
    }


def _in_brackets(cell: str) -> int:
    found = re.search(r"\((\d+)\)", cell)
    assert found
    return int(found[1])


@functools.cache
def own(chart: str) -> Own:
    release = pipeline.read(stream.split(corpus.read(chart)), "argocd", "ns")
    late = [f.about for rule in (late_dependency, copy_refused) for f in rule.find(release, DEFAULTS)]
    read = {
        need.target
        for need in late
        if isinstance(need, Need) and need.reader is need.workload and need.target.identity[:2] in COUNTED
        if need.workload.is_workload and release.is_pre_sync(need.workload)
    }
    shared = {target for target in read if any(release.is_ordinary(reader) for reader, _ in release.readers(target))}
    jobs = [hook for hook in release.hooks if hook.identity.kind == "Job"]
    return Own(
        len(shared),
        len(read - shared),
        len({finding.manifest for finding in shared_hook.find(release, DEFAULTS)}),
        tuple(str(job) for job in jobs if not {ARGOCD.policy, HELM.policy} & set(job.annotations)),
        frozenset(str(finding.manifest) for finding in rerun_blocked.find(release, DEFAULTS)),
        any(in_chart_database.find(release, DEFAULTS)),
    )


@pytest.mark.parametrize("column", ["SHARED", "MISSING", "DANGEROUS"])
def test_as_many_objects_are_named_as_the_table_counts(column: str) -> None:
    field = column.lower()
    counts = {chart: (getattr(row, field), getattr(own(chart), field)) for chart, row in table().items()}
    differing = {(chart, column): pair for chart, pair in counts.items() if pair[0] != pair[1]}
    assert differing == {key: (his, ours) for key, (his, ours, _) in DIFFERENCES.items() if key[1] == column}
    assert sum(his for his, _ in counts.values()) >= {"SHARED": 30, "MISSING": 3, "DANGEROUS": 30}[column]


def test_a_job_without_a_policy_is_the_same_job_and_no_fault() -> None:
    """Both tools delete it before the next run then (BeforeHookCreation), so no finding is right here."""
    labelled = {chart for chart, row in table().items() if "NOPOLICY" in row.labels}
    assert {chart for chart in table() if own(chart).without_policy} == labelled
    assert [chart for chart in labelled if own(chart).blocked & set(own(chart).without_policy)] == []


def test_a_service_that_a_migration_names_is_one_that_it_speaks_to() -> None:
    labelled = {chart for chart, row in table().items() if "INCHART-SVC" in row.labels}
    speaks = {chart for chart in table() if own(chart).speaks}
    assert labelled - speaks == set(NOT_AN_ADDRESS)
    assert speaks <= labelled
