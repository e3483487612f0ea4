"""Which releases a command finds in what it was given, and what it says of those that are none."""

from __future__ import annotations

import os
import shutil
import sysconfig
from typing import TYPE_CHECKING

import pytest

from postrenderer import helm
from postrenderer.errors import PostRendererError
from postrenderer.inputs import inputs, release
from postrenderer.options import Reading
from postrenderer.settings import DEFAULTS

from .given import job, names, secret

if TYPE_CHECKING:
    from pathlib import Path

CHART = "apiVersion: v2\nname: shop\nversion: 1.0.0\n"
TEMPLATE = """apiVersion: v1
kind: Secret
metadata: {name: {{ .Release.Name }}-{{ .Values.suffix | default "plain" }}}
stringData: {password: {{ randAlphaNum 8 }}}
"""
needs_helm = pytest.mark.skipif(
    not (shutil.which("helm") or shutil.which("helm", path=sysconfig.get_path("scripts"))), reason="there is no helm"
)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


def chart(folder: Path, more: str = "", template: str = TEMPLATE) -> None:
    write(folder / "Chart.yaml", CHART + more)
    write(folder / "templates" / "all.yaml", template)


def found(*paths: str, **more: object) -> list[str]:
    return [each.name for each in inputs(Reading(paths, **more))]  # type: ignore[arg-type]


def held(*paths: str, **more: object) -> dict[str, list[str]]:
    """The objects of each release that was read."""
    reading = Reading(paths, target="auto", **more)  # type: ignore[arg-type]
    releases = {each.name: release(each, reading, DEFAULTS) for each in inputs(reading)}
    return {name: names(held.manifests) for name, held in releases.items() if held}


def test_without_inputs_stdin_is_read() -> None:
    assert found() == found("-") == ["stdin"]


def test_each_file_is_a_release_of_its_own(here: Path) -> None:
    write(here / "a.yaml", secret())
    write(here / "b.yaml", job())
    assert held("a.yaml", "b.yaml") == {"a.yaml": ["Secret/db"], "b.yaml": ["Job/migrate"]}


def test_one_file_named_twice_is_one_release(here: Path) -> None:
    write(here / "a.yaml", secret())
    assert found("a.yaml", "./a.yaml", ".//a.yaml") == ["a.yaml"]


def test_below_a_folder_every_file_with_objects_is_found(here: Path) -> None:
    write(here / "deploy/z.yaml", secret())
    write(here / "deploy/a/b.yml", "# c\n" + job())
    write(here / "deploy/c.json", '{"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "j"}}')
    write(here / "deploy/flow.yaml", "---\n{apiVersion: v1, kind: Secret, metadata: {name: f}}\n")
    write(here / "deploy/.git/x.yaml", secret())
    write(here / "deploy/notes.txt", secret())
    assert held("deploy") == {
        os.path.normpath("deploy/c.json"): ["Secret/j"],
        os.path.normpath("deploy/flow.yaml"): ["Secret/f"],
        os.path.normpath("deploy/z.yaml"): ["Secret/db"],
        os.path.normpath("deploy/a/b.yml"): ["Job/migrate"],
    }


NO_OBJECTS = {
    "values": "image: {tag: 1}\nhook:\n  apiVersion: v1\n  kind: Job\n",
    "a playbook": "- hosts: all\n  tasks: [{kind: x, apiVersion: v1}]\n",
    "a template": "{{- if .Values.on }}\nkind: Secret\n{{ end }}\n",
    "nothing": "",
    "a list of JSON": '[{"kind": "x"}]',
    "another JSON": '{"name": "package"}',
}


@pytest.mark.parametrize("text", NO_OBJECTS.values(), ids=NO_OBJECTS)
def test_a_file_without_objects_is_passed_over_below_a_folder_and_refused_by_name(here: Path, text: str) -> None:
    write(here / "deploy/x.yaml", text)
    write(here / "deploy/y.yaml", secret())
    assert held("deploy") == {"deploy/y.yaml": ["Secret/db"]}
    with pytest.raises(PostRendererError, match=r"deploy/x.yaml"):
        held("deploy/x.yaml")


def test_an_empty_folder_is_told(here: Path) -> None:
    (here / "deploy").mkdir()
    with pytest.raises(PostRendererError, match="holds no YAML"):
        found("deploy")


def test_charts_below_a_folder_are_inputs_and_their_insides_are_not(here: Path) -> None:
    chart(here / "deploy/shop")
    write(here / "deploy/shop/values.yaml", secret())
    chart(here / "deploy/library", "type: library\n")
    write(here / "deploy/a.yaml", secret())
    assert found("deploy") == ["deploy/a.yaml", "deploy/shop"]
    assert found("deploy/shop/") == ["deploy/shop"]


def test_all_values_give_one_release_each(here: Path) -> None:
    chart(here / "shop")
    assert found("shop", all_values=True) == ["shop"]
    for name in ("b-values.yaml", "a-values.yaml", "install.sh"):
        write(here / "shop/ci" / name, "{}")
    assert found("shop", all_values=True) == ["shop (ci/a-values.yaml)", "shop (ci/b-values.yaml)"]
    assert found("shop") == ["shop"]


WRONG = {
    "values without a chart": ({"values": ("v.yaml",)}, "no input is a chart"),
    "all values without a chart": ({"all_values": True}, "no input is a chart"),
    "a second rendering of two": ({"again": "a.yaml", "inputs": ("a.yaml", "b.yaml")}, "not one stream"),
}


@pytest.mark.parametrize(("given", "said"), WRONG.values(), ids=WRONG)
def test_what_cannot_be_meant_is_told(given: dict[str, object], said: str) -> None:
    with pytest.raises(PostRendererError, match=said):
        inputs(Reading()._replace(**given))  # type: ignore[arg-type]


# Charts, rendered by a real Helm.


@needs_helm
def test_a_chart_is_rendered_twice_under_its_own_name(here: Path) -> None:
    chart(here / "shop")
    reading = Reading(("shop",), target="auto")
    (only,) = inputs(reading)
    read = release(only, reading, DEFAULTS)
    assert read is not None
    assert names(read.manifests) == ["Secret/shop-plain"]
    assert read.is_generated(read.manifests[0])
    assert str(read.manifests[0].place()) == "shop:3:1"


@needs_helm
def test_values_come_from_files_and_assignments(here: Path) -> None:
    chart(here / "shop")
    write(here / "v.yaml", "suffix: file")
    write(here / "shop/ci/one-values.yaml", "suffix: one")
    assert held("shop", values=("v.yaml",)) == {"shop": ["Secret/shop-file"]}
    assert held("shop", values=("v.yaml",), set=("suffix=word",)) == {"shop": ["Secret/shop-word"]}
    assert held("shop", values=("v.yaml",), all_values=True) == {"shop (ci/one-values.yaml)": ["Secret/shop-one"]}


@needs_helm
def test_a_name_that_no_release_can_have_is_not_used(here: Path) -> None:
    chart(here / "shop")
    write(here / "shop/Chart.yaml", "apiVersion: v2\nname: The_Shop\nversion: 1.0.0\n")
    assert held("shop") == {"shop": ["Secret/release-plain"]}


@needs_helm
def test_a_chart_that_cannot_be_rendered_is_told_in_helm_s_words(here: Path) -> None:
    chart(here / "shop", template='{{ fail "no password" }}')
    with pytest.raises(PostRendererError, match=r"helm could not render shop: .*no password"):
        held("shop")


@needs_helm
def test_a_chart_that_renders_nothing_is_passed_over_below_a_folder_and_refused_by_name(here: Path) -> None:
    chart(here / "deploy/shop", template="{{ if .Values.enabled }}" + TEMPLATE + "{{ end }}")
    assert held("deploy") == {}
    with pytest.raises(PostRendererError, match="nothing came in: deploy/shop holds no Kubernetes object"):
        held("deploy/shop")
    write(here / "deploy/shop/ci/off-values.yaml", "enabled: false")
    write(here / "deploy/shop/ci/on-values.yaml", "enabled: true")
    assert held("deploy/shop", all_values=True) == {"deploy/shop (ci/on-values.yaml)": ["Secret/shop-plain"]}


def test_without_a_helm_a_chart_is_told(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    chart(here / "shop")
    monkeypatch.setenv("PATH", str(here))
    monkeypatch.setattr(helm.sysconfig, "get_path", lambda _: str(here))
    with pytest.raises(PostRendererError, match="no helm on PATH to render shop"):
        held("shop")
