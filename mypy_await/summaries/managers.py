"""What `with` and `async with` bind, and what a context manager does as a decorator."""

from __future__ import annotations

import ast
from typing import Final

from mypy_await.summaries import (
    arguments,
    bases,
    calls,
    classes,
    declared,
    expressions,
    library,
)
from mypy_await.summaries.engine import Engine
from mypy_await.summaries.scopes import own_nodes
from mypy_await.summaries.values import (
    NONE,
    UNKNOWN,
    Atom,
    Bindings,
    Class,
    Function,
    Instance,
    Manager,
    Super,
    Value,
    join,
    only,
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


def decorating(engine: Engine, manager: Atom) -> Function | None:
    """Return what runs when a sync context manager is left that decorates a function.

    That is when the function was called (Python, "Using a context manager as a function
    decorator"): the coroutine of an async one runs later.
    """
    if isinstance(manager, Manager):
        return None if manager.function.is_async else manager.function
    if not isinstance(manager, Instance) or not isinstance(manager.cls, Class):
        return None
    order = bases.mro(engine, manager.cls)
    others = {base for base in order if not isinstance(base, Class)} - library.HARMLESS_BASES
    if _DECORATOR not in others or not others <= {_DECORATOR, *_MANAGERS}:
        return None
    if any(bases.defines(engine, order, name) for name in ("__call__", "_recreate_cm")):
        return None
    leave = only(bases.find(engine, order, "__exit__") or UNKNOWN)
    return leave if isinstance(leave, Function) and _does_something(leave) else None


_DECORATOR: Final = "contextlib.ContextDecorator"
_MANAGERS: Final = ("contextlib.AbstractContextManager", "typing.ContextManager")


def _does_something(leave: Function) -> bool:
    """Does `__exit__` do more than let exceptions pass?"""
    node = leave.node
    return isinstance(node, ast.FunctionDef) and not (
        calls.is_stub(node) or all(map(_is_nothing, node.body))
    )


def _is_nothing(statement: ast.stmt) -> bool:
    match statement:
        case ast.Pass() | ast.Expr(value=ast.Constant()) | ast.Return(value=None):
            return True
        case ast.Return(value=ast.Constant(value=None | False)):
            return True
    return False
