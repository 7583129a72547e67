"""Is an awaitable the odd one out among plain values in a display?

A list of coroutines waits to be gathered; a coroutine beside strings and numbers under the keys of
a dict is a result that somebody forgot to await.
"""

from __future__ import annotations

from collections.abc import Iterator

from mypy.nodes import (
    AssignmentStmt,
    CallExpr,
    DictExpr,
    Expression,
    IndexExpr,
    ListExpr,
    NameExpr,
    Node,
    SetExpr,
    StrExpr,
    Var,
)
from mypy.types import CallableType, Instance, LiteralType, NoneType, Overloaded, TupleType

from mypy_await.awaitables import awaitable, parts
from mypy_await.site import Site
from mypy_await.walk import descendants


def is_among_plain_values(container: Node, element: Expression, site: Site) -> bool:
    """Has the element a sibling in its list, set, dict or `dict(...)` that is a plain value?"""
    return any(is_plain(sibling, site) for sibling in _values(container) if sibling is not element)


def holds_plain_values(variable: Var, function: Node, site: Site) -> bool:
    """Does the function put a plain value into the container that the variable names?"""
    for node in descendants(function):
        if not isinstance(node, AssignmentStmt):
            continue
        for target in node.lvalues:
            if isinstance(target, NameExpr) and target.node is variable:
                if any(is_plain(value, site) for value in _values(node.rvalue)):
                    return True
            elif isinstance(target, IndexExpr) and isinstance(target.base, NameExpr):
                if target.base.node is variable and is_plain(node.rvalue, site):
                    return True
    return False


def is_plain(value: Expression, site: Site) -> bool:
    """Is this certainly data: neither awaitable, nor callable, nor a mere placeholder?"""
    if isinstance(value, StrExpr):
        return True
    typ = site.type_of(value)
    if typ is None:
        return False
    return all(
        isinstance(part, (Instance, LiteralType, TupleType))
        and not (isinstance(part, Instance) and part.type.fullname == "builtins.object")
        and awaitable(part) is None
        for part in parts(typ)
        if not isinstance(part, NoneType)
    ) and not isinstance(typ, (NoneType, CallableType, Overloaded))


def _values(container: Node) -> Iterator[Expression]:
    match container:
        case DictExpr():
            yield from (value for key, value in container.items if key is not None)
        case ListExpr() | SetExpr():
            yield from container.items
        case CallExpr():
            named = zip(container.args, container.arg_names, strict=True)
            yield from (value for value, name in named if name is not None)
