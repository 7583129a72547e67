"""What one mention of a container says of its content: is anything put in, is it handed out?

Told by syntax alone, so that files that are only searched can be asked as well.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import Final

from mypy_await.summaries.nodes import last_name

Parents = dict[ast.AST, ast.AST]

_READING: Final = (
    "clear copy count discard get index isdisjoint issubset items keys move_to_end pop popitem"
    " popleft remove reverse rotate sort values"
)
READING: Final = frozenset(_READING.split())
"""Methods that put nothing into a container, nor give it away."""
_ADDING: Final = {"add": 1, "append": 1, "appendleft": 1, "insert": 2, "setdefault": 2}
"""Methods that put their last argument in, each with the number of its arguments."""
_EXTENDING: Final = frozenset({"extend", "extendleft", "update"})
_LOOKING: Final = (
    "all any bool dict enumerate filter frozenset id isinstance iter len list max min next print"
    " repr reversed set sorted str sum tuple type zip"
)
_LOOKS: Final = frozenset(_LOOKING.split())
"""Functions that look at a container, or make another of what is in it."""
_MAKING: Final = "OrderedDict WeakSet WeakValueDictionary defaultdict deque dict list set"
_MAKERS: Final = frozenset(_MAKING.split())
_PASSING: Final = (ast.BinOp, ast.Compare, ast.Expr, ast.FormattedValue, ast.Starred)
_TESTING: Final = (ast.Assert, ast.If, ast.IfExp, ast.While)
_COMPREHENSIONS: Final = (ast.ListComp, ast.SetComp, ast.DictComp)


@dataclass(frozen=True)
class Filling:
    """What a mention of a container puts into it."""

    items: tuple[ast.expr, ...] = ()
    makes: bool = False
    """Is it bound to a new container?"""


_NOTHING: Final = Filling()


def filling(node: ast.Attribute, parents: Parents) -> Filling | None:
    """Return what a mention of an attribute puts into its container.

    None where the container is handed out, or gets what is not seen.
    """
    parent = parents[node]
    if isinstance(node.ctx, ast.Load):
        return _read(node, parent, parents)
    match parent:
        case ast.Assign(targets=targets, value=value) if node in targets:
            return _made(value, node.attr)
        case ast.AugAssign(value=value):
            items = _displayed(value)
            return None if items is None else Filling(items)
    return None


def _read(node: ast.expr, parent: ast.AST, parents: Parents) -> Filling | None:
    match parent:
        case ast.Subscript(value=value) if value is node:
            return _item(parent, parents[parent])
        case ast.Attribute(attr=method):
            call = parents[parent]
            is_call = isinstance(call, ast.Call) and call.func is parent
            return _method(method, call) if isinstance(call, ast.Call) and is_call else None
    return _NOTHING if _is_harmless(node, parent, parents) else None


def _is_harmless(node: ast.expr, parent: ast.AST, parents: Parents) -> bool:
    match parent:
        case ast.Call(func=ast.Name(id=name)):
            return name in _LOOKS
        case ast.For(iter=value) | ast.AsyncFor(iter=value) | ast.comprehension(iter=value):
            return value is node
        case ast.Dict(keys=keys, values=values):
            return keys[values.index(node)] is None
        case ast.BoolOp() | ast.UnaryOp():
            return _is_harmless(parent, parents[parent], parents)
    if isinstance(parent, _TESTING):
        return parent.test is node
    return isinstance(parent, _PASSING)


def _item(place: ast.Subscript, statement: ast.AST) -> Filling | None:
    if not isinstance(place.ctx, ast.Store):
        return _NOTHING
    match statement:
        case ast.Assign(targets=targets, value=value) if place in targets:
            return None if isinstance(place.slice, ast.Slice) else Filling((value,))
    return None


def _method(name: str, call: ast.Call) -> Filling | None:
    if name in READING:
        return _NOTHING
    if call.keywords or any(isinstance(one, ast.Starred) for one in call.args):
        return None
    if name in _EXTENDING and len(call.args) == 1:
        items = _displayed(call.args[0])
        return None if items is None else Filling(items)
    return Filling((call.args[-1],)) if _ADDING.get(name) == len(call.args) else None


def _displayed(value: ast.expr) -> tuple[ast.expr, ...] | None:
    match value:
        case ast.List(elts=items) | ast.Set(elts=items) | ast.Tuple(elts=items):
            return None if any(isinstance(one, ast.Starred) for one in items) else tuple(items)
        case ast.Dict(keys=keys, values=items):
            return None if None in keys else tuple(items)
    return None


def _made(value: ast.expr, attribute: str) -> Filling | None:
    """Return what an attribute is bound to: a new container, or `None`."""
    if isinstance(value, ast.Constant) and value.value is None:
        return _NOTHING
    if isinstance(value, _COMPREHENSIONS):
        item = value.value if isinstance(value, ast.DictComp) else value.elt
        return _NOTHING if _is_kept(item, value, attribute) else Filling((item,), makes=True)
    if isinstance(value, ast.Call):
        return _constructed(value)
    items = None if isinstance(value, ast.Tuple) else _displayed(value)
    return None if items is None else Filling(items, makes=True)


def _constructed(call: ast.Call) -> Filling | None:
    kind = last_name(call.func)
    options = {keyword.arg for keyword in call.keywords}
    if kind == "defaultdict" and len(call.args) == 1 and not options:
        return Filling((ast.Call(call.args[0], [], []),), makes=True)
    is_empty = not call.args and options <= ({"maxlen"} if kind == "deque" else set())
    return Filling(makes=True) if kind in _MAKERS and is_empty else None


def _is_kept(item: ast.expr, node: ast.AST, attribute: str) -> bool:
    """Is it what was in the container before, as in `[m for m in self.members if m.alive]`?"""
    for one in getattr(node, "generators", ()):
        target, source = one.target, one.iter
        if isinstance(source, ast.Call) and isinstance(source.func, ast.Attribute):
            is_pair = source.func.attr == "items" and isinstance(target, ast.Tuple)
            target = target.elts[-1] if is_pair else target
            source = source.func.value if is_pair or source.func.attr == "values" else source
        if isinstance(source, ast.Attribute) and source.attr == attribute:
            return isinstance(item, ast.Name) and last_name(target) == item.id
    return False
