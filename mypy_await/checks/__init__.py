"""The checks, in the order in which they are asked; the first that finds something reports."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Final

from mypy.nodes import Context, NameExpr, Var

from mypy_await import attributes, bodiless, codes, messages
from mypy_await.awaitables import Sort
from mypy_await.behind import read_behind
from mypy_await.bindings import Fate, fate, is_asked_about
from mypy_await.bound import Binding, binding_of, parameter_of, passed_to, put_into
from mypy_await.calls import Call
from mypy_await.checks import (
    async_callback,
    async_override,
    async_test,
    dropped_awaitable,
    dropped_task,
    escaping_awaitable,
    formatted_awaitable,
    hidden_awaitable,
    masked_coroutine,
    nested_awaitable,
    reused_coroutine,
    truthy_awaitable,
    unawaited_value,
    undeclared_awaitable,
    unknown_awaitable,
)
from mypy_await.decorations import Decoration
from mypy_await.effects import effect_on
from mypy_await.elements import is_certain, taken_out
from mypy_await.overrides import ClassBody
from mypy_await.passing import handed_back
from mypy_await.paths import Effect
from mypy_await.places import Kind
from mypy_await.use import Misuse, Use

CHECKS: Final[tuple[Callable[[Use], Misuse | None], ...]] = (
    async_test.check,
    truthy_awaitable.check,
    formatted_awaitable.check,
    hidden_awaitable.check,
    nested_awaitable.check,
    async_callback.check,
    unawaited_value.check,
    dropped_awaitable.check,
    dropped_task.check,
    reused_coroutine.check,
    escaping_awaitable.check,
)
"""What is asked of a value at its place."""

CONTAINER_CHECKS: Final[tuple[Callable[[Use], Misuse | None], ...]] = (
    truthy_awaitable.check_container,
    formatted_awaitable.check_container,
    hidden_awaitable.check_container,
    nested_awaitable.check_container,
    unawaited_value.check_container,
    dropped_awaitable.check_container,
    dropped_task.check_container,
)
"""What is asked of a container that holds the value, at the container's place."""

OF_USE: Final = (
    codes.UNAWAITED_VALUE,
    codes.FORMATTED_AWAITABLE,
    codes.HIDDEN_AWAITABLE,
    codes.NESTED_AWAITABLE,
)
"""Codes that say that a value is used as its result, or returned as it."""

BINDING_CHECKS: Final[tuple[Callable[[Use, Fate], Misuse | None], ...]] = (
    unawaited_value.check_binding,
    dropped_awaitable.check_binding,
    dropped_task.check_binding,
    escaping_awaitable.check_binding,
    reused_coroutine.check_binding,
    dropped_awaitable.check_paths,
)
"""What is asked of a value that is bound to a local name, once its uses are known."""


CALL_CHECKS: Final[tuple[Callable[[Call], Misuse | None], ...]] = (
    async_test.check_call,
    async_callback.check_call,
    async_callback.check_awaited,
    async_callback.check_object,
    async_override.check_call,
    reused_coroutine.check_call,
    escaping_awaitable.check_call,
)
"""What is asked of a call, once mypy knows the types of its arguments."""


DECORATION_CHECKS: Final[tuple[Callable[[Decoration], Misuse | None], ...]] = (
    async_test.check_decoration,
    reused_coroutine.check_decoration,
    async_callback.check_decoration,
    async_callback.check_plain_decoration,
    async_callback.check_async_decorator,
    escaping_awaitable.check_decoration,
    nested_awaitable.check_decoration,
)
"""What is asked of a decorator on a function."""


def first_misuse_by_decorator(decoration: Decoration) -> Misuse | None:
    """Return what the first check that objects to this decorator says."""
    return next((misuse for check in DECORATION_CHECKS if (misuse := check(decoration))), None)


CLASS_CHECKS: Final[tuple[Callable[[ClassBody], Iterator[tuple[Context, Misuse]]], ...]] = (
    async_override.check_class,
    async_test.check_class,
    reused_coroutine.check_class,
)
"""What is asked of a class, while mypy analyses it."""


def misuses_in_class(body: ClassBody) -> Iterator[tuple[Context, Misuse]]:
    """Yield what a check objects to in a class: a method, or the statement itself."""
    for check in CLASS_CHECKS:
        yield from check(body)


def first_misuse_in_call(call: Call) -> Misuse | None:
    """Return what the first check that objects to the arguments of this call says."""
    return next((misuse for check in CALL_CHECKS if (misuse := check(call))), None)


def first_misuse(use: Use) -> Misuse | None:
    """Return what the first check that objects to this use says."""
    if use.value.is_lazy and bodiless.is_declared_wrongly(use):
        return None
    asked = (_here, _of_binding, _of_attribute, _of_read_behind, _of_argument, _of_result)
    return next((misuse for ask in asked if (misuse := ask(use))), None)


def first_misuse_if_not_none(use: Use) -> Misuse | None:
    """Return what is wrong with the use of a value that is awaitable, or else `None`.

    Only what neither of them can stand is; nothing where the program tells them apart.
    """
    binding = binding_of(use) if use.place.kind is Kind.ASSIGNED and use.value.is_lazy else None
    if binding is None:
        return unawaited_value.check_if_not_none(use)
    end = fate(binding, unawaited_value.check_if_not_none)
    if end is None or len(end.misuses) < len(end.uses):
        return None
    return unawaited_value.check_binding(binding.use, end)


def is_awaited_by_name(use: Use) -> bool:
    """Is what is bound to a name awaited wherever that is read, though its type is another's?

    Nobody declared that type: mypy inferred it of what the name was bound to first.  Or is it
    asked whether it is awaitable?
    """
    target = use.place.target
    if use.place.kind is not Kind.ASSIGNED or not isinstance(target, NameExpr):
        return False
    binding = binding_of(use) if isinstance(target.node, Var) else None
    if binding is None or not isinstance(target.node, Var):
        return False
    if is_asked_about(binding, _here):
        return True
    end = fate(binding, _here) if target.node.is_inferred else None
    uses = [binding.use.moved_to(node, is_name=True) for node in end.uses] if end else []
    return bool(uses) and all(effect_on(one) is Effect.AWAIT for one in uses)


def misuse_of_parameter(use: Use) -> Misuse | None:
    """Return what is wrong with the use of a parameter that is declared to be a coroutine."""
    binding = parameter_of(use)
    end = fate(binding, _here) if binding else None
    return reused_coroutine.check_parameter(use, end) if end else None


def _here(use: Use) -> Misuse | None:
    container = use.of_container()
    return _of_container(container) or _of_element(container) or _at_place(use)


def _at_place(use: Use) -> Misuse | None:
    if use.in_container:
        return _of_container(use)
    return next((misuse for check in CHECKS if (misuse := check(use))), None)


def _of_container(use: Use | None) -> Misuse | None:
    if use is None or use.in_object:
        return None
    return next((misuse for check in CONTAINER_CHECKS if (misuse := check(use))), None)


def _of_element(container: Use | None) -> Misuse | None:
    """Return what is said of a value that is taken out of its container at once."""
    inner = taken_out(container) if container else None
    return _here(inner) if inner is not None and is_certain(inner) else None


def _of_binding(use: Use) -> Misuse | None:
    binding = binding_of(use)
    end = fate(binding, _here) if binding else None
    if binding is None or end is None:
        return _of_others_container(use)
    found = (misuse for check in BINDING_CHECKS if (misuse := check(binding.use, end)))
    return next(found, None) or _of_name_stored(binding, end)


def _of_name_stored(binding: Binding, end: Fate) -> Misuse | None:
    """Ask of the attribute or global that a name is stored in, if nothing else is done with it."""
    if not any(attributes.is_stored(binding.use.moved_to(node)) for node in end.uses):
        return None
    stored = fate(binding, lambda use: _here(use) or _of_uses_by_attribute(use))
    if stored is None or stored.consumed or not stored.misuses:
        return None
    return stored.misuses[0][1]


def _of_others_container(use: Use) -> Misuse | None:
    binding = put_into(use) if use.value.sort is Sort.COROUTINE else None
    end = fate(binding, _here) if binding else None
    return unawaited_value.check_item(end) if end else None


def _of_attribute(use: Use) -> Misuse | None:
    end = attributes.fate(use, _here)
    if end is not None:
        return unawaited_value.check_attribute(use, end)
    return reused_coroutine.check_shared(use) or unawaited_value.check_store(use)


def _of_uses_by_attribute(use: Use) -> Misuse | None:
    end = attributes.fate(use, _here)
    return unawaited_value.check_attribute(use, end) if end else None


def _of_read_behind(use: Use) -> Misuse | None:
    """Ask of what reads an attribute straight behind; it may be shown or tested before it runs."""
    there = read_behind(use)
    misuse = _here(there) if there else None
    if there is None or misuse is None or misuse.code is not codes.UNAWAITED_VALUE:
        return None
    return replace(misuse, notes=(*misuse.notes, messages.used_at([there])))


def _of_argument(use: Use) -> Misuse | None:
    binding = passed_to(use) if use.value.sort is Sort.COROUTINE else None
    end = fate(binding, _here) if binding else None
    return reused_coroutine.check_argument(use, end) if end else None


def _of_result(use: Use) -> Misuse | None:
    """Ask of a call's result that may be this argument, once more.

    That the result is dropped, or tested, says nothing: the function may have kept the value.
    """
    result = handed_back(use)
    misuse = (_here(result) or _of_binding(result)) if result else None
    return misuse if misuse and misuse.code in OF_USE else None


__all__ = [
    "async_test",
    "dropped_awaitable",
    "first_misuse",
    "first_misuse_by_decorator",
    "first_misuse_if_not_none",
    "first_misuse_in_call",
    "hidden_awaitable",
    "masked_coroutine",
    "misuse_of_parameter",
    "misuses_in_class",
    "undeclared_awaitable",
    "unknown_awaitable",
]
