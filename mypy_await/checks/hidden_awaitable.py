"""hidden-awaitable: a sync function's declared type hides the awaitable it returns."""

from __future__ import annotations

from mypy.nodes import FuncDef, FuncItem, LambdaExpr
from mypy.types import AnyType, CallableType, Instance, ProperType, TypeOfAny, get_proper_type

from mypy_await import codes, messages
from mypy_await.awaitables import Sort
from mypy_await.places import Kind, function_around, place_of
from mypy_await.slots import Fit, fit
from mypy_await.use import Misuse, Use


def check(use: Use) -> Misuse | None:
    """Report an awaitable that a sync function returns or yields as something else.

    Functions without a declared result are left alone: their callers are checked.
    """
    if use.place.kind not in (Kind.RETURNED, Kind.YIELDED):
        return None
    function = function_around(use.place.node, use.site.parents)
    if function is None or function.is_coroutine:
        return None
    declared = _declared(use, function)
    if declared is None or not _hides(use, declared):
        return None
    verb = "return" if use.place.kind is Kind.RETURNED else "yield"
    named = function if isinstance(function, FuncDef) else None
    name = f'"{named.name}"' if named else "Lambda"
    text = messages.hidden(use, name, verb, declared)
    return Misuse(codes.HIDDEN_AWAITABLE, text, (messages.way_out_of_hiding(use, named),))


def _hides(use: Use, declared: ProperType) -> bool:
    answer = fit(use.value, declared)
    if use.value.sort is Sort.OTHER:
        return answer is Fit.NO
    return answer in (Fit.NO, Fit.ANY)


def _declared(use: Use, function: FuncItem) -> ProperType | None:
    if isinstance(function, LambdaExpr):
        return _lambda_result(use, function)
    typ = function.type
    if not isinstance(typ, CallableType):
        return None
    result = get_proper_type(typ.ret_type)
    if isinstance(result, AnyType) and result.type_of_any == TypeOfAny.unannotated:
        return None
    if use.place.kind is Kind.RETURNED:
        return None if function.is_generator else result
    if isinstance(result, Instance) and result.args:
        return get_proper_type(result.args[0])  # Iterator[T], Iterable[T], Generator[T, ...]
    return None


def _lambda_result(use: Use, function: LambdaExpr) -> ProperType | None:
    """Return what a lambda is declared to return: only one bound to a declared name is.

    A lambda that is handed to a call may be called and awaited by whoever gets it.
    """
    place = place_of(function, use.site.parents)
    if place.kind is not Kind.ASSIGNED or place.target is None:
        return None
    declared = use.site.type_of(place.target)
    return get_proper_type(declared.ret_type) if isinstance(declared, CallableType) else None
