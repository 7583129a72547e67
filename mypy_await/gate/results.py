"""Tells whether an override gives an awaitable where its base gives a plain object, or the reverse.

The types of mypy's message do where it knows their names.  Of a class of the program the source
says whether it can be awaited.
"""

from __future__ import annotations

import re
from typing import Final

from mypy_await.gate.bases import Bases
from mypy_await.gate.findings import Finding
from mypy_await.gate.typetext import AWAITABLE, NOTHING, PLAIN, UNKNOWN, TypeText, read_type

RESULTS: Final = re.compile(
    'Return type "(?P<got>[^"]*)" of "(?P<member>[^"]*)" incompatible with'
    ' return type "(?P<want>[^"]*)" in'
)


def is_of_other_colour(error: Finding, bases: Bases) -> bool:
    """Is one result a coroutine, and the other certainly something that cannot be awaited?"""
    match = RESULTS.match(error.text)
    if match is None:
        return False
    got, want = read_type(match["got"]), read_type(match["want"])
    if got.kind == AWAITABLE:
        base = bases.nearest(error.path, error.line, match["member"])
        return base is not None and is_plain(want, base.path, bases)
    return want.kind == AWAITABLE and is_plain(got, error.path, bases)


def is_plain(typ: TypeText, path: str, bases: Bases) -> bool:
    """Can no member of the type be awaited, as far as the names in the file say?"""
    return all(
        member.kind in (PLAIN, NOTHING)
        or (
            member.kind == UNKNOWN
            and not member.is_anything
            and bases.lacks(path, member.name.rpartition(".")[2], "__await__")
        )
        for member in typ.members
    )
