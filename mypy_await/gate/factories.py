"""Tells whether an object comes from a factory that was given a class, which mypy does not see.

`sessionmaker(engine, class_=AsyncSession)` makes objects of that class, whatever its signature
declares.  Where the class has an asynchronous method, the use of it is right.
"""

from __future__ import annotations

import ast
import functools
import re
from collections.abc import Iterator
from typing import Final

from mypy_await.gate.bases import Bases
from mypy_await.gate.doubts import root
from mypy_await.gate.findings import Finding
from mypy_await.gate.source import FUNCTIONS

STEPS: Final = 4
"""How many names lie between a class that is given away and an object of it."""
LACKS: Final = re.compile(r'.* has no attribute "(__a\w+__)"')


def is_of_given_class(error: Finding, bases: Bases) -> bool:
    """Does a class that the object's maker was given have what is awaited as an `async def`?"""
    match bases.sources.value_of(error):
        case ast.Call(func=ast.Attribute(attr=method)) as used:
            pass
        case ast.Call() as used:
            method = ""
        case _:
            return False
    missed = LACKS.match(error.text)
    wanted = missed[1] if missed else method
    name = root(used)
    if name is None:
        return False
    function = bases.sources.innermost(error.path, error.line, *FUNCTIONS)
    return any(
        isinstance(bases.definition(path, given, wanted), ast.AsyncFunctionDef)
        for path, given in _given(bases, error.path, function, name, STEPS)
    )


def _given(
    bases: Bases, path: str, function: ast.AST | None, name: str, steps: int
) -> Iterator[tuple[str, str]]:
    """Yield the names, each with its file, that went into the calls which make a variable."""
    found = _values(function, name) if function else []
    if not steps:
        return
    if not found:
        function = None
        origin = bases.origin(path, name)
        if origin is None:
            return
        path, name = origin
        found = _values(bases.sources.tree(path), name)
    for value in found:
        if isinstance(value, ast.Call):
            for one in (*value.args, *(keyword.value for keyword in value.keywords)):
                if isinstance(one, ast.Name):
                    yield path, one.id
            if (maker := root(value)) and maker != name:
                yield from _given(bases, path, function, maker, steps - 1)


def _values(scope: ast.AST, name: str) -> list[ast.expr]:
    """Return what a function or module binds a variable to."""
    return _bound(scope).get(name, [])


@functools.lru_cache(maxsize=64)
def _bound(scope: ast.AST) -> dict[str, list[ast.expr]]:
    """Return what is bound in a function or module, by the names of the variables."""
    found: dict[str, list[ast.expr]] = {}
    for node in ast.walk(scope):
        match node:
            case (
                ast.Assign(targets=[ast.Name(id=name)], value=value)
                | ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value)
                | ast.withitem(optional_vars=ast.Name(id=name), context_expr=value)
            ):
                found.setdefault(name, []).append(value)
    return found
