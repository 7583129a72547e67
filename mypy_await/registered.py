"""Is a function handed to somebody else, who calls it and knows what to do with its result?

Who calls a function by its name is taken to want what it is declared to give.  Whoever is handed
the function itself may have agreed with it on more than types say, as on a dict whose coroutines
he awaits one by one.
"""

from __future__ import annotations

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
)
from mypy.types import CallableType

from mypy_await import compat
from mypy_await.attributes import whole_module
from mypy_await.knowledge import only_asks
from mypy_await.places import Kind, function_around, place_of
from mypy_await.site import Site
from mypy_await.use import Use
from mypy_await.walk import descendants


def is_for_unknown_caller(use: Use) -> bool:
    """Is the value returned, or yielded, by a function that its module uses as a value?"""
    if use.place.kind not in (Kind.RETURNED, Kind.YIELDED):
        return False
    function = function_around(use.place.node, use.site.parents)
    if isinstance(function, LambdaExpr):
        return _is_handed_on(function, use.site)
    if not isinstance(function, FuncDef) or function.is_property:
        return False
    module, site = whole_module(use.site)
    return any(
        isinstance(node, (MemberExpr, NameExpr))
        and node.name == function.name
        and _is_handed_on(node, site)
        and _may_be(node, function, site)
        for node in descendants(module)
    )


def _may_be(mention: MemberExpr | NameExpr, function: FuncDef, site: Site) -> bool:
    """May a name or an attribute stand for the function, or for what overrides the method?"""
    found: Node | None = site.symbol(mention)
    named = found.func if isinstance(found, Decorator) else found
    if isinstance(mention, MemberExpr) and function.info:
        if not isinstance(named, FuncBase):
            return named is None
        return named.info in function.info.mro or function.info in named.info.mro
    return isinstance(named, FuncBase) and named.fullname == function.fullname


_HANDED_ON: Final = frozenset(
    {
        Kind.ARGUMENT,
        Kind.ASSIGNED,
        Kind.DEFAULT,
        Kind.ELEMENT,
        Kind.INDEX,
        Kind.OPERAND,
        Kind.RETURNED,
        Kind.YIELDED,
    }
)


def _is_handed_on(function: Expression, site: Site) -> bool:
    """Is a function stored or passed on here, and not to what is known to leave its result alone?

    The standard library calls what it is declared to take as a callable, and hands the results
    back as they are.
    """
    place = place_of(function, site.parents)
    if place.kind is not Kind.ARGUMENT or not isinstance(place.node, CallExpr):
        return place.kind in _HANDED_ON
    slot = site.slot(place.node, place.value)
    if only_asks(slot.callee):
        return False
    is_called = any(isinstance(formal, CallableType) for formal in slot.formals)
    is_wrapped = slot.callee.startswith("functools.")
    return is_wrapped or not (is_called and compat.is_of_typeshed(site.api, slot.callee))
