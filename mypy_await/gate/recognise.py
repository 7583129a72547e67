"""Tells which of mypy's own errors are about awaitables.

An error is one of ours to show where mypy says so itself, where the value that does not fit is an
awaitable (or an asynchronous iterable or context manager), and where an awaitable is expected and
something else is there.  Two awaitables with different results are not: that is a matter of types.

The templates follow `mypy/messages.py` and `mypy/message_registry.py` (2.0 to 2.4).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from mypy_await.gate.findings import Finding
from mypy_await.gate.source import Sources
from mypy_await.gate.typetext import ASYNC_CONTEXT, AWAITABLE, TypeText, differ, read_type, split

ALWAYS: Final = frozenset({"unused-coroutine", "await-not-async", "top-level-await"})
"""Codes of mypy that are about awaiting by themselves."""

FORGOTTEN: Final = 'Maybe you forgot to use "await"?'
IN_AWAIT: Final = re.compile(r'Incompatible types in "(await|async for|async with)"')

_T: Final = '"([^"]*)"'

ATTRIBUTE: Final = re.compile(rf"(?:Item )?{_T}(?: of {_T})? has no attribute {_T}(.*)")

SINGLE: Final = tuple(
    re.compile(template.replace("<T>", _T))
    for template in (
        "Value of type <T> is not indexable",
        r"Unsupported target for indexed assignment \(<T>\)",
        "<T> not callable",
        "<T> object is not iterable",
        r"Unsupported (?:left |right )?operand type for [^(]*\(<T>\)",
        r"Unsupported operand types for [^(]*\(<T> and <T>\)",
        "Value of type variable .* cannot be <T>",
        '"yield from" can\'t be applied to <T>',
        ".*(?:has type|returns) <T> which does not implement __bool__",
    )
)
"""Messages that name the value that does not fit."""

PAIR: Final = tuple(
    re.compile(template.replace("<T>", _T))
    for template in (
        "(?:.* )?incompatible (?:item )?type <T>; expected (?:type )?<T>",
        r".* incompatible type (?:List|Set)\[(.*)\]; expected (?:List|Set)\[(.*)\]",
        "Invalid index type <T> for .*; expected type <T>",
        r'.*\([^"()]*<T>, .*<T>\)',
    )
)
"""Messages that name the value that does not fit and what it should be, in this order."""

ENTRY: Final = re.compile(rf".*incompatible type {_T}: {_T}; expected {_T}: {_T}")
RESULTS: Final = re.compile(rf"Return type {_T} of .* incompatible with return type {_T} in")
OVERLOAD: Final = re.compile(r"No overload variant of .* matches? argument types? (.*)")
VARIANT: Final = re.compile(r"\s*def (?:\[.*?\] )?\w+\((.*)\)(?: -> .*)?$")
AWAITED_BY_LIBRARY: Final = frozenset({"Awaitable", "Coroutine", "Future", "Generator", "Task"})
"""What asyncio's functions say they take, where they take awaitables and nothing else."""
TRUTHY_FUNCTION: Final = re.compile(rf"Function {_T} could always be true")
MEMBER: Final = re.compile(rf".*: expected {_T}, got {_T}")
BOTH_SIDES: Final = (("Expected:", "Got:"), ("Superclass:", "Subclass:"))

OF_AWAITABLES: Final = re.compile(
    r"close|send|throw|(cr|gi|ag)_\w+|cancel|cancelled|cancelling|uncancel|done|result|exception"
    r"|(add|remove)_done_callback|set_(result|exception|name)|get_(coro|context|loop|name|stack)"
    r"|print_stack"
)
"""Attributes of coroutines, futures and tasks: who asks for one means the awaitable itself."""

OF_SYNC_USE: Final = frozenset({"__enter__", "__exit__", "__iter__", "__next__", "__len__"})
OF_ASYNC_USE: Final = frozenset({"__aenter__", "__aexit__", "__aiter__", "__anext__", "__await__"})
ASYNC_ONLY: Final = frozenset({"Lock", "Condition", "Semaphore", "BoundedSemaphore"})
"""Context managers of asyncio and AnyIO; the classes threading calls so have an `__enter__`."""


def about_awaitables(
    errors: Iterable[Finding], sources: Sources, *, every_unused: bool
) -> list[Finding]:
    """Choose the findings to show, one for each mistake, ordered by file and place.

    `every_unused` tells that the project decided about `unused-awaitable` itself.  Where it did
    not, only a plain `Awaitable` is shown: `dropped-task` knows better about tasks and futures, and
    a class of the user's own may be awaitable among other things.
    """
    shown: dict[tuple[str, int], list[Finding]] = {}
    ranked = sorted(errors, key=lambda error: not error.is_ours)
    for error in ranked:
        if not (error.is_ours or is_about_awaitables(error, sources, every_unused=every_unused)):
            continue
        here = shown.setdefault((error.path, error.line), [])
        if not any(_repeats(error, other) for other in here):
            here.append(error)
    flat = (error for here in shown.values() for error in here)
    return sorted(flat, key=lambda e: (e.path, e.line, e.column, e.end_column, e.code, e.text))


def _repeats(error: Finding, other: Finding) -> bool:
    if error.is_ours:
        return error == other
    return other.covers(error) if other.is_ours else other.column == error.column


def is_about_awaitables(error: Finding, sources: Sources, *, every_unused: bool) -> bool:
    """Is the cause of this error of mypy an awaitable?"""
    if error.code == "unused-awaitable":
        return every_unused or error.text.startswith('Value of type "Awaitable[')
    if error.code in ALWAYS or FORGOTTEN in error.notes or IN_AWAIT.match(error.text):
        return True
    attribute = ATTRIBUTE.match(error.text)
    if attribute:
        return _misses(read_type(attribute[1]), attribute[3], attribute[4])
    for template in SINGLE:
        if match := template.match(error.text):
            return any(_is_async(text) for text in match.groups())
    if match := TRUTHY_FUNCTION.match(error.text):
        return sources.defines_async(error.path, match[1])
    if match := OVERLOAD.match(error.text):
        return _overload(match[1], error.notes)
    return any(differ(got, want, result=results) for got, want, results in _pairs(error))


def _is_async(text: str) -> bool:
    return read_type(text).is_async


def _misses(owner: TypeText, name: str, rest: str) -> bool:
    if name in OF_ASYNC_USE:
        return True
    if name in OF_SYNC_USE:
        return owner.is_async or '"__a' in rest or owner.name in ASYNC_ONLY
    kinds = {member.kind for member in owner.members}
    wanted = kinds & {AWAITABLE, ASYNC_CONTEXT}
    return bool(wanted) and not OF_AWAITABLES.fullmatch(name)


def _overload(arguments: str, notes: Iterable[str]) -> bool:
    """Is one side awaitable and the other not: the arguments, or what the overloads take?"""
    given = any(_is_async(text) for text in re.findall(_T, arguments))
    variants = [match[1] for note in notes if (match := VARIANT.match(note))]
    if given:
        return not any(re.search(r"\b(Awaitable|Coroutine|Future|Async\w+)\b", v) for v in variants)
    return bool(variants) and all(map(_takes_only_awaitables, variants))


def _takes_only_awaitables(parameters: str) -> bool:
    first = re.sub(r"^\**\w+: ", "", next(split(parameters, ", ")))
    return all(member.name in AWAITED_BY_LIBRARY for member in read_type(first).members)


def _pairs(error: Finding) -> Iterator[tuple[TypeText, TypeText, bool]]:
    """Yield what is there, what should be, and whether both are results of functions."""
    text = error.text
    for template in PAIR:
        if match := template.match(text):
            yield read_type(match[1]), read_type(match[2]), False
            break
    if match := ENTRY.match(text):
        yield read_type(match[1]), read_type(match[3]), False
        yield read_type(match[2]), read_type(match[4]), False
    if match := RESULTS.match(text):
        yield read_type(match[1]), read_type(match[2]), True
    yield from _pairs_in_notes([note.strip() for note in error.notes])


def _pairs_in_notes(notes: list[str]) -> Iterator[tuple[TypeText, TypeText, bool]]:
    """Read how the members of a class, or two signatures, differ."""
    for at, note in enumerate(notes):
        if match := MEMBER.match(note):
            yield read_type(match[2]), read_type(match[1]), False
        for first, second in BOTH_SIDES:
            if note == first and notes[at + 2 : at + 3] == [second] and at + 3 < len(notes):
                yield read_type(notes[at + 1]), read_type(notes[at + 3]), True
