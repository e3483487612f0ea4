"""What Helm makes of the templates: the same with each Helm, each time, and clean."""

from __future__ import annotations

import re
import shutil
import tarfile
from typing import TYPE_CHECKING

import pytest
from ruamel.yaml import YAML

from ..oracle.release import Release
from .cluster import cluster_with_secret
from .description import argo_cds_reading, assert_same, described
from .rendering import (
    CHART,
    FILES,
    HELMS,
    MODES,
    NAMESPACE,
    RELEASE,
    each_file,
    each_helm,
    each_mode,
    rendered,
    rendered_by_presync,
    run_helm,
    template,
)
from .values import read_yaml

if TYPE_CHECKING:
    from pathlib import Path

TEMPLATES = CHART / "templates"
DEFAULT, EVERYTHING = FILES["default"], FILES["everything"]
SOURCE = re.compile(r"(?m)^# Source: presync-app/templates/(.*)$")
SEVERAL_OBJECTS = {"extra-objects.yaml"}  # the user's
NO_OBJECT = {"checks.yaml"}
BLANK_RUN = re.compile(r"\n[ \t]*\n(?!---|\Z)")  # Helm 4 puts an empty line before `---`
TRAILING_SPACE = re.compile(r"(?m)^.*[ \t]$")
DNS_LABEL = re.compile(r"[a-z]([-a-z0-9]{0,61}[a-z0-9])?")
LABEL_VALUE = re.compile(r"([A-Za-z0-9]([-._A-Za-z0-9]{0,61}[A-Za-z0-9])?)?")


@each_file
@each_helm
def test_helm_lint_is_content(file: Path, helm: str) -> None:
    linted = run_helm(helm, "lint", "--strict", "--values", str(file), str(CHART))
    said = linted.stdout + linted.stderr
    assert linted.code == 0, said
    assert not re.search(r"\[(INFO|WARNING|ERROR)\]", said), said


@each_file
@each_mode
@pytest.mark.parametrize("helm", [helm for helm in HELMS if helm != "helm-3.17"])
def test_each_helm_makes_the_same_objects(file: Path, mode: str, helm: str) -> None:
    newer, oldest = (described(rendered(file, mode, one), argo_cds_reading, NAMESPACE) for one in (helm, "helm-3.17"))
    assert_same(helm, newer, "helm-3.17", oldest)


@each_file
@each_mode
@each_helm
def test_the_text_has_no_blank_runs_no_trailing_spaces_and_no_key_twice(file: Path, mode: str, helm: str) -> None:
    text = rendered(file, mode, helm)
    assert BLANK_RUN.findall(text) == []
    assert TRAILING_SPACE.findall(text) == []
    assert all(isinstance(document, dict) for document in YAML(typ="safe").load_all(text))


@each_file
@each_helm
def test_an_upgrade_with_the_same_values_renders_the_same_text(file: Path, helm: str) -> None:
    assert template(helm, file, "--is-upgrade").text == rendered(file, None, helm)


@each_mode
def test_rendering_as_a_part_of_another_chart_makes_the_same_objects(mode: str, tmp_path: Path) -> None:
    """An unpacked part is read without its .helmignore: the README of the presync folder must make nothing there."""
    shutil.copytree(CHART, tmp_path / "charts" / "presync-app")
    (tmp_path / "Chart.yaml").write_text("apiVersion: v2\nname: whole\nversion: 0.1.0\n")
    with (tmp_path / "values.yaml").open("w") as file:
        YAML(typ="safe").dump({"presync-app": read_yaml(EVERYTHING), "global": {"region": "north"}}, file)
    arguments = ("--namespace", NAMESPACE, "--set", f"presync-app.presync.mode={mode}")
    part = rendered_by_presync(run_helm("helm-3.17", "template", RELEASE, str(tmp_path), *arguments).text).text
    whole = rendered_by_presync(rendered(EVERYTHING, mode)).text
    sides = (described(text, argo_cds_reading, NAMESPACE) for text in (part, whole))
    assert_same("as a part", next(sides), "as a whole", next(sides))


def random_secrets(helm: str, *arguments: str) -> list[dict[str, str]]:
    generate = ("--set", "secret.generate={KEPT,MADE}")
    release = Release(template(helm, DEFAULT, *generate, *arguments).text, NAMESPACE)
    return [resource.body["data"] for resource in release.resources if resource.key.kind == "Secret"]


@each_helm
def test_original_and_copy_have_the_same_random_text(helm: str) -> None:
    original, copy = random_secrets(helm)
    assert original == copy
    assert original["MADE"] != original["KEPT"]
    assert random_secrets(helm) != [original, copy]  # what README.md says of `helm template`


@pytest.mark.parametrize("helm", ["helm-3.17", "helm-3"])  # Helm 4 asks a cluster for more than a Secret
def test_a_random_text_that_the_cluster_has_is_kept(helm: str) -> None:
    with cluster_with_secret(NAMESPACE, f"{RELEASE}-presync-app", {"KEPT": "kept"}) as address:
        original, copy = random_secrets(helm, "--dry-run=server", "--kube-apiserver", address)
    assert original == copy
    assert original["KEPT"] == "a2VwdA=="


def sources(text: str) -> list[tuple[str, str]]:
    """Template and kind of each object."""
    documents = re.split(r"(?m)^---\n", text)
    return [(match[1], re.search(r"(?m)^kind: (.*)$", one)[1]) for one in documents if (match := SOURCE.search(one))]


@each_file
@each_mode
def test_a_template_holds_one_object_and_is_named_after_its_kind(file: Path, mode: str) -> None:
    found = [(source, kind) for source, kind in sources(rendered(file, mode)) if source not in SEVERAL_OBJECTS]
    assert len({source for source, _ in found}) == len(found)
    for source, kind in found:
        assert re.search(rf"(^|[-/]){kind.lower()}\.yaml$", source.replace("registry-secret", "secret")), (source, kind)


def test_every_template_makes_an_object_for_some_file() -> None:
    made = {source for file in FILES.values() for mode in MODES for source, _ in sources(rendered(file, mode))}
    assert {str(path.relative_to(TEMPLATES)) for path in TEMPLATES.rglob("*.yaml")} == made | NO_OBJECT


def test_every_helper_has_the_prefix_a_comment_and_a_user() -> None:
    texts = {path: path.read_text() for path in TEMPLATES.rglob("*") if path.is_file()}
    for path, text in texts.items():
        for match in re.finditer(r'\{\{- define "([^"]*)"', text):
            assert match[1].startswith("presync-app."), path
            assert text[: match.start()].endswith("*/}}\n"), f"{match[1]} has no comment above it"
            assert any(f'include "{match[1]}"' in other for other in texts.values()), f"nobody uses {match[1]}"


def test_only_what_users_need_is_packaged(tmp_path: Path) -> None:
    packaged = run_helm("helm-3.17", "package", str(CHART), "--destination", str(tmp_path)).text
    with tarfile.open(packaged.split("saved it to: ")[1].strip()) as archive:
        names = {name.removeprefix("presync-app/") for name in archive.getnames()}
    there = {str(path.relative_to(CHART)) for path in CHART.rglob("*") if path.is_file()}
    left_out = {f"ci/{file.name}" for file in FILES.values()} | {
        "README.md.gotmpl",
        ".helmignore",
        "templates/presync/README.md",
    }
    assert there - names == left_out - names
    assert names <= there


def test_chart_yaml_lists_the_images() -> None:
    listed = YAML(typ="safe").load(read_yaml(CHART / "Chart.yaml")["annotations"]["artifacthub.io/images"])
    used = re.findall(r"(?m)^ +image: \"(.*)\"$", rendered(DEFAULT))
    assert sorted(image["image"].removeprefix("docker.io/") for image in listed) == sorted(used)


LONG = {
    "a long name": ("fullnameOverride", "n" * 63),
    "a long name of the chart": ("nameOverride", "n" * 63),
    "a name cut at a dash": ("fullnameOverride", "n" * 51 + "-" + "n" * 5),
}


@pytest.mark.parametrize("case", LONG.values(), ids=LONG)
@each_mode
def test_names_and_labels_stay_valid_however_long(case: tuple[str, str], mode: str) -> None:
    key, name = case
    text = template("helm-3.17", DEFAULT, "--set", f"{key}={name}", "--set", f"presync.mode={mode}").text
    for resource in Release(rendered_by_presync(text).text, NAMESPACE).resources:
        assert DNS_LABEL.fullmatch(resource.key.name), resource
        assert all(LABEL_VALUE.fullmatch(value) for value in resource.metadata("labels").values()), resource


NOTES = {"helm": False, "argocd": True, "postrenderer": True}


@pytest.mark.parametrize(("mode", "warned"), NOTES.items())
def test_notes_warn_where_helm_would_run_the_migration_beside_the_application(mode: str, warned: bool) -> None:
    release = ("install", RELEASE, str(CHART), "--dry-run=client", "--values", str(DEFAULT))
    notes = run_helm("helm-4", *release, "--set", f"presync.mode={mode}").text.split("NOTES:")[1]
    assert ("WARNING" in notes) == warned
    assert "kubectl --namespace default logs job/demo-presync-app-migrate" in notes
