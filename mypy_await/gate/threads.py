"""Tells whether an error of mypy is about the future of a thread, used as its result.

Such a future has the name of asyncio's, and so have classes of programs: what counts is that the
function makes it, by `submit` of an executor or by `asyncio.run_coroutine_threadsafe`.
"""

from __future__ import annotations

import builtins
import re
from itertools import islice
from typing import Final

from mypy_await.gate.findings import FORGOTTEN, Finding
from mypy_await.gate.source import Sources
from mypy_await.gate.typetext import TypeText, is_of_library, read_type

MAKERS: Final = ("run_coroutine_threadsafe", "submit")
MADE: Final = rf"\b(?:{'|'.join(MAKERS)})\("
FUTURE: Final = r'"((?:concurrent\.futures\._base\.)?Future\[[^"]*\])"'
USED: Final = re.compile(
    rf"(?:Unsupported (?:left |right )?operand type|Value of type {FUTURE} is not indexable"
    rf"|{FUTURE} not callable|{FUTURE} object is not iterable)"
)
ATTRIBUTE: Final = re.compile(rf'{FUTURE} has no attribute "(\w+)"')
INSTEAD: Final = re.compile(rf'.*{FUTURE}[;,] .*"([^"]*)"\)?$')


def is_of_thread(error: Finding, sources: Sources) -> bool:
    """Is the value that does not fit such a future, and its result what is meant?"""
    if "Future[" not in error.text or not _means_result(error.text):
        return False
    if FORGOTTEN in error.notes:
        return False  # asyncio's, which can be awaited
    return is_made_here(error, sources)


def is_awaited(error: Finding, sources: Sources) -> bool:
    """Is such a future given where something is awaited?"""
    match = INSTEAD.match(error.text) if "Future[" in error.text else None
    return match is not None and is_of_library(read_type(match[2])) and is_made_here(error, sources)


def is_made_here(error: Finding, sources: Sources) -> bool:
    """Does the function make such a future in what the error is about?"""
    text = sources.text_of(error)
    names = set(re.findall(r"(?<![\w.])[A-Za-z_]\w*", text))
    return bool(re.search(MADE, text)) or any(_is_made(name, error, sources) for name in names)


def _is_made(name: str, error: Finding, sources: Sources) -> bool:
    """Is what the function last bound to the name such a future?"""
    binding = re.compile(rf"\s*{name}\s*(?::[^=]*)?=(?!=)\s*((?:[\w.]|\(\))*{MADE})?")
    bound = (match for _, line in sources.above(error) if (match := binding.match(line)))
    return any(match[1] for match in islice(bound, 1))


def _means_result(text: str) -> bool:
    """Is it used as no future is, or where its result would do?"""
    if USED.match(text):
        return re.search(FUTURE, text) is not None
    if match := ATTRIBUTE.match(text):
        return _has(read_type(match[1]).args, match[2])
    if match := INSTEAD.match(text):
        return read_type(match[1]).args == (read_type(match[2]),)
    return False


def _has(results: tuple[TypeText, ...], name: str) -> bool:
    """Does a class of Python's own have the attribute?"""
    return any(hasattr(getattr(builtins, typ.name, object), name) for typ in results)
