"""dropped-awaitable: an awaitable is lost without being awaited."""

from __future__ import annotations

from mypy_await import codes, messages
from mypy_await.bindings import Fate
from mypy_await.use import Misuse, Use


def check_binding(use: Use, fate: Fate) -> Misuse | None:
    """Report a coroutine in a local name that is never awaited on any path."""
    if not use.value.is_lazy:
        return None
    if fate.overwritten:
        text = messages.dropped(use, "replaced in the next turn of the loop")
    elif fate.consumed or fate.misuses:
        return None
    else:
        text = messages.dropped(use, "bound to a name")
    return Misuse(codes.DROPPED_AWAITABLE, text, (messages.remedy(use),), result=use.value.typ)
