"""Our tables hold the words of the tools' own sources, which `upstream/extract` has read out of them."""

from __future__ import annotations

from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from postrenderer import hooks, order, sequence, steps
from postrenderer.databases import DATABASES
from postrenderer.glance import FILENAME
from postrenderer.manifest import Identity
from postrenderer.producers import ROWS

if TYPE_CHECKING:
    from postrenderer.producing import Producer

UPSTREAM = Path(__file__).parent / "upstream"


def lines(name: str) -> list[str]:
    head, *listed = (UPSTREAM / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    assert head.startswith("# ")
    assert listed
    return listed


def pairs(name: str) -> dict[str, str]:
    return dict(line.split(" ") for line in lines(name))


@pytest.mark.parametrize("file", sorted(UPSTREAM.glob("*.txt")), ids=lambda file: file.stem)
def test_every_extract_names_module_version_and_file(file: Path) -> None:
    first = file.read_text(encoding="utf-8").splitlines()[0]
    assert all("@v" in source and source.endswith((".go", ".lua")) for source in first.removeprefix("# ").split("; "))


def test_every_extract_is_compared() -> None:
    here = Path(__file__).read_text(encoding="utf-8") + (Path(__file__).parent / "test_references.py").read_text(
        "utf-8"
    )
    assert [file.stem for file in sorted(UPSTREAM.glob("*.txt")) if file.stem not in here] == []


def test_argo_cd_s_keys() -> None:
    assert set(hooks.ARGOCD[1:4]) <= set(lines("argocd-annotation-keys"))
    assert list(hooks.HELM[1:4]) == lines("argocd-reads-helm-keys")


def test_argo_cd_s_hook_words() -> None:
    assert {*hooks.SYNC_PHASES, hooks.SKIP} == set(lines("argocd-hook-words"))


def test_argo_cd_s_phases_in_their_order() -> None:
    assert list(hooks.SYNC_PHASES) == lines("argocd-phase-order")


def test_a_plan_has_every_phase_and_event() -> None:
    assert [*lines("argocd-phase-order"), *hooks.DELETE_PHASES] == list(steps.PHASES["argocd"])
    events = pairs("helm-events")
    assert {*events.values(), steps.RELEASE} == set(steps.PHASES["helm"])
    assert {word: event for word, event in events.items() if word != event} == steps.ALIASES


def test_argo_cd_s_pause_after_a_wave() -> None:
    assert lines("argocd-wave-delay") == [str(sequence.PAUSE)]


def test_what_argo_cd_makes_of_helm_s_events() -> None:
    assert pairs("argocd-reads-helm") | pairs("argocd-delete-hooks") == hooks.EVENT_PHASES
    assert set(hooks.DELETE_PHASES) == set(pairs("argocd-delete-hooks").values())


def test_the_event_that_is_no_hook_to_argo_cd() -> None:
    assert lines("argocd-not-a-hook") == [hooks.NOT_A_HOOK]


def test_argo_cd_s_delete_policies() -> None:
    assert set(hooks.POLICIES.values()) == set(lines("argocd-delete-policies"))
    assert pairs("argocd-reads-helm-delete-policies") == hooks.POLICIES


def test_argo_cd_s_kind_order() -> None:
    assert list(order.ARGOCD_KINDS) == lines("argocd-kind-order")


@pytest.mark.parametrize("row", [*ROWS, *DATABASES], ids=lambda row: "-".join(row.kind))
def test_which_producers_argo_cd_has_a_health_check_of(row: Producer) -> None:
    known = [line.split(" ") for line in lines("argocd-health-checks")]
    checked = any(fnmatchcase(row.kind[0], group) and fnmatchcase(row.kind[1], kind) for group, kind in known)
    assert row.watched is checked


def test_helm_s_keys() -> None:
    assert [*hooks.HELM[1:4], *hooks.HELM.others] == lines("helm-annotation-keys")


def test_helm_s_events() -> None:
    assert set(hooks.EVENTS) == set(pairs("helm-events"))


def test_helm_s_delete_policies() -> None:
    assert set(hooks.POLICIES) == set(lines("helm-delete-policies"))


def test_helm_s_log_policies_are_delete_policies_too() -> None:
    assert set(lines("helm-output-log-policies")) <= set(hooks.POLICIES)


@pytest.mark.parametrize("version", ["helm3-install-order", "helm4-install-order"])
def test_helm_s_kind_order(version: str) -> None:
    """Helm 3 lacks the last two kinds of Helm 4, which no PreSync hook of ours is."""
    assert list(order.HELM_KINDS)[: len(lines(version))] == lines(version)
    assert len(order.HELM_KINDS) == len(lines("helm4-install-order"))


def test_the_annotation_by_which_helm_4_is_known() -> None:
    assert lines("helm4-filename-annotation") == [FILENAME]


def test_an_identity_has_no_version() -> None:
    assert Identity._fields == ("group", "kind", "namespace", "name")
