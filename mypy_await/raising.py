"""Blocks that deal with what an expression in them may raise."""

from __future__ import annotations

import builtins

from mypy.nodes import (
    CallExpr,
    Expression,
    FuncDef,
    FuncItem,
    MemberExpr,
    NameExpr,
    Node,
    TryStmt,
    TupleExpr,
    WithStmt,
)

from mypy_await.walk import Parents, enclosing


def may_fail(node: Expression, parents: Parents) -> bool:
    """Is the expression in a block that deals with what it may raise?"""
    below: Node = node
    above = parents.get(node)
    while above is not None and not isinstance(above, FuncDef):
        if isinstance(above, TryStmt) and below is above.body and any(map(_handles, above.types)):
            return True
        if isinstance(above, WithStmt) and any(map(_catches, above.expr)):
            return True
        below, above = above, parents.get(above)
    return False


def _handles(handled: Expression | None) -> bool:
    """May an `except` handle what awaiting no awaitable raises: `TypeError`, or `ValueError`?"""
    if isinstance(handled, TupleExpr):
        return any(map(_handles, handled.items))
    module, _, name = (handled.fullname if isinstance(handled, NameExpr) else "").rpartition(".")
    error = getattr(builtins, name, None) if module == "builtins" else None
    if not (isinstance(error, type) and issubclass(error, BaseException)):
        return True
    return issubclass(TypeError, error) or issubclass(ValueError, error)


def _catches(manager: Expression) -> bool:
    return expects_error(manager) or "suppress" in _name_of(manager)


def is_to_raise(node: Node, parents: Parents) -> bool:
    """Does a test expect of the block around a node that something in it raises?"""
    around = enclosing(node, parents, (WithStmt, FuncItem))
    return isinstance(around, WithStmt) and any(map(expects_error, around.expr))


def expects_error(manager: Expression) -> bool:
    """Is this `pytest.raises(...)`, `self.assertRaises(...)` or the like?"""
    return "raises" in _name_of(manager)


def _name_of(manager: Expression) -> str:
    callee = manager.callee if isinstance(manager, CallExpr) else manager
    return callee.name.lower() if isinstance(callee, NameExpr | MemberExpr) else ""
