"""formatted-awaitable: an awaitable is turned into text."""

from __future__ import annotations

from mypy.nodes import CallExpr, MemberExpr, RefExpr, TypeInfo, Var

from mypy_await import codes, messages
from mypy_await.awaitables import Sort
from mypy_await.knowledge import knows
from mypy_await.places import Kind
from mypy_await.use import Misuse, Use


def check(use: Use) -> Misuse | None:
    """Report an awaitable in text.

    A future or task shows its state when it is printed, which is useful: it is reported only where
    it was made in that very expression.  So is an object that can only be awaited, and a `repr` of
    anything that was kept.
    """
    is_kept = use.is_name or not isinstance(use.origin, CallExpr)
    if use.value.sort is Sort.OTHER or (use.value.sort in (Sort.FUTURE, Sort.ONLY) and is_kept):
        return None
    if is_kept and (use.place.detail == "repr" or use.receiver == "builtins.repr"):
        return None
    if isinstance(use.origin, MemberExpr) and isinstance(use.site.symbol(use.origin), Var):
        return None  # the attribute is there to hold it: somebody looks at what it holds
    return _misuse(use) if _is_text(use) else None


def check_container(use: Use) -> Misuse | None:
    """Report a container of coroutines in text."""
    if not use.value.is_lazy:
        return None
    return _misuse(use) if _is_text(use) or knows("text", use.mapped_by) else None


def _misuse(use: Use) -> Misuse:
    text = messages.misused(use, "turned into text")
    return Misuse(codes.FORMATTED_AWAITABLE, text, (messages.remedy(use),))


def _is_text(use: Use) -> bool:
    if use.place.kind is Kind.FORMATTED or knows("text", use.receiver):
        return True
    return use.place.kind is Kind.ARGUMENT and _is_exception(use.place.node)


def _is_exception(call: object) -> bool:
    """Does this call make a built-in exception, whose arguments are its text?"""
    callee = call.callee if isinstance(call, CallExpr) else None
    return (
        isinstance(callee, RefExpr)
        and isinstance(callee.node, TypeInfo)
        and callee.node.has_base("builtins.BaseException")
        and callee.node.get_containing_type_info("__init__") is not None
        and callee.node["__init__"].fullname == "builtins.BaseException.__init__"
    )
