"""Conditions that a type checker decides: Python version, platform, type checking.

The version and platform are those of the Python that runs mypy-await.
"""

from __future__ import annotations

import ast
import operator
import sys
from collections.abc import Callable
from typing import Any, Final

_COMPARISONS: Final[dict[type[ast.cmpop], Callable[[Any, Any], bool]]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}


def is_true(test: ast.expr) -> bool | None:
    """Decide a condition; None where it says something else than version, platform or checking."""
    match test:
        case ast.Constant(value=value):
            return bool(value)
        case ast.Name(id="TYPE_CHECKING") | ast.Attribute(attr="TYPE_CHECKING"):
            return True
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            answer = is_true(operand)
            return None if answer is None else not answer
        case ast.BoolOp(op=op, values=values):
            return _combine([is_true(value) for value in values], isinstance(op, ast.And))
        case ast.Compare(left=left, ops=[op], comparators=[right]):
            return _compare(left, _COMPARISONS.get(type(op)), right)
        case ast.Call(func=ast.Attribute(value=who, attr="startswith"), args=[ast.Constant(value)]):
            return sys.platform.startswith(str(value)) if _is_sys(who, "platform") else None
    return None


def names_version(test: ast.expr) -> bool:
    """Does the condition ask for the Python version?"""
    return any(
        isinstance(node, ast.expr) and _is_sys(node, "version_info") for node in ast.walk(test)
    )


def _combine(answers: list[bool | None], every: bool) -> bool | None:
    if (not every) in answers:
        return not every
    return None if None in answers else every


def _compare(
    left: ast.expr, compare: Callable[[Any, Any], bool] | None, right: ast.expr
) -> bool | None:
    try:
        wanted = ast.literal_eval(right)
    except ValueError:
        return None
    match left:
        case _ if compare is None:
            return None
        case _ if _is_sys(left, "version_info") and isinstance(wanted, tuple):
            return compare(tuple(sys.version_info), wanted)
        case ast.Subscript(value=who, slice=ast.Constant(value=0)) if _is_sys(who, "version_info"):
            return compare(sys.version_info[0], wanted)
        case _ if _is_sys(left, "platform"):
            return compare(sys.platform, wanted)
    return None


def _is_sys(node: ast.expr, attribute: str) -> bool:
    match node:
        case ast.Attribute(value=ast.Name(id="sys"), attr=attr):
            return attr == attribute
        case ast.Name(id=name):
            return name == attribute
    return False
