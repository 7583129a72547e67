"""How a method is called in some source files: awaited, or used as it comes, and on what.

Read with `ast` while mypy analyses classes, before types are known.  The receiver counts as an
instance of a class where the text says so: `self`, an annotation, an item of an annotated
container.  A method's name alone says little: `close` is a method of many classes.
"""

from __future__ import annotations

import ast
import functools
import io
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


@dataclass(frozen=True)
class Family:
    """A class and its bases, by their names, and the methods that the class itself defines."""

    name: str
    bases: frozenset[str]
    own: frozenset[str]


def only_used(name: str, family: Family, paths: Iterable[str]) -> bool:
    """Does somebody use what a method gives as it comes, and nobody await it?

    Used on an instance of one of the classes; awaited on whatever it may be.  What a base does in
    a method that the class replaces does not count.
    """
    return _found("used", name, family, _stamped(paths))


def only_awaited(name: str, family: Family, paths: Iterable[str]) -> bool:
    """Ask the same the other way round: awaited on such an instance, and never just used."""
    return _found("awaited", name, family, _stamped(paths))


_Stamped = tuple[tuple[str, int], ...]


def _stamped(paths: Iterable[str]) -> _Stamped:
    """Return the files with the times of their last change: answers of before are no good."""
    return tuple((path, _changed(path)) for path in dict.fromkeys(paths))


def _changed(path: str) -> int:
    try:
        return Path(path).stat().st_mtime_ns
    except OSError:
        return 0


@functools.lru_cache(maxsize=1024)
def _found(how: str, name: str, family: Family, paths: _Stamped) -> bool:
    classes = family.bases | {family.name}
    asked: list[tuple[_Source, ast.Attribute]] = []
    for path, changed in paths:
        source = _source(path, changed) if _mentions(path, f".{name}(") else None
        if source is None:
            continue
        for method, is_awaited in source.calls(name):
            around = source.method_around(method)
            if around is not None and around[0] in family.bases and around[1] in family.own:
                continue
            if is_awaited is (how == "awaited"):
                asked.append((source, method))
            elif is_awaited is not None:
                return False
    return any(_Receivers(source, classes).is_one(method.value) for source, method in asked)


def _mentions(path: str, text: str) -> bool:
    """Is there such a text in a file?  Most names are not called at all: it saves the parsing."""
    try:
        return text.encode() in Path(path).read_bytes()
    except OSError:
        return False


@functools.lru_cache(maxsize=8)
def _source(path: str, changed: int) -> _Source | None:
    try:
        return _Source(ast.parse(Path(path).read_bytes()))
    except (OSError, SyntaxError, ValueError, RecursionError):
        return None


class _Source:
    """A file, with what is asked of it at hand."""

    def __init__(self, tree: ast.Module) -> None:
        self._tree = tree
        self.parents: dict[ast.AST, ast.AST] = {}
        self.classes: list[ast.ClassDef] = []
        self.stores: dict[str, list[ast.Name | ast.Attribute]] = defaultdict(list)
        """Where something is assigned to names, and to attributes (`.name`)."""
        self.notes: dict[str, list[ast.expr]] = defaultdict(list)
        """The annotations of parameters, names and attributes."""
        for node in ast.walk(tree):
            for child in ast.iter_child_nodes(node):
                self.parents[child] = node
            self._take_in(node)

    def _take_in(self, node: ast.AST) -> None:
        match node:
            case ast.ClassDef():
                self.classes.append(node)
            case ast.Name(id=name, ctx=ast.Store()):
                self.stores[name].append(node)
            case ast.Attribute(attr=name, ctx=ast.Store()):
                self.stores[f".{name}"].append(node)
            case ast.arg(arg=name, annotation=ast.expr() as note):
                self.notes[name].append(note)
            case ast.AnnAssign(target=ast.Name(id=name) | ast.Attribute(attr=name)):
                self.notes[name].append(node.annotation)

    def method_around(self, node: ast.AST) -> tuple[str, str] | None:
        """Return the names of the class and of its method that a node stands in."""
        below, above = node, self.parents.get(node)
        while above is not None:
            if isinstance(above, ast.ClassDef) and isinstance(below, Function):
                return above.name, getattr(below, "name", "")
            below, above = above, self.parents.get(above)
        return None

    def calls(self, name: str) -> Iterator[tuple[ast.Attribute, bool | None]]:
        """Yield the calls of methods of this name: awaited (True), used (False) or neither."""
        awaited = {
            call
            for node in ast.walk(self._tree)
            if isinstance(node, ast.Await)
            # `await ensure(x.load())` counts as awaited: the helper deals with either kind.
            for call in ast.walk(node)
        }
        for node in ast.walk(self._tree):
            match node:
                case ast.Call(func=ast.Attribute() as method) if method.attr == name:
                    is_used = _uses(self.parents[node], node)
                    yield method, True if node in awaited else False if is_used else None

    def functions(self, node: ast.AST) -> Iterator[Function]:
        """Yield the functions around a node, from the inside out."""
        above = self.parents.get(node)
        while above is not None:
            if isinstance(above, Function):
                yield above
            above = self.parents.get(above)


def _uses(parent: ast.AST, call: ast.AST) -> bool:
    """Is the result of the call dropped, or used as a plain value?"""
    match parent:
        case ast.Call(func=ast.Name(id=callee)) if parent.func is not call:
            return callee in _PLAIN_CALLS
        case ast.If() | ast.While() | ast.IfExp() | ast.Assert():
            return parent.test is call
        case ast.For() | ast.comprehension():
            return parent.iter is call
    return isinstance(parent, _PLAIN_PARENTS)


_PLAIN_PARENTS: Final = (
    ast.Expr,
    ast.Attribute,
    ast.Subscript,
    ast.FormattedValue,
    ast.Compare,
    ast.BoolOp,
    ast.BinOp,
    ast.UnaryOp,
)
_PLAIN_CALLS: Final = frozenset(
    {"bool", "dict", "float", "int", "len", "list", "print", "repr", "set", "sorted", "str", "sum"}
)
_COMMON: Final = (bytes, dict, list, set, str, io.TextIOWrapper)
"""What parameters without annotations often are."""


class _Receivers:
    """Says which expressions of a file stand for an instance of one of some classes."""

    def __init__(self, source: _Source, classes: frozenset[str]) -> None:
        self._source = source
        self._classes = classes

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
            case _:
                return False
        return bool(stores) and all(map(self._binds_one, stores))

    def _binds_one(self, target: ast.Name | ast.Attribute) -> bool:
        match self._source.parents[target]:
            case ast.AnnAssign(annotation=annotation):
                return self._names(annotation)
            case ast.Assign(value=ast.Name() as value):
                return self._is_parameter_of_one(value) is True
            case (ast.For() | ast.comprehension()) as loop if loop.target is target:
                return self._holds_them(loop.iter)
        return False

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
        if is_first and isinstance(owner, ast.ClassDef) and not _is_static(function):
            return owner.name in self._classes
        return self._looks_like_one(parameter.arg, function)

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
        return False


def _parsed(text: str) -> ast.expr | None:
    try:
        return ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError):
        return None


def _is_static(function: Function) -> bool:
    return not isinstance(function, ast.Lambda) and any(
        isinstance(node, ast.Name) and node.id == "staticmethod" for node in function.decorator_list
    )


def _attributes(node: ast.ClassDef) -> set[str]:
    """Return the names that a class body defines, and the attributes stored in it."""
    defined = {getattr(item, "name", "") for item in node.body}
    return defined | {
        one.attr
        for one in ast.walk(node)
        if isinstance(one, ast.Attribute) and isinstance(one.ctx, ast.Store)
    }
