"""What is asked and answered about source: plain data, no syntax trees, nothing of mypy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final


class Verdict(Enum):
    """Is the value awaitable?"""

    ALWAYS = "always"
    SOMETIMES = "sometimes"
    """Awaitable on some paths, certainly not on others."""
    NEVER = "never"
    UNKNOWN = "unknown"


class Kind(Enum):
    """Which awaitable it is."""

    COROUTINE = "coroutine"
    FUTURE = "future"
    """A future, a task or a gathering future: it runs by itself."""
    AWAITABLE = "awaitable"
    """Declared `Awaitable`, or an instance of a class with `__await__`."""


@dataclass(frozen=True)
class Origin:
    """The function whose awaitable result is handed on."""

    fullname: str
    """`pkg.mod.f`, `pkg.mod.Class.m`.  A nested function is `pkg.mod.f.<locals>.inner` and has no
    entry in symbol tables; a lambda ends in `<lambda>`, an awaitable parameter in its name.  An
    awaitable that is only declared (an attribute) is `typing.Awaitable`, `asyncio.Future`, ..."""
    path: str | None
    """The file of its definition, where its source was read."""
    line: int | None
    is_async: bool
    """It is an `async def`, so that its declared result is what an `await` gives."""
    kind: Kind
    annotation: str | None = None
    """The text of its return annotation, where source was read and has one."""


PASSED: Final = "<passed>"
"""The name of the origin that is known by its type only: a function that the caller passes."""


@dataclass(frozen=True)
class Result:
    """Does calling the function (reading the property) give an awaitable, and which."""

    verdict: Verdict
    origins: tuple[Origin, ...] = ()
    """Of the awaitable paths: `ALWAYS` and `SOMETIMES` have at least one."""
    optional: bool = False
    """With `SOMETIMES`: every other path gives `None`."""


UNKNOWN_RESULT: Final = Result(Verdict.UNKNOWN)


@dataclass(frozen=True)
class Elements:
    """What is in the container that a function returns, or yields."""

    result: Result
    """Always awaitable."""
    by_key: bool
    """Are they the values of a dict?"""


class How(Enum):
    """What becomes of a value at one place."""

    AWAITED = "awaited"
    """`await`, `yield from`, `asyncio.run`, `gather`, a scheduler."""
    RETURNED = "returned"
    """Returned or yielded by the function itself."""
    UNCOVERED = "returned out of a try"
    """The result of a call, returned out of a `try` whose handlers are there for nothing else."""
    TIMED = "timed until it is returned"
    """The result of a call, returned by what measures the time that the call took."""
    NESTED = "returned by an async function"
    """The result of a call, returned un-awaited by the async wrapper of a decorator."""
    CACHED = "kept for later calls"
    """The result of a call, stored where later calls return it again."""
    HANDED_ON = "handed on"
    """Passed to something unknown, stored, returned by an inner function, closed on purpose."""
    KEPT = "kept"
    """Stored in an attribute of `self`, which the detail names."""
    TESTED = "tested"
    """`isawaitable`, `iscoroutine`, `isinstance`, `callable`, `hasattr`, a `match` subject."""
    DROPPED = "dropped"
    """A statement by itself, or a name that is never read."""
    ATTRIBUTE = "attribute"
    INDEXED = "indexed"
    ITERATED = "iterated"
    TRUTH = "truth"
    TEXT = "text"
    COMPUTED = "computed"
    """Arithmetic, `len`, `int`, `sorted` and their like."""
    SERIALISED = "serialised"
    """`json.dumps` and its like: each element is needed."""
    COMPARED = "compared"
    CALLED = "called"
    ENTERED = "entered"
    """`with` and `async with`."""
    RAISED = "raised"
    TAKEN = "taken for the result"
    """The result of a call, bound or returned like what another branch gets by awaiting it."""


VALUE_USES: Final = frozenset(
    {
        How.ATTRIBUTE,
        How.INDEXED,
        How.ITERATED,
        How.TRUTH,
        How.TEXT,
        How.COMPUTED,
        How.SERIALISED,
        How.COMPARED,
        How.CALLED,
        How.ENTERED,
        How.RAISED,
        How.TAKEN,
    }
)
"""The uses that need the result of an awaitable, not the awaitable."""


ASYNC_FOR: Final = "async for"
"""The detail of `ITERATED` where that is done by `async for`."""

AT_ONCE: Final = "at once"
"""The detail of `AWAITED` where a call itself is awaited: nothing can look at its result before."""


@dataclass(frozen=True)
class Use:
    """One use of a value, perhaps in another function that it was passed to."""

    how: How
    path: str
    line: int
    detail: str = ""
    """The attribute's name, or the full name of the library function.

    One of `TELLING_NAMES` where `hasattr` or `getattr` asks for that.
    """

    @property
    def is_of_any_function(self) -> bool:
        """Does it read what each function has, as `__name__`?  To read `__call__` may be a call."""
        return self.detail.startswith("__") and self.detail != "__call__"

    @property
    def is_value(self) -> bool:
        """Does this use need the result of an awaitable?"""
        return self.how in VALUE_USES


@dataclass(frozen=True)
class Mark:
    """How to know files that may read a place."""

    module: str
    path: str
    """Where the place is."""
    names: str
    """A pattern of an import of the module or the class."""
    read: str
    """A pattern of what reads the place, and may do what is right."""
    elsewhere: str
    """The same for files of the package that import neither."""
    known: frozenset[str]
    """Files that were read already."""


@dataclass(frozen=True)
class Kept:
    """What is seen of a function that is kept somewhere: where it is called like a plain one."""

    use: Use
    marks: frozenset[Mark] = frozenset()
    """Of the undeclared public places that keep it."""


def misuse(uses: tuple[Use, ...], *, drop: bool = False) -> Use | None:
    """Return the first use of an awaitable as a value if it is used in no other way, else None.

    With `drop`, being dropped is a misuse too (the result of a call); dropped alone is never one
    for a value that was passed in.
    """
    bad = [use for use in uses if use.is_value or (drop and use.how is How.DROPPED)]
    return bad[0] if bad and all(use in bad or use.how is How.DROPPED for use in uses) else None


def fails_unless_awaitable(called: Sequence[Use], *, is_declared: bool) -> Use | None:
    """Return the first `await` of what calling a function gives, if each result is awaited at once.

    One may also be handed on where it is declared to be awaitable.
    """
    found = [use for use in called if use.how is How.AWAITED and use.detail == AT_ONCE]
    rest = [use for use in called if use not in found]
    may_rest = is_declared and all(use.how in (How.AWAITED, How.HANDED_ON) for use in rest)
    return found[0] if found and (may_rest or not rest) else None


TELLING_NAMES: Final = frozenset({"__name__", "__qualname__", "__module__", "__doc__"})
"""What each function has, and nothing that says how it is to be called."""


@dataclass(frozen=True)
class Parameter:
    """What a function's body does with one parameter, in the order of its lines."""

    name: str
    uses: tuple[Use, ...] = ()
    called: tuple[Use, ...] = ()
    """What becomes of the results of calling it."""
    is_remembered: bool = False
    """Is the result of calling it kept by the object, and given back by each later call?"""

    @property
    def only_value(self) -> Use | None:
        """The first use as a value, if it is used as one and never in any other way."""
        return misuse(self.uses)

    @property
    def used_as_value(self) -> Use | None:
        """The first use as a value, whatever else is done with it."""
        return next((use for use in self.uses if use.is_value), None)

    @property
    def used_whole(self) -> Use | None:
        """The first use that needs each element of a container, if nothing looks at one before."""
        whole = (How.SERIALISED, How.TEXT)
        harmless = (*whole, How.TRUTH, How.COMPARED, How.TESTED, How.DROPPED)
        if not all(use.how in harmless for use in self.uses):
            return None
        return next((use for use in self.uses if use.how in whole), None)

    def asked_for(self, attributes: frozenset[str]) -> Use | None:
        """Return the first use that reads one of some attributes, if nobody asks what it is.

        What it is passed to, of another module, may be a question by its name (`is_future(x)`).
        """
        names = (use.detail.rpartition(".")[2] for use in self.uses)
        if self.tested or any(name.startswith("is") for name in names):
            return None
        return next((use for use in self.uses if use.detail in attributes), None)

    @property
    def attributes(self) -> frozenset[str]:
        """What is read of it; futures have attributes, too, so that some count as handed on."""
        read = (How.ATTRIBUTE, How.HANDED_ON)
        return frozenset(use.detail for use in self.uses if use.how in read)

    @property
    def escapes(self) -> bool:
        """Is it awaited, returned or handed on anywhere?"""
        ways_out = {How.AWAITED, How.RETURNED, How.HANDED_ON, How.KEPT}
        return any(use.how in ways_out for use in self.uses)

    @property
    def kept_in(self) -> str | None:
        """The attribute of `self` that keeps it, if that is all that is done with it."""
        match self.uses:
            case [Use(how=How.KEPT, detail=name)]:
                return name
        return None

    @property
    def tested(self) -> bool:
        """Does the body ask at run time what it is?"""
        return any(use.how is How.TESTED for use in self.uses)

    @property
    def call_misuse(self) -> Use | None:
        """The first use, if every result of calling it is dropped or used as a value.

        None where it is not called, or where a result is awaited, returned, handed on or tested,
        or where the function passes it on to something unknown or tests what it is: such a body
        may well know how to handle an async function.
        """
        if self.escapes or self.tested:
            return None
        return misuse(self.called, drop=True)

    def awaited(self, *, is_declared: bool) -> Use | None:
        """Return the first `await` of what calling it gives, if a plain result would fail there.

        None where anything but the name of the function and its truth is looked at, and where a
        result is not awaited at once: it may be handed on if an awaitable one is declared.
        """
        harmless = (How.CALLED, How.TRUTH, How.TEXT)
        if not all(use.how in harmless or use.detail in TELLING_NAMES for use in self.uses):
            return None
        return fails_unless_awaitable(self.called, is_declared=is_declared)

    @property
    def uncovered(self) -> Use | None:
        """Where the result of calling it leaves a `try` for it, if it is only returned.

        A last attempt may stand behind the `try`.
        """
        if self.escapes or self.tested:
            return None
        if not all(use.how in (How.UNCOVERED, How.RETURNED) for use in self.called):
            return None
        return next((use for use in self.called if use.how is How.UNCOVERED), None)


class Effect(Enum):
    """What a decorator makes of an `async def`."""

    SAME = "same"
    """It gives the function back, or a sync wrapper that hands the call's result on."""
    ASYNC = "async"
    """It gives another function whose calls are awaitable."""
    AWAITS = "awaits"
    """It runs the coroutine: calls of the decorated name give a plain value."""
    SWALLOWS = "swallows"
    """A sync wrapper drops the coroutine or uses it as a value: `use` says where."""
    PROPERTY = "property"
    """The name becomes a property whose value is the coroutine."""
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class DecoratorEffect:
    """What happens to an `async def` that is decorated."""

    effect: Effect
    use: Use | None = None
    """Where a wrapper takes the coroutine for the result, if it does.  `UNCOVERED` names the block
    in its detail; without one the decorator is a context manager."""
    origins: tuple[Origin, ...] = ()
    """With `ASYNC`, what calls of the decorated name give (an inner `async def`, a task, ...)."""
    kept: Kept | None = None
    """Where the functions that it keeps are called as only plain ones may be."""


@dataclass(frozen=True)
class CallShape:
    """How a call passes its arguments, where their values are not known."""

    positional: int = 0
    keywords: tuple[str, ...] = ()
    dicts: tuple[int | str, ...] = ()
    """The arguments that are a new `dict`, by position or by keyword."""


UNKNOWN_EFFECT: Final = DecoratorEffect(Effect.UNKNOWN)


@dataclass(frozen=True)
class Known:
    """What the type checker's symbol tables declare of a full name.

    Asked only where there is no source to read, or where its annotation cannot be resolved.
    """

    verdict: Verdict = Verdict.UNKNOWN
    """Of calling it (a function), of reading it (a property, a variable).  `UNKNOWN` for what is
    un-annotated, `Any`, `object` or a type variable."""
    kind: Kind = Kind.COROUTINE
    is_async: bool = False
    instance: str | None = None
    """A class: its own full name.  A function: the class of its declared result.  A variable or
    property: the class of its type.  None for unions, `Any`, `object` and everything else."""
    awaited: str | None = None
    """With `ALWAYS`, the class of what awaiting it gives."""
    is_class: bool = False
    is_value: bool = False
    """It is a variable or a property, not something to call."""
    plain: frozenset[int | str] = frozenset()
    """A function: its parameters, by position and by name, whose declared type no coroutine has."""
    path: str | None = None
    line: int | None = None


@dataclass(frozen=True)
class Argument:
    """What a caller passes for a parameter, as far as it is known."""

    instance: str | None = None
    """The full name of the class it is an instance of."""
    function: str | None = None
    """The full name of the function or class that is passed."""
    gives: Kind | None = None
    """The awaitable that every call gives of what is passed, a function without a full name."""
    is_async: bool | None = None
    """Is that function an `async def`?"""
    constant: str | None = None
    """`"True"`, `"False"` or `"None"`."""
