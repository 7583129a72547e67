"""dropped-task: a task or future that nobody holds."""

from __future__ import annotations

from typing import Final

from mypy.nodes import (
    CallExpr,
    ForStmt,
    FuncItem,
    LambdaExpr,
    MemberExpr,
    NameExpr,
    Node,
    WhileStmt,
)

from mypy_await import codes, compat, messages
from mypy_await.awaitables import Sort
from mypy_await.bindings import Fate
from mypy_await.calls import drops_result
from mypy_await.knowledge import knows
from mypy_await.places import Kind, function_around
from mypy_await.raising import is_to_raise
from mypy_await.site import Site
from mypy_await.use import Misuse, Use
from mypy_await.walk import descendants, enclosing


def check(use: Use) -> Misuse | None:
    """Report a new task that nothing holds once the expression is done.

    The event loop keeps only a weak reference to a task, so it may be collected before it is done
    (documentation of `asyncio.create_task`).  A callback does not hold it either, but where there
    is one somebody took care of its end.
    """
    if use.value.sort is not Sort.FUTURE or use.place.names or not _is_lost(use):
        return None
    return _misuse(use) if _is_new_task(use) else None


def _is_lost(use: Use) -> bool:
    match use.place.kind:
        case Kind.STATEMENT:
            return True
        case Kind.ARGUMENT:
            return knows("task", use.receiver, "weak")
        case Kind.RETURNED:
            return _is_result_of_callback(use)
    return False


def _is_result_of_callback(use: Use) -> bool:
    """Is it what a lambda gives to something that calls it, and is declared to take any result?"""
    site = use.site
    function = function_around(use.place.node, site.parents)
    if not isinstance(function, LambdaExpr):
        return False
    call = site.parents.get(function)
    if not isinstance(call, CallExpr) or function is call.callee:
        return False
    return drops_result(site, site.slot(call, function, as_declared=True))


def check_container(use: Use) -> Misuse | None:
    """Report new tasks in a display that is a statement by itself."""
    if use.place.kind is not Kind.STATEMENT or use.is_name or not _is_new_task(use):
        return None
    return _misuse(use)


def check_binding(use: Use, fate: Fate) -> Misuse | None:
    """Report a new task in a name that nothing uses, once the function may end before the task."""
    if fate.consumed or fate.misuses or use.in_container or not _is_new_task(use):
        return None
    return None if _is_held(use) else _misuse(use)


def _is_held(use: Use) -> bool:
    """Does the name hold the task while the function waits for other things?

    `_` says that nobody will look at what becomes of the task, whoever holds it.
    """
    target, parents = use.place.target, use.site.parents
    function = function_around(use.place.node, parents)
    if not isinstance(function, FuncItem):
        return False
    if function.is_coroutine:
        return not (isinstance(target, NameExpr) and target.name == "_")
    return enclosing(use.place.node, parents, (ForStmt, WhileStmt)) is None and any(
        _runs_loop(node) and node.line > use.place.node.line
        for node in descendants(function.body, into_functions=False)
    )


def _runs_loop(node: Node) -> bool:
    """Is it a call that returns when the event loop is done?"""
    match node:
        case CallExpr(callee=MemberExpr(name="run_forever" | "run_until_complete")):
            return True
    return False


def _is_new_task(use: Use) -> bool:
    return (
        use.value.sort is Sort.FUTURE
        and not use.is_safe
        and isinstance(use.origin, CallExpr)
        and (
            knows("task", use.site.callee_name(use.origin))
            or _is_made_by_callee(use.site, use.origin)
        )
        and not _is_refused(use.site, use.origin)
        and not is_to_raise(use.origin, use.site.parents)
    )


def _is_refused(site: Site, call: CallExpr) -> bool:
    """Is there a report that what the task is made of is no coroutine?"""
    found = (compat.reported_codes(site.api, argument) for argument in call.args)
    return any(code.code in _REFUSALS for codes_here in found for code in codes_here)


_REFUSALS: Final = ("arg-type", codes.UNAWAITED_VALUE.code)


def _is_made_by_callee(site: Site, call: CallExpr) -> bool:
    """Does the callee's source make a new task for every call, and keep no hold of it?"""
    summary = site.summary(call)
    return summary is not None and summary.gives_new_task


def _misuse(use: Use) -> Misuse:
    text = messages.dropped_task(use)
    return Misuse(codes.DROPPED_TASK, text, (messages.KEEP_THE_TASK,), result=use.value.typ)
