"""Which items of its containers does a source file await, as in `await job["work"]`?

Asked before a container with a coroutine in it is said to be a record of plain values: the one who
takes it out may await it.  Read with `ast`, since mypy keeps no bodies of modules from its cache.
"""

from __future__ import annotations

import ast
import functools
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from mypy_await.knowledge import load

Key = str | int
"""A key of a dict, or a position in a sequence."""
FROM_END: Final = -1
"""Stands for all positions that are counted from the end."""
OF_LOOP: Final = -2
"""Stands for all values of a dict of which a loop asks, one by one, whether they are awaitable."""

_FUNCTIONS: Final = (ast.FunctionDef, ast.AsyncFunctionDef)


def awaited_items(path: str, line: int) -> frozenset[Key]:
    """Return the constant keys of all items that some function of the file awaits.

    Of a container that a function made itself only where that is the function at this line.
    """
    if path.endswith(".pyi"):
        return frozenset()  # no function there has a body
    try:
        found = _awaited_items(path, Path(path).stat().st_mtime_ns)
    except (OSError, SyntaxError, ValueError, RecursionError):
        return frozenset()
    return found.get(_ANYWHERE, frozenset()) | found.get(line, frozenset())


_ANYWHERE: Final = 0


@functools.lru_cache(maxsize=64)
def _awaited_items(path: str, changed: int) -> dict[int, frozenset[Key]]:
    """Return the keys by the line of the outermost function, where they are its alone."""
    tree = ast.parse(Path(path).read_bytes())
    found: dict[int, set[Key]] = {}
    for outermost in _outermost(tree):
        own = _own_containers(outermost)
        inner = (node for node in ast.walk(outermost) if isinstance(node, _FUNCTIONS))
        for scope in dict.fromkeys((outermost, *inner)):
            for key, item in _in_scope(scope):
                line = outermost.lineno if _is_own(item, own) else _ANYWHERE
                found.setdefault(line, set()).add(key)
    return {line: frozenset(keys) for line, keys in found.items()}


def _outermost(node: ast.AST) -> Iterator[ast.stmt]:
    """Yield the functions that are in no other, and the statements beside them."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.ClassDef):
            yield from _outermost(child)
        elif isinstance(child, ast.stmt):
            yield child


def _own_containers(function: ast.AST) -> dict[str, int]:
    """Return the variables that a function binds to containers it makes, and to nothing else.

    Each with how deep its displays show what is in it.
    """
    if not isinstance(function, _FUNCTIONS):
        return {}
    made: dict[str, int] = {}
    others = {node.arg for node in ast.walk(function) if isinstance(node, ast.arg)}
    for node in ast.walk(function):
        for target, value in _bindings(node):
            depth = _depth(value) if isinstance(node, (ast.Assign, ast.AnnAssign)) else 0
            if isinstance(target, ast.Name) and depth:
                made[target.id] = min(depth, made.get(target.id, depth))
            else:
                others |= _names_in(target)
    return {name: depth for name, depth in made.items() if name not in others}


def _depth(value: ast.expr) -> int:
    """Return how many containers deep a display, or a call that makes a container, goes."""
    match value:
        case ast.Dict(values=inside) | ast.List(elts=inside) | ast.Tuple(elts=inside):
            return 1 + min(map(_depth, inside), default=0)
        case ast.ListComp(elt=element) | ast.DictComp(value=element):
            return 1 + _depth(element)
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)):
            return int(name in _CONTAINERS)
    return 0


_CONTAINERS: Final = frozenset({"OrderedDict", "defaultdict", "deque", "dict", "list", "tuple"})


def _is_own(item: ast.expr, own: dict[str, int]) -> bool:
    """Is an item one that the function itself put there, for all that its displays show?"""
    depth = 0
    while isinstance(item, (ast.Subscript, ast.Attribute, ast.Call)):
        depth += isinstance(item, ast.Subscript)
        item = item.func if isinstance(item, ast.Call) else item.value
    return isinstance(item, ast.Name) and depth <= own.get(item.id, -1)


def _in_scope(scope: ast.stmt) -> Iterator[tuple[Key, ast.expr]]:
    """Yield each key with the expression that takes the item, or the container of it."""
    awaited = [part for node in ast.walk(scope) for part in awaited_in(node)]
    for part in awaited:
        yield from ((key, part) for key in _key(part))
    if isinstance(scope, _FUNCTIONS):
        names = {part.id for part in awaited if isinstance(part, ast.Name)}
        asked = {name for node in ast.walk(scope) for name in _asked_about(node)}
        for node in ast.walk(scope):
            for target, value in _bindings(node):
                yield from ((key, value) for key in _keys_bound(target, value, names))
                if asked and _is_of_values(value) and asked & _names_in(target):
                    yield OF_LOOP, value


def awaited_in(node: ast.AST) -> Iterator[ast.expr]:
    """Yield what a node awaits, or asks whether it is awaitable."""
    match node:
        case ast.Await(value=value):
            yield value
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)) if name in _takers():
            for argument in node.args:
                yield argument.value if isinstance(argument, ast.Starred) else argument


def _asked_about(node: ast.AST) -> Iterator[str]:
    """Yield the name of which a call asks whether it is awaitable."""
    match node:
        case ast.Call(
            func=ast.Name(id=test) | ast.Attribute(attr=test), args=[ast.Name(id=name), *classes]
        ):
            is_of_class = test == "isinstance" and any(map(_names_awaitable, classes))
            if is_of_class or test in _tests():
                yield name


def _names_awaitable(classes: ast.expr) -> bool:
    return not _AWAITABLE.isdisjoint(_names_in(classes))


_AWAITABLE: Final = frozenset({"Awaitable", "Coroutine", "CoroutineType", "Future", "Task"})


def _is_of_values(value: ast.expr) -> bool:
    """Is this `c.values()` or `c.items()`, or made of it?"""
    return any(
        isinstance(node, ast.Attribute) and node.attr in ("values", "items")
        for node in ast.walk(value)
    )


def _names_in(expression: ast.expr) -> set[str]:
    """Return the names in an expression, and those of attributes."""
    found = (getattr(node, "attr", getattr(node, "id", "")) for node in ast.walk(expression))
    return set(filter(None, found))


@functools.cache
def _tests() -> frozenset[str]:
    """Return the last names of what asks for awaitables."""
    return frozenset(name.rpartition(".")[2] for name in load()["coroutine-tests"]["calls"])


@functools.cache
def _takers() -> frozenset[str]:
    """Return the last names of what awaits its arguments, or asks for awaitables."""
    table = load()
    listed = (*table["consumer"]["calls"], *table["coroutine-tests"]["calls"])
    return frozenset(name.rpartition(".")[2] for name in listed)


def _key(value: ast.expr) -> Iterator[Key]:
    """Yield the key in `c[key]`, `c.get(key)` and `c.pop(key)`."""
    match value:
        case (
            ast.Subscript(slice=key)
            | ast.Call(func=ast.Attribute(attr="get" | "pop"), args=[key, *_])
        ):
            try:
                constant = ast.literal_eval(key)
            except ValueError:
                return
            if isinstance(constant, int):
                yield max(constant, FROM_END)
            elif isinstance(constant, str):
                yield constant


def _bindings(node: ast.AST) -> Iterator[tuple[ast.expr, ast.expr]]:
    """Yield each target that a node binds, with what it is bound to or runs through."""
    match node:
        case ast.Assign(targets=targets, value=value):
            yield from ((target, value) for target in targets)
        case ast.NamedExpr(target=target, value=value):
            yield target, value
        case ast.AnnAssign(target=target, value=ast.expr() as value):
            yield target, value
        case (
            ast.For(target=target, iter=value)
            | ast.AsyncFor(target=target, iter=value)
            | ast.comprehension(target=target, iter=value)
        ):
            yield target, value


def _keys_bound(target: ast.expr, value: ast.expr, awaited: set[str]) -> Iterator[Key]:
    """Yield the key of what an awaited name is bound to, or its position in what is unpacked."""
    match target:
        case ast.Name(id=name) if name in awaited:
            yield from _key(value)
        case ast.Tuple(elts=parts) | ast.List(elts=parts):
            for at, part in enumerate(parts):
                if isinstance(part, ast.Name) and part.id in awaited:
                    yield from (at, FROM_END)
