"""Which functions may return an awaitable at all, by the names of what they call.

A summary costs a thousand times more than this look at the `return` statements, and most functions
return nothing that was ever awaitable.
"""

from __future__ import annotations

import ast
import asyncio
import inspect
import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Final

from mypy_await.contracts.modules import FUNCTIONS, Function, Import, Module
from mypy_await.contracts.resolving import Symbol

_ASYNC: Final = re.compile(
    rb"\basync\s+def\s+(\w+)"
    rb"|\bdef\s+(\w+)[^:]*->[^:\n]*\b(?:Awaitable|Coroutine|Future|Task)\b"
)
_LIBRARIES: Final = ("asyncio", "anyio", "trio")
_MORE_NAMES: Final = {
    "create_future",
    "create_task",
    "ensure_future",
    "gather",
    "run_coroutine_threadsafe",
    "run_in_executor",
    "run_sync",
    "shield",
}
"""Library functions that give an awaitable and are no `async def` in `asyncio`."""


@cache
def library_names() -> frozenset[str]:
    """Return the names of all functions and methods of `asyncio` whose calls are awaitable."""
    owners = [asyncio, *(cls for cls in vars(asyncio).values() if isinstance(cls, type))]
    found = {
        name
        for owner in owners
        for name, value in vars(owner).items()
        if inspect.iscoroutinefunction(value) and not name.startswith("_")
    }
    return frozenset(_MORE_NAMES | found)


class Suspects:
    """The names of everything in some source files whose calls may be awaitable."""

    def __init__(self, files: Iterable[Path]) -> None:
        """Read the names off the text of the files."""
        self.names: set[str] = set()
        self._imports: dict[str, dict[str, str]] = {}
        for path in files:
            for found in _ASYNC.findall(path.read_bytes()):
                self.names.update(name.decode() for name in found if name)

    def may_return_awaitable(self, symbol: Symbol) -> bool:
        """Does a `return` of the function give the result of a call of one of the names?"""
        return any(
            isinstance(node, FUNCTIONS) and self._returns_suspect(node, symbol)
            for node in symbol.nodes
        )

    def _returns_suspect(self, function: Function, symbol: Symbol) -> bool:
        called: set[str] = set()
        imports = self._imported(symbol.scope.module)
        for stmt in _statements(function.body):
            match stmt:
                case ast.Return(value=ast.expr() as value) | ast.Assign(value=value):
                    called.update(_called(value))
                case ast.AnnAssign(value=ast.expr() as value):
                    called.update(_called(value))
                case ast.ImportFrom(module=str(module), names=aliases):
                    more = {a.asname or a.name: f"{module}.{a.name}" for a in aliases}
                    imports = {**imports, **more}
        if not called:
            return False
        called |= {imports[name].rpartition(".")[2] for name in called if name in imports}
        if not called.isdisjoint(self.names):
            return True
        uses_library = any(target.startswith(_LIBRARIES) for target in imports.values())
        return uses_library and not called.isdisjoint(library_names())

    def _imported(self, module: Module) -> dict[str, str]:
        """Return the full name of what each import of a module binds."""
        if module.name not in self._imports:
            self._imports[module.name] = {
                name: node.target
                for name, nodes in module.names.items()
                for node in nodes
                if isinstance(node, Import)
            }
        return self._imports[module.name]


def _statements(body: Iterable[ast.stmt]) -> Iterator[ast.stmt]:
    """Yield the statements of a function, those of inner functions and classes left out."""
    for stmt in body:
        yield stmt
        if not isinstance(stmt, (*FUNCTIONS, ast.ClassDef)):
            for block in ("body", "orelse", "finalbody"):
                yield from _statements(getattr(stmt, block, ()))
            for part in (*getattr(stmt, "handlers", ()), *getattr(stmt, "cases", ())):
                yield from _statements(part.body)


def _called(value: ast.expr) -> Iterator[str]:
    """Yield the last names of the calls in an expression whose results are not awaited in it."""
    waiting: list[ast.AST] = [value]
    while waiting:
        node = waiting.pop()
        match node:
            case ast.Await():
                continue
            case ast.Call(func=ast.Name(id=name)) | ast.Call(func=ast.Attribute(attr=name)):
                yield name
        waiting.extend(ast.iter_child_nodes(node))
