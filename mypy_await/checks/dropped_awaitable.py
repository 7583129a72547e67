"""dropped-awaitable: an awaitable is lost without being awaited."""

from __future__ import annotations

from dataclasses import replace

from mypy.nodes import (
    CallExpr,
    Decorator,
    Expression,
    ExpressionStmt,
    FuncDef,
    IfStmt,
    MemberExpr,
    NameExpr,
    ReturnStmt,
    Var,
)
from mypy.types import Instance, ProperType

from mypy_await import codes, compat, messages
from mypy_await.awaitables import STARTED_LATER, may_be_awaitable
from mypy_await.bindings import Fate
from mypy_await.branches import is_vain
from mypy_await.calls import Call, may_give_anything
from mypy_await.knowledge import knows
from mypy_await.places import Kind, Place, can_await, function_around, place_of
from mypy_await.results import declared_result
from mypy_await.site import Site
from mypy_await.use import Misuse, Use
from mypy_await.walk import descendants, enclosing


def check(use: Use) -> Misuse | None:
    """Report a coroutine that is lost in a statement.

    A call that is a statement by itself is mypy's `unused-coroutine`, and where the user enabled
    it, its `unused-awaitable`.
    """
    if use.place.kind is not Kind.STATEMENT or use.place.names:
        return None
    if use.place.value is use.node and _is_left_to_mypy(use):
        return None
    if isinstance(use.node, MemberExpr) and use.place.value is use.node:
        return _misuse(use, "read in a statement") if not use.value.is_own else None
    if not use.value.is_lazy or use.is_safe:
        return None
    return _misuse(use, "made in a statement")


def check_open(use: Use) -> Misuse | None:
    """Report a call in a statement of which mypy knows nothing, and that is awaited elsewhere."""
    is_statement = use.place.kind is Kind.STATEMENT and use.place.value is use.node
    return _misuse(use, "made in a statement") if is_statement and not use.is_safe else None


def _is_left_to_mypy(use: Use) -> bool:
    """Does mypy report the statement?  Not where it gives the call the type `Any` besides."""
    api, call = use.site.api, use.node
    if not compat.reports_statement(api, use.value.typ):
        return False
    return not (isinstance(call, CallExpr) and may_give_anything(api, call))


def check_container(use: Use) -> Misuse | None:
    """Report coroutines in a display that is a statement, or that is looked at and no more."""
    if use.place.kind is Kind.STATEMENT:
        how = "made in a statement"
    elif knows("neutral", use.receiver):
        how = f'made for "{use.receiver.rpartition(".")[2]}"'
    else:
        return None
    if use.is_name or use.place.names or not use.value.is_lazy or use.is_safe:
        return None
    return _misuse(use, how)


def check_binding(use: Use, fate: Fate) -> Misuse | None:
    """Report a coroutine in a local name that is never awaited on any path.

    A name alone in a statement is what is left of `await name`, whatever else is done with it.
    """
    by_mypy = compat.reports_statement(use.site.api, use.value.typ)
    if not by_mypy and not use.value.is_own and not use.in_container:
        for name in fate.uses:
            place = place_of(name, use.site.parents)
            if place.kind is Kind.STATEMENT and place.value is name:
                return replace(_misuse(use, "named in a statement"), node=name)
    if not use.value.is_lazy or use.is_safe or use.in_object:
        return None
    if fate.overwritten and not use.in_container:
        return _misuse(use, "replaced in the next turn of the loop")
    if not fate.consumed and not fate.misuses:
        return _misuse(use, "bound to a name")
    return None


def check_paths(use: Use, fate: Fate) -> Misuse | None:
    """Report a coroutine that is awaited on some paths and lost on another (`every-path`)."""
    if not fate.lost_on or use.in_container or not use.value.is_lazy or use.is_safe:
        return None
    text = messages.dropped_on_path(use, fate.lost_on)
    return Misuse(codes.DROPPED_AWAITABLE, text, (messages.remedy(use),), None, use.value.typ)


def check_test(call: Call) -> Misuse | None:
    """Report `isawaitable(x)` in an async function where nothing comes of the answer.

    Both ways do the same, or do nothing with the name: what is left of `await x`.  Behind a test of
    a function the call is judged, and mypy judges what is returned where the type is declared.
    """
    parents = call.site.parents
    if not knows("coroutine-tests", call.callee) or not can_await(call.node, parents):
        return None
    if _is_returned_as_declared(call):
        return None
    left = _left_alone(call)
    if left is None and not is_vain(call.node, parents):
        return None
    text = messages.asked_in_vain(call.callee.rpartition(".")[2])
    return Misuse(codes.DROPPED_AWAITABLE, text, (messages.ADD_AWAIT,), left)


def _is_returned_as_declared(call: Call) -> bool:
    """Does the choice return something from a function whose declared result is never awaitable?"""
    parents = call.site.parents
    function = function_around(call.node, parents)
    choice = enclosing(call.node, parents, (IfStmt, ReturnStmt))
    if not isinstance(function, FuncDef) or choice is None:
        return False
    returns = next((node for node in descendants(choice) if isinstance(node, ReturnStmt)), None)
    if returns is None:
        return False
    return not may_be_awaitable(declared_result(function, Place(Kind.RETURNED, returns, call.node)))


def _left_alone(call: Call) -> NameExpr | None:
    """Return the tested variable where it is a statement by itself."""
    function = function_around(call.node, call.site.parents)
    match call.node.args:
        case [NameExpr(node=Var() as tested)] if function is not None:
            for node in descendants(function.body, into_functions=False):
                match node:
                    case ExpressionStmt(expr=NameExpr() as name) if name.node is tested:
                        return name
    return None


def _misuse(use: Use, how: str) -> Misuse:
    text = messages.dropped(use, how)
    return Misuse(codes.DROPPED_AWAITABLE, text, (messages.remedy(use),), result=use.value.typ)


def check_unstarted(site: Site, node: Expression, place: Place, typ: ProperType) -> Misuse | None:
    """Report a call as a statement that makes a generator or context manager for nothing."""
    if place.kind is not Kind.STATEMENT or not isinstance(typ, Instance):
        return None
    made_by = site.callee_node(node) if isinstance(node, CallExpr) else None
    function = made_by.func if isinstance(made_by, Decorator) else made_by
    if not isinstance(function, FuncDef) or not function.is_async_generator:
        return None
    how = STARTED_LATER[typ.type.fullname]
    text = messages.unstarted(compat.format_type(site.api, typ), how)
    return Misuse(codes.DROPPED_AWAITABLE, text, (messages.START_IT[how],))
