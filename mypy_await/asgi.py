"""Calls of what an application of ASGI is given, and of the application behind it.

    async def __call__(self, scope, receive, send):
        self.app(scope, receive, send)

By the specification (ASGI 3.0, "Applications") all of them give awaitables.  Most middleware is
written without annotations.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from mypy.nodes import ARG_POS, AssignmentStmt, FuncDef, NameExpr, Node, Var

from mypy_await.open_calls import OpenCall, calls_in

_GIVEN: Final = ("scope", "receive", "send")


def calls_in_application(function: FuncDef) -> Iterator[OpenCall]:
    """Yield such calls in a function with the signature, and in those inside it."""
    receive, send = _given(function)
    for call in calls_in(function) if receive else ():
        arguments = call.node.args
        if call.root in (receive, send) and not call.names[1:]:
            if len(arguments) == (call.root is send) and not _is_bound_again(call):
                yield call
        elif call.node.arg_kinds == [ARG_POS] * len(_GIVEN):
            if _names(arguments[1]) is receive and isinstance(arguments[2], NameExpr):
                yield call


def _given(function: FuncDef) -> tuple[Var | None, Var | None]:
    """Return what an async function with this signature takes as `receive` and `send`."""
    arguments = function.arguments[-len(_GIVEN) :] if function.is_coroutine else []
    if tuple(argument.variable.name for argument in arguments) != _GIVEN:
        return None, None
    return function.arguments[-2].variable, function.arguments[-1].variable


def _is_bound_again(call: OpenCall) -> bool:
    return any(
        isinstance(node, AssignmentStmt)
        and any(_names(target) is call.root for target in node.lvalues)
        for node in call.parents
    )


def _names(node: Node) -> Node | None:
    return node.node if isinstance(node, NameExpr) else None
