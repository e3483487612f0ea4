"""What the README and CONTRIBUTING say is found, run and compared."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from postrenderer import options, pipeline, settings, stream, tables
from postrenderer.manifest import ALLOW, COPY, COPY_LABEL, COPY_OF, HOOK, PHASE
from postrenderer.report import pages
from postrenderer.stamps import STAMP

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
BIN = Path(sys.executable).parent


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


def commands() -> list[str]:
    return [
        line[2:].partition("  #")[0] for block in blocks("console") for line in block.splitlines() if line[:2] == "$ "
    ]


def test_the_difference_at_the_top_is_what_a_render_makes() -> None:
    lines = blocks("diff")[0].splitlines(keepends=True)
    before = "".join(line[1:] for line in lines if line[0] in " -")
    after = "".join(line[1:] for line in lines if line[0] in " +")
    assert pipeline.render(pipeline.read(stream.split(before), "argocd")).text == after


def test_the_table_of_rules_is_the_one_that_explain_prints() -> None:
    assert pages.table() in README
    printed = subprocess.run(
        [BIN / "presync", "explain", "--all", "--format", "markdown"], capture_output=True, text=True, check=True
    ).stdout
    assert printed.startswith(pages.table())


def test_the_waiver_shown_can_be_loaded(tmp_path: Path) -> None:
    file = tmp_path / "presync.yaml"
    file.write_text(next(block for block in blocks("yaml") if block.startswith("waivers:")), encoding="utf-8")
    assert [waiver.rule for waiver in settings.load(file).waivers] == ["late-dependency"]


def test_the_settings_shown_are_the_defaults(tmp_path: Path) -> None:
    file = tmp_path / "presync.yaml"
    file.write_text(next(block for block in blocks("yaml") if block.startswith("folder:")), encoding="utf-8")
    assert settings.load(file) == settings.DEFAULTS
    assert YAML(typ="safe").load(file) == json.loads(json.dumps(settings.shown(settings.DEFAULTS)))


def test_the_rows_shown_can_be_loaded_and_used(tmp_path: Path) -> None:
    file = tmp_path / "presync.yaml"
    file.write_text(next(block for block in blocks("yaml") if block.startswith("references:")), encoding="utf-8")
    known = tables.of(settings.load(file))
    assert ("my.org", "DatabaseLogin") in known.producers
    assert known.fields["tekton.dev", "TaskRun"][0].path == "spec.workspaces.[].secret.secretName"


def test_the_annotations_are_those_that_are_read_and_written() -> None:
    found = set(re.findall(r"(?<!templates/)\bpresync/[a-z-]+", README))
    assert found == {ALLOW, COPY, COPY_LABEL, COPY_OF, HOOK, PHASE, STAMP}


def test_every_variable_is_read() -> None:
    read = {variable for variables in options.VARIABLES.values() for variable in variables}
    assert set(re.findall(r"\b(?:ARGOCD_ENV_)?PRESYNC_[A-Z_]+\b", README)) <= read


@pytest.mark.parametrize("command", ["", "render", "lint", "plan", "explain", "settings", "helm-plugin-dir"])
def test_every_option_that_the_readme_gives_a_command_is_in_its_help(command: str) -> None:
    shown = subprocess.run(
        [BIN / "presync", *command.split(), "--help"],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "COLUMNS": "200", "NO_COLOR": "1"},
    ).stdout
    for line in commands():
        for called in re.findall(rf"presync {command}\s*((?:--[a-z-]+[ =]?\S*\s*)+)", line):
            for option in re.findall(r"--[a-z-]+", called.partition("--post-renderer")[0]):
                assert option in shown, line


def test_every_command_of_presync_in_the_readme_exists() -> None:
    named = set(re.findall(r"`?presync (render|lint|explain|settings|helm-plugin-dir|[a-z]+-[a-z-]+)", README))
    from typer.main import get_command

    from postrenderer.commandline import app

    known = get_command(app).commands  # type: ignore[attr-defined]
    assert named <= set(known)
    assert {name for name in known if f"presync {name}" not in README} == set()


def test_every_file_that_is_named_exists() -> None:
    for text in (README, CONTRIBUTING):
        for name in re.findall(r"`((?:ci|chart|tests|postrenderer|\.ci)/[\w./-]*)`", text):
            if "NAME" not in name:
                assert (ROOT / name).exists(), name


def test_the_pictures_are_current() -> None:
    subprocess.run([sys.executable, ROOT / "ci" / "lib" / "docs.py", "--check"], check=True)


def test_every_picture_of_the_readme_is_drawn_and_every_drawn_one_is_shown() -> None:
    shown = re.findall(r"^!\[.+\]\((.+\.svg)\)$", README, re.MULTILINE)
    assert sorted(shown) == sorted(f"docs/{file.name}" for file in (ROOT / "docs").glob("*.svg"))


def test_every_module_has_its_line_in_contributing() -> None:
    modules = {path.stem for path in (ROOT / "postrenderer").glob("*.py")} - {"__init__", "__main__"}
    named = set(re.findall(r"`([a-z_]+)/?`", CONTRIBUTING.partition("## How to add a rule")[0]))
    assert modules <= named
    assert {path.name for path in (ROOT / "postrenderer").iterdir() if (path / "__init__.py").exists()} <= named


def test_the_application_of_the_readme_names_the_plugin_and_what_it_announces() -> None:
    plugin = YAML(typ="safe").load((ROOT / "ci/argocd/plugin.yaml").read_text())
    source = YAML(typ="safe").load(next(block for block in blocks("yaml") if "plugin:" in block))["source"]
    assert source["plugin"]["name"] == plugin["metadata"]["name"]
    announced = {each["name"] for each in plugin["spec"]["parameters"]["static"]}
    assert {each["name"] for each in source["plugin"]["parameters"]} <= announced


def test_no_path_of_a_machine_and_no_registry_is_named() -> None:
    named = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    hosts = re.compile(
        "|".join(("/wo" + "rk/", "files.python" + "hosted", "proxy.go" + "lang.org", "registry." + "npmjs"))
    )
    for name in filter(None, named.split("\0")):
        path = ROOT / name
        if path.is_file():
            assert not hosts.search(path.read_text(encoding="utf-8", errors="ignore")), name
