"""Is the result of a call awaited before anything looks at it?  Nothing plain will do there."""

from __future__ import annotations

import ast
from typing import Final

from mypy_await.summaries import expressions, library
from mypy_await.summaries.reads import Reads
from mypy_await.summaries.scopes import COMPREHENSIONS
from mypy_await.summaries.values import External

_SIMPLE: Final = (ast.AnnAssign, ast.Assign, ast.AugAssign, ast.Expr)
_CONDITIONAL: Final = (*COMPREHENSIONS, ast.BoolOp, ast.IfExp, ast.Lambda)


def is_awaited_at_once(reads: Reads, call: ast.Call) -> bool:
    """Is a call all that is awaited, or run, where nothing is ready for it to be plain?"""
    return _is_awaited(reads, call) and not any(
        map(_catches_type_errors, reads.body.ancestors(call))
    )


def _is_awaited(reads: Reads, node: ast.expr) -> bool:
    parent = reads.body.parents[node]
    match parent:
        case ast.Await():
            return True
        case ast.Call(args=args) if node in args:
            awaited = library.AWAIT_AT_ONCE if node is args[0] else library.AWAIT_ALL_AT_ONCE
            return _is_of(reads, parent, awaited)
        case ast.ListComp(elt=element) | ast.GeneratorExp(elt=element) if element is node:
            starred = reads.body.parents[parent]
            call = reads.body.parents[starred]
            is_passed = isinstance(starred, ast.Starred) and isinstance(call, ast.Call)
            return is_passed and _is_of(reads, call, library.AWAIT_ALL_AT_ONCE)
        case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
            return _is_awaited_next(reads, parent, name)
    return False


def _is_of(reads: Reads, call: ast.AST, functions: frozenset[str]) -> bool:
    """Is this certainly a call of one of these?"""
    assert isinstance(call, ast.Call)
    callee = expressions.value(reads.engine, call.func, reads.frame_at(call))
    return bool(callee) and all(
        isinstance(atom, External) and atom.fullname in functions for atom in callee
    )


def _is_awaited_next(reads: Reads, assignment: ast.stmt, name: str) -> bool:
    """Is all that a name is read for an `await`, which nothing can come between?"""
    scope = reads.scope_of(assignment)
    bindings = [one for one in scope.bindings.get(name, []) if one.site is assignment]
    loads = [load for one in bindings for load in reads.loads(name, one)]
    if len(loads) != 1 or name in scope.outer or not _is_awaited_itself(reads, loads[0]):
        return False
    statement: ast.AST = loads[0]
    while not isinstance(statement, ast.stmt):
        if isinstance(statement, _CONDITIONAL):
            return False
        statement = reads.body.parents[statement]
    for _, block in ast.iter_fields(reads.body.parents[assignment]):
        if isinstance(block, list) and assignment in block and statement in block:
            between = block[block.index(assignment) : block.index(statement)]
            is_simple = isinstance(statement, (*_SIMPLE, ast.Return))
            return is_simple and all(isinstance(one, _SIMPLE) for one in between)
    return False


def _is_awaited_itself(reads: Reads, node: ast.expr) -> bool:
    """Is it awaited where it stands, under no other name?"""
    return not isinstance(reads.body.parents[node], ast.stmt) and _is_awaited(reads, node)


def _catches_type_errors(node: ast.AST) -> bool:
    """Does a block deal with what awaiting a plain value raises?"""
    match node:
        case ast.Try(handlers=handlers):
            return any(node.type and "TypeError" in ast.unparse(node.type) for node in handlers)
        case ast.With(items=items):
            return any("TypeError" in ast.unparse(item.context_expr) for item in items)
    return False
