"""Where a function certainly fails on an awaitable, so that nothing behind is reached with it.

response = view(request)
response.headers["Server"] = "x"
return response
"""

from __future__ import annotations

import ast
from typing import Final

from mypy_await.summaries.library import OWN_ATTRIBUTES
from mypy_await.summaries.scopes import FUNCTIONS, Body

_TRIES: Final = (ast.Try, getattr(ast, "TryStar", ast.Try))
_CONTAINERS: Final = ("enumerate", "iter", "list", "set", "sorted", "tuple")
_NEEDING: Final = frozenset({*_CONTAINERS, "float", "int", "len", "max", "min", "sum"})
"""Built-in functions that fail on an awaitable as their only argument."""
_SOMETIMES: Final = (
    ast.BoolOp,
    ast.IfExp,
    ast.Lambda,
    ast.ListComp,
    ast.SetComp,
    ast.DictComp,
    ast.GeneratorExp,
)


def reached(body: Body, site: ast.AST, loads: list[ast.Name]) -> list[ast.Name]:
    """Return the reads of a name that an awaitable bound to it at a statement gets to.

    Inner functions may run at any time.
    """
    block = _block(body, site)
    if block is None:
        return loads
    failing = [load for load in loads if _fails(body, load) and _statement(body, load) in block]
    if not failing:
        return loads
    last = min(load.lineno for load in failing)
    around = body.function_of(site)
    return [one for one in loads if one.lineno <= last or body.function_of(one) is not around]


def _block(body: Body, site: ast.AST) -> list[ast.stmt] | None:
    """Return the statements beside one that follow it; None where somebody may handle errors."""
    above = list(body.ancestors(site))
    function = body.function_of(site)
    inside = above[: above.index(function)] if function in above else above
    if any(isinstance(one, _TRIES) for one in inside):
        return None
    parent = body.parents[site]
    for field in ("body", "orelse"):
        block = getattr(parent, field, None)
        if isinstance(block, list) and any(one is site for one in block):
            return block[next(i for i, one in enumerate(block) if one is site) + 1 :]
    return None


def _statement(body: Body, load: ast.Name) -> ast.stmt:
    """Return the statement that a name stands in, outside of the blocks that it has."""
    node: ast.AST = load
    while not isinstance(node, ast.stmt):
        node = body.parents[node]
    return node


def _fails(body: Body, load: ast.Name) -> bool:
    """Does an expression that is always evaluated in its statement fail on an awaitable?"""
    node = body.parents[load]
    fails = _needs_result(node, load)
    while fails and not isinstance(node, ast.stmt):
        node = body.parents[node]
        fails = not isinstance(node, (*_SOMETIMES, *FUNCTIONS))
    return fails


def _needs_result(parent: ast.AST, load: ast.Name) -> bool:
    match parent:
        case ast.Attribute(attr=name):
            return name not in OWN_ATTRIBUTES and not name.startswith("__")
        case ast.Subscript(value=value) | ast.For(iter=value):
            return value is load
        case ast.Call(func=ast.Name(id=name), args=[value], keywords=[]):
            return value is load and name in _NEEDING
    return False
