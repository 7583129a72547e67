"""truthy-awaitable: an awaitable as a condition is always true."""

from __future__ import annotations

from mypy.nodes import CallExpr, MemberExpr

from mypy_await import codes, messages
from mypy_await.awaitables import Sort
from mypy_await.care import is_taken_care_of_if_true
from mypy_await.knowledge import knows
from mypy_await.placeholders import is_awaited, may_hold_another
from mypy_await.places import Kind
from mypy_await.summaries import Verdict
from mypy_await.use import Misuse, Use


def check(use: Use) -> Misuse | None:
    """Report an awaitable whose truth is asked; a class of the user's own may define its truth.

    A test in front of its `await` is at worst one too many.  An object that can only be awaited may
    be missing where the source of what gives it does not say that it makes one.
    """
    if use.value.sort is Sort.OTHER or (use.value.sort is Sort.FUTURE and _is_attribute(use)):
        return None
    if use.value.sort is Sort.ONLY and _may_be_missing(use):
        return None
    if use.place.kind is Kind.TESTED:
        if is_taken_care_of_if_true(use):
            return None
    elif not knows("truth", use.receiver):
        return None
    if may_hold_another(use):
        return None
    return _misuse(use, use.place.detail or use.receiver)


def check_container(use: Use) -> Misuse | None:
    """Report an awaitable among those whose truth `any` or `all` asks."""
    if use.value.sort is Sort.OTHER or use.is_deep:
        return None
    if not knows("truth", use.receiver, "elements"):
        return None
    return _misuse(use, use.receiver)


def _may_be_missing(use: Use) -> bool:
    """May the call give nothing, whatever is declared of it?"""
    call = use.origin
    if not isinstance(call, CallExpr) or not use.site.api.options.strict_optional:
        return True
    summary = use.site.summary(call)
    return summary is not None and summary.result.verdict is not Verdict.ALWAYS


def _is_attribute(use: Use) -> bool:
    """Is it what an attribute holds, where a falsy placeholder may stand before the task does?"""
    return isinstance(use.origin, MemberExpr)


def _misuse(use: Use, asked_by: str) -> Misuse:
    text = messages.truthy(use, asked_by.rpartition(".")[2])
    # mypy narrows an attribute to what we go on with, for the `await` of it behind the test too.
    result = use.value.typ if is_awaited(use) else None
    return Misuse(codes.TRUTHY_AWAITABLE, text, (messages.remedy(use),), result=result)
