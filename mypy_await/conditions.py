"""What the conditions around an expression ask: whether something is async, above all."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from mypy.nodes import (
    Block,
    BreakStmt,
    CallExpr,
    ConditionalExpr,
    ContinueStmt,
    Expression,
    FuncItem,
    IfStmt,
    Node,
    OpExpr,
    RaiseStmt,
    RefExpr,
    ReturnStmt,
    TypeInfo,
)

from mypy_await.knowledge import knows
from mypy_await.overrides import dotted_name
from mypy_await.places import function_around
from mypy_await.site import Site
from mypy_await.walk import descendants


def is_told_apart(node: Node, site: Site) -> bool:
    """Does a condition around a node ask whether a function or a value is async?"""
    return any(asks_for_colour(test, site) for test, _ in conditions_around(node, site))


def conditions_around(node: Node, site: Site) -> Iterator[tuple[Expression, bool]]:
    """Yield the conditions around a node in its function, and whether they hold where it stands."""
    below: Node | None = node
    while below is not None and not isinstance(below, FuncItem):
        above = site.parents.get(below)
        for test, branch in guarded(above):
            yield test, branch is below
        below = above


def exits_before(node: Node, site: Site) -> Iterator[Expression]:
    """Yield the conditions on which the blocks around a node are left before it is reached."""
    below: Node | None = node
    while below is not None and not isinstance(below, FuncItem):
        above = site.parents.get(below)
        for statement in above.body if isinstance(above, Block) else ():
            if statement is below:
                break
            if isinstance(statement, IfStmt) and isinstance(statement.body[0].body[-1], _LEAVING):
                yield statement.expr[0]
        below = above


def is_asked_for_colour(call: Expression, site: Site) -> bool:
    """Does a condition in the function pass what is called here to some predicate?

    Whoever asks `iscoroutinefunction(f)` knows what `f()` gives where it stands, but for the branch
    where the answer was yes.
    """
    name = dotted_name(call.callee) if isinstance(call, CallExpr) else ""
    function = function_around(call, site.parents) if name else None
    chains = [list(guarded(node)) for node in (descendants(function) if function else ())]
    asked = [chain for chain in chains if any(_passes(test, name, site) for test, _ in chain)]
    return bool(asked) and not any(
        _asks_directly(test, name) and any(part is call for part in descendants(branch))
        for chain in asked
        for test, branch in chain
    )


def guarded(node: Node | None) -> Iterator[tuple[Expression, Node]]:
    """Yield each condition of an `if` or a conditional with what runs where it holds."""
    match node:
        case IfStmt():
            yield from zip(node.expr, node.body, strict=True)
        case ConditionalExpr():
            yield node.cond, node.if_expr


def _passes(test: Expression, name: str, site: Site) -> bool:
    """Is the name passed to a predicate?  `callable` and its like do not ask for the colour."""
    return any(
        isinstance(part, CallExpr)
        and name in map(dotted_name, part.args)
        and not site.callee_name(part).startswith("builtins.")
        for part in descendants(test)
    )


def _asks_directly(test: Expression, name: str) -> bool:
    """Does the condition hold only where the predicate says yes?"""
    match test:
        case CallExpr():
            return name in map(dotted_name, test.args)
        case OpExpr(op="and"):
            return _asks_directly(test.left, name) or _asks_directly(test.right, name)
    return False


def asks_for_colour(test: Node, site: Site) -> bool:
    """Does a condition ask whether something is async or awaitable?"""
    return any(
        _is_colour_test(part, site) for part in descendants(test) if isinstance(part, CallExpr)
    )


def _is_colour_test(call: CallExpr, site: Site) -> bool:
    name = site.callee_name(call) or dotted_name(call.callee)
    if name == "builtins.isinstance":
        return any(
            isinstance(part, RefExpr)
            and isinstance(part.node, TypeInfo)
            and part.node.has_readable_member("__await__")
            for kind in call.args[1:]
            for part in descendants(kind)
        )
    return bool(_TEST.match(name.rpartition(".")[2])) or any(
        knows("coroutine-tests", name, key) for key in ("calls", "of_functions")
    )


_TEST: Final = re.compile(r"_?is_?(async|awaitable|coro)")
"""Programs and libraries have such tests of their own: `is_awaitable`, `is_async_callable`."""

_LEAVING: Final = (BreakStmt, ContinueStmt, RaiseStmt, ReturnStmt)
