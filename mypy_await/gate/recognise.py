"""Tells whether the types that an error of mypy names make it one about awaitables.

They do where the value that does not fit is an awaitable (or an asynchronous iterable or context
manager), and where an awaitable is expected and something else is there.  Two awaitables with
different results do not: that is a matter of types.

The templates follow `mypy/messages.py` and `mypy/message_registry.py` (2.0 to 2.4).  They are
compiled when they are first tried: most runs try none.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from mypy_await.gate.findings import Finding
from mypy_await.gate.source import Sources
from mypy_await.gate.typetext import ASYNC_CONTEXT, AWAITABLE, TypeText, differ, read_type, split

_T: Final = '"([^"]*)"'


class Template(NamedTuple):
    """How a message of mypy looks: words that are in it, and a pattern that takes it apart."""

    words: str
    pattern: str

    def match(self, text: str) -> re.Match[str] | None:
        """Match the text; the pattern is compiled only once the words are found in one."""
        if self.words not in text:
            return None
        return re.match(self.pattern.replace("<T>", _T), text)


IN_AWAIT: Final = Template("Incompatible types in", '.* "(await|async for|async with)"')

ATTRIBUTE: Final = Template(
    "has no attribute", "(?:Item )?<T>(?: of <T>)? has no attribute <T>(.*)"
)

SINGLE: Final = (
    Template("is not indexable", "Value of type <T> is not indexable"),
    Template("indexed assignment", r"Unsupported target for indexed assignment \(<T>\)"),
    Template("not callable", "<T> not callable"),
    Template("is not iterable", "<T> object is not iterable"),
    Template("operand type for", r"Unsupported (?:left |right )?operand type for [^(]*\(<T>\)"),
    Template("operand types for", r"Unsupported operand types for [^(]*\(<T> and <T>\)"),
    Template("Value of type variable", "Value of type variable .* cannot be <T>"),
    Template("can't be applied to", '"yield from" can\'t be applied to <T>'),
    Template("__bool__", ".*(?:has type|returns) <T> which does not implement __bool__"),
)
"""Messages that name the value that does not fit."""

PAIR: Final = (
    Template("incompatible", "(?:.* )?incompatible (?:item )?type <T>; expected (?:type )?<T>"),
    Template(
        "comprehension", r".* incompatible type (?:List|Set)\[(.*)\]; expected (?:List|Set)\[(.*)\]"
    ),
    Template("Invalid index type", "Invalid index type <T> for .*; expected type <T>"),
    Template("(", r'.*\([^"()]*<T>, .*<T>\)'),
)
"""Messages that name the value that does not fit and what it should be, in this order."""

ENTRY: Final = Template('": "', ".*incompatible type <T>: <T>; expected <T>: <T>")
RESULTS: Final = Template(
    "Return type", "Return type <T> of .* incompatible with return type <T> in"
)
OVERLOAD: Final = Template(
    "No overload variant", "No overload variant of .* matches? argument types? (.*)"
)
TRUTHY_FUNCTION: Final = Template("could always be true", "Function <T> could always be true")
MEMBER: Final = Template(": expected", ".*: expected <T>, got <T>")
BOTH_SIDES: Final = (("Expected:", "Got:"), ("Superclass:", "Subclass:"))

VARIANT: Final = r"\s*def (?:\[.*?\] )?\w+\((.*)\)(?: -> .*)?$"
AWAITED_BY_LIBRARY: Final = frozenset({"Awaitable", "Coroutine", "Future", "Generator", "Task"})
"""What asyncio's functions say they take, where they take awaitables and nothing else."""
OF_AWAITABLES: Final = (
    r"close|send|throw|(cr|gi|ag)_\w+|cancel|cancelled|cancelling|uncancel|done|result|exception"
    r"|(add|remove)_done_callback|set_(result|exception|name)|get_(coro|context|loop|name|stack)"
    r"|print_stack"
)
"""Attributes of coroutines, futures and tasks: who asks for one means the awaitable itself."""

OF_SYNC_USE: Final = frozenset({"__enter__", "__exit__", "__iter__", "__next__", "__len__"})
OF_ASYNC_USE: Final = frozenset({"__aenter__", "__aexit__", "__aiter__", "__anext__", "__await__"})
ASYNC_ONLY: Final = frozenset({"Lock", "Condition", "Semaphore", "BoundedSemaphore"})
"""Context managers of asyncio and AnyIO; the classes threading calls so have an `__enter__`."""


def is_about_awaitables(error: Finding, sources: Sources) -> bool:
    """Does this error of mypy name an awaitable as its cause?"""
    if IN_AWAIT.match(error.text):
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
        return owner.name != "None"  # a missing test for None, not a missing await
    if name in OF_SYNC_USE:
        return owner.is_async or '"__a' in rest or owner.name in ASYNC_ONLY
    kinds = {member.kind for member in owner.members}
    wanted = kinds & {AWAITABLE, ASYNC_CONTEXT}
    return bool(wanted) and not re.fullmatch(OF_AWAITABLES, name)


def _overload(arguments: str, notes: Iterable[str]) -> bool:
    """Is one side awaitable and the other not: the arguments, or what the overloads take?"""
    given = any(_is_async(text) for text in re.findall(_T, arguments))
    variants = [match[1] for note in notes if (match := re.match(VARIANT, note))]
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
