"""The types of the awaitables that the source says functions give, and where these stand."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePath

from mypy.nodes import Decorator, FuncDef, SymbolTableNode, TypeInfo
from mypy.plugin import CheckerPluginInterface
from mypy.types import AnyType, CallableType, Instance, Type, TypeOfAny

from mypy_await import compat, names
from mypy_await.awaitables import awaitable, is_async_def
from mypy_await.summaries import Kind, Origin, Result, Verdict

Lookup = Callable[[str], SymbolTableNode | None]


@dataclass(frozen=True)
class Refined:
    """A type that the source gave."""

    typ: Type
    origins: tuple[Origin, ...] = ()
    """The functions whose awaitable it is."""
    awaited: Refined | None = None
    """What awaiting it gives, where that is another awaitable."""
    is_part: bool = False
    """Is it what a declared union is here?  Names that are bound to it stay of the union."""


@dataclass(frozen=True)
class Sometimes:
    """What a call gives on some paths of its source."""

    refined: Refined
    or_none: bool
    """Do all others give `None`?"""


class Origins:
    """Gives origins their types, by what mypy knows of the functions."""

    def __init__(self, lookup: Lookup) -> None:
        self._lookup = lookup

    def awaitable(self, api: CheckerPluginInterface, result: Result) -> Refined | None:
        """Return the awaitable that a result certainly is, or None."""
        return self.of(api, result.origins) if result.verdict is Verdict.ALWAYS else None

    def of(self, api: CheckerPluginInterface, origins: tuple[Origin, ...]) -> Refined:
        """Return the type of what one of these functions gives."""
        types = [self._type_of(api, origin) for origin in origins]
        return Refined(compat.make_simplified_union(types), origins)

    def _type_of(self, api: CheckerPluginInterface, origin: Origin) -> Type:
        """Return the awaitable type that a call of the origin gives."""
        found = self._lookup(origin.fullname) if "<" not in origin.fullname else None
        node = found.node if found else None
        function = node.func if isinstance(node, Decorator) else node
        if isinstance(function, FuncDef) and (is_async_def(function) or function is node):
            if isinstance(function.type, CallableType):
                typ = compat.without_type_variables(function.type.ret_type)
                if awaitable(typ) is not None:
                    return typ
        if isinstance(node, TypeInfo) and node.get("__await__"):
            return instance(node)
        if origin.kind is Kind.FUTURE and (future := self._future()) is not None:
            return future
        if origin.kind is Kind.AWAITABLE:
            return api.named_generic_type(names.AWAITABLE, [any_type()])
        return coroutine(api, any_type())

    def _future(self) -> Instance | None:
        classes = map(self.class_named, sorted(names.FUTURES))
        return next((instance(info) for info in classes if info), None)

    def class_named(self, fullname: str | None) -> TypeInfo | None:
        """Return the class of this full name, if it is one and mypy has read it."""
        found = self._lookup(fullname) if fullname else None
        return found.node if found and isinstance(found.node, TypeInfo) else None


def shown_origin(origin: Origin) -> tuple[str, str]:
    """Return the name of an origin, and its place as the user would write it."""
    name = origin.fullname.replace(".<locals>", "").rpartition(".")[2]
    return name, shown_place(origin.path, origin.line)


def shown_place(path: str | None, line: int | None) -> str:
    """Return a place in a source file as the user would write it."""
    if path is None:
        return ""
    with contextlib.suppress(ValueError):  # another drive on Windows
        path = os.path.relpath(path)
    return f"{PurePath(path).as_posix()}:{line}"


def any_type() -> AnyType:
    """Return the type of what nothing is known of."""
    return AnyType(TypeOfAny.special_form)


def instance(info: TypeInfo) -> Instance:
    """Return the type of instances of a class, its type variables open."""
    return Instance(info, [any_type()] * len(info.type_vars))


def coroutine(api: CheckerPluginInterface, result: Type) -> Instance:
    """Return the type of a coroutine with this result."""
    return api.named_generic_type(names.COROUTINE, [any_type(), any_type(), result])


def generator(api: CheckerPluginInterface, result: Type) -> Instance:
    """Return the type of a generator that returns this: what `__await__` gives."""
    return api.named_generic_type(names.GENERATOR, [any_type(), any_type(), result])
