"""What a decorator makes of the function under it, as far as its own signature says."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import Final

from mypy_await.contracts.expressions import ANY, UNKNOWN, TypeExpr, awaited
from mypy_await.contracts.modules import FUNCTIONS, is_overload
from mypy_await.contracts.resolving import Resolver, Scope, Symbol, dotted

TRANSPARENT: Final = {
    "abc.abstractmethod",
    "abc.abstractproperty",
    "builtins.classmethod",
    "builtins.property",
    "builtins.staticmethod",
    "enum.property",
    "functools.cache",
    "functools.cached_property",
    "functools.lru_cache",
    "functools.wraps",
    "types.DynamicClassAttribute",
    "typing.deprecated",
    "typing.final",
    "typing.no_type_check",
    "typing.overload",
    "typing.override",
    "typing.type_check_only",
    "warnings.deprecated",
}
MANAGERS: Final = {
    "contextlib.asynccontextmanager": "contextlib.AbstractAsyncContextManager",
    "contextlib.contextmanager": "contextlib.AbstractContextManager",
}
COROUTINES: Final = {"types.coroutine", "asyncio.coroutine"}
_CALLABLE: Final = "collections.abc.Callable"


@dataclass(frozen=True)
class Made:
    """What calling the decorated function gives; `value` is None where it is the same as before."""

    value: TypeExpr | None = None
    awaits: bool = False
    """It gives what awaiting the undecorated function would give."""


def name_of(decorator: ast.expr) -> str:
    """Return a decorator as it is written, without its arguments."""
    return dotted(decorator.func if isinstance(decorator, ast.Call) else decorator)


def declared(decorator: ast.expr, scope: Scope, resolver: Resolver) -> Made | None:
    """Return what the signature of a decorator promises, or None where it promises nothing.

    Understands `F -> F` with a type variable, and callables such as
    `Callable[P, Awaitable[R]] -> Callable[P, R]`, both with and without arguments of its own.
    """
    written = name_of(decorator)
    symbol = resolver.find(resolver.full_name(written, scope)) if written else None
    if symbol is None:
        return None
    takes, gives = _signature(symbol, resolver)
    if isinstance(decorator, ast.Call):
        if gives.name != _CALLABLE or len(gives.args) != 2 or len(gives.args[0].args) != 1:
            return None
        takes, gives = gives.args[0].args[0], gives.args[1]
    return _made(takes, gives)


def _signature(symbol: Symbol, resolver: Resolver) -> tuple[TypeExpr, TypeExpr]:
    node = symbol.nodes[-1]
    if len(symbol.nodes) != 1 or not isinstance(node, FUNCTIONS) or is_overload(node):
        return UNKNOWN, UNKNOWN
    scope = symbol.scope.inside(node)
    arguments = [*node.args.posonlyargs, *node.args.args]
    takes = resolver.annotation(arguments[0].annotation, scope) if arguments else UNKNOWN
    return takes, resolver.annotation(node.returns, scope)


def _made(takes: TypeExpr, gives: TypeExpr) -> Made | None:
    if gives.name.startswith("~") and takes == gives:
        return Made()
    if gives.name != _CALLABLE or len(gives.args) != 2:
        return None
    value = gives.args[1]
    before = takes.args[1] if takes.name == _CALLABLE and len(takes.args) == 2 else UNKNOWN
    if value.name.startswith("~"):
        if value == before:
            return Made()
        return Made(awaits=True) if value == awaited(before) else None
    return None if value in (UNKNOWN, ANY) else Made(value)
