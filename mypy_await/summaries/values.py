"""What an expression can be: a set of possibilities, each a small immutable thing."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from mypy_await.summaries.model import Kind, Origin, Result, Verdict
from mypy_await.summaries.scopes import DEFS, FunctionNode, Scope, ScopeNode

Bindings: TypeAlias = "tuple[tuple[str, Value], ...]"


@dataclass(frozen=True)
class Frame:
    """Where names are looked up: a scope, what its parameters are bound to, what encloses it."""

    scope: Scope
    bindings: Bindings = ()
    parent: Frame | None = None

    @property
    def node(self) -> ScopeNode:
        """The module, class or function of the scope."""
        return self.scope.node

    def bound(self, name: str) -> Value | None:
        """Return what a caller passed for a parameter, if that is known."""
        return next((value for key, value in self.bindings if key == name), None)


class Atom:
    """One thing that a value may be."""


@dataclass(frozen=True)
class Unknown(Atom):
    """Anything at all."""


@dataclass(frozen=True)
class Plain(Atom):
    """Something that is certainly not awaitable, of a class that is not known."""


@dataclass(frozen=True)
class Constant(Atom):
    """`True`, `False` or `None`."""

    value: bool | None


@dataclass(frozen=True)
class ModuleRef(Atom):
    """A module."""

    name: str


@dataclass(frozen=True)
class External(Atom):
    """Something that is known by its full name only: no source was read."""

    fullname: str


@dataclass(frozen=True)
class Class(Atom):
    """A class whose source is known."""

    node: ast.ClassDef
    fullname: str
    frame: Frame


@dataclass(frozen=True)
class Function(Atom):
    """A function or lambda, with the frame it was made in and what it is bound to."""

    node: FunctionNode
    fullname: str
    frame: Frame
    owner: Class | None = None
    bound: Value | None = None
    """`self` or `cls`."""

    @property
    def is_async(self) -> bool:
        """Is it an `async def` (perhaps a generator)?"""
        return isinstance(self.node, ast.AsyncFunctionDef)

    @property
    def annotation(self) -> ast.expr | None:
        """The annotation of its result."""
        return self.node.returns if isinstance(self.node, DEFS) else None


@dataclass(frozen=True)
class Instance(Atom):
    """An instance of a class, with what is known of its constructor's arguments."""

    cls: Class | str
    init: Bindings = ()
    items: Value | None = None
    """What is in it, where its type is declared so: `dict[str, Account]`."""

    @property
    def fullname(self) -> str:
        """The full name of its class."""
        return self.cls if isinstance(self.cls, str) else self.cls.fullname


@dataclass(frozen=True)
class Descriptor(Atom):
    """A function behind `property`, `staticmethod` or `classmethod`."""

    name: str
    function: Atom


@dataclass(frozen=True)
class Partial(Atom):
    """`functools.partial(function, ...)`, with the arguments it passes itself."""

    function: Atom
    positional: tuple[Value, ...] = ()
    keywords: Bindings = ()
    is_open: bool = False


@dataclass(frozen=True)
class Super(Atom):
    """`super()` in a method of `owner`."""

    owner: Class
    of: Value


@dataclass(frozen=True)
class Declared(Atom):
    """A callable that is known by its annotation: `Callable[..., R]`."""

    result: Value
    is_async: bool | None = None
    """Is it an `async def`, where that is known?"""


@dataclass(frozen=True)
class Row(Atom):
    """A tuple that is followed for what it has at one position, or a dict for one key's value."""

    position: int | str
    item: Value


@dataclass(frozen=True)
class Awaitable(Atom):
    """A coroutine, future or other awaitable."""

    origin: Origin
    given: Value
    """What awaiting it gives, if `call` is None."""
    call: Function | None = None
    """The `async def` whose body says what awaiting it gives."""
    bindings: Bindings = ()


@dataclass(frozen=True)
class ManagerFactory(Atom):
    """A generator behind `contextmanager` or `asynccontextmanager`."""

    function: Function


@dataclass(frozen=True)
class Manager(Atom):
    """What calling a `ManagerFactory` gives; entering it gives what the generator yields."""

    function: Function
    bindings: Bindings = ()


@dataclass(frozen=True)
class Subject(Atom):
    """The function that a decorator is tried on: each call of it gives a coroutine."""

    is_async: bool = True
    """Is it an `async def`?"""


Value: TypeAlias = frozenset[Atom]

UNKNOWN: Final[Value] = frozenset({Unknown()})
PLAIN: Final[Value] = frozenset({Plain()})
NONE: Final[Value] = frozenset({Constant(None)})
NOTHING: Final[Value] = frozenset()
"""No value at all: the code never gets there."""
SUBJECT: Final[Value] = frozenset({Subject()})
SYNC_SUBJECT: Final[Value] = frozenset({Subject(is_async=False)})
SUBJECT_NAME: Final = "<decorated>"
MOST: Final = 12
"""A value with more possibilities is unknown."""


def called(subject: Subject) -> Value:
    """Return the coroutine that a call of what is decorated gives."""
    origin = Origin(SUBJECT_NAME, None, None, subject.is_async, Kind.COROUTINE)
    return frozenset({Awaitable(origin, UNKNOWN)})


def instance(fullname: str) -> Value:
    """Return an instance of a class that is known by name."""
    return frozenset({Instance(fullname)})


DICT: Final = instance("builtins.dict")


def join(*values: Value) -> Value:
    """Return a value that may be any of these."""
    joined = NOTHING.union(*values)
    return UNKNOWN if joined >= UNKNOWN or len(joined) > MOST else joined


def without_none(value: Value) -> Value:
    """Return a value that was used in a way `None` cannot be."""
    return value - NONE


def only(value: Value) -> Atom | None:
    """Return the one thing that a value is; None if there are several, or it is unknown."""
    if len(value) != 1 or value == UNKNOWN:
        return None
    return next(iter(value))


def result_of(value: Value) -> Result:
    """Turn a value into the answer whether it is awaitable."""
    if not value or value >= UNKNOWN:
        return Result(Verdict.UNKNOWN)
    awaitables = [atom for atom in value if isinstance(atom, Awaitable)]
    rest = value - set(awaitables)
    key = lambda origin: (origin.fullname, origin.line or 0, origin.path or "")  # noqa: E731
    origins = tuple(sorted({atom.origin for atom in awaitables}, key=key))
    if not awaitables:
        return Result(Verdict.NEVER)
    if rest:
        return Result(Verdict.SOMETIMES, origins, optional=rest == NONE)
    return Result(Verdict.ALWAYS, origins)


@dataclass
class Trace:
    """What working out a value took: the files read, and how much work it was."""

    paths: set[str] = field(default_factory=set)
    cost: int = 0
    height: int = 0
