"""Tells whether the declaration is wrong that an error rests on, and what it speaks of is right.

Some declarations say what nobody means: an abstract `async def` without `yield` that async
generators override, overloads without `async` of an `async def`, a plain abstract method that all
overrides make async, `-> None` of a function that returns what another one gives.  Where the
source shows this, mypy's error is about the declaration.

Functions are found by name, in the file and in what it imports: one that fits as declared is
enough to believe mypy.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from mypy_await.gate.bases import Bases, Class, statements
from mypy_await.gate.callables import Callables, mismatch
from mypy_await.gate.findings import Finding
from mypy_await.gate.results import RESULTS
from mypy_await.gate.source import FUNCTIONS, Function, own_nodes, returns_none
from mypy_await.gate.typetext import ASYNC_ITERABLE, AWAITABLE, TypeText, read_type

ASYNC_USE: Final = re.compile(r'"([^"]*)" has no attribute "(__aiter__|__aenter__|__aexit__)"')
RETURNED: Final = re.compile(r'\(got "([^"]*)", expected "([^"]*)"')
SUPERTYPE: Final = re.compile(r'.* in supertype "(?:.*\.)?(\w+)"')


class Definition(NamedTuple):
    """A function of a module or class, and where it stands."""

    path: str
    scope: ast.Module | ast.ClassDef
    node: Function


class Declared:
    """Judges the errors of a run by the declarations behind them."""

    def __init__(self, errors: Sequence[Finding], bases: Bases) -> None:
        self._errors = errors
        self._bases = bases
        self._callables = Callables(errors, bases.sources)
        self._files: dict[str, set[str]] = {}
        """What each file sees: itself, and what it imports."""
        self._defined: dict[str, dict[str, list[Definition]]] = {}

    def is_wrong(self, error: Finding) -> bool:
        """Does the error rest on a declaration that does not say what is meant?"""
        return (
            self._is_generator(error)
            or self._is_used_rightly(error)
            or self._is_given_rightly(error)
            or self._is_awaited_rightly(error)
            or self._callables.is_wrong(error)
        )

    def _is_generator(self, error: Finding) -> bool:
        """Does an async generator override an `async def` without body that is declared as one?"""
        match = RESULTS.match(error.text)
        if match is None or not _may_be_generator(read_type(match["want"])):
            return False
        member = match["member"]
        own = next(self._bases.definitions(error.path, error.line, member), None)
        base = self._bases.nearest(error.path, error.line, member)
        return (
            base is not None
            and _yields(own)
            and _is_stub(base.definition(member), ast.AsyncFunctionDef)
        )

    def _is_used_rightly(self, error: Finding) -> bool:
        """Is it an `async for` over a method without body, as which subclasses may well yield?

        Such a method gives nothing, awaited or not: what the subclasses make of it counts.  A
        method that a stub file declares so may be a context manager as well, under a decorator
        that the stub does not repeat.
        """
        match = ASYNC_USE.search(error.text)
        if match is None:
            return False
        typ, is_for = read_type(match[1]), match[2] == "__aiter__"
        if not _may_be_generator(typ) if is_for else not _gives_context(typ):
            return False
        match self._bases.sources.expression_of(error):
            case ast.Call(func=ast.Attribute(value=ast.Name(id="self" | "cls"), attr=name)):
                found = next(self._bases.definitions(error.path, error.line, name), None)
                if not _is_stub(found, ast.AsyncFunctionDef):
                    return False
                is_meant = True
            case ast.Call(func=ast.Attribute(attr=name)):
                is_meant = not typ.given.is_anything
            case _:
                return False
        methods = self._methods(error, name)
        if not is_for:
            return bool(methods) and all(one.path.endswith(".pyi") for one in methods)
        # Where another object's method declares nothing, only a `yield` tells what is meant.
        return _yield_below(methods) and (is_meant or any(_yields(one.node) for one in methods))

    def _is_given_rightly(self, error: Finding) -> bool:
        """Is what such a method gives passed, bound or returned as the iterator it is meant to be?

        The error may be about a name: the method is one that is called in the function around it.
        """
        given = _given(error)
        if given is None or not _is_async_iterable(given[1]):
            return False
        got, _ = given
        if got.kind != AWAITABLE or not _is_async_iterable(got.given):
            return False
        around = self._bases.sources.innermost(error.path, error.line, *FUNCTIONS)
        called = {
            node.func.attr
            for node in (own_nodes(around) if isinstance(around, FUNCTIONS) else ())
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
        }
        return any(_yield_below(self._methods(error, name)) for name in called)

    def _methods(self, error: Finding, name: str) -> list[Definition]:
        return [
            one
            for one in self._functions(error, name)
            if isinstance(one.scope, ast.ClassDef) and isinstance(one.node, ast.AsyncFunctionDef)
        ]

    def _is_awaited_rightly(self, error: Finding) -> bool:
        """Is it a call of a plain function by whose declaration it cannot be awaited, wrongly?"""
        name = self._bases.sources.called(error)
        if name is None:
            return False
        found = [
            one for one in self._functions(error, name) if isinstance(one.node, ast.FunctionDef)
        ]
        return bool(found) and all(
            _is_overload_of_async(one) or self._is_async_below(one, error) or self._gives(one)
            for one in found
        )

    def _functions(self, error: Finding, name: str) -> Iterator[Definition]:
        for path in self._seen(error.path):
            if path not in self._defined:
                self._defined[path] = _definitions(path, self._bases.sources.tree(path))
            yield from self._defined[path].get(name, ())

    def _seen(self, path: str) -> set[str]:
        if path not in self._files:
            self._files[path] = self._bases.seen(path)
        return self._files[path]

    def _is_async_below(self, found: Definition, error: Finding) -> bool:
        """Is it an abstract method that all overrides in sight make async?

        Of those out of sight mypy's own errors tell.
        """
        if not isinstance(found.scope, ast.ClassDef) or not _is_abstract(found.node):
            return False
        base = Class(found.path, found.scope)
        below = [
            one.node
            for one in self._functions(error, found.node.name)
            if isinstance(one.scope, ast.ClassDef)
            and self._bases.is_below(Class(one.path, one.scope), base)
        ]
        if any(isinstance(one, ast.FunctionDef) and not _is_abstract(one) for one in below):
            return False
        return any(isinstance(one, ast.AsyncFunctionDef) for one in below) or any(
            _makes_async(other, found.node.name, base.node.name) for other in self._errors
        )

    def _gives(self, found: Definition) -> bool:
        """Does a function that is declared to give None return what may be something else?

        What it calls gives None for certain where a function of that name is declared so.
        """
        if not returns_none(found.node):
            return False
        for node in own_nodes(found.node):
            match node:
                case ast.Return(value=None | ast.Constant(value=None)):
                    continue
                case ast.Return(
                    value=ast.Call(func=ast.Name(id=called) | ast.Attribute(attr=called))
                ):
                    files = self._seen(found.path)
                    without = (self._bases.sources.without_result(path) for path in files)
                    if not any(called in names for names in without):
                        return True
                case ast.Return():
                    return True
        return False


def _definitions(path: str, tree: ast.Module) -> dict[str, list[Definition]]:
    """Return the functions of a file and its classes by name."""
    found: dict[str, list[Definition]] = {}
    for scope in ast.walk(tree):
        if isinstance(scope, ast.Module | ast.ClassDef):
            for node in statements(scope):
                if isinstance(node, FUNCTIONS):
                    found.setdefault(node.name, []).append(Definition(path, scope, node))
    return found


def _given(error: Finding) -> tuple[TypeText, TypeText] | None:
    """Return what is given, bound or returned, and what is wanted there."""
    if match := RETURNED.search(error.text):
        return read_type(match[1]), read_type(match[2])
    found = mismatch(error)
    return found[1:] if found else None


def _yield_below(methods: Sequence[Definition]) -> bool:
    """Is one of these methods without body, and are all others async generators?"""
    written = [one for one in methods if not _is_stub(one.node, ast.AsyncFunctionDef)]
    return len(methods) > len(written) and all(_yields(one.node) for one in written)


def _is_async_iterable(typ: TypeText) -> bool:
    return any(member.kind == ASYNC_ITERABLE for member in typ.members)


def _may_be_generator(typ: TypeText) -> bool:
    """Is it a coroutine that gives an async iterable, or anything?"""
    return typ.kind == AWAITABLE and any(
        member.kind == ASYNC_ITERABLE or member.is_anything for member in typ.given.members
    )


def _gives_context(typ: TypeText) -> bool:
    names = ("AbstractAsyncContextManager", "AsyncContextManager")
    return typ.kind == AWAITABLE and typ.given.name in names


def _is_stub(node: ast.stmt | None, kind: type[ast.stmt]) -> bool:
    """Is it a function of this kind without a body, but for a `raise`?"""
    return (
        isinstance(node, FUNCTIONS)
        and isinstance(node, kind)
        and all(
            isinstance(one, ast.Pass | ast.Raise)
            or (isinstance(one, ast.Expr) and isinstance(one.value, ast.Constant))
            for one in node.body
        )
    )


def _yields(node: ast.stmt | None) -> bool:
    return isinstance(node, ast.AsyncFunctionDef) and any(
        isinstance(one, ast.Yield) for one in own_nodes(node)
    )


def _is_abstract(node: Function) -> bool:
    return _has(node, "abstractmethod") and _is_stub(node, ast.FunctionDef)


def _has(node: Function, decorator: str) -> bool:
    return any(
        re.fullmatch(rf"(\w+\.)?{decorator}", ast.unparse(one)) for one in node.decorator_list
    )


def _is_overload_of_async(found: Definition) -> bool:
    """Is it an overload without `async` of what is an `async def`?"""
    return _has(found.node, "overload") and any(
        isinstance(one, ast.AsyncFunctionDef)
        and one.name == found.node.name
        and not _has(one, "overload")
        for one in statements(found.scope)
    )


def _makes_async(error: Finding, member: str, base: str) -> bool:
    """Does mypy say that an override of the base's method gives a coroutine?"""
    match, supertype = RESULTS.match(error.text), SUPERTYPE.match(error.text)
    return (
        match is not None
        and supertype is not None
        and (match["member"], supertype[1]) == (member, base)
        and read_type(match["got"]).kind == AWAITABLE
    )
