"""Adds the advice to errors of mypy that come without it, where the awaited value would do."""

from __future__ import annotations

import re
from typing import Final

from mypy_await.gate.findings import FORGOTTEN, Finding
from mypy_await.gate.recognise import ENTRY, OVERLOAD, QUOTED, VARIABLE
from mypy_await.gate.source import Sources
from mypy_await.gate.threads import is_of_thread
from mypy_await.gate.typetext import AWAITABLE, TypeText, read_type

ASK_FOR_RESULT: Final = 'Maybe you forgot to call "result"?'


def with_remedy(error: Finding, sources: Sources) -> Finding:
    """Return an error of mypy that is shown, with a note that says what helps."""
    if is_of_thread(error, sources):
        return error._replace(notes=(ASK_FOR_RESULT, *error.notes))
    if FORGOTTEN in error.notes or not sources.symbol(error).is_async:
        return error
    if _is_of_value(error.text):
        return error._replace(notes=(FORGOTTEN, *error.notes))
    return error


def _is_of_value(text: str) -> bool:
    """Is it an awaitable itself that does not fit, where mypy does not try what awaiting gives?"""
    if match := OVERLOAD.match(text):
        return any(_is_awaitable(read_type(given)) for given in re.findall(QUOTED, match[1]))
    if match := VARIABLE.match(text):
        return _is_awaitable(read_type(match[1]))
    if match := ENTRY.match(text):
        pairs = ((match[1], match[3]), (match[2], match[4]))
        return any(_gives(read_type(got), read_type(want)) for got, want in pairs)
    return False


def _is_awaitable(typ: TypeText) -> bool:
    return typ.kind == AWAITABLE


def _gives(got: TypeText, want: TypeText) -> bool:
    return _is_awaitable(got) and got.given in want.members
