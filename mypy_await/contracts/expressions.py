"""Declared types as plain trees, and the question whether one keeps the promise of another.

Knows names and brackets only: no inference, no variance of the user's own generic classes.  Where
that is not enough the answer is "unknown", and nobody is told anything.
"""

from __future__ import annotations

import builtins
import collections
import collections.abc
import contextlib
import datetime
import enum
import pathlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final

AWAITABLES: Final = {
    "collections.abc.Awaitable": 0,
    "collections.abc.Coroutine": 2,
    "asyncio.Future": 0,
    "asyncio.Task": 0,
}
"""Full name of a type that must be awaited -> index of the argument that awaiting it gives."""

_STANDARD: Final = {
    module.__name__: module
    for module in (builtins, collections, collections.abc, contextlib, datetime, enum, pathlib)
}
_PROMOTIONS: Final = {("builtins.int", "builtins.float"), ("builtins.float", "builtins.complex")}


@dataclass(frozen=True)
class TypeExpr:
    """A type as written, its names made full: `builtins.dict` with two `args`.

    Besides full names `name` may be `?` (unknown), `typing.Any`, `None`, `|` (a union, its parts in
    `args`), `[]` (a parameter list), `~T` (a type variable) or `=...` (a literal's text).
    """

    name: str
    args: tuple[TypeExpr, ...] = ()

    def __str__(self) -> str:
        """Write the type as a user would, with short names."""
        if self.name == "|":
            return " | ".join(str(part) for part in self.args)
        short = self.name.lstrip("~=").rpartition(".")[2] or self.name
        inner = ", ".join(str(part) for part in self.args)
        if self.name == "[]":
            return f"[{inner}]"
        return f"{short}[{inner}]" if self.args else short


UNKNOWN: Final = TypeExpr("?")
ANY: Final = TypeExpr("typing.Any")
OBJECT: Final = TypeExpr("builtins.object")
NONE: Final = TypeExpr("None")
NEVER: Final = TypeExpr("typing.Never")


class Fit(Enum):
    """Does one type keep the promise of another?"""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


def union(parts: list[TypeExpr]) -> TypeExpr:
    """Return the union of `parts`, flat and without repetition."""
    flat: dict[TypeExpr, None] = {}
    for part in parts:
        flat.update(dict.fromkeys(part.args if part.name == "|" else (part,)))
    return next(iter(flat)) if len(flat) == 1 else TypeExpr("|", tuple(flat))


def awaited(typ: TypeExpr) -> TypeExpr | None:
    """Return what awaiting a value of this type gives, or None where it is no plain awaitable."""
    if typ.name not in AWAITABLES:
        return None
    index = AWAITABLES[typ.name]
    return typ.args[index] if index < len(typ.args) else UNKNOWN


def apply(alias: TypeExpr, args: tuple[TypeExpr, ...]) -> TypeExpr:
    """Put arguments in the place of an alias's type variables, in the order they appear."""
    variables = list(dict.fromkeys(_variables(alias)))
    if len(variables) != len(args):
        return UNKNOWN
    return _substitute(alias, dict(zip(variables, args, strict=True)))


def _variables(typ: TypeExpr) -> Iterator[str]:
    if typ.name.startswith("~"):
        yield typ.name
    for arg in typ.args:
        yield from _variables(arg)


def _substitute(typ: TypeExpr, values: Mapping[str, TypeExpr]) -> TypeExpr:
    if typ.name in values:
        return values[typ.name]
    return TypeExpr(typ.name, tuple(_substitute(arg, values) for arg in typ.args))


def fits(given: TypeExpr, promised: TypeExpr, bases: Callable[[str], list[str] | None]) -> Fit:
    """Answer whether a value of type `given` may stand where `promised` was pinned.

    `bases` names a class's ancestors by full name, itself included, or None where some of them are
    not known.
    """
    if given in (promised, ANY, NEVER) or promised in (ANY, OBJECT):
        return Fit.YES
    names = given.name + promised.name
    if UNKNOWN in (given, promised) or "~" in names or "..." in names:
        return Fit.UNKNOWN
    if given.name == "|":
        return _all([fits(part, promised, bases) for part in given.args])
    if promised.name == "|":
        return _any([fits(given, part, bases) for part in promised.args])
    if given.name == promised.name:
        return _fit_arguments(given, promised, bases)
    return _is_subclass(given.name, promised.name, bases)


def _fit_arguments(
    given: TypeExpr, promised: TypeExpr, bases: Callable[[str], list[str] | None]
) -> Fit:
    if given.name == "[]" or len(given.args) != len(promised.args):
        return Fit.UNKNOWN
    return _all(
        [fits(one, other, bases) for one, other in zip(given.args, promised.args, strict=True)]
    )


def _is_subclass(given: str, promised: str, bases: Callable[[str], list[str] | None]) -> Fit:
    if (given, promised) in _PROMOTIONS:
        return Fit.YES
    if "None" in (given, promised):
        return Fit.NO
    ancestors = _ancestors(given, bases)
    if ancestors is None:
        return Fit.UNKNOWN
    wanted = standard_class(promised)
    if wanted is not None:
        kin = [standard_class(name) for name in ancestors]
        if any(cls is not None and issubclass(cls, wanted) for cls in kin):
            return Fit.YES
        # An abstract class may be met by the methods alone; only a standard class is all known.
        return Fit.NO if type(wanted) is type or standard_class(given) else Fit.UNKNOWN
    if promised in ancestors:
        return Fit.YES
    above = bases(promised)
    return Fit.UNKNOWN if above is None or "typing.Protocol" in above else Fit.NO


def _ancestors(name: str, bases: Callable[[str], list[str] | None]) -> list[str] | None:
    return [name] if standard_class(name) else bases(name)


def standard_class(name: str) -> type | None:
    """Return the class of a full name where it is one of Python's own that are known here."""
    module, _, attribute = name.rpartition(".")
    found = getattr(_STANDARD.get(module), attribute, None)
    return found if isinstance(found, type) else None


def _all(answers: list[Fit]) -> Fit:
    if Fit.NO in answers:
        return Fit.NO
    return Fit.UNKNOWN if Fit.UNKNOWN in answers else Fit.YES


def _any(answers: list[Fit]) -> Fit:
    if Fit.YES in answers:
        return Fit.YES
    return Fit.UNKNOWN if Fit.UNKNOWN in answers else Fit.NO
