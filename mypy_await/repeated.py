"""Is a call of a local object the same as one that was awaited before it, on every way?"""

from __future__ import annotations

from mypy.nodes import (
    AssignmentStmt,
    AwaitExpr,
    Block,
    CallExpr,
    ConditionalExpr,
    Expression,
    FuncDef,
    GeneratorExpr,
    IndexExpr,
    IntExpr,
    LambdaExpr,
    MemberExpr,
    NameExpr,
    Node,
    OpExpr,
    RefExpr,
    StrExpr,
    TypeInfo,
    Var,
)

from mypy_await.bound import only_value
from mypy_await.calls import Call
from mypy_await.flow import is_seen_elsewhere
from mypy_await.places import function_around
from mypy_await.walk import Parents, descendants


def was_asked_before(call: Call) -> bool:
    """Was the same call of the same local object awaited on the way to this one?"""
    node, parents = call.node, call.site.parents
    function = function_around(node, parents)
    if not isinstance(node.callee, MemberExpr) or not isinstance(node.callee.expr, NameExpr):
        return False
    holder = node.callee.expr.node
    if not isinstance(holder, Var) or not isinstance(function, FuncDef):
        return False
    if is_seen_elsewhere(holder, function) or not _is_made_once(holder, function):
        return False
    loads = [name for name in _names_of(holder, function) if not _is_stored(name, parents)]
    calls = [_call_of_method(name, node.callee.name, parents) for name in loads]
    awaited = [one for one in calls if one and isinstance(parents[one], AwaitExpr)]
    return (
        None not in calls
        and node in awaited
        and any(_is_same_call(one, node) and _comes_before(one, node, parents) for one in awaited)
    )


def _names_of(variable: Var, function: FuncDef) -> list[NameExpr]:
    return [n for n in descendants(function) if isinstance(n, NameExpr) and n.node is variable]


def _is_stored(name: NameExpr, parents: Parents) -> bool:
    above = parents.get(name)
    return isinstance(above, AssignmentStmt) and name in above.lvalues


def _is_made_once(variable: Var, function: FuncDef) -> bool:
    """Is a new object all that the variable names?"""
    made = only_value(variable, function)
    callee = made.callee if isinstance(made, CallExpr) else None
    if isinstance(callee, IndexExpr):
        callee = callee.base  # `Memo[int]()`
    return isinstance(callee, RefExpr) and isinstance(callee.node, TypeInfo)


def _call_of_method(owner: Node, name: str, parents: Parents) -> CallExpr | None:
    """Return the call of this method of an object, if that is what becomes of it here."""
    method = parents[owner]
    call = parents.get(method)
    if not isinstance(method, MemberExpr) or method.name != name:
        return None
    return call if isinstance(call, CallExpr) and call.callee is method else None


def _is_same_call(one: CallExpr, other: CallExpr) -> bool:
    """Do two calls pass the same literals and functions?"""
    pairs = zip(one.args, other.args, strict=False)
    return one.arg_names == other.arg_names and all(_is_same(*pair) for pair in pairs)


def _is_same(one: Expression, other: Expression) -> bool:
    match one, other:
        case (StrExpr(value=mine), StrExpr(value=theirs)):
            return mine == theirs
        case (IntExpr(value=number), IntExpr(value=its)):
            return number == its
        case (RefExpr(node=FuncDef() as function), RefExpr()):
            return function is other.node
    return False


def _comes_before(one: Node, other: Node, parents: Parents) -> bool:
    """Is one evaluated before the other, on every way that leads there?"""
    while isinstance(one, Expression):
        if isinstance(one, (ConditionalExpr, OpExpr, GeneratorExpr, LambdaExpr)):
            return False
        one = parents[one]
    block = parents.get(one)
    while parents.get(other) not in (None, block):
        other = parents[other]
    if not isinstance(block, Block) or parents.get(other) is not block:
        return False
    return block.body.index(one) < block.body.index(other)  # type: ignore[arg-type]
