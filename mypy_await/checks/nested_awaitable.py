"""nested-awaitable: an async function returns an awaitable un-awaited."""

from __future__ import annotations

from mypy.nodes import CallExpr, Decorator, FuncBase, FuncDef, TypeInfo
from mypy.types import ProperType, TypeVarType

from mypy_await import codes, messages
from mypy_await.awaitables import Sort
from mypy_await.decorated import is_awaited_twice
from mypy_await.decorations import Decoration
from mypy_await.origins import shown_place
from mypy_await.places import Kind, function_around
from mypy_await.registered import is_for_unknown_caller
from mypy_await.results import declared_result, hides_elements
from mypy_await.slots import Fit, fit
from mypy_await.summaries import How
from mypy_await.use import Misuse, Use


def check(use: Use) -> Misuse | None:
    """Report an awaitable that an async function returns, or an async generator yields.

    Where nothing is declared a task or future is a result to hand out.
    """
    function = _async_function(use)
    if function is None:
        return None
    declared = declared_result(function, use.place)
    answer = fit(use.value, declared)
    if answer is Fit.NO:
        return _misuse(use, function, declared)
    if answer is Fit.YES or isinstance(declared, TypeVarType) or use.handed_back:
        return None
    is_inner = function_around(function, use.site.parents) is not None
    if declared is None and use.place.kind is Kind.YIELDED and is_inner:
        return None  # work for those who iterate it in the function around
    if use.value.sort is not Sort.COROUTINE and (declared is not None or not _is_held(use)):
        return None
    return _misuse(use, function, None)


def _is_held(use: Use) -> bool:
    """Is this what a variable gives that is declared to hold a function giving an `Awaitable`?

    That is an async function mostly.  Of a function known by name the source may say better.
    """
    call = use.origin
    node = use.site.callee_node(call) if isinstance(call, CallExpr) else None
    return use.value.is_lazy and not isinstance(node, (FuncBase, Decorator, TypeInfo))


def check_container(use: Use) -> Misuse | None:
    """Report coroutines in a container that is declared to hold anything."""
    function = _async_function(use)
    if function is None or not use.value.is_lazy:
        return None
    if not hides_elements(declared_result(function, use.place), use) or use.is_awaited_as_item:
        return None
    return None if is_for_unknown_caller(use) else _misuse(use, function, None)


def check_decoration(decoration: Decoration) -> Misuse | None:
    """Report a decorator whose async wrapper returns the coroutine that the function gives."""
    use = decoration.mistake(How.NESTED)
    if use is None or not decoration.is_innermost or is_awaited_twice(decoration):
        return None
    where = messages.called_at(shown_place(use.path, use.line))
    return Misuse(codes.NESTED_AWAITABLE, messages.nested_by(decoration), (where,))


def _async_function(use: Use) -> FuncDef | None:
    if use.place.kind not in (Kind.RETURNED, Kind.YIELDED):
        return None
    function = function_around(use.place.node, use.site.parents)
    return function if isinstance(function, FuncDef) and function.is_coroutine else None


def _misuse(use: Use, function: FuncDef, declared: ProperType | None) -> Misuse:
    verb = "returns" if use.place.kind is Kind.RETURNED else "yields"
    text = messages.nested(use, f'"{function.name}"', verb)
    if declared is None or messages.fits(use.value.result, declared):
        return Misuse(codes.NESTED_AWAITABLE, text, (messages.remedy(use),))
    note = messages.does_not_fit(use, declared)
    return Misuse(codes.NESTED_AWAITABLE, text, (note,), result=messages.SILENT)
