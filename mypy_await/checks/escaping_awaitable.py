"""escaping-awaitable: a coroutine leaves the block that was meant to cover it."""

from __future__ import annotations

from typing import Final

from mypy.nodes import (
    Block,
    CallExpr,
    Decorator,
    Expression,
    FuncDef,
    FuncItem,
    NameExpr,
    Node,
    RaiseStmt,
    RefExpr,
    TryStmt,
    WithStmt,
)
from mypy.types import CallableType, Instance, get_proper_type

from mypy_await import codes, messages
from mypy_await.awaitables import Sort, is_async_def, parts
from mypy_await.places import Kind, function_around
from mypy_await.use import Misuse, Use
from mypy_await.walk import descendants


def check(use: Use) -> Misuse | None:
    """Report a coroutine that a function returns out of a block that covers it in vain.

    None of the body of an `async def` runs before the coroutine is awaited: what the handlers of a
    `try` catch, what its `finally` closes and what a `with` enters is over by then.
    """
    if use.place.kind is not Kind.RETURNED or use.value.sort is not Sort.COROUTINE:
        return None
    function = function_around(use.place.node, use.site.parents)
    if function is None or not _is_async_call(use):
        return None
    block = _covering_block(use, function)
    if block is None:
        return None
    text = messages.escaping(use, block)
    return Misuse(codes.ESCAPING_AWAITABLE, text, (messages.remedy(use),), result=use.value.typ)


def _is_async_call(use: Use) -> bool:
    if not isinstance(use.node, CallExpr):
        return False
    node = use.site.callee_node(use.node)
    return is_async_def(node.func if isinstance(node, Decorator) else node)


def _covering_block(use: Use, function: FuncItem) -> str | None:
    parents = use.site.parents
    below: Node = use.place.node
    node = parents.get(below)
    while node is not None and node is not function:
        if isinstance(node, TryStmt) and below is node.body and _try_covers(node, use):
            return "try"
        if isinstance(node, WithStmt) and below is node.body and _with_covers(node, use):
            return "async with" if node.is_async else "with"
        below, node = node, parents.get(node)
    return None


def _try_covers(node: TryStmt, use: Use) -> bool:
    if node.finally_body is not None and _names(use.node) & _names(node.finally_body):
        return True
    if node.body.body != [use.place.node] or not _is_simple(use.node):
        return False  # the handlers may be meant for something else in the block
    caught = zip(node.types, node.handlers, strict=True)
    return any(_is_meant_for_it(typ, handler) for typ, handler in caught)


def _is_meant_for_it(typ: Expression | None, handler: Block) -> bool:
    """Is a handler there for what the coroutine raises, and not for making it?"""
    names = {ref.fullname for ref in descendants(typ) if isinstance(ref, RefExpr)} if typ else set()
    match handler.body:
        case [RaiseStmt(expr=None)]:
            return False
    return not names & _RAISED_BY_LOOKUP


_RAISED_BY_LOOKUP: Final = frozenset(
    f"builtins.{name}"
    for name in (
        "AttributeError",
        "ImportError",
        "KeyError",
        "LookupError",
        "NameError",
        "TypeError",
    )
)


def _with_covers(node: WithStmt, use: Use) -> bool:
    targets = {name for target in node.target if target is not None for name in _names(target)}
    if targets & _names(use.node):
        return True
    return any(_may_swallow(expr, use) for expr in node.expr)


def _may_swallow(manager: Expression, use: Use) -> bool:
    """May this context manager swallow exceptions: does its `__exit__` give a bool (PEP 343)?"""
    typ = use.site.type_of(manager)
    for part in parts(typ) if typ is not None else ():
        method = part.type.get_method("__exit__") if isinstance(part, Instance) else None
        if method is not None and isinstance(method.type, CallableType):
            return any(
                isinstance(item, Instance) and item.type.fullname == "builtins.bool"
                for item in parts(get_proper_type(method.type.ret_type))
            )
    return False


def _is_simple(node: Expression) -> bool:
    """Is nothing evaluated here that may raise before the coroutine is made?"""
    return isinstance(node, CallExpr) and all(
        isinstance(part, RefExpr) or type(part).__name__ in _CONSTANTS
        for argument in (node.callee, *node.args)
        for part in descendants(argument)
    )


_CONSTANTS: Final = ("IntExpr", "StrExpr", "FloatExpr", "BytesExpr")


def _names(node: Node) -> set[object]:
    return {
        name.node
        for name in descendants(node)
        if isinstance(name, NameExpr)
        and name.node is not None
        and not isinstance(name.node, FuncDef)
        and name.name not in ("self", "cls")
    }
