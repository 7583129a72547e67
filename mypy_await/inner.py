"""Stores into a container that stands in a local one: `rows[key]["name"] = value`."""

from __future__ import annotations

from typing import Final

from mypy.nodes import (
    AssignmentStmt,
    CallExpr,
    DictExpr,
    Expression,
    ExpressionStmt,
    ForStmt,
    FuncItem,
    IndexExpr,
    IntExpr,
    ListExpr,
    MemberExpr,
    NameExpr,
    Node,
    OperatorAssignmentStmt,
    RefExpr,
    SetExpr,
    StarExpr,
    StrExpr,
    TupleExpr,
)

from mypy_await.places import Kind
from mypy_await.steps import READS, Shape, Step, literal
from mypy_await.use import Use
from mypy_await.walk import Parents, descendants


def inner_store(use: Use) -> tuple[NameExpr, Expression, Step] | None:
    """Return the local name, the key of the inner container, and the step from that to the value.

    Only where the name of the item says that the inner one is a dict, or its method a sequence.
    """
    match use.place.node:
        case CallExpr(callee=MemberExpr(expr=IndexExpr(base=NameExpr() as holder, index=key))):
            is_statement = isinstance(use.site.parents.get(use.place.node), ExpressionStmt)
            if is_statement and use.receiver in _APPENDING:
                return holder, key, Step(Shape.SEQUENCE)
    match use.place.target:
        case IndexExpr(base=IndexExpr(base=NameExpr() as holder, index=key), index=StrExpr() as at):
            if use.place.kind is Kind.ASSIGNED:
                return holder, key, Step(Shape.MAPPING, literal(at))
    return None


_APPENDING: Final = ("builtins.list.append", "builtins.set.add", "collections.deque.append")


def holds_only_new(holder: NameExpr, function: FuncItem, parents: Parents) -> bool:
    """Are all containers in a local one made where they are put into it, so that it owns them?"""
    return not any(
        _may_take_in_others(node, parents)
        for node in descendants(function)
        if isinstance(node, NameExpr) and node.node is holder.node
    )


def _may_take_in_others(name: NameExpr, parents: Parents) -> bool:
    """May a use of a container put one into it that others know?"""
    node: Node = name
    above, is_made = parents[node], _is_made_of_new
    if isinstance(above, IndexExpr) and above.base is node:
        node, above, is_made = above, parents[above], _is_new
    if isinstance(above, AssignmentStmt):
        return node in above.lvalues and (len(above.lvalues) > 1 or not is_made(above.rvalue))
    if isinstance(above, MemberExpr):
        return node is name and above.name not in READS
    return isinstance(above, (ForStmt, ListExpr, OperatorAssignmentStmt, StarExpr, TupleExpr))


def is_stored_deeper(node: Node, parents: Parents) -> bool:
    """Is something stored to the item that an index gives, or to one in it, or appended to it?"""
    above = parents.get(node)
    while isinstance(above, IndexExpr) and above.base is node:
        node, above = above, parents.get(above)
    if isinstance(above, MemberExpr) and isinstance(node, IndexExpr) and above.name in _ADDING:
        call = parents.get(above)
        return isinstance(call, CallExpr) and isinstance(parents.get(call), ExpressionStmt)
    return isinstance(above, AssignmentStmt) and node in above.lvalues


_ADDING: Final = ("add", "append", "appendleft", "insert")


def _is_made_of_new(made: Expression) -> bool:
    """Is this a display, or an empty container, in which all containers are new?"""
    match made:
        case DictExpr(items=items):
            return all(key is not None and _is_new(value) for key, value in items)
        case ListExpr(items=items) | SetExpr(items=items):
            return all(map(_is_new, items))
        case CallExpr(args=[NameExpr(fullname=name)], callee=RefExpr(fullname=callee)):
            return callee == "collections.defaultdict" and name in _MADE_EMPTY
    return isinstance(made, CallExpr) and not made.args and _is_new(made)


_MADE_EMPTY: Final = ("builtins.dict", "builtins.list", "builtins.set")


def _is_new(made: Expression) -> bool:
    """Is this a container that is made here, or no container at all?"""
    match made:
        case CallExpr(callee=NameExpr(fullname=name)) if name in _MADE_EMPTY:
            return True
    return isinstance(made, (DictExpr, ListExpr, SetExpr, StrExpr, IntExpr))
