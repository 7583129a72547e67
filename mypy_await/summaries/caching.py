"""Wrappers that keep what the function gave in a `dict`, for later calls."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator

from mypy_await.summaries import expressions
from mypy_await.summaries.engine import Engine
from mypy_await.summaries.flow import dotted
from mypy_await.summaries.model import How, Use
from mypy_await.summaries.nodes import walk
from mypy_await.summaries.scopes import DEFS, own_nodes
from mypy_await.summaries.values import Frame, Function, Instance, only


def is_kept_dict(engine: Engine, node: ast.expr, frame: Frame) -> bool:
    """Is it a `dict` that outlives the call of the function?"""
    name = dotted(node)
    if name is None or name in frame.scope.bindings:
        return False
    found = only(expressions.value(engine, node, frame))
    return isinstance(found, Instance) and found.fullname == "builtins.dict"


def kept(
    engine: Engine,
    function: Function,
    frame: Frame,
    calls: Collection[ast.Call],
    uses: Collection[Use],
    *,
    in_closures: bool,
) -> ast.Assign | None:
    """Return where the result of a call is stored, if that and a `return` is all.

    A later call then returns an item of the `dict` if it is there, and none is ever removed.  With
    `in_closures` only such a `dict` counts that the function closes over.
    """
    stores = {
        node: [name for target in node.targets if (name := _stored_in(engine, target, frame))]
        for node in own_nodes(function.node)
        if isinstance(node, ast.Assign) and _is_from(node.value, calls, frame)
    }
    lines = {node.lineno for node, names in stores.items() if names}
    if any(use.how in (How.HANDED_ON, How.KEPT) and use.line not in lines for use in uses):
        return None
    for node, names in stores.items():
        for name in names:
            home = _home_of(name, function, frame)
            if in_closures and not isinstance(home, DEFS):
                continue
            if _is_given_again(name, function, frame) and not _is_emptied(name, home):
                return node
    return None


def _stored_in(engine: Engine, target: ast.expr, frame: Frame) -> str | None:
    is_item = isinstance(target, ast.Subscript) and is_kept_dict(engine, target.value, frame)
    return dotted(target.value) if is_item and isinstance(target, ast.Subscript) else None


def _is_from(node: ast.expr, calls: Collection[ast.Call], frame: Frame) -> bool:
    return any(one in calls for one in (node, *_sources(node, frame)))


def _sources(node: ast.expr, frame: Frame) -> Iterator[ast.expr]:
    """Yield an expression, or what a local name is given."""
    if not isinstance(node, ast.Name):
        yield node
    else:
        bindings = frame.scope.bindings.get(node.id, ())
        yield from (binding.value for binding in bindings if binding.value)


def _is_given_again(name: str, function: Function, frame: Frame) -> bool:
    """Is an item of the `dict` returned if it is there already?"""
    inside = list(walk(function.node))
    returned = [node.value for node in inside if isinstance(node, ast.Return) and node.value]
    return any(_asks_for(node, name) for node in inside) and any(
        _is_item(one, name) for value in returned for one in _sources(value, frame)
    )


def _asks_for(node: ast.AST, name: str) -> bool:
    """Does the program find out here whether an item is in a `dict`?"""
    match node:
        case ast.Compare(ops=[ast.In() | ast.NotIn()], comparators=[container]):
            return dotted(container) == name
        case ast.Try(body=body, handlers=[_, *_]):
            return any(_is_item(part, name) for one in body for part in walk(one))
    return isinstance(node, ast.Call) and _is_item(node, name)


def _is_item(node: ast.AST, name: str) -> bool:
    match node:
        case ast.Subscript(value=container, ctx=ast.Load()):
            return dotted(container) == name
        case ast.Call(func=ast.Attribute(value=container, attr="get")):
            return dotted(container) == name
    return False


def _is_emptied(name: str, home: ast.AST) -> bool:
    """Are items of the `dict` removed anywhere, or is it replaced?"""
    nodes = list(walk(home))
    made = [node for node in nodes if _binds(node, name)]
    return len(made) > 1 or any(_removes(node, name) for node in nodes)


def _home_of(name: str, function: Function, frame: Frame) -> ast.AST:
    """Return what can name a `dict`: the class of a method, the decorator, or the module."""
    if "." in name and function.owner is not None:
        return function.owner.node
    around = frame.parent
    while around is not None:
        if name in around.scope.bindings and isinstance(around.node, DEFS):
            return around.node
        around = around.parent
    return frame.scope.module.tree


def _binds(node: ast.AST, name: str) -> bool:
    match node:
        case ast.Assign(targets=targets):
            return any(dotted(target) == name for target in targets)
        case ast.AnnAssign(target=target):
            return dotted(target) == name
    return False


def _removes(node: ast.AST, name: str) -> bool:
    match node:
        case ast.Delete(targets=targets):
            items = [target for target in targets if isinstance(target, ast.Subscript)]
            return any(dotted(item.value) == name for item in items)
        case ast.Attribute(value=container, attr="pop" | "popitem" | "clear"):
            return dotted(container) == name
    return False
