"""The checks, in the order in which they are asked; the first that finds something reports."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from mypy_await.checks import (
    formatted_awaitable,
    hidden_awaitable,
    nested_awaitable,
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
