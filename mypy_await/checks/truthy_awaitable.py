"""truthy-awaitable: an awaitable as a condition is always true."""

from __future__ import annotations

from mypy.nodes import CallExpr

from mypy_await import codes, messages
from mypy_await.awaitables import Sort
from mypy_await.knowledge import knows
from mypy_await.places import Kind
from mypy_await.use import Misuse, Use


def check(use: Use) -> Misuse | None:
    """Report an awaitable whose truth is asked; a class of the user's own may define its truth."""
    if use.value.sort is Sort.OTHER:
        return None
    where = _asked_by(use)
    if not where:
        return None
    text = messages.truthy(use, where)
    return Misuse(codes.TRUTHY_AWAITABLE, text, (messages.remedy(use),))


def _asked_by(use: Use) -> str:
    place = use.place
    if place.kind is Kind.TESTED:
        return f'"{place.detail}"'
    if place.kind is Kind.ARGUMENT:
        return _sink(use, "calls")
    if place.kind is Kind.ELEMENT:
        container = use.of_container()
        return _sink(container, "elements") if container.place.kind is Kind.ARGUMENT else ""
    return ""


def _sink(use: Use, key: str) -> str:
    call = use.place.node
    assert isinstance(call, CallExpr)
    callee = use.site.callee_name(call)
    return f'"{callee.rpartition(".")[2]}"' if knows("truth", callee, key) else ""
