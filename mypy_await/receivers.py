"""What the expressions of a source file stand for: an instance of one of some classes, or not.

The text says so: `self`, an annotation, an item of an annotated container.
"""

from __future__ import annotations

import ast
import io
from typing import Final

from mypy_await.source_file import Function, SourceFile
from mypy_await.summaries.names import is_static

_COMMON: Final = (bytes, dict, list, set, str, io.TextIOWrapper)
"""What parameters without annotations often are."""


class Receivers:
    """Says which expressions of a file stand for an instance of one of some classes.

    Where these classes are `exact`, instances made on the spot count too (of a base they would be
    no instances of what derives from it), and parameters do not that only look like one.
    """

    def __init__(self, source: SourceFile, classes: frozenset[str], *, exact: bool = False) -> None:
        self._source = source
        self._classes = classes
        self._exact = exact

    def is_one(self, node: ast.expr) -> bool:
        """Is this such an instance for sure (or such a class, as `cls` is)?"""
        match node:
            case ast.Name(id=name):
                parameter = self._is_parameter_of_one(node)
                if parameter is not None:
                    return parameter
                around = next(self._source.functions(node), None)
                stores = [
                    store
                    for store in self._source.stores[name]
                    if next(self._source.functions(store), None) in (around, None)
                ]
            case ast.Attribute(attr=name):
                stores = self._source.stores[f".{name}"]
                if not stores:  # declared in a class body
                    return bool(notes := self._source.notes[name]) and all(map(self._names, notes))
            case ast.Call():
                return self._exact and self._makes_one(node)
            case _:
                return False
        return bool(stores) and all(map(self._binds_one, stores))

    def _binds_one(self, target: ast.Name | ast.Attribute) -> bool:
        match self._source.parents[target]:
            case ast.AnnAssign(annotation=annotation):
                return self._names(annotation)
            case ast.Assign(value=ast.Name() as value):
                return self._is_parameter_of_one(value) is True
            case ast.Assign(value=ast.Call() as made):
                return self._exact and self._makes_one(made)
            case (ast.For() | ast.comprehension()) as loop if loop.target is target:
                return self._holds_them(loop.iter)
        return False

    def _makes_one(self, call: ast.Call) -> bool:
        """Is this `C()`, or `super()` in a class?"""
        if not isinstance(call.func, ast.Name):
            return False
        if call.func.id != "super":
            return call.func.id in self._classes
        around = self._source.method_around(call)
        return around is not None and around[0] in self._classes

    def _is_parameter_of_one(self, node: ast.Name) -> bool | None:
        """Is this name a parameter that is one?  None if it is no parameter."""
        for function in self._source.functions(node):
            spec = function.args
            parameters = [*spec.posonlyargs, *spec.args, *spec.kwonlyargs]
            for parameter in parameters:
                if parameter.arg == node.id:
                    is_first = parameter is parameters[0]
                    return self._takes_one(parameter, function, is_first=is_first)
        return None

    def _takes_one(self, parameter: ast.arg, function: Function, *, is_first: bool) -> bool:
        if parameter.annotation is not None:
            return self._names(parameter.annotation)
        owner = self._source.parents[function]
        if is_first and isinstance(owner, ast.ClassDef):
            if not isinstance(function, ast.Lambda) and not is_static(function):
                return owner.name in self._classes
        return not self._exact and self._looks_like_one(parameter.arg, function)

    def _looks_like_one(self, name: str, function: Function) -> bool:
        """Is one of the classes the only one in the file with all that is asked of a parameter?"""
        asked = {
            node.attr
            for node in ast.walk(function)
            if isinstance(node, ast.Attribute)
            and isinstance(node.value, ast.Name)
            and node.value.id == name
        }
        if len(asked) < 2 or any(all(hasattr(c, attr) for attr in asked) for c in _COMMON):
            return False
        fitting = [node.name for node in self._source.classes if asked <= _attributes(node)]
        return len(fitting) == 1 and fitting[0] in self._classes

    def _holds_them(self, container: ast.expr) -> bool:
        """Is this a container of such instances, by the annotations of its name?"""
        name = container.attr if isinstance(container, ast.Attribute) else None
        name = container.id if isinstance(container, ast.Name) else name
        notes = self._source.notes[name] if name else []
        return bool(notes) and all(
            isinstance(note, ast.Subscript) and self._names(note.slice) for note in notes
        )

    def _names(self, annotation: ast.expr) -> bool:
        """Does an annotation name one of the classes, `None` beside it or not?"""
        match annotation:
            case ast.Name(id=name) | ast.Attribute(attr=name):
                return name in self._classes
            case ast.Constant(value=str(text)):
                parsed = _parsed(text)
                return parsed is not None and self._names(parsed)
            case ast.BinOp(left=one, op=ast.BitOr(), right=ast.Constant(value=None)):
                return self._names(one)
            case ast.Subscript(value=ast.Name(id="Optional" | "type" | "Type"), slice=one):
                return self._names(one)
            case ast.Subscript(value=ast.Name() | ast.Attribute() as generic):
                return self._names(generic)
        return False


def _parsed(text: str) -> ast.expr | None:
    try:
        return ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError):
        return None


def _attributes(node: ast.ClassDef) -> set[str]:
    """Return the names that a class body defines, and the attributes stored in it."""
    defined = {getattr(item, "name", "") for item in node.body}
    return defined | {
        one.attr
        for one in ast.walk(node)
        if isinstance(one, ast.Attribute) and isinstance(one.ctx, ast.Store)
    }
