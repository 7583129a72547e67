"""Where `isinstance` has shown that a name is a plain value: no awaitable comes there."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Final

_TEXTS_AND_NUMBERS: Final = (bool, bytearray, bytes, complex, float, int, memoryview, str)
_CONTAINERS: Final = (dict, frozenset, list, set, tuple)
_PLAIN: Final = frozenset(kind.__name__ for kind in (*_TEXTS_AND_NUMBERS, *_CONTAINERS))
"""Classes of the language whose instances are not awaitable (somebody's subclass aside)."""


def is_plain_at(name: ast.Name, parents: Mapping[ast.AST, ast.AST]) -> bool:
    """Do tests around a name say that its value is an instance of a plain class?"""
    below: ast.AST = name
    while (above := parents.get(below)) is not None:
        match above:
            case ast.If(test=test, body=body) if below is not test:
                if _says_plain(test, name.id, any(below is one for one in body)):
                    return True
            case ast.IfExp(test=test, body=branch) if below is not test:
                if _says_plain(test, name.id, below is branch):
                    return True
            case ast.BoolOp(op=op, values=[*values]):
                before = values[: next(i for i, one in enumerate(values) if one is below)]
                if any(_says_plain(one, name.id, isinstance(op, ast.And)) for one in before):
                    return True
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.Lambda():
                return False
        below = above
    return False


def _says_plain(test: ast.expr, name: str, truth: bool) -> bool:
    """Is the name a plain value for sure where the test had this outcome?"""
    match test:
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return _says_plain(operand, name, not truth)
        case ast.BoolOp(op=op, values=values):
            return isinstance(op, ast.And if truth else ast.Or) and any(
                _says_plain(value, name, truth) for value in values
            )
        case ast.Call(func=ast.Name(id="isinstance"), args=[ast.Name(id=tested), classes]):
            return truth and tested == name and are_plain(classes)
    return False


def are_plain(classes: ast.expr) -> bool:
    """Does the second argument of `isinstance` name plain classes only?"""
    match classes:
        case ast.Name(id=name):
            return name in _PLAIN
        case ast.Tuple(elts=[_, *_] as parts):
            return all(are_plain(part) for part in parts)
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            return are_plain(left) and are_plain(right)
    return False
