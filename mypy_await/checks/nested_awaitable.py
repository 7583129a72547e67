"""nested-awaitable: an async function returns an awaitable un-awaited."""

from __future__ import annotations

from mypy.nodes import FuncDef
from mypy.types import AnyType, CallableType, Instance, ProperType, TypeOfAny, get_proper_type

from mypy_await import codes, messages
from mypy_await.awaitables import Sort, awaitable
from mypy_await.places import Kind, function_around
from mypy_await.slots import Fit, fit
from mypy_await.use import Misuse, Use


def check(use: Use) -> Misuse | None:
    """Report an awaitable that an async function returns, or an async generator yields.

    Where nothing is declared only coroutines count: a task or future is a result to hand out.
    """
    if use.place.kind not in (Kind.RETURNED, Kind.YIELDED):
        return None
    function = function_around(use.place.node, use.site.parents)
    if not isinstance(function, FuncDef) or not function.is_coroutine:
        return None
    declared = _declared(use, function)
    answer = fit(use.value, declared)
    undeclared = answer in (Fit.ANY, Fit.UNDECIDED) and use.value.sort is Sort.COROUTINE
    if answer is not Fit.NO and not (undeclared and not _is_variable(declared)):
        return None
    verb = "returns" if use.place.kind is Kind.RETURNED else "yields"
    text = messages.nested(use, f'"{function.name}"', verb)
    if answer is Fit.NO and declared and not messages.fits(use.value.result, declared):
        note, silent = messages.does_not_fit(use, declared), AnyType(TypeOfAny.from_error)
        return Misuse(codes.NESTED_AWAITABLE, text, (note,), result=silent)
    return Misuse(codes.NESTED_AWAITABLE, text, (messages.remedy(use),))


def _is_variable(declared: ProperType | None) -> bool:
    from mypy.types import TypeVarType

    return isinstance(declared, TypeVarType)


def _declared(use: Use, function: FuncDef) -> ProperType | None:
    typ = function.type
    if not isinstance(typ, CallableType) or typ.implicit:
        return None
    result = get_proper_type(typ.ret_type)
    if function.is_async_generator:
        return (
            get_proper_type(result.args[0])
            if isinstance(result, Instance) and result.args
            else None
        )
    coroutine = awaitable(result)
    return get_proper_type(coroutine.result) if coroutine else None
