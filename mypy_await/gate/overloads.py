"""Tells whether a call that fits no overload is one about awaitables: `asyncio.gather([...])`.

mypy names the types of all arguments and lists the overloads in its notes.  It does not say which
argument does not fit, and a starred one looks like the list that it spreads: the source helps.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from mypy_await.gate.findings import Finding
from mypy_await.gate.nothing import Nothing
from mypy_await.gate.source import TYPE_VARIABLE, Sources
from mypy_await.gate.typetext import (
    AWAITABLE,
    NOTHING,
    PLAIN,
    QUOTED,
    TypeText,
    is_of_library,
    read_type,
    split,
)

OVERLOAD: Final = re.compile("No overload variant of .* matches? argument types? (.*)")
VARIANT: Final = re.compile(r"\s*def (?:\[(?P<bounds>.*?)\] )?\w+\((?P<formals>.*)\)(?: -> .*)?$")
OPERAND: Final = '(Left|Right) operand is of type "([^"]*)"'
NONE: Final = TypeText(NOTHING)
ASYNCHRONOUS: Final = r"\b(Awaitable|Coroutine|Future|Async\w+)\b"


class Argument(NamedTuple):
    """One argument of a call: its type, and what the source has there if that can be told."""

    position: int
    typ: TypeText
    expression: ast.expr | None

    @property
    def is_starred(self) -> bool:
        """Is it a list whose elements are the arguments?  Where nobody can tell, it may be."""
        if self.expression is None:
            return self.typ.name == "list"
        return isinstance(self.expression, ast.Starred)

    @property
    def value(self) -> TypeText:
        """What the callee gets: of a starred list, its elements."""
        if not self.is_starred:
            return self.typ
        is_list = self.typ.kind == PLAIN and self.typ.args
        return self.typ.args[0] if is_list else TypeText("Any")


class Variant(NamedTuple):
    """The types that an overload takes by position, and that of any number behind these."""

    formals: tuple[TypeText, ...]
    rest: TypeText | None

    def at(self, position: int) -> TypeText | None:
        """Return what is wanted at a position; None where nothing is."""
        return self.formals[position] if position < len(self.formals) else self.rest


def is_overload_about(error: Finding, nothing: Nothing) -> bool | None:
    """Is one side awaitable and the other not: the arguments, or what the overloads take?

    None where the error is another one.
    """
    if not OVERLOAD.match(error.text):
        return None
    if wrong_argument(error, nothing):
        return True
    operands = (match[2] for note in error.notes if (match := re.match(OPERAND, note.strip())))
    if any(read_type(whole).is_partly_async for whole in operands):
        return False
    variants = list(_variants(error))
    # What mypy takes for a list of None by `[None] * 3` waits to be filled.
    unfilled = {at for one in variants for at, formal in enumerate(one.formals) if formal == NONE}
    given = [typ for at, typ in enumerate(given_types(error)) if at not in unfilled]
    return any(typ.is_async for typ in given) and not any(
        re.search(ASYNCHRONOUS, match["formals"])
        for match in map(VARIANT.match, error.notes)
        if match
    )


def given_types(error: Finding) -> list[TypeText]:
    """Return the types of the arguments that fit no overload."""
    match = OVERLOAD.match(error.text)
    return [read_type(text) for text in re.findall(QUOTED, match[1])] if match else []


def takes_only_awaitables(error: Finding) -> bool:
    """Are the overloads those of a function that takes awaitables and nothing else?"""
    variants = list(_variants(error))
    return bool(variants) and all(_is_awaitable(one.at(0)) for one in variants)


def wrong_argument(error: Finding, nothing: Nothing) -> Argument | None:
    """Return the argument that certainly is no awaitable, where each overload wants one."""
    types, variants = given_types(error), list(_variants(error))
    arguments = list(_arguments(error, types, nothing))
    for argument in arguments:
        wanted = [formal for one in variants if (formal := one.at(argument.position))]
        if not (wanted and all(map(_is_awaitable, wanted))):
            continue
        others = [typ for typ in types if typ is not argument.typ]
        if _is_plain(argument.value) or _is_nothing(argument, error, nothing):
            return argument
        # Where any awaitable would do, and all others are some, mypy means this one.
        is_any = all(map(_takes_any_result, wanted))
        is_one = is_known(argument.value, error, nothing.sources)
        if is_any and is_one and all(typ.kind == AWAITABLE for typ in others):
            return argument
    return None


def is_known(typ: TypeText, error: Finding, sources: Sources) -> bool:
    """Is it one class, of which mypy knows whether it can be awaited though we do not?"""
    if len(typ.members) > 1 or typ.kind in (AWAITABLE, NOTHING):
        return False
    anything = typ.is_anything and not typ.is_future
    return not anything and not sources.is_type_variable(error.path, typ.name)


def _is_awaitable(wanted: TypeText | None) -> bool:
    return wanted is not None and is_of_library(wanted)


def _takes_any_result(wanted: TypeText) -> bool:
    results = (member.args[-1].name for member in wanted.members if member.args)
    return all(name == "Any" or re.fullmatch(TYPE_VARIABLE, name) for name in results)


def _is_plain(typ: TypeText) -> bool:
    return all(member.kind == PLAIN and member.name != "Generator" for member in typ.members)


def _is_nothing(argument: Argument, error: Finding, nothing: Nothing) -> bool:
    expression = argument.expression
    if argument.value.name != NOTHING or expression is None:
        return False
    judge = nothing.is_list_of_results if argument.is_starred else nothing.is_result
    return judge(expression, error)


def _arguments(error: Finding, types: list[TypeText], nothing: Nothing) -> Iterator[Argument]:
    """Yield the arguments of the call by position, up to a starred one."""
    call = nothing.sources.expression_of(error)
    if not isinstance(call, ast.Call) or len(types) != len(call.args) + len(call.keywords):
        yield from (Argument(0, typ, None) for typ in types[:1])
        return
    for position, (typ, expression) in enumerate(zip(types, call.args, strict=False)):
        yield Argument(position, typ, expression)
        if isinstance(expression, ast.Starred):
            return


def _variants(error: Finding) -> Iterator[Variant]:
    for note in error.notes:
        if match := VARIANT.match(note):
            bounds = dict(
                text.split(": ", 1) for text in split(match["bounds"] or "", ", ") if ": " in text
            )
            yield _read_variant(match["formals"], bounds)


def _read_variant(text: str, bounds: dict[str, str]) -> Variant:
    """Read the parameters of an overload up to those that are passed by name."""
    formals: list[TypeText] = []
    for formal in split(text, ", "):
        if formal == "*":
            break
        if formal == "/" or (not formals and re.match(r"(self|cls)\b", formal)):
            continue
        typ = re.sub(r"^\**\w+: | = .*$", "", formal)
        if formal.startswith("*"):
            return Variant(tuple(formals), read_type(bounds.get(typ, typ)))
        formals.append(read_type(bounds.get(typ, typ)))
    return Variant(tuple(formals), None)
