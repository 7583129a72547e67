"""Tells of which kind a future is, where mypy's error says no more than `Future[Any]`.

mypy knows nothing of its result and so gives no advice, and the name is that of asyncio's futures
and of those of threads.  What counts is that the function binds it once, by a call whose source
shows what makes it.
"""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Iterator
from enum import Enum
from typing import Final

from mypy_await.gate import threads
from mypy_await.gate.findings import FORGOTTEN, Finding
from mypy_await.gate.nothing import Nothing
from mypy_await.gate.source import FUNCTIONS, Function
from mypy_await.gate.typetext import PLAIN, read_type


class Future(Enum):
    """The kinds of futures."""

    OF_ASYNCIO = "asyncio"
    OF_THREAD = "thread"


MAKERS: Final = {
    **dict.fromkeys(
        ("ensure_future", "create_future", "gather", "shield", "wrap_future", "run_in_executor"),
        Future.OF_ASYNCIO,
    ),
    **dict.fromkeys(threads.MAKERS, Future.OF_THREAD),
}

OPEN: Final = r'"(?:\w+\.)*Future\[Any\]"'
USED: Final = re.compile(
    rf"Unsupported (?:left |right )?operand types? for .*{OPEN}"
    rf"|Unsupported target for indexed assignment \({OPEN}\)"
    rf"|Value of type {OPEN} is not indexable|{OPEN} not callable|{OPEN} object is not iterable"
)
CALLED: Final = re.compile(rf'{OPEN} has no attribute "(\w+)"')
PASSED: Final = re.compile(rf'.* incompatible type {OPEN}; expected "([^"]*)"')


def open_future(error: Finding, nothing: Nothing) -> Future | None:
    """Return the kind of the future whose result is meant; None where nothing is certain."""
    if "Future[Any]" not in error.text or FORGOTTEN in error.notes:
        return None
    sources = nothing.sources
    around = sources.innermost(error.path, error.line, *FUNCTIONS)
    if around is None or not _means_result(error, nothing):
        return None
    for name in dict.fromkeys(re.findall(r"(?<![\w.])[A-Za-z_]\w*", sources.text_of(error))):
        if kind := _kind(_only_value(around, name), error, nothing):
            return kind
    return None


def _means_result(error: Finding, nothing: Nothing) -> bool:
    if match := CALLED.match(error.text):
        # Programs stick notes on their futures, but hardly by the names of these methods.
        sources = nothing.sources
        if sources.sets(error.path, match[1]):
            return False
        line = sources.line(error.path, error.line)
        classes = (one for one in vars(builtins).values() if isinstance(one, type))
        return bool(re.search(rf"\.{match[1]}\(", line)) and any(
            hasattr(one, match[1]) for one in classes
        )
    if match := PASSED.match(error.text):
        return all(member.kind == PLAIN for member in read_type(match[1]).members)
    return USED.match(error.text) is not None


def _only_value(around: ast.AST, name: str) -> ast.expr | None:
    """Return what the function binds a name to, where it does so once and plainly."""
    values: list[ast.expr] = []
    bindings = 0
    for node in ast.walk(around):
        match node:
            case ast.Name(id=own, ctx=ast.Store()) | ast.arg(arg=own) if own == name:
                bindings += 1
            case ast.Global(names=names) | ast.Nonlocal(names=names) if name in names:
                return None
            case ast.Assign(targets=[ast.Name(id=own)], value=value) if own == name:
                values.append(value)
    return values[0] if bindings == len(values) == 1 else None


def _kind(value: ast.expr | None, error: Finding, nothing: Nothing) -> Future | None:
    """Return the kind that a call makes by itself, or by a function that can be read."""
    match value:
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)) if name in MAKERS:
            return MAKERS[name]
        case ast.Call(func=ast.Name(id=name)):
            paths = (error.path, *nothing.bases.imported(error.path))
            found: Iterator[ast.stmt] = (
                node for path in paths for node in nothing.sources.tree(path).body
            )
            called = [one for one in found if isinstance(one, Function) and one.name == name]
        case ast.Call(func=ast.Attribute(value=ast.Name(id="self"), attr=name)):
            called = [
                one
                for one in nothing.bases.definitions(error.path, error.line, name)
                if isinstance(one, Function)
            ][:1]
        case _:
            return None
    kinds = {_given_by(function) for function in called}
    return kinds.pop() if len(kinds) == 1 else None


def _given_by(function: Function) -> Future | None:
    """Return the kind of what all the `return`s of a plain function give."""
    if isinstance(function, ast.AsyncFunctionDef) or function.decorator_list:
        return None
    kinds: set[Future | None] = set()
    for node in ast.walk(function):
        if isinstance(node, ast.Return):
            value = node.value
            if isinstance(value, ast.Name):
                value = _only_value(function, value.id)
            match value:
                case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)):
                    kinds.add(MAKERS.get(name))
                case _:
                    return None
    return kinds.pop() if len(kinds) == 1 else None
