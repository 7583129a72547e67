"""Imports go one way, and only `compat` (and the gate's runner) reaches into mypy."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Final

import pytest

PACKAGE: Final = Path(__file__).resolve().parent.parent / "mypy_await"
PUBLIC_MYPY: Final = frozenset(
    {"mypy.plugin", "mypy.nodes", "mypy.patterns", "mypy.types", "mypy.errorcodes", "mypy.options"}
)
INSIDERS: Final = frozenset({"mypy_await.compat", "mypy_await.gate.mypy_run"})
"""The modules that may import any part of mypy: one of the plugin, one of the command line."""

TOP: Final = ("mypy_await", "plugin", "hooks", "judge", "open_judge", "checks")
BOTTOM: Final = ({"codes", "names", "config"}, {"compat"})
"""From the top down; what is in neither stands between them."""

BESIDE: Final = {"gate": {"gate", "codes", "config", "contracts"}}
"""What stands beside the layers, and the parts of ours that it may import."""


def sources() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def module_name(path: Path) -> str:
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imported(path: Path, *, at_once: bool = False) -> set[str]:
    """Return the full name of every module (or name in a module) that a file imports.

    With `at_once` only those that are imported when the file itself is.
    """
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found: set[str] = set()
    for node in tree.body if at_once else ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def part(module: str) -> str:
    """Return the part of the package a module belongs to: what stands directly below it."""
    if module == "mypy_await.__main__":
        return "gate"
    names = module.split(".")
    if len(names) == 1 or not is_ours(".".join(names[:2])):
        return "mypy_await"
    return names[1]


def is_ours(module: str) -> bool:
    path = PACKAGE.parent.joinpath(*module.split("."))
    return path.is_dir() or path.with_suffix(".py").exists()


def layer(name: str) -> int:
    """Return how far down a part stands: it imports from its own layer and from those below."""
    if name in TOP:
        return TOP.index(name)
    below = (len(TOP) + 1 + i for i, names in enumerate(BOTTOM) if name in names)
    return next(below, len(TOP))


@pytest.mark.parametrize("path", sources(), ids=module_name)
def test_only_compat_imports_non_public_mypy(path: Path) -> None:
    if module_name(path) in INSIDERS:
        return
    mypy = {name for name in imported(path) if name == "mypy" or name.startswith("mypy.")}
    assert {n for n in mypy if not any(f"{n}.".startswith(f"{p}.") for p in PUBLIC_MYPY)} == set()


@pytest.mark.parametrize("path", sources(), ids=module_name)
def test_imports_go_one_way(path: Path) -> None:
    own = part(module_name(path))
    ours = {part(name) for name in imported(path) if name.split(".")[0] == "mypy_await"}
    if own in BESIDE:
        assert ours - BESIDE[own] == set()
    else:
        assert {name for name in ours if name in BESIDE or layer(name) < layer(own)} == set()


def test_no_part_imports_itself_by_a_detour() -> None:
    graph: dict[str, set[str]] = {}
    for path in sources():
        own = part(module_name(path))
        ours = {name for name in imported(path, at_once=True) if name.startswith("mypy_await.")}
        graph.setdefault(own, set()).update(part(name) for name in ours)
    graph = {name: needed - {name} for name, needed in graph.items()}
    while free := {name for name, needed in graph.items() if not needed & set(graph)}:
        graph = {name: needed for name, needed in graph.items() if name not in free}
    assert graph == {}


@pytest.mark.parametrize("path", sorted((PACKAGE / "checks").glob("[!_]*.py")), ids=module_name)
def test_checks_do_not_import_each_other(path: Path) -> None:
    others = {n for n in imported(path) if n.startswith("mypy_await.checks")}
    assert {n for n in others if not n.startswith("mypy_await.checks._")} == set()
