"""What one use of a local name does to the awaitable it holds, or to those in its container."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from mypy.nodes import (
    AssignmentStmt,
    Block,
    CallExpr,
    ConditionalExpr,
    ExpressionStmt,
    ForStmt,
    GeneratorExpr,
    LambdaExpr,
    ListComprehension,
    NameExpr,
    Node,
    OpExpr,
    SetComprehension,
    TryStmt,
    WithStmt,
)

from mypy_await.inner import is_stored_deeper
from mypy_await.knowledge import knows
from mypy_await.paths import Effect
from mypy_await.places import Kind
from mypy_await.use import Use
from mypy_await.walk import descendants


def effect_on(use: Use) -> Effect:
    """Say what a use does to the value, or to the container that holds it."""
    return _effect_on_container(use) if use.in_container else _effect_on_value(use)


def _effect_on_value(use: Use) -> Effect:
    match use.place.kind:
        case Kind.AWAITED:
            return Effect.AWAIT
        case Kind.STATEMENT | Kind.COMPARED | Kind.DELETED | Kind.TESTED | Kind.FORMATTED:
            return Effect.NOTHING
        case Kind.ARGUMENT if knows("consumer", use.receiver):
            return Effect.AWAIT
        case Kind.ARGUMENT if knows("neutral", use.receiver) or knows("text", use.receiver):
            return Effect.NOTHING
    return Effect.HAND_ON


def _awaits_each(use: Use) -> bool:
    """Does a loop over the container await the item in every turn, or a call all of them?"""
    match use.place.node:
        case CallExpr() as call:
            return knows("consumer", use.site.callee_name(call))
        case ForStmt(index=NameExpr() as item, body=body):
            parts = list(_always_run(body))
        case GeneratorExpr(indices=[NameExpr() as item], condlists=[[]], left_expr=element) as node:
            is_run = isinstance(use.site.parents[node], (ListComprehension, SetComprehension))
            parts = [element] if is_run else []
        case _:
            return False
    return any(
        isinstance(node, NameExpr)
        and node.node is item.node
        and _effect_on_value(use.moved_to(node)) is Effect.AWAIT
        for part in parts
        if not any(isinstance(node, _BRANCHES) for node in descendants(part))
        for node in descendants(part)
    )


def _always_run(body: Block) -> Iterator[Node]:
    """Yield the statements at the beginning of a block, up to the first that may branch off."""
    for statement in body.body:
        if isinstance(statement, (TryStmt, WithStmt)):
            yield from _always_run(statement.body)
        if not isinstance(statement, (ExpressionStmt, AssignmentStmt)):
            return
        yield statement


_BRANCHES: Final = (ConditionalExpr, OpExpr, LambdaExpr, GeneratorExpr)


def _effect_on_container(use: Use) -> Effect:
    parents = use.site.parents
    match use.place.kind:
        case Kind.STATEMENT | Kind.COMPARED | Kind.DELETED | Kind.TESTED:
            return Effect.NOTHING
        case Kind.ARGUMENT if knows("neutral", use.receiver):
            return Effect.NOTHING
        case Kind.UNPACKED | Kind.ITERATED if _awaits_each(use):
            return Effect.AWAIT
        case Kind.ATTRIBUTE:
            call = parents.get(use.place.node)
            if isinstance(call, CallExpr) and isinstance(parents.get(call), ExpressionStmt):
                if knows("container", use.site.callee_name(call), "methods"):
                    return Effect.NOTHING
        case Kind.INDEXED:
            if is_stored_deeper(use.place.node, parents):
                return Effect.NOTHING
    return Effect.HAND_ON
