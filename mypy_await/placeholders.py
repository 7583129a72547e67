"""Which attributes may hold something else where mypy knows of an awaitable alone?

    self._job = load()
    ...
    if self._job is not None:
        job, self._job = self._job, None

mypy takes an attribute to hold what the first assignment says.  Before a test of it is said to mean
the result, the files of its class and the one in work are asked what else they put there, and
whether they await it or hand it on.  Read with `ast`, since mypy keeps no bodies of modules from
its cache.
"""

from __future__ import annotations

import ast
import functools
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from mypy.nodes import MemberExpr, TypeInfo, Var
from mypy.types import get_proper_type

from mypy_await import compat
from mypy_await.awaitables import awaitable
from mypy_await.items import awaited_in
from mypy_await.knowledge import load
from mypy_await.site import class_of, has_variable, is_declared
from mypy_await.use import Use


def may_hold_another(use: Use) -> bool:
    """Is this an attribute in which something else may stand, such as `None`?"""
    owner = _owner(use)
    if owner is None or not isinstance(use.origin, MemberExpr):
        return False
    symbol = owner.get(use.origin.name)
    if symbol and isinstance(symbol.node, Var) and is_declared(symbol.node):
        if awaitable(get_proper_type(symbol.node.type)) is None:
            return True  # declared, and narrowed here
    kin = _kin(use, owner)
    return any(
        not by or by in kin
        for file in _files(use, owner)
        for name in (use.origin.name, _ANY_NAME)
        for by in file.replaced.get(name, ())
    )


def is_passed_on(use: Use) -> bool:
    """Is this an attribute that some function awaits, or hands on as it is?"""
    return _is_named(use, lambda file: file.passed_on)


def is_awaited(use: Use) -> bool:
    """Is this an attribute that some function awaits, or passes to what does?"""
    return _is_named(use, lambda file: file.awaited)


def _is_named(use: Use, names_in: Callable[[_File], set[str]]) -> bool:
    owner = _owner(use)
    if owner is None or not isinstance(use.origin, MemberExpr):
        return False
    return any(use.origin.name in names_in(file) for file in _files(use, owner))


def _owner(use: Use) -> TypeInfo | None:
    """Return the class whose mere variable the use reads."""
    node = use.origin
    if not isinstance(node, MemberExpr) or use.node is not node:
        return None
    owner = class_of(use.site.type_of(node.expr))
    return owner if owner is not None and has_variable(owner, node.name) else None


def _kin(use: Use, owner: TypeInfo) -> set[str]:
    """Return the names of the bases of a class, and of the classes in work that have it as base."""
    classes = (symbol.node for symbol in compat.module(use.site.api).names.values())
    below = [info for info in classes if isinstance(info, TypeInfo) and owner in info.mro]
    return {base.name for info in (owner, *below) for base in info.mro}


def _files(use: Use, owner: TypeInfo) -> Iterator[_File]:
    site = use.site
    bases = (base.fullname for base in owner.mro if base.module_name != "builtins")
    paths = {compat.path_defining(site.api, name) for name in bases}
    paths = {compat.module(site.api).path, *paths} - {""}
    site.refiner.rests_on(site.api, map(os.path.abspath, paths))
    for path in paths:
        try:
            yield _read(path, Path(path).stat().st_mtime_ns)
        except (OSError, SyntaxError, ValueError, RecursionError):
            continue


_ANY_NAME: Final = ""
"""Stands for all attributes, where `setattr` is given a name that is computed."""


@dataclass
class _File:
    """What one source file does with attributes, by their names."""

    replaced: dict[str, set[str]] = field(default_factory=dict)
    """Those that may be given something else, each with the classes that do so of `self`.

    An empty name stands among these for what is done to any other object.
    """
    passed_on: set[str] = field(default_factory=set)
    """Those whose value is awaited, passed to a call, returned, or given another name."""
    awaited: set[str] = field(default_factory=set)
    """Those of them that are awaited, or passed to what awaits its arguments."""


@functools.lru_cache(maxsize=64)
def _read(path: str, changed: int) -> _File:
    found = _File()
    _visit(ast.parse(Path(path).read_bytes()), found, "", "")
    return found


def _visit(node: ast.AST, found: _File, owner: str, me: str) -> None:
    """Collect what is below a node of a class, in a method whose first parameter is `me`."""
    if isinstance(node, ast.ClassDef):
        owner, me = node.name, ""
        for statement in node.body:
            _add_class_variable(statement, found, owner)
    elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and not me:
        first = [*node.args.posonlyargs, *node.args.args][:1]
        me = first[0].arg if first and owner else ""
    for base, name in _replaced(node):
        by = owner if isinstance(base, ast.Name) and base.id == me else ""
        found.replaced.setdefault(name, set()).add(by)
    found.passed_on.update(_passed_on(node))
    found.awaited.update(one.attr for one in awaited_in(node) if isinstance(one, ast.Attribute))
    for child in ast.iter_child_nodes(node):
        _visit(child, found, owner, me)


def _add_class_variable(statement: ast.stmt, found: _File, owner: str) -> None:
    match statement:
        case (
            ast.Assign(targets=[ast.Name(id=name)], value=value)
            | ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value)
        ):
            if not isinstance(value, _MAKES_IT):
                found.replaced.setdefault(name, set()).add(owner)


_MAKES_IT: Final = (ast.Call, ast.Await)
"""What makes the awaitable, or is meant to: no placeholder for it."""


def _replaced(node: ast.AST) -> Iterator[tuple[ast.expr, str]]:
    """Yield the objects and attributes to which a node gives what may be no awaitable."""
    match node:
        case ast.Assign(targets=targets, value=value):
            for target in targets:
                yield from _replaced_by(target, value)
        case ast.AnnAssign(target=target, value=ast.expr() as value):
            yield from _replaced_by(target, value)
        case (
            ast.For(target=target)
            | ast.AsyncFor(target=target)
            | ast.withitem(optional_vars=ast.expr() as target)
            | ast.AugAssign(target=target)
        ):
            yield from _replaced_by(target, None)
        case ast.Delete(targets=targets):
            for target in targets:
                yield from _replaced_by(target, None)
        case ast.Call(
            func=ast.Name(id="setattr" | "delattr") | ast.Attribute(attr="__setattr__"),
            args=[base, name, *_],
        ):
            yield base, _constant(name)


def _replaced_by(target: ast.expr, value: ast.expr | None) -> Iterator[tuple[ast.expr, str]]:
    match target:
        case ast.Attribute(value=base, attr=name) if not isinstance(value, _MAKES_IT):
            yield base, name
        case ast.Subscript(value=ast.Attribute(value=base, attr="__dict__"), slice=key):
            yield base, _constant(key)
        case ast.Tuple(elts=parts) | ast.List(elts=parts):
            for part, given in zip(parts, _parts(value, len(parts)), strict=True):
                yield from _replaced_by(part, given)
        case ast.Starred(value=part):
            yield from _replaced_by(part, None)


def _parts(value: ast.expr | None, count: int) -> list[ast.expr] | list[None]:
    match value:
        case ast.Tuple(elts=parts) | ast.List(elts=parts) if len(parts) == count:
            return parts
    return [None] * count


def _constant(name: ast.expr) -> str:
    is_text = isinstance(name, ast.Constant) and isinstance(name.value, str)
    return str(name.value) if is_text and isinstance(name, ast.Constant) else _ANY_NAME


def _passed_on(node: ast.AST) -> Iterator[str]:
    """Yield the attributes whose value a node awaits, or hands on as it is."""
    match node:
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)) if name in _readers():
            return
        case ast.Call(args=arguments, keywords=keywords):
            values = [*arguments, *(keyword.value for keyword in keywords)]
        case ast.Tuple(elts=values) | ast.List(elts=values) | ast.Set(elts=values):
            pass
        case (
            ast.Await(value=ast.expr() as value)
            | ast.Return(value=ast.expr() as value)
            | ast.Yield(value=ast.expr() as value)
            | ast.Starred(value=value)
            | ast.Assign(value=value)
            | ast.AnnAssign(value=ast.expr() as value)
            | ast.NamedExpr(value=value)
        ):
            values = [value]
        case _:
            return
    yield from (value.attr for value in values if isinstance(value, ast.Attribute))


@functools.cache
def _readers() -> frozenset[str]:
    """Return the last names of what is passed a value only to look at it."""
    table = load()
    listed = [*table["text"]["calls"], *table["neutral"]["calls"], *table["truth"]["calls"]]
    return frozenset(name.rpartition(".")[2] for name in listed)
