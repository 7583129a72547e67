"""Classes and their bases: the order in which attributes are looked up, and who defines one."""

from __future__ import annotations

import ast
from typing import Final

from mypy_await.summaries import expressions, library, names
from mypy_await.summaries.engine import Engine
from mypy_await.summaries.scopes import Binds
from mypy_await.summaries.values import UNKNOWN, Class, External, Value, only

Base = Class | str | None
"""A class read, a class known by name, or one that is not known at all."""

_SAYING: Final = frozenset({Binds.DEF, Binds.CLASS, Binds.DECLARED})
"""Bindings of a class body that mean what they say, whatever the bases make of others."""


def is_closed(order: tuple[Base, ...]) -> bool:
    """Are all classes read, or known to be harmless?"""
    return all(isinstance(base, Class) or base in library.HARMLESS_BASES for base in order)


def mro(engine: Engine, cls: Class) -> tuple[Base, ...]:
    """Return a class and its bases in the order in which attributes are looked up."""
    unknown: tuple[Base, ...] = (cls, None)
    return engine.remember(("mro", cls), lambda: _mro(engine, cls) or unknown, unknown)


def _mro(engine: Engine, cls: Class) -> tuple[Base, ...] | None:
    engine.read(cls.frame.scope.module.path)
    bases = [_base(engine, node, cls) for node in cls.node.bases]
    lines = [list(mro(engine, b)) if isinstance(b, Class) else [b] for b in bases]
    lines.append(list(bases))
    order: list[Base] = [cls]
    while any(lines := [line for line in lines if line]):
        heads = [line[0] for line in lines]
        head = next((h for h in heads if not any(h in line[1:] for line in lines)), cls)
        if head is cls:
            return None
        order.append(head)
        lines = [[one for one in line if one != head] for line in lines]
    return tuple(order)


def _base(engine: Engine, node: ast.expr, cls: Class) -> Base:
    if isinstance(node, ast.Subscript):
        node = node.value  # type arguments
    base = only(expressions.value(engine, node, cls.frame))
    if isinstance(base, Class):
        return base
    return base.fullname if isinstance(base, External) else None


def defines(engine: Engine, order: tuple[Base, ...], name: str) -> bool:
    """Does a class whose source is read define a name?"""
    read = [base for base in order if isinstance(base, Class)]
    return any(name in engine.inside(base).scope.bindings for base in read)


def find(engine: Engine, order: tuple[Base, ...], name: str) -> Value | None:
    """Return what the first class in `order` that has a name makes of it, unbound.

    Unknown once a class on the way is not known; None if all are and none has it.
    """
    for base in order:
        if isinstance(base, Class):
            module = base.frame.scope.module
            if (base.node.name, name) in module.stores:
                return UNKNOWN
            frame = engine.inside(base)
            bindings = frame.scope.bindings.get(name)
            if bindings:
                engine.read(module.path)
                if not is_closed(order) and any(b.binds not in _SAYING for b in bindings):
                    # `RED = 1` in an enum, `name = CharField()` in a model: a base decides.
                    return UNKNOWN
                return names.in_class(engine, name, frame)
        elif base not in library.HARMLESS_BASES and not library.lacks(base, name):
            fullname = f"{base}.{name}"
            if base is None or engine.type_of(fullname) is None:
                return UNKNOWN
            return library.read(engine, fullname) or frozenset({External(fullname)})
    return None
