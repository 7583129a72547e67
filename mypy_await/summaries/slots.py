"""Places that are declared to keep plain functions: attributes and globals.

    self._handlers: dict[str, Callable[[Event], Answer]] = {}

The declaration alone counts, not what is put in: whoever registers functions often declares less
of them, `Callable[..., Any]` or a type variable.
"""

from __future__ import annotations

from dataclasses import dataclass

from mypy_await.summaries import bases, calls, classes
from mypy_await.summaries.engine import Engine
from mypy_await.summaries.model import Verdict
from mypy_await.summaries.sources import Module
from mypy_await.summaries.values import (
    NONE,
    NOTHING,
    Atom,
    Class,
    Declared,
    Function,
    Instance,
    Value,
    only,
    result_of,
)


@dataclass(frozen=True)
class Slot:
    """An attribute or a global that is declared to keep functions, or containers of such."""

    module: Module
    """Where it is declared."""
    owner: Class | None
    """The class of the object that it is an attribute of."""
    name: str
    holds: Value


def of_attribute(engine: Engine, owner: Class, name: str) -> Slot | None:
    """Return an attribute as the first of a class and its bases declares it."""
    for base in bases.mro(engine, owner):
        if not isinstance(base, Class):
            return None
        holds = classes.declared_attribute(engine, base, name)
        if holds is not None:
            return Slot(base.frame.scope.module, owner, name, holds)
    return None


def keeps_functions(engine: Engine, holds: Value) -> bool:
    """Is everything in there a callable that is declared to give something not awaitable?"""
    found = holds - NONE
    return bool(found) and all(_keeps(engine, atom) for atom in found)


def _keeps(engine: Engine, atom: Atom) -> bool:
    if isinstance(atom, Instance) and atom.items is not None:
        return keeps_functions(engine, atom.items)
    result = classes.as_awaitables(engine, _declared_result(engine, atom))
    return result_of(result).verdict is Verdict.NEVER


def _declared_result(engine: Engine, atom: Atom) -> Value:
    """Return what a callable is declared to give: `Callable[..., R]`, a protocol."""
    if isinstance(atom, Declared):
        return atom.result
    if isinstance(atom, Instance) and isinstance(atom.cls, Class):
        call = only(classes.attribute(engine, frozenset({atom}), "__call__"))
        if isinstance(call, Function) and not call.is_async:
            return calls.declared_result(engine, call)
    return NOTHING
