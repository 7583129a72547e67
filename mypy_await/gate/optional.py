"""Tells what is awaited where the receiver may be None: `await task.cancel()` of a `Task | None`.

mypy reports that None has no such method, and takes what its call would give for anything.  What
the method of the one other class gives is known all the same: nothing else is ever awaited there.
So it is of `User | str`.  Where another class of the program lacks it, a subclass may have it.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from typing import Final

from mypy_await.gate.bases import Bases
from mypy_await.gate.findings import Finding
from mypy_await.gate.typetext import NOTHING, PLAIN, UNION, TypeText, read_type

ABSENT: Final = re.compile('Item "([^"]*)" of "([^"]*)" has no attribute "([^"]*)"')
ANYTHING: Final = TypeText("Any")


def if_present(typ: TypeText, error: Finding, absent: Iterable[Finding], bases: Bases) -> TypeText:
    """Return what is awaited where the receiver has the method; `typ` itself where nobody knows.

    `absent` are the errors of mypy about what some class of a union does not have.
    """
    rest = tuple(member for member in typ.members if member != ANYTHING)
    if len(rest) == len(typ.members) or len(rest) != 1:
        return typ
    method = _method(error, bases)
    matches = [
        match
        for other in (absent if method else ())
        if (match := ABSENT.match(other.text))
        and error.covers(other)
        and _text(other, bases) == method
    ]
    if not matches:
        return typ
    lacking = {read_type(match[1]) for match in matches}
    if not all(one.kind in (NOTHING, PLAIN) for one in lacking):
        return typ
    values = [one for one in read_type(matches[0][2]).members if one not in lacking]
    is_certain = len(values) == 1 and not _may_give_anything(values[0], matches[0][3], error, bases)
    return rest[0] if is_certain else typ


def _method(error: Finding, bases: Bases) -> str | None:
    """Return the method whose result is awaited, with its receiver."""
    match bases.sources.value_of(error):
        case ast.Call(func=ast.Attribute() as method):
            return ast.unparse(method)
    return None


def _text(finding: Finding, bases: Bases) -> str:
    expression = bases.sources.expression_of(finding)
    return ast.unparse(expression) if expression is not None else ""


def _may_give_anything(owner: TypeText, method: str, error: Finding, bases: Bases) -> bool:
    """Is a method declared to give `Any` besides, or is its class no single one?

    What an attribute or a property gives, which may be of several kinds, nobody knows once called.
    """
    if owner.name == UNION or owner.is_anything:
        return True
    found = bases.definition(error.path, owner.name.rpartition(".")[2], method)
    if not isinstance(found, ast.FunctionDef | ast.AsyncFunctionDef):
        return found is not None
    noted = ast.unparse(found.returns) if found.returns else ""
    return bool(found.decorator_list) or re.search(r"\bAny\b", noted) is not None
