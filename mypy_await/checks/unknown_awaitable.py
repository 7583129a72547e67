"""unknown-awaitable: a value of type Any becomes a protected type (off)."""

from __future__ import annotations

from mypy.nodes import CallExpr, Expression, FuncDef, MemberExpr, NameExpr
from mypy.types import AnyType, Instance, ProperType, Type, get_proper_type

from mypy_await import codes, compat, messages
from mypy_await.places import Kind, Place, function_around
from mypy_await.protect import is_protected
from mypy_await.results import declared_result
from mypy_await.site import Site
from mypy_await.use import Misuse


def check_value(site: Site, node: Expression, typ: Type, place: Place) -> Misuse | None:
    """Report a value of type `Any` that meets a type the configuration protects.

    Its source was asked before: what is certainly plain, or certainly awaitable, does not get here.
    """
    if not isinstance(get_proper_type(typ), AnyType):
        return None
    wanted = _wanted(site, place)
    if wanted is None or not is_protected(wanted, site.config.protect):
        return None
    text = messages.unknown(compat.format_type(site.api, wanted))
    return Misuse(codes.UNKNOWN_AWAITABLE, text, (messages.SAY_WHAT_IT_IS,), node)


def check_factory(site: Site, node: CallExpr, made: Instance) -> Misuse:
    """Report a call of a function without annotations that makes a protected type (`strict`).

    Nobody is told when such a function turns async.
    """
    callee = node.callee.name if isinstance(node.callee, (NameExpr, MemberExpr)) else "function"
    text = messages.open_factory(callee, compat.format_type(site.api, made))
    return Misuse(codes.UNKNOWN_AWAITABLE, text, (messages.DECLARE_ITS_RESULT,), node)


def _wanted(site: Site, place: Place) -> ProperType | None:
    match place.kind:
        case Kind.ASSIGNED if place.target is not None:
            return site.declared_type_of(place.target)
        case Kind.ARGUMENT if isinstance(place.node, CallExpr):
            formals = site.slot(place.node, place.value).formals
            return formals[0] if len(formals) == 1 else None
        case Kind.RETURNED:
            function = function_around(place.node, site.parents)
            return declared_result(function, place) if isinstance(function, FuncDef) else None
    return None
