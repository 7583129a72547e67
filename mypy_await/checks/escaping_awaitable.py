"""escaping-awaitable: a coroutine leaves the block that was meant to cover it."""

from __future__ import annotations

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
    Var,
    WithStmt,
)
from mypy.types import CallableType, Instance, NoneType, get_proper_type

from mypy_await import codes, messages
from mypy_await.awaitables import Sort, awaitable, is_async_def, may_be_awaitable, parts
from mypy_await.bindings import Fate
from mypy_await.calls import Call
from mypy_await.conditions import is_told_apart
from mypy_await.decorations import Decoration
from mypy_await.making import makes_task, only_makes, raised
from mypy_await.origins import shown_place
from mypy_await.places import Kind, function_around
from mypy_await.summaries import How
from mypy_await.use import Misuse, Use
from mypy_await.walk import Parents, descendants


def check(use: Use) -> Misuse | None:
    """Report a coroutine that a function returns out of a block that covers it in vain.

    None of the body of an `async def` runs before the coroutine is awaited: what the handlers of a
    `try` catch, what its `finally` closes and what a `with` enters is over by then.
    """
    if use.is_name or use.place.kind is not Kind.RETURNED:
        return None
    function = function_around(use.place.node, use.site.parents)
    if function is None or not _is_made_here(use):
        return None
    block = _covering_block(use, function)
    if block is None:
        return None
    text = messages.escaping(use, block)
    return Misuse(codes.ESCAPING_AWAITABLE, text, (messages.remedy(use),), result=use.value.typ)


def check_call(call: Call) -> Misuse | None:
    """Report an async function given to one that calls it in a `try` and returns what it gives."""
    if not may_be_awaitable(call.gives):
        return None
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


def check_decoration(decoration: Decoration) -> Misuse | None:
    """Report a decorator that calls an async function in a block and returns what it gives.

    What another decorator below makes of the function may do work of its own in the block.
    """
    use = decoration.mistake(How.UNCOVERED, How.TIMED)
    if use is None or not decoration.is_innermost:
        return None
    is_timed = use.how is How.TIMED
    text = messages.uncovered_by(decoration, "" if is_timed else use.detail or "with")
    if not use.detail and not is_timed:
        return Misuse(codes.ESCAPING_AWAITABLE, text, (messages.AWAIT_IN_THE_BLOCK,))
    where = messages.called_at(shown_place(use.path, use.line))
    notes = (where, messages.AWAIT_IN_THE_WRAPPER)
    return Misuse(codes.ESCAPING_AWAITABLE, text, notes)


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
                if _is_only_left(use, fate, block) and _handlers_cover(block, use):
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


def _is_only_left(use: Use, fate: Fate, block: TryStmt) -> bool:
    """Does the block make the value and do nothing else but return it?

    Handlers around a later use are the ones that catch what it raises.
    """
    match block.body.body:
        case [first, ReturnStmt(expr=NameExpr() as name)] if first is use.place.node:
            return fate.uses == (name,) and use.value.sort is Sort.COROUTINE
        case [first] if first is use.place.node:
            return not any(_is_in_try(node, block, use.site.parents) for node in fate.uses)
    return False


def _is_in_try(node: Node, block: TryStmt, parents: Parents) -> bool:
    """Does a node lie in a `try` that is not around the block, or in the block but its `else`?"""
    below, above = node, parents.get(node)
    while above is not None and not isinstance(above, FuncItem):
        if isinstance(above, TryStmt) and (above is not block or below is not block.else_body):
            return not _is_below(block, above.body, parents)
        below, above = above, parents.get(above)
    return False


def _is_below(node: Node | None, root: Node, parents: Parents) -> bool:
    while node is not None and node is not root:
        node = parents.get(node)
    return node is root


def _wrapped_call(use: Use) -> CallExpr | None:
    """Return the call that makes the coroutine: of a task, the one inside `create_task(...)`."""
    call = use.origin
    if use.value.sort is Sort.COROUTINE and isinstance(call, CallExpr):
        return call
    if use.value.sort is Sort.FUTURE and isinstance(call, CallExpr) and len(call.args) == 1:
        inner = call.args[0]
        return inner if makes_task(call, use.site) and isinstance(inner, CallExpr) else None
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


def _is_made_here(use: Use) -> bool:
    """Is the value the coroutine of an `async def`, or a task?"""
    if not isinstance(use.origin, CallExpr):
        return False
    if use.value.sort is Sort.FUTURE:
        return makes_task(use.origin, use.site)
    node = use.site.callee_node(use.origin)
    is_async = is_async_def(node.func if isinstance(node, Decorator) else node)
    return is_async and use.value.sort is Sort.COROUTINE


def _covering_block(use: Use, function: FuncItem) -> str | None:
    parents = use.site.parents
    is_task = use.value.sort is Sort.FUTURE  # runs by itself, whatever block is over
    below: Node = use.place.node
    node = parents.get(below)
    while node is not None and node is not function:
        if isinstance(node, TryStmt) and below is node.body:
            alone = node.body.body == [use.place.node] and _handlers_cover(node, use)
            if alone or (not is_task and _is_cleaned_up(node, use)):
                return "try"
        if isinstance(node, WithStmt) and below is node.body:
            if not is_task and _with_covers(node, use, function):
                return "async with" if node.is_async else "with"
        below, node = node, parents.get(node)
    return None


def _is_cleaned_up(node: TryStmt, use: Use) -> bool:
    """Does a `finally` use what the coroutine holds?"""
    if node.finally_body is None or not isinstance(use.node, CallExpr):
        return False
    return bool(_carried(use.node) & _names(node.finally_body))


def _handlers_cover(node: TryStmt, use: Use) -> bool:
    """Is a handler there for what the coroutine raises, and not for making it?

    The statement that makes it is the first of the block.
    """
    made = getattr(node.body.body[0], "expr", None) or getattr(node.body.body[0], "rvalue", None)
    if not isinstance(made, Expression) or not only_makes(made, use.site):
        return False  # the handlers may be meant for something else in the block
    early = {f"builtins.{name}" for name in raised(made, use.site)}
    caught = zip(node.types, node.handlers, strict=True)
    return any(_is_meant_for_later(typ, handler, early) for typ, handler in caught)


def _is_meant_for_later(typ: Expression | None, handler: Block, early: set[str]) -> bool:
    match handler.body:
        case [RaiseStmt(expr=None)]:
            return False
    caught = [part for part in descendants(typ) if isinstance(part, RefExpr)] if typ else []
    names = {ref.fullname for ref in caught} or {"builtins.BaseException"}
    # A name for several classes may stand for any.
    return not names & early and not any(isinstance(ref.node, Var) for ref in caught)


def _with_covers(node: WithStmt, use: Use, function: FuncItem) -> bool:
    if isinstance(use.origin, CallExpr) and _targets(node) & _carried(use.origin):
        return True
    return not _may_be_sync(function) and any(_may_swallow(expr, use) for expr in node.expr)


def _may_be_sync(function: FuncItem) -> bool:
    """Is a function declared to give a result or an awaitable?  The block may cover the former."""
    if not isinstance(function.type, CallableType):
        return False
    results = parts(get_proper_type(function.type.ret_type))
    kinds = {awaitable(part) is None for part in results if not isinstance(part, NoneType)}
    return len(kinds) > 1


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
