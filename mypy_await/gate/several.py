"""Tells whether what is awaited is what the methods of a sync and of an async class give.

Of a union that is declared for a result, as `T | Awaitable[T]`, nobody knows: it may be asked for
what it is.  But a function that takes objects of both classes, and awaits the same method of each
whatever it finds, fails for one.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from mypy_await.gate.bases import Bases
from mypy_await.gate.findings import Finding
from mypy_await.gate.source import FUNCTIONS
from mypy_await.gate.typetext import AWAITABLE, NOTHING, PLAIN, TypeText


def is_of_several(typ: TypeText, error: Finding, bases: Bases) -> bool:
    """Is it what a method gives that is async in one class of a parameter, and sync in another?"""
    results = [member.given for member in typ.members if member.kind == AWAITABLE]
    others = [member for member in typ.members if member.kind != AWAITABLE]
    if not results or not all(o.kind in (PLAIN, NOTHING) or o in results for o in others):
        return False
    function = bases.sources.innermost(error.path, error.line, *FUNCTIONS)
    match bases.sources.value_of(error):
        case ast.Call(func=ast.Attribute(value=ast.Name(id=owner), attr=method)):
            pass
        case _:
            return False
    if not isinstance(function, FUNCTIONS) or not _is_reached(function.body, owner, error.line):
        return False
    names = _names_in(_annotation(function.args, owner))
    kinds = {type(bases.definition(error.path, name, method)) for name in names}
    return {*FUNCTIONS} <= kinds


def _is_reached(body: Sequence[ast.stmt], name: str, line: int) -> bool:
    """Is the line reached without a condition, and with the parameter as it came?"""
    for statement in body:
        if statement.lineno <= line <= (statement.end_lineno or 0):
            match statement:
                case ast.With() | ast.AsyncWith():
                    return _is_reached(statement.body, name, line)
                case ast.Expr() | ast.Assign() | ast.AnnAssign() | ast.Return():
                    return not any(map(_is_choice, ast.walk(statement)))
            return False
        for node in ast.walk(statement):
            if isinstance(node, (ast.Return, ast.Raise, ast.Assert)):
                return False
            if isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Store):
                return False
    return False


def _is_choice(node: ast.AST) -> bool:
    return isinstance(node, (ast.IfExp, ast.BoolOp))


def _annotation(arguments: ast.arguments, name: str) -> ast.expr | None:
    every = (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)
    return next((one.annotation for one in every if one.arg == name), None)


def _names_in(annotation: ast.expr | None) -> Iterator[str]:
    """Yield the names in an annotation, also those in quotes."""
    for node in ast.walk(annotation) if annotation is not None else ():
        match node:
            case ast.Name():
                yield node.id
            case ast.Constant(value=str() as text):
                try:
                    yield from _names_in(ast.parse(text, mode="eval").body)
                except SyntaxError:
                    return
