"""Of which class is the new object that a function makes each time it is called?

    def build():
        session = Session()
        session.open()
        return session

Of just this class, and with its methods as they are.  What is declared, passed or made of `cls` may
be of a subclass, and what is handed to others may have been changed.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Final

from mypy_await.summaries import bases, calls, expressions
from mypy_await.summaries.arguments import Arguments
from mypy_await.summaries.engine import Engine
from mypy_await.summaries.flow import Decide
from mypy_await.summaries.returns import returned
from mypy_await.summaries.scopes import Binds, own_nodes
from mypy_await.summaries.values import Bindings, Class, Frame, Function, ModuleRef, only

_HARMLESS: Final = (ast.Attribute, ast.Return, ast.Yield)
"""What asks an object for an attribute, or gives it."""


def made(engine: Engine, function: Function, given: Arguments) -> Class | None:
    """Return the class of what a function returns, or yields, if it makes a new one each time.

    Of an `async def`, of what awaiting its result gives.
    """
    bindings = calls.bound(engine, function, given)
    key = ("made", function, bindings)
    return engine.remember(key, lambda: _made(engine, function, bindings), None)


def _made(engine: Engine, function: Function, bindings: Bindings) -> Class | None:
    engine.read(function.frame.scope.module.path)
    frame = calls.frame_of_call(engine, function, bindings)
    decide = lambda test: expressions.decide(engine, test, frame)  # noqa: E731
    values = _given(function, decide)
    found = {_class_of(engine, value, frame) if value else None for value in values}
    return found.pop() if len(found) == 1 else None


def _given(function: Function, decide: Decide) -> Iterator[ast.expr | None]:
    """Yield what a function returns; of a generator, what it yields."""
    node = function.node
    if isinstance(node, ast.Lambda):
        yield node.body
        return
    yielded = [one for one in own_nodes(node) if isinstance(one, (ast.Yield, ast.YieldFrom))]
    for one in yielded:
        yield one.value if isinstance(one, ast.Yield) else None
    if not yielded:
        yield from returned(node.body, decide)


def _class_of(engine: Engine, node: ast.expr, frame: Frame) -> Class | None:
    """Return the class of the new object that an expression is."""
    match node:
        case ast.Call():
            return _constructed(engine, node, frame, is_async=False)
        case ast.Await(value=ast.Call() as call):
            return _constructed(engine, call, frame, is_async=True)
        case ast.Name():
            return _named(engine, node, frame)
    return None


def _constructed(engine: Engine, call: ast.Call, frame: Frame, *, is_async: bool) -> Class | None:
    callee = only(expressions.value(engine, call.func, frame))
    match callee:
        case Class() if not is_async and _is_fixed(engine, call.func, frame):
            # A `__new__` may make something else.
            is_plain = not bases.defines(engine, bases.mro(engine, callee), "__new__")
            return callee if is_plain else None
        case Function() if callee.is_async is is_async and not calls.is_generator(engine, callee):
            return made(engine, callee, Arguments(is_open=True))
    return None


def _is_fixed(engine: Engine, callee: ast.expr, frame: Frame) -> bool:
    """Does an expression name a class that no caller and no subclass chooses?"""
    match callee:
        case ast.Name(id=name):
            bound = frame.scope.bindings.get(name, [])
            return all(one.binds in (Binds.CLASS, Binds.IMPORT) for one in bound)
        case ast.Attribute(value=owner):
            return isinstance(only(expressions.value(engine, owner, frame)), ModuleRef)
    return False


def _named(engine: Engine, name: ast.Name, frame: Frame) -> Class | None:
    """Return the class of a new object that a local name holds, and nobody else gets to see."""
    body = frame.scope.body
    bindings = frame.scope.bindings.get(name.id, [])
    binding = bindings[0] if len(bindings) == 1 else None
    if body is None or binding is None or binding.binds is not Binds.VALUE or not binding.value:
        return None
    one = _class_of(engine, binding.value, frame)
    if one is None:
        return None
    order = bases.mro(engine, one)
    for load, scope in body.loads.get(name.id, []):
        use = body.parents[load]
        if scope is not frame.scope or not isinstance(use, _HARMLESS):
            return None
        if isinstance(use, ast.Attribute) and not isinstance(use.ctx, ast.Load):
            if bases.defines(engine, order, use.attr):
                return None  # a method may be replaced
    return one
