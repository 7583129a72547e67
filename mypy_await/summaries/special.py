"""Library functions that need more than a table: they look at what they are given."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from mypy_await.summaries import calls, library
from mypy_await.summaries.arguments import Arguments
from mypy_await.summaries.engine import Engine, class_of
from mypy_await.summaries.scopes import DEFS
from mypy_await.summaries.values import (
    PLAIN,
    UNKNOWN,
    Atom,
    Class,
    Descriptor,
    External,
    Function,
    Instance,
    ManagerFactory,
    Partial,
    Subject,
    Super,
    Value,
    join,
)

_Handler = Callable[["Engine", Arguments], Value]

_GIVE_BACK: Final = "functools.<same>"
"""Stands for a function that gives its argument back."""


def call(engine: Engine, fullname: str, given: Arguments) -> Value:
    """Return what calling a function or class gives that is known by its full name."""
    handler = _HANDLERS.get(fullname)
    return handler(engine, given) if handler else library.result(engine, fullname)


def _same(_engine: Engine, given: Arguments) -> Value:
    return given.first()


def _gives_back(_engine: Engine, _given: Arguments) -> Value:
    return frozenset({External(_GIVE_BACK)})


def _same_or_factory(engine: Engine, given: Arguments) -> Value:
    """`@decorator` and `@decorator(option=...)`."""
    first = given.first() if given.positional else UNKNOWN
    if all(isinstance(atom, (Function, Class, Subject)) for atom in first):
        return first
    return _gives_back(engine, given)


def _cast(_engine: Engine, given: Arguments) -> Value:
    return given.positional[1]() if len(given.positional) > 1 else UNKNOWN


def _partial(_engine: Engine, given: Arguments) -> Value:
    positional = tuple(lazy() for lazy in given.positional[1:])
    keywords = tuple((name, lazy()) for name, lazy in given.keywords.items())
    return frozenset(
        Partial(atom, positional, keywords, given.is_open)
        if isinstance(atom, (Function, Subject, Class, Partial))
        else _unknown(atom)
        for atom in given.first()
    )


def _unknown(_atom: Atom) -> Atom:
    return next(iter(UNKNOWN))


def _descriptor(name: str) -> _Handler:
    def handle(_engine: Engine, given: Arguments) -> Value:
        kinds = (Function, Subject, ManagerFactory)
        return frozenset(
            Descriptor(name, atom) if isinstance(atom, kinds) else _unknown(atom)
            for atom in given.first()
        )

    return handle


def _manager(_engine: Engine, given: Arguments) -> Value:
    return frozenset(
        ManagerFactory(atom) if isinstance(atom, Function) else _unknown(atom)
        for atom in given.first()
    )


def _run(engine: Engine, given: Arguments) -> Value:
    return calls.awaited(engine, given.first())


def _waiter(fullname: str) -> _Handler:
    def handle(engine: Engine, given: Arguments) -> Value:
        return library.awaitable(fullname, calls.awaited(engine, given.first()))

    return handle


def _super(engine: Engine, given: Arguments) -> Value:
    frame = given.frame
    while frame and frame.parent and not class_of(frame.parent):
        frame = frame.parent
    if given.positional or not frame or not frame.parent or not isinstance(frame.node, DEFS):
        return UNKNOWN
    owner = class_of(frame.parent)
    first = [*frame.node.args.posonlyargs, *frame.node.args.args][:1]
    if not owner or not first:
        return UNKNOWN
    receiver = frame.bound(first[0].arg) or frozenset({Instance(owner)})
    return frozenset({Super(owner, receiver)})


def _type(_engine: Engine, given: Arguments) -> Value:
    """`type(x)` with one argument."""
    if len(given.positional) != 1:
        return UNKNOWN
    return join(
        *(
            frozenset({atom.cls})
            if isinstance(atom, Instance) and isinstance(atom.cls, Class)
            else UNKNOWN
            for atom in given.first()
        )
    )


def _enter_nullcontext(_engine: Engine, _given: Arguments) -> Value:
    return PLAIN


_HANDLERS: Final[dict[str, _Handler]] = {
    _GIVE_BACK: _same,
    **dict.fromkeys(library.SAME, _same),
    **dict.fromkeys(library.SAME_CLASS, _same_or_factory),
    **dict.fromkeys(library.RUNNERS, _run),
    **{fullname: _waiter(fullname) for fullname in library.WAITERS},
    "functools.wraps": _gives_back,
    "functools.update_wrapper": _same,
    "functools.lru_cache": _same_or_factory,
    "typing.cast": _cast,
    "functools.partial": _partial,
    "builtins.property": _descriptor("property"),
    "functools.cached_property": _descriptor("property"),
    "abc.abstractproperty": _descriptor("property"),
    "builtins.staticmethod": _descriptor("staticmethod"),
    "builtins.classmethod": _descriptor("classmethod"),
    "contextlib.contextmanager": _manager,
    "contextlib.asynccontextmanager": _manager,
    "contextlib.nullcontext": _enter_nullcontext,
    "builtins.super": _super,
    "builtins.type": _type,
}
