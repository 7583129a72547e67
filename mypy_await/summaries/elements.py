"""What is in the container that a function makes and returns, or yields one by one."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import Final

from mypy_await.summaries import calls, classes, expressions, managers
from mypy_await.summaries.engine import Engine
from mypy_await.summaries.model import Elements, Verdict
from mypy_await.summaries.returns import returned
from mypy_await.summaries.scopes import DEFS
from mypy_await.summaries.values import Bindings, External, Frame, Function, Value, join, result_of

_GROWING: Final = (ast.List, ast.ListComp, ast.Dict, ast.DictComp)
_COPIES: Final[Value] = frozenset({External("builtins.list"), External("builtins.tuple")})


def of(engine: Engine, function: Function, bindings: Bindings) -> Elements | None:
    """Return what a function puts into each container it returns; None if that is not certain.

    Only containers that are written out in the function, or filled by nothing but `append` and
    stores to an item, and only where all that is in them is awaitable; some may be empty.
    """
    engine.read(function.frame.scope.module.path)
    if function.is_async or not isinstance(function.node, DEFS):
        return None
    if calls.is_generator(engine, function):
        return _certain(engine, managers.yields(engine, function, bindings), by_key=False)
    frame = calls.frame_of_call(engine, function, bindings)
    found = [
        _Display.of(engine, node, frame) if node else None
        for node in returned(
            function.node.body, lambda test: expressions.decide(engine, test, frame)
        )
    ]
    displays = [display for display in found if display is not None]
    kinds = {display.by_key for display in displays}
    if len(displays) < len(found) or len(kinds) != 1:
        return None
    inside = join(*(display.inside(engine, frame) for display in displays))
    return _certain(engine, inside, by_key=kinds.pop())


def _certain(engine: Engine, inside: Value, *, by_key: bool) -> Elements | None:
    result = result_of(classes.as_awaitables(engine, inside))
    return Elements(result, by_key) if result.verdict is Verdict.ALWAYS else None


@dataclass(frozen=True)
class _Display:
    """A container as it is written out."""

    items: tuple[ast.expr, ...]
    by_key: bool = False

    @classmethod
    def of(cls, engine: Engine, node: ast.expr, frame: Frame) -> _Display | None:
        """Return what an expression says of the container it gives."""
        match node:
            case ast.ListComp(elt=item) | ast.SetComp(elt=item) | ast.GeneratorExp(elt=item):
                return cls((item,))
            case ast.DictComp(value=item):
                return cls((item,), by_key=True)
            case ast.List(elts=[*items]) | ast.Tuple(elts=[*items]) | ast.Set(elts=[*items]):
                return cls(tuple(items))
            case ast.Dict(keys=[*keys], values=[*items]):
                return cls(tuple(items), by_key=True) if None not in keys else None
            case ast.Call(func=function, args=[argument], keywords=[]):
                callee = expressions.value(engine, function, frame)
                inner = cls.of(engine, argument, frame)
                return inner if inner and not inner.by_key and callee <= _COPIES else None
            case ast.Name():
                return cls._filled(engine, node, frame)
        return None

    @classmethod
    def _filled(cls, engine: Engine, node: ast.Name, frame: Frame) -> _Display | None:
        """Return what a local name holds that is bound once and else only added to."""
        body, bindings = frame.scope.body, frame.scope.bindings.get(node.id, [])
        if body is None or len(bindings) != 1 or node.id in frame.scope.outer:
            return None
        site = bindings[0].site
        has_value = isinstance(site, ast.AnnAssign) or (
            isinstance(site, ast.Assign) and len(site.targets) == 1
        )
        made = getattr(site, "value", None) if has_value else None
        start = cls.of(engine, made, frame) if isinstance(made, _GROWING) else None
        if start is None:
            return None
        items = [*start.items]
        for load, _ in body.loads.get(node.id, []):
            item = _added(load, body.parents)
            if item is not None:
                items.append(item)
            elif not isinstance(body.parents.get(load), ast.Return):
                return None
        return cls(tuple(items), start.by_key)

    def inside(self, engine: Engine, frame: Frame) -> Value:
        return join(*(expressions.value(engine, item, frame) for item in self.items))


def _added(load: ast.Name, parents: dict[ast.AST, ast.AST]) -> ast.expr | None:
    """Return what `name.append(x)` or `name[key] = x` adds, as a statement."""
    above = parents.get(load)
    outer = parents.get(above) if above is not None else None
    match above, outer:
        case ast.Attribute(attr="append"), ast.Call(args=[item], keywords=[]) if isinstance(
            parents.get(outer), ast.Expr
        ):
            return item
        case ast.Subscript(slice=key), ast.Assign(targets=[target], value=item) if (
            target is above and not isinstance(key, ast.Slice)
        ):
            return item
    return None
