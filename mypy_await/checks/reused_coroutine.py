"""reused-coroutine: a coroutine is awaited twice."""

from __future__ import annotations

from mypy_await import codes, messages
from mypy_await.awaitables import Sort
from mypy_await.bindings import Fate
from mypy_await.use import Misuse, Use


def check_binding(use: Use, fate: Fate) -> Misuse | None:
    """Report the first await of a coroutine that was awaited on every way that leads there."""
    if use.value.sort is not Sort.COROUTINE or not fate.reused or use.place.conditional:
        return None
    text = messages.reused(use)
    notes = (messages.MAKE_A_TASK,)
    return Misuse(codes.REUSED_COROUTINE, text, notes, fate.reused[0], use.value.typ)
