"""The checks, in the order in which they are asked; the first that finds something reports."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from mypy_await.bindings import Fate, fate
from mypy_await.checks import (
    dropped_awaitable,
    formatted_awaitable,
    hidden_awaitable,
    nested_awaitable,
    reused_coroutine,
    truthy_awaitable,
    unawaited_value,
)
from mypy_await.use import Misuse, Use

CHECKS: Final[tuple[Callable[[Use], Misuse | None], ...]] = (
    truthy_awaitable.check,
    formatted_awaitable.check,
    hidden_awaitable.check,
    nested_awaitable.check,
    unawaited_value.check,
)


def first_misuse(use: Use) -> Misuse | None:
    """Return what the first check that objects to this use says."""
    return next((misuse for check in CHECKS if (misuse := check(use))), None)


BINDING_CHECKS: Final[tuple[Callable[[Use, Fate], Misuse | None], ...]] = (
    unawaited_value.check_binding,
    dropped_awaitable.check_binding,
    reused_coroutine.check_binding,
)


def first_misuse_of_name(use: Use) -> Misuse | None:
    """Follow an awaitable bound to a local name; return what the first check says of its fate."""
    end = fate(use, first_misuse)
    if end is None:
        return None
    return next((misuse for check in BINDING_CHECKS if (misuse := check(use, end))), None)
