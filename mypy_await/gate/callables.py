"""Tells whether a declared callback is contradicted, by who passes one and by who calls it.

`handler: Awaitable` often stands for an async function, and a `Callable` is declared with the
result that its author remembered.  Where one error of mypy's says that what is passed does not fit
and another that what was declared is not used so, both are about the declaration.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Final, NamedTuple

from mypy_await.gate.findings import Finding
from mypy_await.gate.source import FUNCTIONS, Sources
from mypy_await.gate.typetext import AWAITABLE, CALLABLE, NOTHING, TypeText, read_type

NOT_CALLABLE: Final = re.compile(r'"(Awaitable\[[^"]*)" not callable')
BARE_CALLED: Final = re.compile(r'"(Awaitable\[Any\]|Coroutine\[Any, Any, Any\])" not callable')
LAZY_CALLED: Final = re.compile(r'"Coroutine\[[^"]*" not callable')
MISMATCH: Final = re.compile(
    r'(?: to "(?P<callee>\w+)"(?: of "[^"]*")? has)? incompatible type "(?P<got>[^"]*)"; '
    r'expected "(?P<want>[^"]*)"'
    r'|\(expression has type "(?P<value>[^"]*)", (?:variable|target) has type "(?P<target>[^"]*)"'
)
NOT_AWAITABLE: Final = re.compile(r'Incompatible types in "await" \(actual type "([^"]*)"')
BY_LIBRARY: Final = frozenset(
    {"as_completed", "ensure_future", "gather", "shield", "wait", "wait_for"}
)
"""Functions of asyncio that take an `Awaitable`, and mean it."""


class Colour(NamedTuple):
    """What a parameter of a function of this name is declared to give when it is called."""

    function: str
    is_async: bool
    result: TypeText


class Callables:
    """Knows the errors of a run that are about functions and awaitables."""

    def __init__(self, errors: Sequence[Finding], sources: Sources) -> None:
        self._errors = errors
        self._sources = sources

    def is_wrong(self, error: Finding) -> bool:
        """Does the error rest on a declaration that its callers or its body contradict?"""
        return (
            self._means_function(error)
            or self._is_bare(error)
            or self._is_function_as_well(error)
            or self._is_of_other_colour(error)
            or self._is_awaited_callback(error)
        )

    def _means_function(self, error: Finding) -> bool:
        """Is a function given for a declared `Awaitable`, which is called, or the reverse?"""
        found = mismatch(error)
        if found is None or found[0] in BY_LIBRARY:
            return False
        given, called = self._functions_as_awaitables
        pairs = list(_item_by_item(*found[1:]))
        return any(_is_function(got) and want in called for got, want in pairs) or any(
            _is_function(want) and got in given for got, want in pairs
        )

    def _is_function_as_well(self, error: Finding) -> bool:
        """Is what is called declared `Callable | Coroutine`, which means an async function?"""
        call = self._sources.value_of(error) if LAZY_CALLED.search(error.text) else None
        if not isinstance(call, ast.Call):
            return False
        name = _last_name(call.func)
        return any(
            {"Callable", "Coroutine"} <= {*map(_last_name, _members(annotation))}
            for annotation in _annotations(self._sources.tree(error.path), name)
        )

    def _is_bare(self, error: Finding) -> bool:
        """Is what is called declared a bare `Awaitable` or `Coroutine`, which means a function?"""
        call = self._sources.value_of(error) if BARE_CALLED.search(error.text) else None
        if not isinstance(call, ast.Call):
            return False
        name = _last_name(call.func).lstrip("_")
        return bool(name) and any(
            _last_name(annotation) in ("Awaitable", "Coroutine")
            for own in (name, f"_{name}")
            for annotation in _annotations(self._sources.tree(error.path), own)
        )

    @cached_property
    def _functions_as_awaitables(self) -> tuple[set[TypeText], set[TypeText]]:
        """The declared awaitables for which functions are given, and those that are called."""
        given: set[TypeText] = set()
        called: set[TypeText] = set()
        bare: set[TypeText] = set()
        for error in self._errors:
            if match := NOT_CALLABLE.search(error.text):
                called.add(read_type(match[1]))
            if (match := BARE_CALLED.search(error.text)) and self._is_bare(error):
                bare.add(read_type(match[1]))
            if (found := mismatch(error)) is None:
                continue
            for got, want in _item_by_item(*found[1:]):
                if _is_function(got):
                    given.add(want)
                elif _is_function(want):
                    called.update(got.members)
        return set(filter(_is_declared, given)), set(filter(_is_declared, called)) | bare

    def _is_of_other_colour(self, error: Finding) -> bool:
        """Do callers pass what the body of a function wants, though it is declared otherwise?"""
        passed, used = self._colours
        return _wanted(error) in used or not passed.isdisjoint(self._declared(error))

    @cached_property
    def _colours(self) -> tuple[set[Colour], set[Colour]]:
        """The declared colours that callers do not fit, and those that bodies do not."""
        passed = {colour for error in self._errors if (colour := _wanted(error))}
        used = {colour for error in self._errors for colour in self._declared(error)}
        return passed, used

    def _is_awaited_callback(self, error: Finding) -> bool:
        """Is it the await of what a parameter gives that is declared there to give nothing?

        `Callable[[int], None]` is written for any function whose result is not used.  A type that
        has a name of its own, as a protocol, is a contract with others.
        """
        match = NOT_AWAITABLE.match(error.text)
        call = self._sources.value_of(error) if match and match[1] == NOTHING else None
        if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name):
            return False
        name = call.func.id
        return any(
            arg.arg == name and arg.annotation is not None and _is_written_out(arg.annotation)
            for function in self._sources.around(error.path, error.line, *FUNCTIONS)
            if isinstance(function, FUNCTIONS)
            for arg in (*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs)
        )

    def _declared(self, error: Finding) -> Iterator[Colour]:
        """Yield the colour of a parameter that is used as one of another in its function."""
        if "Callable[" not in error.text and not NOT_AWAITABLE.match(error.text):
            return
        function = self._sources.symbol(error).name.rpartition(".")[2]
        if match := NOT_AWAITABLE.match(error.text):
            yield Colour(function, False, read_type(match[1]))
        elif (found := mismatch(error)) and (colours := _results(*found[1:])):
            is_async, result = colours
            yield Colour(function, not is_async, result)


def _annotations(module: ast.Module, name: str) -> Iterator[ast.expr]:
    """Yield how the parameters and attributes of a name are annotated in a file."""
    for node in ast.walk(module):
        match node:
            case ast.arg(arg=own, annotation=ast.expr() as annotation) if own == name:
                yield annotation
            case ast.AnnAssign(target=target, annotation=annotation) if _last_name(target) == name:
                yield annotation


def _members(annotation: ast.expr) -> Iterator[ast.expr]:
    """Yield the members of a union, each without what it is subscribed with."""
    match annotation:
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            yield from (*_members(left), *_members(right))
        case ast.Subscript(value=value, slice=part) if _last_name(value) in ("Optional", "Union"):
            for one in part.elts if isinstance(part, ast.Tuple) else (part,):
                yield from _members(one)
        case ast.Subscript(value=value):
            yield value
        case _:
            yield annotation


def _last_name(node: ast.expr) -> str:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""


def _is_written_out(annotation: ast.expr) -> bool:
    """Does an annotation spell a `Callable` out?"""
    return any(
        isinstance(node, ast.Subscript) and ast.unparse(node.value).endswith("Callable")
        for node in ast.walk(annotation)
    )


def _wanted(error: Finding) -> Colour | None:
    """Return the declared colour of a parameter that is passed a function of another."""
    found = mismatch(error)
    colours = _results(*found[1:]) if found else None
    if found is None or colours is None or not found[0]:
        return None
    return Colour(found[0], *colours)


def _results(got: TypeText, want: TypeText) -> tuple[bool, TypeText] | None:
    """Return whether a function that gives an awaitable is wanted, and what is given in the end.

    None where the two functions do not differ in that alone.
    """
    if not (got.name == want.name == CALLABLE and got.args and want.args):
        return None
    mine, theirs = got.args[0], want.args[0]
    if (mine.kind == AWAITABLE) is (theirs.kind == AWAITABLE):
        return None
    is_async = theirs.kind == AWAITABLE
    return is_async, mine if is_async else theirs


def mismatch(error: Finding) -> tuple[str, TypeText, TypeText] | None:
    """Return the name of the callee, if there is one, what is given and what is wanted."""
    match = MISMATCH.search(error.text)
    if match is None:
        return None
    got, want = match["got"] or match["value"], match["want"] or match["target"]
    return match["callee"] or "", read_type(got), read_type(want)


def _item_by_item(got: TypeText, want: TypeText) -> Iterator[tuple[TypeText, TypeText]]:
    """Yield what is given with what is wanted, in tuples item by item."""
    if got.name == want.name == "tuple" and len(got.args) == len(want.args):
        for mine, theirs in zip(got.args, want.args, strict=True):
            yield from _item_by_item(mine, theirs)
    else:
        yield got, want


def _is_declared(typ: TypeText) -> bool:
    """Is it an awaitable by declaration alone?  No call gives an `Awaitable` by itself."""
    return typ.name == "Awaitable"


def _is_function(typ: TypeText) -> bool:
    """Is it a function, or a union with one?"""
    return any(member.name in (CALLABLE, "partial") for member in typ.members)
