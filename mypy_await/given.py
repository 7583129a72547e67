"""What a call, of which mypy knows nothing, certainly gives: by its source and by its place."""

from __future__ import annotations

from mypy.nodes import (
    AssignmentStmt,
    AwaitExpr,
    CallExpr,
    Expression,
    MemberExpr,
    MypyFile,
    NameExpr,
    Var,
)
from mypy.types import AnyType, CallableType, Instance, NoneType, ProperType, Type

from mypy_await import compat, names
from mypy_await.awaitables import awaitable, parts
from mypy_await.conditions import is_told_apart
from mypy_await.knowledge import knows
from mypy_await.local_names import is_exact, local_name
from mypy_await.raising import may_fail
from mypy_await.site import Site
from mypy_await.summaries import FunctionSummary
from mypy_await.walk import descendants


def awaits_plain(site: Site, node: CallExpr) -> Type | None:
    """Return what a call, awaited or to be, certainly gives that cannot be, by its source.

    mypy says the same of declared functions; what is said of it here is mypy's too.
    """
    summary = _summary_if_awaited(site, node, node)
    plain = site.refiner.plain(summary) if summary is not None else None
    if summary is None or plain is None or not _is_certain(site, node):
        return None
    if isinstance(plain, NoneType):
        site.api.msg.does_not_return_value(compat.type_of(site.api, node.callee), node)
    return plain


def awaits_nothing(site: Site, node: CallExpr) -> bool:
    """Is what awaiting a coroutine gives to be awaited in turn, though it is certainly None?"""
    awaiting = site.parents.get(node)
    if not isinstance(awaiting, AwaitExpr):
        return False
    summary = _summary_if_awaited(site, node, awaiting)
    if summary is None or not (summary.is_async and summary.awaiting_gives_nothing):
        return False
    return _is_certain(site, node)


def may_be_another(site: Site, node: CallExpr) -> bool:
    """Does somebody ask whether what is called is async, so that it need not be what we read?

    A subclass may have put an async method in its place.  Where an awaitable alone is wanted all of
    the module is searched for the question: such calls are rare.
    """
    if is_told_apart(node, site):
        return True
    outer = site.parents.get(node)
    if not isinstance(outer, AwaitExpr | CallExpr) or not _is_awaited(site, node, outer):
        return False
    name = _last_name(node.callee)
    return bool(name) and any(
        isinstance(part, CallExpr)
        and name in map(_last_name, part.args)
        and knows("coroutine-tests", site.callee_name(part), "of_functions")
        for part in descendants(compat.module(site.api))
    )


def _last_name(node: Expression) -> str:
    return node.name if isinstance(node, NameExpr | MemberExpr) else ""


def is_taken_as_function(site: Site, node: CallExpr) -> bool:
    """Is what a call gives called at once, passed where functions are taken, or named for that?"""
    if _is_function_at(site, node):
        return True
    outer = site.parents.get(node)
    target = outer.lvalues[0] if isinstance(outer, AssignmentStmt) else None
    name = local_name(site, target) if isinstance(target, NameExpr) else None
    if name is None or name.value is not node:
        return False
    return all(_is_function_at(site, use) for use in name.uses)


def is_global_function(site: Site, node: CallExpr) -> bool:
    """Is what a call gives all that a global ever names, and does the module only call that?"""
    outer = site.parents.get(node)
    match outer:
        case AssignmentStmt(lvalues=[NameExpr(node=Var() as variable)], type=None):
            pass
        case _:
            return False
    if not isinstance(site.parents.get(outer), MypyFile):
        return False
    named = called = 0
    for part in descendants(compat.module(site.api)):
        if isinstance(part, CallExpr):
            part = part.callee
            called += isinstance(part, NameExpr) and part.node is variable
        elif isinstance(part, NameExpr):
            named += part.node is variable
    return called > 0 and named == called + 1


def _is_function_at(site: Site, node: Expression) -> bool:
    outer = site.parents.get(node)
    if not isinstance(outer, CallExpr) or outer.callee is node:
        return isinstance(outer, CallExpr)
    wanted = _wanted(site, outer, node)
    return any(isinstance(part, AnyType | CallableType) for part in wanted) and all(
        isinstance(part, AnyType | CallableType | NoneType) for part in wanted
    )


def _summary_if_awaited(site: Site, call: CallExpr, value: Expression) -> FunctionSummary | None:
    """Return the summary of what a call runs, if `value` is awaited and a failure goes on.

    That is what the call gives, or what awaiting this does.
    """
    outer = site.parents.get(value)
    if not isinstance(outer, AwaitExpr | CallExpr) or not _is_awaited(site, value, outer):
        return None
    return None if may_fail(outer, site.parents) else site.summary(call)


def _is_certain(site: Site, call: CallExpr) -> bool:
    """Does a call run just this function, and asks nobody around it what that gives?"""
    return is_exact(site, call) and not is_told_apart(call, site)


def _wanted(site: Site, call: CallExpr, argument: Expression) -> list[ProperType]:
    return [part for formal in site.slot(call, argument).formals for part in parts(formal)]


def _is_awaited(site: Site, node: Expression, outer: AwaitExpr | CallExpr) -> bool:
    """Is a value awaited, or the argument of one that takes awaitables and nothing else?"""
    if isinstance(outer, AwaitExpr):
        return True
    if node is outer.callee:
        return False
    wanted = _wanted(site, outer, node)
    return bool(wanted) and all(
        awaitable(part) or (isinstance(part, Instance) and part.type.fullname == names.GENERATOR)
        for part in wanted
    )
