"""Says what helps, where mypy does not, and leaves out of its notes what does not help."""

from __future__ import annotations

import re
from typing import Final

from mypy_await.gate.findings import FORGOTTEN, Finding
from mypy_await.gate.futures import Future, open_future
from mypy_await.gate.nothing import Nothing
from mypy_await.gate.overloads import (
    OVERLOAD,
    Argument,
    takes_only_awaitables,
    wrong_argument,
)
from mypy_await.gate.protocols import ENTER_ASYNC, ENTERED, remedy_of_protocol
from mypy_await.gate.recognise import ATTRIBUTE, ENTRY, IN_AWAIT, VARIABLE
from mypy_await.gate.source import Sources
from mypy_await.gate.threads import is_awaited, is_made_here, is_of_thread
from mypy_await.gate.typetext import (
    AWAITABLE,
    CALLABLE,
    NOTHING,
    PLAIN,
    QUOTED,
    TypeText,
    read_type,
)
from mypy_await.gate.work import remedy_for_work

ASK_FOR_RESULT: Final = 'Maybe you forgot to call "result"?'
WRAP_FUTURE: Final = '"asyncio.wrap_future" makes an awaitable of it'
SPREAD: Final = 'Maybe you forgot the "*" before argument {}?'
CALL: Final = "Maybe you forgot to call argument {}?"
NOT_AWAITABLE: Final = "Argument {} cannot be awaited"
ASYNC_IN_SOME: Final = '"{}" is async in some of its classes only'
RETURNS_NONE: Final = '"{}" returns None, which cannot be awaited'
VARIANTS: Final = re.compile(r"Possible overload variants?:|    def ")


def with_remedy(error: Finding, nothing: Nothing) -> Finding:
    """Return an error of mypy that is shown, with a note that says what helps."""
    if FORGOTTEN in error.notes:
        return error
    notes = error.notes
    if OVERLOAD.match(error.text) and takes_only_awaitables(error):
        # Its overloads differ in the number of arguments alone, and each line is hundreds long.
        notes = tuple(note for note in notes if not VARIANTS.match(note))
    remedy = _remedy(error, nothing)
    return error._replace(notes=(*([remedy] if remedy else []), *notes))


def _remedy(error: Finding, nothing: Nothing) -> str | None:
    sources = nothing.sources
    future = open_future(error, nothing)
    if future is Future.OF_THREAD or is_of_thread(error, sources):
        return ASK_FOR_RESULT
    if is_awaited(error, sources) or _awaits_future_of_thread(error, sources):
        return WRAP_FUTURE
    if ENTERED.match(error.text):
        return ENTER_ASYNC
    if wrong := wrong_argument(error, nothing):
        return _of_argument(wrong)
    if work := remedy_for_work(error):
        return work
    if function := _without_result(error, sources):
        return RETURNS_NONE.format(function)
    if method := _of_several(error, sources):
        return ASYNC_IN_SOME.format(method)
    if not sources.symbol(error).is_async:
        return None
    is_value = future is not None or _is_of_value(error.text)
    return _of_protocol(error, sources) or (FORGOTTEN if is_value else None)


def _awaits_future_of_thread(error: Finding, sources: Sources) -> bool:
    match = IN_AWAIT.match(error.text)
    return match is not None and read_type(match[2]).is_future and is_made_here(error, sources)


def _of_argument(wrong: Argument) -> str:
    """Say what is wrong with it: no awaitable, a function that gives one, or a list of these."""
    if wrong.typ.name == CALLABLE and wrong.typ.args[0].kind == AWAITABLE:
        return CALL.format(wrong.position + 1)
    elements = wrong.typ.args[:1] if wrong.typ.kind == PLAIN and not wrong.is_starred else ()
    spread = any(typ.kind == AWAITABLE or typ.is_anything for typ in elements)
    return (SPREAD if spread else NOT_AWAITABLE).format(wrong.position + 1)


def _without_result(error: Finding, sources: Sources) -> str | None:
    """Return the name of the function whose None is awaited, or given in an awaitable's place."""
    return sources.called(error) if f'"{NOTHING}"' in error.text else None


def _of_several(error: Finding, sources: Sources) -> str | None:
    """Return the name of the method that only some classes of a union have as an async one."""
    match = IN_AWAIT.match(error.text)
    is_mixed = match is not None and any(map(_is_awaitable, read_type(match[2]).members))
    return sources.called(error) if is_mixed else None


def _of_protocol(error: Finding, sources: Sources) -> str | None:
    match = ATTRIBUTE.match(error.text)
    if match is None:
        return None
    return remedy_of_protocol(read_type(match[1]), match[3], match[4], error, sources)


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
