"""Does a decorator of a class put something else in the place of its methods?

def to_sync(cls):
    for name, method in inspect.getmembers(cls, inspect.iscoroutinefunction):
        setattr(cls, name, run_at_once(method))
    return cls

What it makes of each is not read: nobody says which names it meets.
"""

from __future__ import annotations

import ast

from mypy_await.summaries import expressions
from mypy_await.summaries.engine import Engine
from mypy_await.summaries.nodes import last_name, walk
from mypy_await.summaries.scopes import Binds
from mypy_await.summaries.values import Frame, Function


def is_remade(engine: Engine, module: str, name: str) -> bool:
    """Is a class of a module decorated by a function that sets attributes by computed names?"""
    source = engine.module(module)
    frame = Frame(source.scope) if source else None
    return frame is not None and any(
        isinstance(maker, Function) and _sets_any(maker)
        for binding in frame.scope.bindings.get(name, ())
        if binding.binds is Binds.CLASS and isinstance(binding.site, ast.ClassDef)
        for decorator in binding.site.decorator_list
        for maker in expressions.value(engine, decorator, frame)
    )


def _sets_any(function: Function) -> bool:
    """Does it go through names in a loop?  A single one is an attribute that it adds."""
    return any(
        isinstance(node, ast.Call)
        and last_name(node.func) == "setattr"
        and not isinstance(node.args[1] if node.args[1:] else None, ast.Constant)
        for loop in walk(function.node)
        if isinstance(loop, ast.For)
        for node in walk(*loop.body)
    )
