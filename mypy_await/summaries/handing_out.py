"""Does a method give nothing but items of the container that an attribute of its object keeps?

def get(self, name):
    return self.items[name]

def all(self):
    return sorted(self.items.values())
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import Final

from mypy_await.summaries.returns import returned
from mypy_await.summaries.scopes import Method

_LISTS: Final = frozenset({"list", "sorted"})


@dataclass(frozen=True)
class HandedOut:
    """Which container, and how much of it."""

    attribute: str
    of_values: bool = False
    """Are they taken as the values of a `dict`?"""
    is_list: bool = False
    """Is it a list of all or some, and not one of them?"""


def handed_out(method: Method) -> HandedOut | None:
    """Return what every result of a method is an item of, or a list of items of."""
    first = [*method.args.posonlyargs, *method.args.args][:1]
    if not first or method.decorator_list:
        return None
    found = {_of(one, first[0].arg) if one else None for one in returned(method.body)}
    return found.pop() if len(found) == 1 else None


def _of(node: ast.expr, me: str) -> HandedOut | None:
    match node:
        case ast.Subscript(value=ast.Attribute(value=ast.Name(id=owner), attr=name), slice=index):
            is_item = owner == me and not isinstance(index, ast.Slice)
            return HandedOut(name) if is_item else None
        case ast.ListComp(elt=ast.Name(id=item), generators=[one]):
            is_same = isinstance(one.target, ast.Name) and one.target.id == item
            return _all_of(one.iter, me) if is_same and not one.is_async else None
        case ast.Call(func=ast.Name(id=made), args=[source]) if made in _LISTS:
            return _all_of(source, me)
    return None


def _all_of(node: ast.expr, me: str) -> HandedOut | None:
    match node:
        case ast.Attribute(value=ast.Name(id=owner), attr=name) if owner == me:
            return HandedOut(name, is_list=True)
        case ast.Call(
            func=ast.Attribute(
                value=ast.Attribute(value=ast.Name(id=owner), attr=name), attr="values"
            )
        ) if owner == me:
            return HandedOut(name, of_values=True, is_list=True)
    return None
