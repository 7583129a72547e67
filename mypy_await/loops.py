"""What the condition of a `while` loop says of its turns."""

from __future__ import annotations

from collections.abc import Sequence

from mypy.nodes import (
    AssignmentExpr,
    AssignmentStmt,
    ComparisonExpr,
    DelStmt,
    Expression,
    ForStmt,
    IntExpr,
    NameExpr,
    Node,
    OperatorAssignmentStmt,
    SymbolNode,
    WhileStmt,
    WithStmt,
)

from mypy_await.walk import descendants


def is_endless(node: Node) -> bool:
    """Is this the condition of an endless loop?"""
    return (isinstance(node, NameExpr) and node.fullname == "builtins.True") or bool(
        getattr(node, "value", None) == 1
    )


def counts(node: WhileStmt) -> bool:
    """Does the condition of a loop do nothing but count its turns: `while tries < 3`?"""
    match node.expr:
        case ComparisonExpr(operators=["<" | "<=" | ">" | ">="], operands=[left, right]):
            names = [side.node for side in (left, right) if isinstance(side, NameExpr)]
            limits = [side.value for side in (left, right) if isinstance(side, IntExpr)]
        case _:
            return False
    if len(names) + len(limits) < 2 or 1 in limits:  # `while tries < 1` is no loop
        return False
    changes = [statement for statement in descendants(node.body) if _binds(statement, names)]
    return bool(changes) and all(map(_adds_one, changes))


def _binds(node: Node, variables: Sequence[SymbolNode | None]) -> bool:
    """Does a statement, or a walrus, bind any of these names?"""
    match node:
        case AssignmentStmt():
            targets: list[Expression | None] = [*node.lvalues]
        case OperatorAssignmentStmt():
            targets = [node.lvalue]
        case ForStmt():
            targets = [node.index]
        case WithStmt():
            targets = node.target
        case AssignmentExpr():
            targets = [node.target]
        case DelStmt():
            targets = [node.expr]
        case _:
            return False
    return any(
        isinstance(part, NameExpr) and part.node in variables
        for target in targets
        if target is not None
        for part in descendants(target)
    )


def _adds_one(node: Node) -> bool:
    """Is this `name += 1` or `name -= 1`?"""
    match node:
        case OperatorAssignmentStmt(op="+" | "-", lvalue=NameExpr(), rvalue=IntExpr(value=1)):
            return True
    return False
