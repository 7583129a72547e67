"""What a class does with a function that its constructor keeps: `await self.hook()`."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from mypy_await.summaries import bases, dispatch, uses
from mypy_await.summaries.engine import Engine, class_of
from mypy_await.summaries.model import Parameter
from mypy_await.summaries.nodes import walk
from mypy_await.summaries.scopes import Body
from mypy_await.summaries.sources import Module
from mypy_await.summaries.values import Class, Frame


class _UndecidedError(Exception):
    """The attribute may be that of another object, or set elsewhere."""


def kept(engine: Engine, cls: Class, attribute: str) -> Parameter | None:
    """Return what the modules of a class and its bases do with what one attribute keeps.

    None where it is set more than once, asked of anything but `self`, or where a module asks for
    what is async.
    """
    order = bases.mro(engine, cls)
    classes = [base for base in order if isinstance(base, Class)]
    found = uses.Found(called=[])
    stores = 0
    try:
        for module in dict.fromkeys(base.frame.scope.module for base in classes):
            engine.read(module.path)
            if None in order or dispatch.asks_for_colour(module.tree):
                return None
            for frame, node in _own(engine, module, classes, attribute):
                if isinstance(node.ctx, ast.Load):
                    uses.Follower(engine, frame).follow(node, found)
                else:
                    stores += 1
    except _UndecidedError:
        return None
    return (
        Parameter(attribute, tuple(found.uses), tuple(found.called or ())) if stores == 1 else None
    )


def _own(
    engine: Engine, module: Module, classes: list[Class], name: str
) -> Iterator[tuple[Frame, ast.Attribute]]:
    """Yield where methods of the classes name an attribute of `self`, with the method's frame."""
    seen = 0
    for body in dispatch.bodies(module):
        named = [node for node, _ in body.attributes if node.attr == name]
        seen += len(named)
        outside = engine.frame_of(module, module.functions[body.node])
        owner = class_of(outside)
        if named and not (owner and all(_is_of_self(node, body) for node in named)):
            raise _UndecidedError
        if owner in classes:
            yield from ((Frame(body.scopes[body.node], (), outside), node) for node in named)
    if seen < sum(
        isinstance(node, ast.Attribute) and node.attr == name for node in walk(module.tree)
    ):
        raise _UndecidedError


def _is_of_self(node: ast.Attribute, body: Body) -> bool:
    spec = body.node.args
    first = [*spec.posonlyargs, *spec.args][:1]
    return isinstance(node.value, ast.Name) and [node.value.id] == [arg.arg for arg in first]
