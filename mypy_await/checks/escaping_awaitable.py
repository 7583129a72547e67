"""escaping-awaitable: a coroutine leaves the block that was meant to cover it."""

from __future__ import annotations

from typing import Final

from mypy.nodes import (
    AwaitExpr,
    Block,
    CallExpr,
    Decorator,
    Expression,
    FuncDef,
    FuncItem,
    MemberExpr,
    NameExpr,
    Node,
    RaiseStmt,
    RefExpr,
    ReturnStmt,
    TryStmt,
    WithStmt,
)
from mypy.types import CallableType, Instance, get_proper_type

from mypy_await import codes, messages
from mypy_await.awaitables import Sort, is_async_def, parts
from mypy_await.bindings import Fate
from mypy_await.calls import Call, is_told_apart
from mypy_await.knowledge import knows
from mypy_await.places import Kind, function_around
from mypy_await.refine import shown_place
from mypy_await.summaries import RAISED_BY_LOOKUP
from mypy_await.use import Misuse, Use
from mypy_await.walk import descendants


def check(use: Use) -> Misuse | None:
    """Report a coroutine that a function returns out of a block that covers it in vain.

    None of the body of an `async def` runs before the coroutine is awaited: what the handlers of a
    `try` catch, what its `finally` closes and what a `with` enters is over by then.
    """
    if use.is_name or use.place.kind is not Kind.RETURNED:
        return None
    if use.value.sort is not Sort.COROUTINE:
        return None
    function = function_around(use.place.node, use.site.parents)
    if function is None or not _is_async_call(use):
        return None
    block = _covering_block(use, function)
    if block is None:
        return None
    text = messages.escaping(use, block)
    return Misuse(codes.ESCAPING_AWAITABLE, text, (messages.remedy(use),), result=use.value.typ)


def check_call(call: Call) -> Misuse | None:
    """Report an async function given to one that calls it in a `try` and returns what it gives."""
    for passed, value in call.async_functions():
        summary = call.summary if passed.name and value.sort is Sort.COROUTINE else None
        parameter = summary.parameter(passed.name or "") if summary else None
        uncovered = parameter.uncovered if parameter else None
        if uncovered is not None and not is_told_apart(call.node, call.site):
            text = messages.uncovered(call, passed.value)
            where = messages.called_at(shown_place(uncovered.path, uncovered.line))
            notes = (messages.callback_remedy(), where)
            return Misuse(codes.ESCAPING_AWAITABLE, text, notes, passed.value)
    return None


def check_binding(use: Use, fate: Fate) -> Misuse | None:
    """Report what a block covers where it is made, by name, and what is not awaited before its end.

    A coroutine begins to run where it is awaited.  A task begins at the next `await`: out of a
    sync `with` without one it gets no turn.
    """
    block = None if use.in_container or not fate.uses else _left_block(use, fate)
    if block is None:
        return None
    text = messages.escaping(use, block)
    return Misuse(codes.ESCAPING_AWAITABLE, text, (messages.remedy(use),), result=use.value.typ)


def _left_block(use: Use, fate: Fate) -> str | None:
    """Return what covers the value where it is made, and is over where it is used."""
    parents = use.site.parents
    made = _wrapped_call(use)
    node: Node | None = use.place.node
    while made is not None and node is not None and not isinstance(node, FuncItem):
        above = parents.get(node)
        match parents.get(above) if above is not None else None:
            case TryStmt() as block if above is block.body:
                if _is_only_returned(use, fate, block) and _try_covers(block, made):
                    return "try"
            case WithStmt() as block if above is block.body and _targets(block) & _carried(made):
                if _are_behind(use, fate, block) and _keeps_waiting(use, block):
                    return "async with" if block.is_async else "with"
        node = above
    return None


def _are_behind(use: Use, fate: Fate, block: WithStmt) -> bool:
    """Do all uses come after the block, to return from it being the way to leave it?"""
    inside = [node for node in descendants(block.body) if node in fate.uses]
    return all(_is_returned(use, node) for node in inside)


def _is_returned(use: Use, node: Node) -> bool:
    above = use.site.parents.get(node)
    return isinstance(above, ReturnStmt)


def _is_only_returned(use: Use, fate: Fate, block: TryStmt) -> bool:
    """Does the block make the value and return it, and do nothing else?"""
    match block.body.body:
        case [first, ReturnStmt(expr=NameExpr() as name)] if first is use.place.node:
            return fate.uses == (name,) and use.value.sort is Sort.COROUTINE
    return False


def _wrapped_call(use: Use) -> CallExpr | None:
    """Return the call that makes the coroutine: of a task, the one inside `create_task(...)`."""
    call = use.origin
    if use.value.sort is Sort.COROUTINE and isinstance(call, CallExpr):
        return call
    if use.value.sort is Sort.FUTURE and isinstance(call, CallExpr) and len(call.args) == 1:
        inner = call.args[0]
        is_task = knows("task", use.site.callee_name(call))
        return inner if is_task and isinstance(inner, CallExpr) else None
    return None


def _keeps_waiting(use: Use, block: WithStmt) -> bool:
    """Does the value not run before the block ends?"""
    if use.value.sort is Sort.COROUTINE:
        return True
    return not block.is_async and not any(
        isinstance(node, AwaitExpr) for node in descendants(block.body)
    )


def _targets(node: WithStmt) -> set[object]:
    return {name for target in node.target if target is not None for name in _names(target)}


def _is_async_call(use: Use) -> bool:
    if not isinstance(use.origin, CallExpr):
        return False
    node = use.site.callee_node(use.origin)
    return is_async_def(node.func if isinstance(node, Decorator) else node)


def _covering_block(use: Use, function: FuncItem) -> str | None:
    parents = use.site.parents
    below: Node = use.place.node
    node = parents.get(below)
    while node is not None and node is not function:
        if isinstance(node, TryStmt) and below is node.body:
            alone = node.body.body == [use.place.node]
            if isinstance(use.node, CallExpr) and _try_covers(node, use.node, alone=alone):
                return "try"
        if isinstance(node, WithStmt) and below is node.body and _with_covers(node, use):
            return "async with" if node.is_async else "with"
        below, node = node, parents.get(node)
    return None


def _try_covers(node: TryStmt, call: CallExpr, *, alone: bool = True) -> bool:
    """Does a `try` cover a coroutine, which `alone` is what it is for?"""
    if node.finally_body is not None and _carried(call) & _names(node.finally_body):
        return True
    if not alone or not _is_simple(call):
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


_RAISED_BY_LOOKUP: Final = frozenset(f"builtins.{name}" for name in RAISED_BY_LOOKUP)


def _with_covers(node: WithStmt, use: Use) -> bool:
    if isinstance(use.origin, CallExpr) and _targets(node) & _carried(use.origin):
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


def _carried(call: CallExpr) -> set[object]:
    """Return the variables that a coroutine holds: the receiver of its method, and arguments.

    What arguments are computed from is used before the coroutine is made.
    """
    receiver: Node = call.callee
    while isinstance(receiver, (MemberExpr, CallExpr)):
        receiver = receiver.expr if isinstance(receiver, MemberExpr) else receiver.callee
    held = [receiver, *(argument for argument in call.args if isinstance(argument, NameExpr))]
    return {name for node in held for name in _names(node)}


def _names(node: Node) -> set[object]:
    return {
        name.node
        for name in descendants(node)
        if isinstance(name, NameExpr)
        and name.node is not None
        and not isinstance(name.node, FuncDef)
        and name.name not in ("self", "cls")
    }
