"""Is work done when a call is over that is about the time until then?

    started = time.perf_counter()
    try:
        return function(*args)
    finally:
        report(time.perf_counter() - started)

What an `async def` does comes later.
"""

from __future__ import annotations

import ast
from typing import Final

from mypy_await.summaries import expressions, library
from mypy_await.summaries.nodes import walk
from mypy_await.summaries.reads import Reads
from mypy_await.summaries.scopes import Binds, all_parameters, own_nodes
from mypy_await.summaries.values import External, Instance

_LOOPS: Final = (ast.AsyncFor, ast.For, ast.While)
_CONDITIONAL: Final = (ast.ExceptHandler, ast.If, ast.IfExp, *_LOOPS)


def is_timed(reads: Reads, call: ast.Call) -> bool:
    """Does a function subtract the time before a call from the time when it returned?"""
    function = reads.frame.node
    assert isinstance(function, (ast.FunctionDef, ast.Lambda))
    around = set(reads.body.ancestors(call))
    if any(isinstance(node, _LOOPS) for node in around):
        return False
    for node in own_nodes(function):
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub):
            ended, started = _read_of(reads, node.left), _read_of(reads, node.right)
            if ended and started and _end(started) <= _start(call) and _end(call) <= _start(ended):
                between = set(reads.body.ancestors(ended)) | set(reads.body.ancestors(node))
                if not any(isinstance(one, _CONDITIONAL) for one in between - around):
                    return True
    return False


def _read_of(reads: Reads, node: ast.expr) -> ast.Call | None:
    """Return the call of a clock that an expression is, or that a name is bound to."""
    if isinstance(node, ast.Name):
        scope = reads.scope_of(reads.frame.node)
        match scope.bindings.get(node.id, []) if node.id not in scope.outer else []:
            case [one] if one.binds is Binds.VALUE and one.value:
                node = one.value
    if not isinstance(node, ast.Call):
        return None
    clocks = expressions.value(reads.engine, node.func, reads.frame_at(node))
    is_clock = bool(clocks) and all(
        isinstance(one, External) and one.fullname in library.CLOCKS for one in clocks
    )
    return node if is_clock else None


def _start(node: ast.expr) -> tuple[int, int]:
    return node.lineno, node.col_offset


def _end(node: ast.expr) -> tuple[int, int]:
    return node.end_lineno or 0, node.end_col_offset or 0


def is_closed(reads: Reads, block: ast.Try, call: ast.Call) -> bool:
    """Does a `finally` end what a call was made with: release a lock, call a method of an argument?

    That is what the function itself made for the call, and none of its parameters.
    """
    function = reads.frame.node
    assert isinstance(function, (ast.FunctionDef, ast.Lambda))
    passed = {node.id for node in walk(*call.args) if isinstance(node, ast.Name)}
    passed -= {arg.arg for arg in all_parameters(function.args)}
    passed &= set(reads.scope_of(function).bindings)
    for statement in block.finalbody:
        match statement:
            case ast.Expr(value=ast.Call(func=ast.Attribute(value=receiver, attr=name))):
                if isinstance(receiver, ast.Name) and receiver.id in passed:
                    return True
                if name == "release" and _is_lock(reads, receiver):
                    return True
    return False


def _is_lock(reads: Reads, node: ast.expr) -> bool:
    found = expressions.value(reads.engine, node, reads.frame_at(node))
    return bool(found) and all(
        isinstance(one, Instance) and one.cls in library.LOCKS for one in found
    )
