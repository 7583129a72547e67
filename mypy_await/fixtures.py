"""Does anybody run an async function that is a plain fixture of pytest?

pytest itself does not: it fails, or hands the coroutine over as the fixture's value.  A plugin may,
so every doubt means yes.  The answer is no where a test of the same module uses the value as it
comes and nothing else, and where either

1. the configuration puts pytest-asyncio into its strict mode and there is no other such plugin, or
2. there is no plugin for async tests at all, and nothing speaks of one.

Looked at are the module, the folder that pytest is in, and what configures pytest in the folders
above the module.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from mypy.nodes import (
    CallExpr,
    ClassDef,
    Decorator,
    FuncDef,
    IndexExpr,
    MemberExpr,
    MypyFile,
    NameExpr,
    Statement,
)

from mypy_await import compat, names
from mypy_await.decorations import Decoration
from mypy_await.knowledge import load
from mypy_await.walk import descendants


def is_never_run(decoration: Decoration) -> bool:
    """Is this an async fixture that certainly nobody runs?"""
    node = decoration.node
    if not node.func.is_coroutine or len(node.original_decorators) != 1 or _is_renamed(node):
        return False
    module = compat.module(decoration.api)
    tests = list(_tests(module.defs))
    if not any(_uses_value(test, node.func.name) for test in tests):
        return False
    text = _surroundings(decoration, module)
    if _HANDLED.search(text) or _is_any_there(decoration, load()["fixtures"]["handled_by"]):
        return False
    if modes := _MODE.findall(text):
        return set(modes) == {"strict"}
    if any(test.is_coroutine for test in tests) or _SPOKEN_OF.search(text):
        return False
    return not _is_any_there(decoration, ["pytest_asyncio"])


_CONFIGURATION: Final = (
    "conftest.py",
    "pytest.toml",
    ".pytest.toml",
    "pytest.ini",
    ".pytest.ini",
    "pyproject.toml",
    "tox.ini",
    "setup.cfg",
)
_MODE: Final = re.compile(r"asyncio[_-]mode[\s=]+[\"']?(\w+)")
_HANDLED: Final = re.compile(r"anyio|pytest_fixture_setup|pytest_plugins|trio|twisted")
_SPOKEN_OF: Final = re.compile(r"aiohttp|mark\.asyncio|pytest.asyncio|sanic|tornado")


def _is_renamed(node: Decorator) -> bool:
    """May tests ask for the fixture by another name than its function's?"""
    decorator = node.original_decorators[0]
    return isinstance(decorator, CallExpr) and (
        "name" in decorator.arg_names or None in decorator.arg_names
    )


def _tests(body: list[Statement]) -> Iterator[FuncDef]:
    """Yield the test functions and methods of a module."""
    for statement in body:
        match statement:
            case ClassDef():
                yield from _tests(statement.defs.body)
            case Decorator() if statement.func.name.startswith("test"):
                yield statement.func
            case FuncDef() if statement.name.startswith("test"):
                yield statement


def _uses_value(test: FuncDef, fixture: str) -> bool:
    """Does a test ask for the fixture, and treat all it gets as a plain value?"""
    if fixture not in test.arg_names:
        return False
    nodes = list(descendants(test.body))
    uses = [node for node in nodes if isinstance(node, NameExpr) and node.name == fixture]
    plain = [
        node
        for node in nodes
        if (isinstance(node, MemberExpr) and _is(node.expr, fixture) and node.name not in _OWN)
        or (isinstance(node, IndexExpr) and _is(node.base, fixture))
    ]
    return 0 < len(uses) == len(plain)


_OWN: Final = names.OF_AWAITABLES | {"__aiter__", "__anext__", "aclose", "asend", "athrow"}


def _is(node: object, name: str) -> bool:
    return isinstance(node, NameExpr) and node.name == name


def _surroundings(decoration: Decoration, module: MypyFile) -> str:
    """Return the text of the module and of what configures pytest around it."""
    path = Path(module.path).resolve()
    files = [path, *(folder / name for folder in path.parents for name in _CONFIGURATION)]
    decoration.refiner.rests_on(decoration.api, map(str, files))
    return "\n".join(
        file.read_text(encoding="utf-8", errors="replace") for file in files if file.is_file()
    )


def _is_any_there(decoration: Decoration, modules: list[str]) -> bool:
    """Can one of these modules be imported from where pytest is?"""
    pytest = Path(compat.path_defining(decoration.api, decoration.name))
    folder = pytest.resolve().parent.parent
    files = [
        file for name in modules for file in (folder / name / "__init__.py", folder / f"{name}.py")
    ]
    decoration.refiner.rests_on(decoration.api, map(str, files))
    return any(file.is_file() for file in files)
