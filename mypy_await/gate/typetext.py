"""Reads types out of mypy's messages and says whether two of them differ in being awaitable.

A message is all that is left of an error that comes from mypy's cache, so the text has to do.
Names that it does not explain (classes of the program, type variables, the two kinds of "Future")
may be awaitable or not: they decide nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

AWAITABLE: Final = "awaitable"
ASYNC_ITERABLE: Final = "async iterable"
ASYNC_CONTEXT: Final = "async context manager"
PLAIN: Final = "plain"
NOTHING: Final = "None"
UNKNOWN: Final = ""

QUOTED: Final = '"([^"]*)"'
"""A type in a message."""

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
_ASYNC: Final = frozenset({AWAITABLE, ASYNC_ITERABLE, ASYNC_CONTEXT})
_ANYTHING: Final = frozenset({"Any", "object", "Never", "<nothing>", "Future"})
AWAITED_BY_LIBRARY: Final = frozenset(
    {"Awaitable", "Coroutine", "Future", "_asyncio.Future", "Generator", "Task"}
)
"""What asyncio's functions say they take, where they take awaitables and nothing else."""
_PLAIN: Final = frozenset(
    {
        *("bool", "bytearray", "bytes", "complex", "dict", "enumerate", "filter", "float"),
        *("frozenset", "int", "list", "map", "memoryview", "range", "reversed", "set", "slice"),
        *("str", "tuple", "type", "zip", "Literal", "TypedDict", "Buffer", "Collection"),
        *("Container", "Counter", "ItemsView", "Iterable", "Iterator", "KeysView", "Mapping"),
        *("MappingView", "MutableMapping", "MutableSequence", "MutableSet", "OrderedDict"),
        *("Reversible", "Sequence", "Set", "AbstractSet", "Sized", "ValuesView", "defaultdict"),
        *("deque", "Generator", "GeneratorType", "AbstractContextManager", "ContextManager"),
        "_GeneratorContextManager",
    }
)
SCALARS: Final = frozenset({"bool", "bytes", "float", "int", "str"})
"""Types of the constants that stand for other values."""
_PLAIN_PROTOCOL: Final = r"Supports(?!Aiter|Anext)[A-Z]\w+"
"""Types of Python, and protocols of its stubs, that are nothing asynchronous."""
_BUILTINS: Final = frozenset({"", "builtins", "typing", "collections", "collections.abc"})
_OPEN: Final = "[({"
_CLOSE: Final = "])}"


class TypeText(NamedTuple):
    """A type: its name and arguments.  A union is named "|", a function "()" with its result."""

    name: str
    args: tuple[TypeText, ...] = ()

    @property
    def kind(self) -> str:
        """Say which of the asynchronous kinds this is, or that it is plain, None or not known."""
        module, _, name = self.name.rpartition(".")
        if self.name == NOTHING:
            return NOTHING
        if self.name == CALLABLE or (module in _BUILTINS and _is_plain(name)):
            return PLAIN
        if module and not module.startswith(_MODULES):
            return UNKNOWN
        return _KINDS.get((name, len(self.args)), UNKNOWN)

    @property
    def members(self) -> tuple[TypeText, ...]:
        """The alternatives of a union; any other type is its only one."""
        return self.args if self.name == UNION else (self,)

    @property
    def values(self) -> tuple[TypeText, ...]:
        """The alternatives without None: that one is tested for, or somebody forgot to."""
        return tuple(member for member in self.members if member.name != NOTHING)

    @property
    def is_anything(self) -> bool:
        """Does this name stand for awaitable and other values alike?"""
        return self.name.rpartition(".")[2] in _ANYTHING

    @property
    def is_future(self) -> bool:
        """Is this asyncio's future, which can be awaited, or that of a thread, which cannot?"""
        return self.name.rpartition(".")[2] == "Future"

    @property
    def is_async(self) -> bool:
        """Is this, whichever alternative it is (but None), of one of the asynchronous kinds?"""
        return bool(self.values) and all(member.kind in _ASYNC for member in self.values)

    @property
    def is_partly_async(self) -> bool:
        """Is this a union of one of the asynchronous kinds and other values (but None)?"""
        return len({member.kind in _ASYNC for member in self.values}) > 1

    @property
    def given(self) -> TypeText:
        """What awaiting, iterating or entering one of the asynchronous kinds gives."""
        return self.args[-1 if self.kind == AWAITABLE else 0]


def _is_plain(name: str) -> bool:
    return name.partition("(")[0] in _PLAIN or bool(re.fullmatch(_PLAIN_PROTOCOL, name))


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


def is_called_too_early(got: str, want: str) -> bool:
    """Does a function take what awaiting gives that it is to be called with?

    Both as mypy prints them: `Callable[[User], None]` for `Callable[[Task[User]], object]`.
    """
    taken, passed = _parameters(got), _parameters(want)
    return len(taken) == len(passed) and any(
        theirs.kind == AWAITABLE and mine in theirs.given.members and not mine.is_anything
        for mine, theirs in zip(taken, passed, strict=True)
    )


def _parameters(text: str) -> tuple[TypeText, ...]:
    """Return the types of a function's parameters; none where it is printed in another way."""
    if not text.startswith("Callable[["):
        return ()
    inner = next(split(text.removeprefix("Callable[")[:-1], ", "))[1:-1]
    return tuple(map(read_type, split(inner, ", "))) if inner else ()


def is_of_library(typ: TypeText) -> bool:
    """Is it made of nothing but what asyncio's functions say they take?"""
    return all(member.name in AWAITED_BY_LIBRARY for member in typ.members)


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

    They do only if they certainly do: each alternative of the value is amiss, for every
    alternative of what is wanted, and of all these the kind is known.

    With `result` they are results of functions, where None is as good a value as any other;
    elsewhere a None that meets an awaitable is somebody's missing `| None`, and one that is
    wanted what mypy infers of `self.x = None` in code without annotations.
    """
    mine, wanted = (got.members, want.members) if result else (got.values, want.values)
    if any(member in wanted for member in mine) or _is_maybe(got):
        return False
    if not mine or not wanted or any(member.is_anything for member in (*mine, *wanted)):
        return False
    if any(member.kind in _ASYNC for member in (*mine, *wanted)):
        return all(_is_amiss(member, wanted) for member in mine)
    return all(_differ_inside(member, wanted) for member in mine)


def _is_maybe(got: TypeText) -> bool:
    """Is this `T | Awaitable[T]` where `T` is None?"""
    given = [member.given.kind for member in got.members if member.kind == AWAITABLE]
    return NOTHING in given and any(member.kind == NOTHING for member in got.members)


def _differ_inside(got: TypeText, wanted: tuple[TypeText, ...]) -> bool:
    """Are the arguments of a plain type different from those of every alternative built like it?"""
    function = got.name == CALLABLE
    alike = [other for other in wanted if _is_built_like(got, other)]
    return bool(alike) and all(
        any(
            differ(mine, theirs, result=function)
            for mine, theirs in zip(got.args, other.args, strict=True)
        )
        for other in alike
    )


def _is_built_like(got: TypeText, other: TypeText) -> bool:
    if not len(other.args) == len(got.args) > 0:
        return False
    if CALLABLE in (got.name, other.name):
        return got.name == other.name
    return got.name == other.name or got.kind == other.kind == PLAIN


def _is_amiss(got: TypeText, wanted: tuple[TypeText, ...]) -> bool:
    """Is one of them the other, but for an await?  Or are they of known and different kinds?"""
    return any(_gives(got, other) or _gives(other, got) for other in wanted) or all(
        _differ_in_kind(got, other) for other in wanted
    )


def _gives(typ: TypeText, other: TypeText) -> bool:
    """Does awaiting (or entering) the one give the class of the other, as far as it has a name?"""
    if typ.kind not in (AWAITABLE, ASYNC_CONTEXT) or other.kind != UNKNOWN:
        return False
    return any(member.name == other.name for member in typ.given.values)


def _differ_in_kind(got: TypeText, want: TypeText) -> bool:
    if got.kind == want.kind:
        return got.kind in _ASYNC and differ(got.given, want.given, result=True)
    if UNKNOWN in (got.kind, want.kind) or {got.kind, want.kind} == {ASYNC_ITERABLE, ASYNC_CONTEXT}:
        return False
    if want.kind in (ASYNC_ITERABLE, ASYNC_CONTEXT):
        # A function that gives nothing where an asynchronous generator is wanted is one that is
        # declared wrongly.
        return NOTHING not in (got.kind, got.kind in _ASYNC and got.given.kind)
    if got.name == "Generator" and want.kind == AWAITABLE:
        # Generators were coroutines once, and some still are; but these yield no coroutines.
        return got.args[0].name in ("Coroutine", "CoroutineType") if got.args else False
    return got.kind in _ASYNC or want.kind in _ASYNC
