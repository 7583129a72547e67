"""Does a condition choose between two ways that are the same?"""

from __future__ import annotations

from typing import Final

from mypy.nodes import (
    AssignmentStmt,
    Block,
    ConditionalExpr,
    Expression,
    ExpressionStmt,
    IfStmt,
    NameExpr,
    Node,
    OpExpr,
    ReturnStmt,
    UnaryExpr,
)

from mypy_await.walk import Parents, children


def is_vain(test: Expression, parents: Parents) -> bool:
    """Is a test the condition, or part of one, of a choice that makes no difference?"""
    condition, above = test, parents.get(test)
    while isinstance(above, (OpExpr, UnaryExpr)):
        condition, above = above, parents.get(above)
    match above:
        case ConditionalExpr() if above.cond is condition:
            return _is_same(above.if_expr, above.else_expr)
        case IfStmt(expr=[only]) if only is condition:
            body: list[Node] = [*above.body[0].body]
            return all(map(_is_idle, body)) or _are_same(body, _otherwise(above, parents))
    return False


def _otherwise(choice: IfStmt, parents: Parents) -> list[Node]:
    """Return what runs in place of the body; behind a `return` that is the next statement."""
    if choice.else_body is not None:
        return [*choice.else_body.body]
    around = parents.get(choice)
    if not isinstance(around, Block) or not isinstance(choice.body[0].body[-1], ReturnStmt):
        return []
    behind = around.body.index(choice) + 1
    return [*around.body[behind : behind + 1]]


def _is_idle(statement: Node) -> bool:
    """Is this a name by itself, or the assignment of a variable to itself?"""
    match statement:
        case ExpressionStmt(expr=NameExpr()):
            return True
        case AssignmentStmt(lvalues=[target]):
            return _is_same(target, statement.rvalue)
    return False


_WORDS: Final = ("name", "value", "op", "operators", "arg_kinds", "arg_names")
"""What tells two nodes of one class apart, besides their children."""


def _is_same(one: Node, other: Node) -> bool:
    return (
        type(one) is type(other)
        and all(getattr(one, word, None) == getattr(other, word, None) for word in _WORDS)
        and _are_same(children(one), children(other))
    )


def _are_same(ones: list[Node], others: list[Node]) -> bool:
    return len(ones) == len(others) and all(map(_is_same, ones, others))
