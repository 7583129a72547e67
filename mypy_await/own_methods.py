"""Is `send`, `throw` or `close` called of a coroutine itself, or is its result meant?

    socket = connect(url)
    await socket.send("hello")

Coroutines have these methods too, so neither mypy nor Python minds the attribute.  Those who drive
a coroutine by hand send it what they were given, and throw exceptions; what no coroutine takes, and
an `await` of what it never gives, is for the result.
"""

from __future__ import annotations

from typing import Final

from mypy.nodes import CallExpr, Expression, RefExpr
from mypy.types import Instance, NoneType, get_proper_type

from mypy_await.awaitables import Sort, awaitable, parts
from mypy_await.knowledge import knows
from mypy_await.places import Kind, Place, place_of
from mypy_await.site import Site, class_of, has
from mypy_await.slots import is_known
from mypy_await.use import Use

_ARGUMENTS: Final = {"close": (0, 0), "send": (1, 1), "throw": (1, 3)}
"""How many arguments these methods of a coroutine take, all by position."""


def is_meant_for_result(use: Use) -> bool:
    """Is a method called that a coroutine has as well, in a way that only its result can mean?"""
    name, value = use.place.detail, use.value
    if name not in _ARGUMENTS or value.sort is not Sort.COROUTINE or _is_declared(use):
        return False
    call = use.site.parents.get(use.place.node)
    if not isinstance(call, CallExpr) or call.callee is not use.place.node:
        return False
    results = [p for p in parts(get_proper_type(value.result)) if not isinstance(p, NoneType)]
    if not results or not all(has(part, name) for part in results):
        return False  # one `await` more does not help there
    if any(kind.is_star() for kind in call.arg_kinds):
        return False
    least, most = _ARGUMENTS[name]
    if any(call.arg_names) or not least <= len(call.args) <= most:
        return True
    place = place_of(call, use.site.parents)
    is_awaited = place.kind is Kind.AWAITED or _is_consumed(place, use.site)
    if name == "close":
        return is_awaited or place.kind in _NOT_FOR_NONE
    if _may_be_given(call.args[0], name, use.site):
        return False
    if _cannot_be_given(call.args[0], use.site) and (is_awaited or use.node is use.origin):
        return True
    return all(map(is_known, results))


def may_close_result(use: Use) -> bool:
    """Is this the `close` of a coroutine, or of a result that is known to have it as well?"""
    if use.place.kind is not Kind.ATTRIBUTE or use.place.detail != "close":
        return False
    return is_known(use.value.result) and has(use.value.result, "close")


_NOT_FOR_NONE: Final = frozenset(
    {
        Kind.ASYNC_ITERATED,
        Kind.ASYNC_WITH,
        Kind.ATTRIBUTE,
        Kind.CALLED,
        Kind.INDEXED,
        Kind.ITERATED,
        Kind.UNPACKED,
        Kind.WITH,
    }
)


def _is_declared(use: Use) -> bool:
    """Does the program say itself that this is a coroutine, or what may be sent to it?"""
    typ = use.value.typ
    if isinstance(typ, Instance) and len(typ.args) == 3 and is_known(typ.args[1]):
        return True
    declared = use.site.declared_type_of(use.node) if isinstance(use.node, RefExpr) else None
    return awaitable(declared) is not None


def _is_consumed(place: Place, site: Site) -> bool:
    call = place.node
    is_passed = place.kind is Kind.ARGUMENT and isinstance(call, CallExpr)
    return is_passed and isinstance(call, CallExpr) and knows("consumer", site.callee_name(call))


def _may_be_given(argument: Expression, name: str, site: Site) -> bool:
    """Is this what one starts a coroutine with, or throws into it?"""
    if name == "send":
        return isinstance(argument, RefExpr) and argument.fullname == "builtins.None"
    info = class_of(site.type_of(argument))
    return info is None or info.fallback_to_any or info.has_base("builtins.BaseException")


def _cannot_be_given(argument: Expression, site: Site) -> bool:
    """Is it certain that no coroutine takes this, or not as the first value?"""
    typ = site.type_of(argument)
    return (
        typ is not None and is_known(typ) and not any(isinstance(p, NoneType) for p in parts(typ))
    )
