"""Tells whether the None that stands where something is awaited is what a function returns.

mypy says of it no more than that it is None, and so is an attribute that is not filled yet.  What
counts is that the source calls a function there that is declared to return None: mypy says so in
an error of its own, but not of decorated, overloaded and inherited functions (`super().stop()`).
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from itertools import islice
from typing import Final

from mypy_await.gate.bases import Bases
from mypy_await.gate.findings import Finding
from mypy_await.gate.source import Sources, returns_none

APPENDED: Final = re.compile(r"\s*(\w+)\.append\(\s*$")


@dataclass(frozen=True)
class Nothing:
    """Judges expressions of an error's line.

    `reported` are the lines where mypy says that a function returns no value, `absent` its errors
    about what None, or another class of several, does not have.
    """

    sources: Sources
    bases: Bases
    reported: frozenset[tuple[str, int]]
    absent: tuple[Finding, ...] = ()

    def is_returned(self, error: Finding) -> bool:
        """Is the expression that the error stands at (or awaits there) None for certain?"""
        expression = self.sources.expression_of(error)
        return expression is not None and self.is_result(expression, error)

    def is_result(self, expression: ast.expr, error: Finding) -> bool:
        """Does the expression, a part of the error's, give what a function without result does?"""
        match expression:
            case ast.Await():
                return self.is_result(expression.value, error)
            case ast.Call():
                return self._is_reported(expression, error) or self._is_declared(expression, error)
            case ast.Attribute():
                return self._is_declared(expression, error)
            case ast.Name():
                return self._is_bound(expression.id, error)
        return False

    def is_list_of_results(self, expression: ast.expr, error: Finding) -> bool:
        """Are all elements what a function without result gives, as in `[stop(x) for x in xs]`?"""
        match expression:
            case ast.Starred():
                return self.is_list_of_results(expression.value, error)
            case ast.ListComp() | ast.SetComp() | ast.GeneratorExp():
                return self.is_result(expression.elt, error)
            case ast.List(elts=[_, *_]) | ast.Set() | ast.Tuple(elts=[_, *_]):
                return all(self.is_result(element, error) for element in expression.elts)
            case ast.Name():
                return self._is_bound(expression.id, error)
        return False

    def is_gathered(self, error: Finding) -> bool:
        """Is what does not return a value put in a list whose elements are awaited together?"""
        before = self.sources.line(error.path, error.line)[: error.column - 1]
        match = APPENDED.match(before)
        if match is None:
            return False
        used = re.compile(rf"\basyncio\.gather\(\s*\*{match[1]}\s*[,)]")
        bound = re.compile(rf"\s*{match[1]}\s*=(?!=)")
        for _, line in self.sources.below(error):
            if used.search(line):
                return True
            if bound.match(line):
                return False
        return False

    def _is_reported(self, call: ast.Call, error: Finding) -> bool:
        first, last = (error.line + (number or 1) - 1 for number in (call.lineno, call.end_lineno))
        return any((error.path, line) in self.reported for line in range(first, last + 1))

    def _is_bound(self, name: str, error: Finding) -> bool:
        """Is what the function last bound to the name, on a line of its own, such a result?"""
        binding = re.compile(rf"\s*{re.escape(name)}\s*(?::[^=]*)?=(?!=)")
        bound = (line for line in self.sources.above(error) if binding.match(line[1]))
        return any((error.path, number) in self.reported for number, _ in islice(bound, 1))

    def _is_declared(self, expression: ast.Call | ast.Attribute, error: Finding) -> bool:
        """Is there a function of this name that returns None, where the module gets its own from?

        mypy knows already that this one does; the source has to show only that it is a function,
        and no name or container that has None in it until something better comes.
        """
        match expression:
            case ast.Call(func=ast.Name(id=name)):
                owner: ast.expr | None = None
            case ast.Call(func=ast.Attribute(value=owner, attr=name)):
                pass
            case ast.Attribute(value=owner, attr=name):
                pass
            case _:
                return False
        if _is_own(owner):
            if any(map(returns_none, self.bases.definitions(error.path, error.line, name))):
                return True
        modules = (error.path, *self.bases.imported(error.path))
        return any(name in self.sources.without_result(path) for path in modules)


def _is_own(owner: ast.expr | None) -> bool:
    """Is it `self`, `cls` or `super()`?"""
    match owner:
        case ast.Name(id="self" | "cls") | ast.Call(func=ast.Name(id="super")):
            return True
    return False
