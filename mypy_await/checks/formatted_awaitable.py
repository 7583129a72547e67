"""formatted-awaitable: an awaitable is turned into text."""

from __future__ import annotations

from mypy.nodes import CallExpr, RefExpr, TypeInfo

from mypy_await import codes, messages
from mypy_await.awaitables import Sort
from mypy_await.knowledge import knows
from mypy_await.places import Kind
from mypy_await.use import Misuse, Use


def check(use: Use) -> Misuse | None:
    """Report an awaitable in text.

    A future or task shows its state when it is printed, which is useful: it is reported only where
    it was made in that very expression.
    """
    if use.value.sort is Sort.OTHER or (use.value.sort is Sort.FUTURE and use.is_name):
        return None
    if not _is_text(use.outermost()):
        return None
    text = messages.misused(use, "turned into text")
    return Misuse(codes.FORMATTED_AWAITABLE, text, (messages.remedy(use),))


def _is_text(use: Use) -> bool:
    place = use.place
    if place.kind is Kind.FORMATTED:
        return True
    if place.kind is not Kind.ARGUMENT or not isinstance(place.node, CallExpr):
        return False
    return knows("text", use.site.callee_name(place.node)) or _is_exception(place.node)


def _is_exception(call: CallExpr) -> bool:
    """Does this call make a built-in exception, whose arguments are its text?"""
    callee = call.callee
    return (
        isinstance(callee, RefExpr)
        and isinstance(callee.node, TypeInfo)
        and callee.node.has_base("builtins.BaseException")
        and callee.node.get_containing_type_info("__init__") is not None
        and callee.node["__init__"].fullname == "builtins.BaseException.__init__"
    )
