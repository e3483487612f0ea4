"""Imports point down only, third-party packages stay in their rooms, and nothing grows too long."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

import postrenderer

ROOT = Path(postrenderer.__file__).parent
MODULES = {
    ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix("__init__").rstrip("."): file
    for file in ROOT.rglob("*.py")
}

# From the top. A module imports from lower floors only; modules of one room may share among themselves.
FLOORS = (
    ("__main__",),
    ("cli",),
    ("commandline",),
    ("commands",),
    ("planning", "report.simulation"),
    ("report.plan.as_text", "report.plan.as_json", "report.plan.as_mermaid", "report.plan.as_html"),
    ("report.plan.cards", "report.plan.scenes"),
    ("report.plan.drawing",),
    ("report.plan.scale",),
    ("report.plan.lanes", "report.plan.words"),
    ("report.plan", "report.plan.sheet", "report.plan.markup"),
    ("report.data", "report.github", "report.gitlab", "report.junit", "report.sarif", "report.statistics"),
    ("report.lint", "report.waivers"),
    ("linting",),
    ("report", "report.text", "report.difference", "report.pages", "inputs"),
    ("pipeline",),
    ("transforms",),
    ("in_force",),
    ("pages",),
    ("pardons",),
    ("rulebook",),
    ("advice",),
    ("rules",),
    ("simulation",),
    ("copies", "stamps", "plan"),
    ("refusals", "sequence"),
    ("trust", "steps"),
    ("closure", "order", "renderings", "checks", "applications"),
    ("release",),
    ("production",),
    ("tables",),
    ("producers", "databases", "readers", "pods"),
    ("producing", "names"),
    ("references", "paths", "marks"),
    ("edits",),
    ("texts",),
    ("scissors", "findings"),
    ("manifest", "options"),
    ("compose", "channels"),
    ("stream", "settings", "helm", "progress"),
    ("errors", "hooks", "nodes", "glance", "extensions", ""),  # the last one is the package itself: its version
)
ROOMS = ("commands", "pardons", "advice", "rules", "simulation", "transforms")
FLOOR = {name: len(FLOORS) - number for number, floor in enumerate(FLOORS) for name in floor}

OTHERS = {
    "ruamel": {"compose", "settings"},
    "pydantic": {"settings"},
    "typer": {"commandline"},
    "rich": {"progress"},
}
LONGEST_FUNCTION = 40
LONGEST_FILE = 250


def floor(name: str) -> int:
    room = name.partition(".")[0]
    return FLOOR[room if room in ROOMS else name]


def imports(file: Path) -> set[str]:
    """Everything a file imports, wherever in it, by full name."""
    found = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{file} imports relatively"
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def own(imported: set[str]) -> set[str]:
    """The modules among the names that are imported from the package."""
    inside = {name.removeprefix("postrenderer").lstrip(".") for name in imported if name.startswith("postrenderer")}
    return {name if name in MODULES else name.rpartition(".")[0] for name in inside}


def test_every_module_has_a_floor_and_every_floor_its_modules() -> None:
    listed = {name for name in FLOOR if name not in ROOMS}
    assert listed == {name for name in MODULES if name.partition(".")[0] not in ROOMS}


@pytest.mark.parametrize("name", sorted(MODULES))
def test_imports_point_down(name: str) -> None:
    room = name.partition(".")[0] if name.partition(".")[0] in ROOMS else None
    for imported in own(imports(MODULES[name])):
        if room is None or imported.partition(".")[0] != room:
            assert floor(imported) < floor(name), f"{name} imports {imported}, which does not stand below it"


@pytest.mark.parametrize("name", sorted(MODULES))
def test_other_packages_stay_where_they_are_allowed(name: str) -> None:
    packages = {imported.partition(".")[0] for imported in imports(MODULES[name])}
    foreign = packages - sys.stdlib_module_names - {"postrenderer"}
    assert {package for package in foreign if name not in OTHERS.get(package, ())} == set()


def test_every_room_for_another_package_is_used() -> None:
    used = {
        package: {n for n, file in MODULES.items() if any(i.split(".")[0] == package for i in imports(file))}
        for package in OTHERS
    }
    assert used == OTHERS


def test_settings_import_their_packages_only_to_read_a_file() -> None:
    tree = ast.parse(MODULES["settings"].read_text(encoding="utf-8"))
    first = {alias.name for node in tree.body if isinstance(node, ast.Import) for alias in node.names}
    first |= {str(node.module) for node in tree.body if isinstance(node, ast.ImportFrom)}
    assert {name.partition(".")[0] for name in first} & OTHERS.keys() == set()


@pytest.mark.parametrize("name", sorted(MODULES))
def test_a_file_is_no_longer_than_one_can_read(name: str) -> None:
    assert len(MODULES[name].read_text(encoding="utf-8").splitlines()) <= LONGEST_FILE


@pytest.mark.parametrize("name", sorted(MODULES))
def test_a_function_is_no_longer_than_a_screen(name: str) -> None:
    tree = ast.parse(MODULES[name].read_text(encoding="utf-8"))
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    lengths = {node.name: (node.end_lineno or 0) - node.lineno + 1 for node in functions}
    assert {function: length for function, length in lengths.items() if length > LONGEST_FUNCTION} == {}


@pytest.mark.parametrize("name", sorted(name for name in MODULES if name))
def test_a_module_says_what_it_is(name: str) -> None:
    page = ast.get_docstring(ast.parse(MODULES[name].read_text(encoding="utf-8"))) or ""
    assert page.partition("\n")[0].endswith(".")
