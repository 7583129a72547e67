"""How a method is called in some source files: awaited, or used as it comes, and on what.

Read with `ast` while mypy analyses classes, before types are known.  The receiver counts as an
instance of a class where the text says so: `self`, an annotation, an item of an annotated
container.  A method's name alone says little: `close` is a method of many classes.
"""

from __future__ import annotations

import ast
import functools
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from mypy_await import names
from mypy_await.receivers import Receivers
from mypy_await.source_file import SourceFile


@dataclass(frozen=True)
class Family:
    """A class with its bases, by their names, and what stands for a method of one of them."""

    names: frozenset[str]
    above: frozenset[str]
    """The bases that have or inherit the method that it stands for."""
    own: frozenset[str]
    """The methods that are defined before these bases: theirs of the same name never run."""
    is_property: bool = False
    """Is the method called by reading it?"""


def only_used(name: str, family: Family, paths: Iterable[str]) -> bool:
    """Does somebody use what a method gives as it comes, and nobody await it?

    Used on an instance of one of the bases; awaited on whatever it may be, but for an instance of
    another class that has a method of this name.  What a base does in a method that the class
    replaces does not count, nor a call where a condition tells async methods from others.
    """
    return _found("used", name, family, _stamped(paths))


def only_awaited(name: str, family: Family, paths: Iterable[str]) -> bool:
    """Ask the same the other way round: awaited on such an instance, and never just used."""
    return _found("awaited", name, family, _stamped(paths))


def awaited_by_name(name: str, family: Family, paths: Iterable[str]) -> bool:
    """Does somebody await a method of that name, and nobody just use it, on what may be one?

    For one that is declared as async where nothing else is.  Modules that ask for the colour of
    what they call may take both.
    """
    stamped = _stamped(paths)
    if any(_mentions(path, test) for path, _ in stamped for test in _COLOUR_TESTS):
        return False
    return _found("awaited", name, family, stamped, certain=False)


_COLOUR_TESTS: Final = ("isawaitable", "iscoroutine", "maybe_await", "__await__")

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
def _found(how: str, name: str, family: Family, paths: _Stamped, *, certain: bool = True) -> bool:
    """Is something done with a method, and nothing else: for certain, or for all that is known?"""
    asked: list[tuple[SourceFile, ast.expr, Receivers]] = []
    mention = f".{name}" if family.is_property else f".{name}("
    for path, changed in paths:
        source = _source(path, changed) if _mentions(path, mention) else None
        if source is None:
            continue
        if source.keeps_colour(name):
            return False
        others = Receivers(source, source.others_with(name, family.names), exact=True)
        for method, expression in source.uses(name, is_property=family.is_property):
            around = source.method_around(method)
            if around is not None and around[0] in family.above and around[1] in family.own:
                continue
            done = _done(source, expression) or _done_by_name(source, expression)
            if done is None or source.tells_apart(expression):
                continue
            if done == how:
                asked.append((source, method.value, others))
            elif not others.is_one(method.value):
                return False
    if not certain:
        return any(not others.is_one(receiver) for _, receiver, others in asked)
    # To call the async method that the class itself has is no use of the original.
    classes = family.above if how == "used" else family.names
    return any(Receivers(source, classes).is_one(receiver) for source, receiver, _ in asked)


def _mentions(path: str, text: str) -> bool:
    """Is there such a text in a file?  Most names are not called at all: it saves the parsing."""
    try:
        return text.encode() in Path(path).read_bytes()
    except OSError:
        return False


@functools.lru_cache(maxsize=8)
def _source(path: str, changed: int) -> SourceFile | None:
    try:
        return SourceFile(ast.parse(Path(path).read_bytes()))
    except (OSError, SyntaxError, ValueError, RecursionError):
        return None


def _done(source: SourceFile, expression: ast.expr) -> str | None:
    if source.is_awaited(expression):
        return "awaited"
    return "used" if _uses(source.parents[expression], expression) else None


def _done_by_name(source: SourceFile, expression: ast.expr) -> str | None:
    """Return what is done with a result that is bound to a local name, and to nothing else."""
    match source.parents[expression]:
        case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
            pass
        case _:
            return None
    function = next(source.functions(expression), None)
    found = [
        node
        for node in (ast.walk(function) if function is not None else ())
        if isinstance(node, ast.Name) and node.id == name
    ]
    loads = [node for node in found if isinstance(node.ctx, ast.Load)]
    if len(found) - len(loads) > 1:
        return None
    done = {_done(source, node) for node in loads}
    if "awaited" in done:
        return "awaited"
    may_be_awaitable = any(_is_of_awaitable(source.parents[node]) for node in loads)
    return "used" if done == {"used"} and not may_be_awaitable else None


def _is_of_awaitable(parent: ast.AST) -> bool:
    """Is an attribute read that awaitables have, so that nobody knows what is there?"""
    return isinstance(parent, ast.Attribute) and parent.attr in names.OF_AWAITABLES


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
