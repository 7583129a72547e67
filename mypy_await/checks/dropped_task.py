"""dropped-task: a task or future that nobody holds."""

from __future__ import annotations

from mypy.nodes import CallExpr, FuncItem, NameExpr

from mypy_await import codes, messages
from mypy_await.awaitables import Sort
from mypy_await.bindings import Fate
from mypy_await.knowledge import knows
from mypy_await.places import Kind, function_around
from mypy_await.use import Misuse, Use


def check(use: Use) -> Misuse | None:
    """Report a new task that is a statement, or a part of one.

    The event loop keeps only a weak reference to a task, so it may be collected before it is done
    (documentation of `asyncio.create_task`).
    """
    if use.place.kind is not Kind.STATEMENT or use.place.names or not _is_new_task(use):
        return None
    return _misuse(use)


def check_container(use: Use) -> Misuse | None:
    """Report new tasks in a display that is a statement by itself."""
    if use.place.kind is not Kind.STATEMENT or use.is_name or not _is_new_task(use):
        return None
    return _misuse(use)


def check_binding(use: Use, fate: Fate) -> Misuse | None:
    """Report a new task in a name that nothing uses, once the function may end before the task."""
    if fate.consumed or fate.misuses or use.in_container or not _is_new_task(use):
        return None
    target = use.place.target
    is_throwaway = isinstance(target, NameExpr) and target.name == "_"
    function = function_around(use.place.node, use.site.parents)
    if not is_throwaway and isinstance(function, FuncItem) and function.is_coroutine:
        return None  # the name holds the task while the function waits for other things
    return _misuse(use)


def _is_new_task(use: Use) -> bool:
    return (
        use.value.sort is Sort.FUTURE
        and not use.is_safe
        and isinstance(use.origin, CallExpr)
        and knows("task", use.site.callee_name(use.origin))
    )


def _misuse(use: Use) -> Misuse:
    text = messages.dropped_task(use)
    return Misuse(codes.DROPPED_TASK, text, (messages.KEEP_THE_TASK,), result=use.value.typ)
