"""async-callback: an async function in a slot that calls it synchronously, and the reverse."""

from __future__ import annotations

from mypy.nodes import CallExpr
from mypy.types import CallableType, ProperType

from mypy_await import codes, messages
from mypy_await.awaitables import Sort, awaitable, may_be_awaitable, parts
from mypy_await.calls import Call, Passed, formal_of, is_told_apart, result_slots
from mypy_await.decorations import Decoration
from mypy_await.knowledge import calls_synchronously, knows
from mypy_await.places import Kind
from mypy_await.refine import says_nothing, shown_place
from mypy_await.slots import Fit, fits_all
from mypy_await.summaries import Effect
from mypy_await.summaries import Use as SourceUse
from mypy_await.use import Misuse, Use


def check(use: Use) -> Misuse | None:
    """Report a coroutine where the function itself is wanted: `start_soon(work())`."""
    call = use.place.node
    if use.place.kind is not Kind.ARGUMENT or not isinstance(call, CallExpr):
        return None
    if use.value.sort is not Sort.COROUTINE:
        return None
    formals = use.site.slot(call, use.place.value).formals
    wants_function = bool(formals) and all(_is_callable(formal) for formal in formals)
    if not wants_function or fits_all(use.value, formals) is not Fit.NO:
        return None
    text = messages.called_too_early(use)
    return Misuse(codes.ASYNC_CALLBACK, text, (messages.PASS_THE_FUNCTION,), result=messages.SILENT)


def check_decoration(decoration: Decoration) -> Misuse | None:
    """Report a sync decorator whose wrapper swallows the coroutine of an async function."""
    effect = decoration.effect
    if effect is None or effect.effect is not Effect.SWALLOWS or effect.use is None:
        return None
    where = shown_place(effect.use.path, effect.use.line)
    text = messages.swallowed(decoration)
    notes = (messages.swallowed_there(where), messages.AWAIT_IN_THE_WRAPPER)
    return Misuse(codes.ASYNC_CALLBACK, text, notes)


def check_call(call: Call) -> Misuse | None:
    """Report an async function that is passed to something that calls it synchronously.

    The table of library callables says so, or the source of the callee: every result of calling
    the parameter is dropped there or used as a value.
    """
    for passed, value in call.async_functions():
        if knows("safe", call.callee) or is_told_apart(call.node, call.site):
            continue
        use = _call_misuse(call, passed)
        if use is None and not _is_listed(call, passed):
            continue
        where = shown_place(use.path, use.line) if use else ""
        text = messages.async_callback(call, value, passed.value)
        notes = (messages.callback_remedy(), *([messages.called_at(where)] if where else []))
        return Misuse(codes.ASYNC_CALLBACK, text, notes, passed.value)
    return None


def _is_listed(call: Call, passed: Passed) -> bool:
    if not calls_synchronously(call.callee, passed.position, passed.name):
        return False
    if call.place.kind is Kind.AWAITED and call.callee == "_contextvars.Context.run":
        return False  # hands the coroutine back to the caller
    # A declared slot that takes functions giving awaitables knows what to do with them.
    return not any(_wants_awaitable(formal) for formal in formal_of(call, passed))


def _wants_awaitable(formal: ProperType) -> bool:
    return any(
        any(awaitable(part) is not None for part in parts(result))
        for result in result_slots(formal)
    )


def _call_misuse(call: Call, passed: Passed) -> SourceUse | None:
    if passed.name is None:
        return None
    formals = formal_of(call, passed)
    if not all(_is_open_slot(formal) for formal in formals):
        return None
    summary = call.summary
    parameter = summary.parameters.get(passed.name) if summary else None
    return parameter.call_misuse if parameter else None


def _is_open_slot(formal: ProperType) -> bool:
    """Does a declared parameter say nothing of what calling it should give?"""
    if says_nothing(formal):
        return True
    results = list(result_slots(formal))
    return bool(results) and all(may_be_awaitable(result) for result in results)


def _is_callable(formal: ProperType) -> bool:
    return any(isinstance(part, CallableType) for part in parts(formal))
