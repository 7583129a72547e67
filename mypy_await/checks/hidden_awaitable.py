"""hidden-awaitable: a sync function's declared type hides the awaitable it returns."""

from __future__ import annotations

import re
from typing import Final

from mypy.nodes import (
    CallExpr,
    Decorator,
    Expression,
    FuncBase,
    FuncDef,
    LambdaExpr,
    MemberExpr,
    NameExpr,
    Node,
    OverloadedFuncDef,
    RefExpr,
    TypeInfo,
    Var,
)
from mypy.types import CallableType, Overloaded, ProperType, get_proper_type

from mypy_await import codes, compat, messages, names
from mypy_await.awaitables import awaitable, may_be_awaitable, parts
from mypy_await.conditions import asks_for_colour, conditions_around, exits_before, is_told_apart
from mypy_await.places import Kind, Place, function_around, place_of
from mypy_await.registered import is_for_unknown_caller
from mypy_await.results import declared_result, hides_elements
from mypy_await.site import Site
from mypy_await.slots import Fit, fit
from mypy_await.use import Misuse, Use
from mypy_await.walk import descendants


def check(use: Use) -> Misuse | None:
    """Report an awaitable that a sync function returns or yields as something else.

    Functions without a declared result are left alone: their callers are checked.
    """
    function, declared = _declared(use)
    if declared is None:
        return None
    answer = fit(use.value, declared)
    if answer is Fit.ANY and (use.value.is_own or _is_dispatched(use)):
        return None
    if (
        answer is Fit.ANY
        and function
        and (
            _is_driven(use, function)
            or _has_flag(use.origin, use.site)
            or _is_declared_for_callers(use, function)
        )
    ):
        return None
    if answer is Fit.ANY and (use.handed_back or _is_told_apart(use)):
        return None
    return _misuse(use, function, declared) if answer in (Fit.NO, Fit.ANY) else None


def check_container(use: Use) -> Misuse | None:
    """Report coroutines in a container that is declared to hold anything."""
    function, declared = _declared(use)
    if declared is None or not use.value.is_lazy or not hides_elements(declared, use):
        return None
    return None if is_for_unknown_caller(use) else _misuse(use, function, declared)


def check_source(site: Site, node: Expression, place: Place) -> Misuse | None:
    """Report a returned call that is awaitable on some paths, as the callee's source says.

    Only where the declared result leaves no room for an awaitable at all.
    """
    function = function_around(place.node, site.parents)
    if place.kind is not Kind.RETURNED or not isinstance(function, FuncDef):
        return None
    declared = None if function.is_coroutine else declared_result(function, place)
    if declared is None or may_be_awaitable(declared):
        return None
    shown = compat.format_type(site.api, declared)
    text = messages.sometimes_hidden(f'"{function.name}"', shown)
    return Misuse(codes.HIDDEN_AWAITABLE, text, (messages.SPLIT_IT,))


def _is_driven(use: Use, function: FuncDef) -> bool:
    """Is it yielded to a decorator that may await it, as `tornado.gen.coroutine` does?

    Those of `contextlib` pass it to whoever enters.
    """
    if use.place.kind is not Kind.YIELDED or not function.is_decorated:
        return False
    found = use.site.refiner.lookup(function.fullname)
    above = found.node if found else None
    return not isinstance(above, Decorator) or not all(
        isinstance(one, RefExpr) and one.fullname.startswith("contextlib.")
        for one in above.original_decorators
    )


def _is_declared_for_callers(use: Use, function: FuncDef) -> bool:
    """Does it implement overloads, one of which is declared to give an awaitable?"""
    found = use.site.refiner.lookup(function.fullname)
    node = found.node if found else None
    return isinstance(node, OverloadedFuncDef) and any(
        awaitable(part)
        for one in (node.type.items if isinstance(node.type, Overloaded) else ())
        for part in parts(get_proper_type(one.ret_type))
    )


def _is_told_apart(use: Use) -> bool:
    """Does the function ask, here or where it ends before, whether something is async?"""
    node, site = use.origin, use.site
    return is_told_apart(node, site) or any(
        asks_for_colour(test, site) for test in exits_before(node, site)
    )


def _has_flag(node: Node, site: Site) -> bool:
    """Does a flag around the value say by its name that async callers are served: `is_async`?"""
    return any(
        holds and isinstance(part, NameExpr | MemberExpr) and _FLAG.search(part.name)
        for test, holds in conditions_around(node, site)
        for part in descendants(test)
    )


_FLAG: Final = re.compile(r"(^|_)(a?sync|a?synchronous)(_|$)")


def _is_dispatched(use: Use) -> bool:
    """Is the value what some callable in a variable gives?

    A dispatcher or middleware is right to say nothing of what it passes through.
    """
    call = use.origin
    if not isinstance(call, CallExpr):
        return False
    while isinstance(call.callee, CallExpr):
        call = call.callee  # what a known function gives is called
    node = use.site.callee_node(call)
    if isinstance(node, Var) and node.is_inferred and not node.info:
        return use.site.summary(call) is None  # else a global that is one more name of a function
    return not isinstance(node, (FuncBase, Decorator, TypeInfo))


def _misuse(use: Use, function: FuncDef | None, declared: ProperType) -> Misuse:
    verb = "return" if use.place.kind is Kind.RETURNED else "yield"
    name = f'"{function.name}"' if function else "Lambda"
    text = messages.hidden(use, name, verb, declared)
    return Misuse(codes.HIDDEN_AWAITABLE, text, (messages.way_out_of_hiding(use, function),))


def _declared(use: Use) -> tuple[FuncDef | None, ProperType | None]:
    if use.place.kind not in (Kind.RETURNED, Kind.YIELDED):
        return None, None
    function = function_around(use.place.node, use.site.parents)
    if isinstance(function, LambdaExpr):
        return None, _lambda_result(use, function)
    if not isinstance(function, FuncDef) or function.is_coroutine:
        return None, None
    if function.name in names.AWAITED_METHODS and function.info:
        return None, None  # Python awaits what it gives
    return function, declared_result(function, use.place)


def _lambda_result(use: Use, function: LambdaExpr) -> ProperType | None:
    """Return what a lambda is declared to return: only one bound to a declared name is.

    A lambda that is handed to a call may be called and awaited by whoever gets it.
    """
    place = place_of(function, use.site.parents)
    if place.kind is not Kind.ASSIGNED or place.target is None:
        return None
    declared = use.site.declared_type_of(place.target)
    return get_proper_type(declared.ret_type) if isinstance(declared, CallableType) else None
