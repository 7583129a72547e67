"""Tells whether the types that an error of mypy names make it one about awaitables.

They do where the value that does not fit is an awaitable (or an asynchronous iterable or context
manager), and where an awaitable is expected and something else is there.  Two awaitables with
different results do not: that is a matter of types.

The templates follow `mypy/messages.py` and `mypy/message_registry.py` (2.0 to 2.4).  They are
compiled when they are first tried: most runs try none.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from mypy_await.gate.findings import FORGOTTEN, Finding
from mypy_await.gate.futures import open_future
from mypy_await.gate.nothing import Nothing
from mypy_await.gate.optional import if_present
from mypy_await.gate.overloads import OPERAND, is_known, is_overload_about
from mypy_await.gate.protocols import OF_ASYNC_USE, OF_SYNC_USE, is_entered_wrongly, lacks_protocol
from mypy_await.gate.results import RESULTS, is_of_other_colour, is_plain
from mypy_await.gate.several import is_of_several
from mypy_await.gate.source import Sources
from mypy_await.gate.threads import is_awaited, is_of_thread
from mypy_await.gate.typetext import (
    ASYNC_CONTEXT,
    ASYNC_ITERABLE,
    AWAITABLE,
    NOTHING,
    QUOTED,
    UNKNOWN,
    TypeText,
    differ,
    is_called_too_early,
    is_of_library,
    read_type,
)
from mypy_await.gate.work import is_no_work, waits_for_coroutines


class Template(NamedTuple):
    """How a message of mypy looks: words that are in it, and a pattern that takes it apart."""

    words: str
    pattern: str

    def match(self, text: str) -> re.Match[str] | None:
        """Match the text; the pattern is compiled only once the words are found in one."""
        if self.words not in text:
            return None
        return re.match(self.pattern.replace("<T>", QUOTED), text)


IN_AWAIT: Final = Template(
    "Incompatible types in", r'.* "(await|async for|async with)".*\(actual type <T>, '
)

CONSTRUCTOR: Final = Template("must be None", 'The return type of "__.*" must be None')

ATTRIBUTE: Final = Template(
    "has no attribute", "(?:Item )?<T>(?: of <T>)? has no attribute <T>(.*)"
)

MEMBERWISE: Final = (
    Template("is not indexable", "Value of type <T> is not indexable"),
    Template("indexed assignment", r"Unsupported target for indexed assignment \(<T>\)"),
    Template("not callable", "<T> not callable"),
    Template("is not iterable", "<T> object is not iterable"),
)
"""Messages that name the value that does not fit, or the one member of a union that does not."""

# What asyncio calls `_FT` takes tasks and futures only: awaiting a coroutine first is no help.
VARIABLE: Final = Template(
    "Value of type variable",
    'Value of type variable (?!"_FT").* cannot be "((?:Coroutine|Awaitable|Task)[^"]*)"',
)

SINGLE: Final = (
    Template("operand type for", r"Unsupported (?:left |right )?operand type for [^(]*\(<T>\)"),
    Template("operand types for", r"Unsupported operand types for [^(]*\(<T> and <T>\)"),
    VARIABLE,
    Template("can't be applied to", '"yield from" can\'t be applied to <T>'),
    Template("__bool__", ".*(?:has type|returns) <T> which does not implement __bool__"),
)
"""Messages that name the value, or both values, that do not fit."""

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
CALLBACK: Final = Template(
    "Callable[[", '.* incompatible type "(Callable.*)"; expected "(Callable.*)"'
)
TRUTHY_FUNCTION: Final = Template("could always be true", "Function <T> could always be true")
CALLED: Final = Template("__call__", r'"([^"]*)\.__call__" has type "([^"]*)"')
MEMBER: Final = Template(": expected", ".*: expected <T>, got <T>")
BOTH_SIDES: Final = (("Expected:", "Got:"), ("Superclass:", "Subclass:"))

BOTH_UNIONS: Final = "Both left and right operands are unions"
OF_AWAITABLES: Final = (
    r"close|send|throw|(cr|gi|ag)_\w+|cancel|cancelled|cancelling|uncancel|done|result|exception"
    r"|(add|remove)_done_callback|set_(result|exception|name)|get_(coro|context|loop|name|stack)"
    r"|print_stack|__(qual)?name__"
)
"""Attributes of coroutines, futures and tasks: who asks for one means the awaitable itself."""

USED_INSIDE: Final = frozenset({AWAITABLE, ASYNC_CONTEXT})
"""Kinds whose attributes are mostly those of what is inside."""

Pair = tuple[TypeText, TypeText, bool]
"""What is there, what should be, and whether both are results of functions."""


def is_about_awaitables(error: Finding, nothing: Nothing) -> bool:
    """Does this error of mypy name an awaitable as its certain cause?"""
    sources = nothing.sources
    if is_of_thread(error, sources) or is_awaited(error, sources):
        return True
    if waits_for_coroutines(error) or open_future(error, nothing):
        return True
    if CONSTRUCTOR.match(error.text):
        made = sources.innermost(error.path, error.line, ast.FunctionDef, ast.AsyncFunctionDef)
        return isinstance(made, ast.AsyncFunctionDef)
    in_await = IN_AWAIT.match(error.text)
    if in_await:
        return _in_await(in_await[1], read_type(in_await[2]), error, nothing)
    overload = is_overload_about(error, nothing)
    if overload is not None:
        return overload
    for judge in (_attribute, _value, _function, _callback):
        answer = judge(error, nothing)
        if answer is not None:
            return answer
    if is_of_other_colour(error, nothing.bases) or is_entered_wrongly(error, nothing.bases):
        return True
    pairs = list(_pairs(error))
    if FORGOTTEN in error.notes and not (pairs and all(map(_is_same_awaitable, pairs))):
        return not any(want.name == NOTHING and not results for _, want, results in pairs)
    return any(_is_amiss(pair, error, nothing) for pair in pairs)


def _is_same_awaitable(pair: Pair) -> bool:
    """Are both coroutines, or both tasks, of which only the results differ?"""
    got, want, _ = pair
    return got.kind == AWAITABLE and got.name == want.name


def _in_await(keyword: str, typ: TypeText, error: Finding, nothing: Nothing) -> bool:
    """Is what stands behind `await`, `async for` or `async with` certainly not made for it?"""
    if keyword == "await":
        typ = if_present(typ, error, nothing.absent, nothing.bases)
        if typ.name == NOTHING:
            return nothing.is_returned(error)
    return _cannot_be_awaited(typ, error, nothing) or is_of_several(typ, error, nothing.bases)


def _is_amiss(pair: Pair, error: Finding, nothing: Nothing) -> bool:
    got, want, results = pair
    if got.name == NOTHING and not results:
        # What is not filled yet is None as well, and no missing await.
        is_wanted = is_of_library(want) or differ(got, want, result=True)
        return is_wanted and nothing.is_returned(error)
    return differ(got, want, result=results) or (
        not results and is_no_work(got, want, error, nothing.sources)
    )


def _attribute(error: Finding, nothing: Nothing) -> bool | None:
    match = ATTRIBUTE.match(error.text)
    return _misses(Missing(*match.groups()), error, nothing) if match else None


def _value(error: Finding, nothing: Nothing) -> bool | None:
    told = FORGOTTEN in error.notes
    for template in MEMBERWISE:
        if match := template.match(error.text):
            typ = read_type(match[1])
            if typ.is_partly_async:
                return told and _is_mixed_here(
                    nothing.sources.text_of(error), error, nothing.sources
                )
            # Declared so, it mostly is `T | Awaitable[T]`; the plugin sees all of the union.
            return (told or typ.is_async) and typ.name != "Awaitable"
    for template in SINGLE:
        if match := template.match(error.text):
            whole = _whole_operands(match.groups(), error.notes)
            return any(map(_is_async, whole)) or (told and whole == match.groups())
    return None


def _function(error: Finding, nothing: Nothing) -> bool | None:
    match = TRUTHY_FUNCTION.match(error.text)
    return nothing.sources.defines_async(error.path, match[1]) if match else None


def _callback(error: Finding, nothing: Nothing) -> bool | None:
    match = CALLBACK.match(error.text)
    return (match is not None and is_called_too_early(match[1], match[2])) or None


def _is_async(text: str) -> bool:
    return read_type(text).is_async


def _whole_operands(named: tuple[str, ...], notes: Iterable[str]) -> tuple[str, ...]:
    """Return the operands' types: the unions, where mypy names one member of them."""
    sides = dict(zip(("Left", "Right"), named, strict=False))
    for note in notes:
        if note.strip() == BOTH_UNIONS:
            return ()
        if match := re.match(OPERAND, note.strip()):
            sides[match[1]] = match[2]
    return tuple(sides.values())


def _cannot_be_awaited(typ: TypeText, error: Finding, nothing: Nothing) -> bool:
    """Is no alternative of the type awaitable?  With None alone somebody forgot to test for it."""
    return is_known(typ, error, nothing.sources) or all(
        member.kind in (ASYNC_ITERABLE, ASYNC_CONTEXT)
        or is_plain(member, error.path, nothing.bases)
        for member in typ.values
    )


class Missing(NamedTuple):
    """What mypy says of an attribute that is not there."""

    owner: str
    whole: str | None
    """The union that the owner is a member of."""
    name: str
    rest: str


def _misses(missing: Missing, error: Finding, nothing: Nothing) -> bool:
    sources = nothing.sources
    owner, name = read_type(missing.owner), missing.name
    values = read_type(missing.whole or missing.owner).values
    text = sources.text_of(error)
    if name in OF_ASYNC_USE | OF_SYNC_USE and not re.search(rf"\.\s*{name}\b", text):
        alike = all(member == owner or member.kind == owner.kind != UNKNOWN for member in values)
        return alike and (
            FORGOTTEN in error.notes or lacks_protocol(owner, name, missing.rest, error, nothing)
        )
    if re.fullmatch(OF_AWAITABLES, name):
        return False
    if FORGOTTEN not in error.notes:
        if owner.kind not in USED_INSIDE:
            return False
        if owner.name == "Task" and _may_be_on_task(owner, missing, error, sources):
            return False
    if all(member == owner or member.kind in USED_INSIDE for member in values):
        return True
    return _is_mixed_here(text, error, sources)


def _may_be_on_task(owner: TypeText, missing: Missing, error: Finding, sources: Sources) -> bool:
    """Is it a note that somebody sticks on tasks, or what Python keeps there?

    What the result lacks as well, as mypy says by giving no advice, is not looked for there.
    """
    if missing.name.startswith("_") or sources.sets(error.path, missing.name):
        return True
    is_known = len(owner.given.members) == 1 and not owner.given.is_anything
    return missing.whole is None and is_known


def _is_mixed_here(text: str, error: Finding, sources: Sources) -> bool:
    """Does the name get its union from a coroutine that this very function makes?

    As in `row = rows.get(key, load())`: of a union that is declared nobody knows.
    """
    name = re.split(r"[.\[]", text)[0].strip()
    for _, line in sources.above(error):
        if match := re.match(rf"\s*{re.escape(name)}\s*=\s*(.*)", line):
            calls = re.findall(r"(?<![\w.])(await\s+)?(\w+)\(", match[1])
            return any(
                not awaited and sources.defines_async(error.path, called)
                for awaited, called in calls
            )
    return False


def _pairs(error: Finding) -> Iterator[Pair]:
    text = error.text
    for template in PAIR:
        if match := template.match(text):
            yield read_type(match[1]), _called(match[2], error.notes), False
            break
    if match := ENTRY.match(text):
        yield read_type(match[1]), read_type(match[3]), False
        yield read_type(match[2]), read_type(match[4]), False
    if match := RESULTS.match(text):
        yield read_type(match["got"]), read_type(match["want"]), True
    yield from _pairs_in_notes([note.strip() for note in error.notes])


def _called(wanted: str, notes: Iterable[str]) -> TypeText:
    """Read what is wanted; of a protocol for functions a note says what these have to be."""
    for note in notes:
        match = CALLED.match(note.strip())
        if match and wanted.partition("[")[0].endswith(match[1]):
            return read_type(match[2])
    return read_type(wanted)


def _pairs_in_notes(notes: list[str]) -> Iterator[Pair]:
    """Read how the members of a class, or two signatures, differ."""
    for at, note in enumerate(notes):
        if match := MEMBER.match(note):
            yield read_type(match[2]), read_type(match[1]), False
        for first, second in BOTH_SIDES:
            if note == first and notes[at + 2 : at + 3] == [second] and at + 3 < len(notes):
                yield read_type(notes[at + 1]), read_type(notes[at + 3]), True
