"""What `with` and `async with` bind."""

from __future__ import annotations

import ast

from mypy_await.summaries import arguments, calls, classes, declared, expressions, library
from mypy_await.summaries.engine import Engine
from mypy_await.summaries.scopes import own_nodes
from mypy_await.summaries.values import (
    NONE,
    UNKNOWN,
    Atom,
    Bindings,
    Function,
    Instance,
    Manager,
    Super,
    Value,
    join,
)


def entered(engine: Engine, value: Value, is_async: bool) -> Value:
    """Return what entering a context manager gives."""
    return join(*(_enter(engine, atom, is_async) for atom in value))


def _enter(engine: Engine, atom: Atom, is_async: bool) -> Value:
    if isinstance(atom, Manager):
        if atom.function.is_async is not is_async:
            return UNKNOWN
        return yielded(engine, atom.function, atom.bindings)
    if not isinstance(atom, (Instance, Super)):
        return UNKNOWN
    if isinstance(atom, Instance) and atom.cls in library.ENTERED_AS_THEMSELVES:
        return frozenset({atom})
    name = "__aenter__" if is_async else "__enter__"
    method = classes.attribute(engine, frozenset({atom}), name)
    result = calls.call(engine, method, arguments.of_values())
    return calls.awaited(engine, result) if is_async else result


def yielded(engine: Engine, function: Function, bindings: Bindings) -> Value:
    """Return what a generator yields."""
    note = function.annotation
    if note:
        noted = declared.yielded(engine, note, function.frame)
        if not noted >= UNKNOWN:
            return noted
    return yields(engine, function, bindings)


def yields(engine: Engine, function: Function, bindings: Bindings) -> Value:
    """Return what the body of a generator yields."""
    key = ("yielded", function, bindings)
    return engine.remember(key, lambda: _yields(engine, function, bindings), UNKNOWN)


def _yields(engine: Engine, function: Function, bindings: Bindings) -> Value:
    engine.read(function.frame.scope.module.path)
    frame = calls.frame_of_call(engine, function, bindings)
    values = []
    for node in own_nodes(function.node):
        if isinstance(node, ast.YieldFrom):
            return UNKNOWN
        if isinstance(node, ast.Yield):
            values.append(expressions.value(engine, node.value, frame) if node.value else NONE)
    return join(*values) or UNKNOWN
