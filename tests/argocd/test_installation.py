"""The two ways to install the sidecar and the notifications say the same, and presync and Argo CD can read them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from postrenderer.settings import load

PROJECT = Path(__file__).resolve().parents[2]
FOLDER = PROJECT / "ci/argocd"


def read(name: str) -> dict[str, Any]:
    found = YAML(typ="safe").load((FOLDER / name).read_text())
    assert isinstance(found, dict)
    return found


def test_both_ways_add_the_same_sidecar() -> None:
    pod = read("sidecar.yaml")["spec"]["template"]["spec"]
    values = read("argo-helm-values.yaml")
    assert values["repoServer"] == {"extraContainers": pod["containers"], "volumes": pod["volumes"]}
    assert values["extraObjects"][0]["data"]["presync.yaml"].strip() == (FOLDER / "presync.yaml").read_text().strip()


def test_both_ways_add_the_same_notifications() -> None:
    values = read("notifications/argo-helm-values.yaml")["notifications"]
    assert read("notifications/argocd-notifications-cm.yaml")["data"] == {**values["triggers"], **values["templates"]}


def test_the_sidecars_settings_are_settings() -> None:
    assert load(FOLDER / "presync.yaml").lock


def test_the_plugin_discovers_nothing_by_itself() -> None:
    plugin = read("plugin.yaml")
    assert plugin["kind"] == "ConfigManagementPlugin"
    assert "discover" not in plugin["spec"]


def test_the_plugin_knows_the_parameters_it_announces() -> None:
    announced = {
        each["name"]: each.get("collectionType", "string")
        for each in read("plugin.yaml")["spec"]["parameters"]["static"]
    }
    script = (FOLDER / "plugin/presync-plugin").read_text()
    known = re.search(r"^KNOWN = \{(.*?)\n?\}$", script, re.MULTILINE | re.DOTALL)
    assert known
    assert dict(re.findall(r'"([\w-]+)": "(\w+)"', known[1])) == announced


def test_the_image_copies_what_is_there() -> None:
    lines = (PROJECT / "ci/docker/Dockerfile").read_text().splitlines()
    copied = [
        word for line in lines if line.startswith("COPY ") and "--from" not in line for word in line.split()[1:-1]
    ]
    assert [name for name in copied if not (PROJECT / name).exists()] == []


def test_the_image_has_the_helm_that_the_tests_on_a_cluster_run() -> None:
    pins = {
        "ci/docker/Dockerfile": r"^ARG HELM_VERSION=(\S+)$",
        "ci/cluster/argocd.py": r'^HELM = "(\S+)"$',
        "ci/test": r"build_helm (4\S+)\)",
    }
    found = {re.findall(pin, (PROJECT / file).read_text(), re.MULTILINE)[0] for file, pin in pins.items()}
    assert len(found) == 1


@pytest.mark.parametrize("example", ["application", "applicationset"])
def test_the_examples_name_the_plugin_and_what_it_announces(example: str) -> None:
    spec = read(f"examples/{example}.yaml")["spec"]
    source = (spec if example == "application" else spec["template"]["spec"])["source"]
    assert source["plugin"]["name"] == read("plugin.yaml")["metadata"]["name"]
    announced = {each["name"] for each in read("plugin.yaml")["spec"]["parameters"]["static"]}
    assert {each["name"] for each in source["plugin"]["parameters"]} <= announced
