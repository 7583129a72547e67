"""Which functions may return an awaitable at all, by the names of what they call.

A summary costs a thousand times more than this look at the `return` statements, and most functions
return nothing that was ever awaitable.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from typing import Final

from mypy_await.contracts.callers import source_files
from mypy_await.contracts.modules import FUNCTIONS, Function, Import, Project
from mypy_await.contracts.resolving import Symbol

_ASYNC: Final = re.compile(
    rb"\basync\s+def\s+(\w+)"
    rb"|\bdef\s+(\w+)[^:]*->[^:\n]*\b(?:Awaitable|Coroutine|Future|Task)\b"
)
_LIBRARY: Final = {
    *("create_future", "create_task", "ensure_future", "gather", "run_coroutine_threadsafe"),
    *("run_in_executor", "run_sync", "shield", "sleep", "to_thread", "wait", "wait_for"),
    *("open_connection", "start_server", "create_subprocess_exec", "create_subprocess_shell"),
}


class Suspects:
    """The names of everything in a project whose calls may be awaitable."""

    def __init__(self, project: Project) -> None:
        """Read the names off the text of all source files."""
        self.names: set[str] = set(_LIBRARY)
        for root in project.roots:
            for _, path in source_files(root):
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
        renamed = {
            name: node.target.rpartition(".")[2]
            for name, nodes in symbol.scope.module.names.items()
            for node in nodes
            if isinstance(node, Import)
        }
        for stmt in _statements(function.body):
            match stmt:
                case ast.Return(value=ast.expr() as value) | ast.Assign(value=value):
                    called.update(_called(value))
                case ast.AnnAssign(value=ast.expr() as value):
                    called.update(_called(value))
                case ast.ImportFrom(names=aliases):
                    renamed.update((a.asname or a.name, a.name) for a in aliases)
        return any(name in self.names or renamed.get(name) in self.names for name in called)


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
