"""Reads types out of mypy's messages and says whether two of them differ in being awaitable.

A message is all that is left of an error that comes from mypy's cache, so the text has to do.
Where two types of the standard library print alike ("Future" of asyncio and of
concurrent.futures), the answer here is "not awaitable" and the caller looks for other evidence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

AWAITABLE: Final = "awaitable"
ASYNC_ITERABLE: Final = "async iterable"
ASYNC_CONTEXT: Final = "async context manager"
PLAIN: Final = ""

UNION: Final = "|"
CALLABLE: Final = "()"

_KINDS: Final = {
    ("Coroutine", 3): AWAITABLE,
    ("CoroutineType", 3): AWAITABLE,
    ("AwaitableGenerator", 4): AWAITABLE,
    ("Awaitable", 1): AWAITABLE,
    ("Task", 1): AWAITABLE,
    ("AsyncIterator", 1): ASYNC_ITERABLE,
    ("AsyncIterable", 1): ASYNC_ITERABLE,
    ("AsyncGenerator", 2): ASYNC_ITERABLE,
    ("AsyncGenerator", 1): ASYNC_ITERABLE,
    ("AsyncGeneratorType", 2): ASYNC_ITERABLE,
    ("AbstractAsyncContextManager", 2): ASYNC_CONTEXT,
    ("AbstractAsyncContextManager", 1): ASYNC_CONTEXT,
    ("AsyncContextManager", 1): ASYNC_CONTEXT,
    ("_AsyncGeneratorContextManager", 2): ASYNC_CONTEXT,
    ("_AsyncGeneratorContextManager", 1): ASYNC_CONTEXT,
}
"""Name and number of arguments, as mypy prints them: a user's own "Task" mostly has no argument."""

_MODULES: Final = ("typing", "types", "asyncio", "_asyncio", "contextlib", "collections.abc")
_ANYTHING: Final = frozenset({"Any", "object", "Never", "<nothing>"})
_OPEN: Final = "[({"
_CLOSE: Final = "])}"


class TypeText(NamedTuple):
    """A type: its name and arguments.  A union is named "|", a function "()" with its result."""

    name: str
    args: tuple[TypeText, ...] = ()

    @property
    def kind(self) -> str:
        """Say what of the asynchronous kinds this is, if any."""
        module, _, name = self.name.rpartition(".")
        if module and not module.startswith(_MODULES):
            return PLAIN
        return _KINDS.get((name, len(self.args)), PLAIN)

    @property
    def members(self) -> tuple[TypeText, ...]:
        """The alternatives of a union; any other type is its only one."""
        return self.args if self.name == UNION else (self,)

    @property
    def is_async(self) -> bool:
        """Is this, or one alternative of it, of one of the asynchronous kinds?"""
        return any(member.kind for member in self.members)


def read_type(text: str) -> TypeText:
    """Read a type as mypy prints it; what cannot be taken apart becomes a name."""
    text = re.sub(r"'[^']*'", "''", text).strip().removesuffix("?")
    if text.startswith("*"):
        # A star argument: what counts is the element.
        spread = read_type(text.lstrip("*"))
        return spread.args[-1] if spread.args else spread
    if re.match(r"def\b", text):
        return TypeText(CALLABLE, (read_type(_after_arrow(text)),))
    members = list(split(text, " | "))
    if len(members) > 1:
        return TypeText(UNION, tuple(map(read_type, members)))
    if not text.endswith("]") or "[" not in text:
        return TypeText(text)
    name, inner = text[:-1].split("[", 1)
    args = tuple(split(inner, ", "))
    if name == "Callable":
        return TypeText(CALLABLE, (read_type(args[-1]),))
    return TypeText(name, tuple(map(read_type, args)))


def _after_arrow(text: str) -> str:
    parts = list(split(text, " -> "))
    return " -> ".join(parts[1:]) or "None"


def split(text: str, separator: str) -> Iterator[str]:
    """Split at the separators that stand in no bracket."""
    depth = start = 0
    for at, char in enumerate(text):
        if char in _OPEN:
            depth += 1
        elif char in _CLOSE:
            depth -= 1
        elif not depth and at >= start and text.startswith(separator, at):
            yield text[start:at]
            start = at + len(separator)
    yield text[start:]


def differ(got: TypeText, want: TypeText, *, result: bool = False) -> bool:
    """Do the two types differ in what has to be awaited, at the top or at the same place inside?

    With `result` they are results of functions, where None is as good a value as any other; a
    plain None that meets an awaitable is somebody's missing `| None`.
    """
    if got.name in _ANYTHING or want.name in _ANYTHING:
        return False
    if want.name == "None" and not result:
        return False  # what mypy infers of `self.x = None` in code without annotations
    if got.is_async or want.is_async:
        return _differ_in_kind(got, want, result)
    return any(_differ_inside(member, want) for member in got.members)


def _differ_inside(got: TypeText, want: TypeText) -> bool:
    """Are the arguments of a plain type different from those of every alternative built like it?"""
    function = got.name == CALLABLE
    alike = [
        other
        for other in want.members
        if len(other.args) == len(got.args) > 0 and (other.name == CALLABLE) == function
    ]
    return bool(alike) and all(
        any(
            differ(mine, theirs, result=function)
            for mine, theirs in zip(got.args, other.args, strict=True)
        )
        for other in alike
    )


def _differ_in_kind(got: TypeText, want: TypeText, result: bool) -> bool:
    accepted = {member.kind for member in want.members if result or member.name != "None"}
    for member in got.members:
        if member.name == "None" and not result:
            continue
        if member.name == "Generator" and AWAITABLE in accepted:
            continue  # generators were coroutines once, and some of them still are
        if member.kind not in accepted:
            return True
        for other in want.members:
            if member.kind and member.kind == other.kind:
                return differ(member.args[-1], other.args[-1], result=True)
    return False
