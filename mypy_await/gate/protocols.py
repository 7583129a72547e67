"""Judges objects that are used in the wrong kind of `with` or `for`, and says which kind it is."""

from __future__ import annotations

import ast
import re
from typing import Final

from mypy_await.gate.bases import Bases
from mypy_await.gate.findings import FORGOTTEN, Finding
from mypy_await.gate.nothing import Nothing
from mypy_await.gate.source import Sources
from mypy_await.gate.typetext import (
    ASYNC_CONTEXT,
    ASYNC_ITERABLE,
    AWAITABLE,
    NOTHING,
    PLAIN,
    UNKNOWN,
    TypeText,
)

OF_SYNC_USE: Final = frozenset({"__enter__", "__exit__", "__iter__", "__next__", "__len__"})
OF_ASYNC_USE: Final = frozenset({"__aenter__", "__aexit__", "__aiter__", "__anext__", "__await__"})
ASYNC_ONLY: Final = frozenset({"Lock", "Condition", "Semaphore", "BoundedSemaphore"})
"""Context managers of asyncio and AnyIO; the classes threading calls so have an `__enter__`."""
SYNC_ONLY: Final = frozenset(
    {
        *("TextIOWrapper", "BufferedReader", "BufferedWriter", "BufferedRandom", "FileIO"),
        *("BytesIO", "StringIO", "GzipFile", "BZ2File", "LZMAFile", "ZipExtFile", "SSLSocket"),
        *("BoundedSemaphore", "ThreadPoolExecutor", "ProcessPoolExecutor"),
        *("redirect_stdout", "redirect_stderr"),
    }
)
"""Context managers of Python that inherit their `__enter__`: of that mypy gives no hint."""
ACQUIRED: Final = re.compile(r"await\b.*\.acquire\([^()]*\)$")
"""What enters the True that such a call gives, and means the lock."""

USE: Final = 'Use "{}"'
OF_ITS_OWN: Final = 'Use a "with" of its own'
USE_LOCK: Final = 'Use "async with" with the lock itself'
ENTERED: Final = re.compile(
    r'Argument \d+ to "enter_context" of "\w+" has incompatible type "(\w+)[^"]*"; '
    'expected "AbstractContextManager'
)
ENTER_ASYNC: Final = 'Use "await stack.enter_async_context(...)" of an "AsyncExitStack"'

STATEMENTS: Final = {
    "__aenter__": "with",
    "__aexit__": "with",
    "__aiter__": "for",
    "__enter__": "with",
    "__exit__": "with",
    "__iter__": "for",
}
KINDS: Final = {"with": (ASYNC_CONTEXT,), "for": (ASYNC_ITERABLE,)}
"""What can be used so, of what awaiting may give."""


def lacks_protocol(owner: TypeText, name: str, rest: str, error: Finding, nothing: Nothing) -> bool:
    """Is it the other kind of `for` or `with` that the owner is made for, or none at all?

    `rest` is what mypy says behind the name that it misses.
    """
    if ACQUIRED.match(nothing.sources.text_of(error)):
        return owner.kind == PLAIN
    if name not in OF_ASYNC_USE:
        return owner.is_async or '"__a' in rest or owner.name in ASYNC_ONLY
    if owner.kind not in (NOTHING, UNKNOWN) or owner.name in SYNC_ONLY:
        return True
    # A class of the program has to have the other kind: mypy's `maybe "__iter__"?` says so, but
    # not of what it inherits.
    other = name.replace("__a", "__", 1)
    return '"__' in rest or nothing.bases.shows(error.path, owner.name, other)


def is_entered_wrongly(error: Finding, bases: Bases) -> bool:
    """Is an object made for `async with` given to the `enter_context` of an exit stack?"""
    match = ENTERED.match(error.text)
    return match is not None and bases.shows(error.path, match[1], "__aenter__")


def remedy_of_protocol(
    owner: TypeText, name: str, rest: str, error: Finding, sources: Sources
) -> str | None:
    """Say which `with` or `for` it is, where an object is made for the other kind."""
    statement = STATEMENTS.get(name)
    several = _managers(error, sources)
    is_there = re.search(rf"\b{statement}\b", sources.line(error.path, error.line))
    if statement is None or not (is_there or several):
        return None
    if owner.kind == AWAITABLE:
        # An "async for" over a method without annotations may mean one that is to yield.
        is_open = owner.given.is_anything or owner.given.kind not in (UNKNOWN, *KINDS[statement])
        return None if is_open else FORGOTTEN
    if ACQUIRED.match(sources.text_of(error)):
        return USE_LOCK
    if owner.kind == PLAIN and statement == "with" and '"__enter__"' not in rest:
        return None
    if name not in OF_ASYNC_USE:
        return USE.format(f"async {statement}")
    return OF_ITS_OWN if several > 1 else USE.format(statement)


def _managers(error: Finding, sources: Sources) -> int:
    """Count what the `async with` enters that the error stands in the head of."""
    around = sources.innermost(error.path, error.line, ast.AsyncWith)
    entered = [item.context_expr for item in around.items] if around else []
    here = (error.line, error.column - 1)
    return len(entered) if here in {(one.lineno, one.col_offset) for one in entered} else 0
