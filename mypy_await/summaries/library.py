"""What is known of the standard library without reading it: by full name, in tables."""

from __future__ import annotations

import builtins
import collections.abc
import importlib
from typing import Final

from mypy_await.summaries.engine import Engine
from mypy_await.summaries.model import How, Kind, Known, Origin, Verdict
from mypy_await.summaries.values import (
    NONE,
    PLAIN,
    UNKNOWN,
    Awaitable,
    Instance,
    Value,
    instance,
)


def _names(prefix: str, names: str) -> frozenset[str]:
    return frozenset(f"{prefix}.{name}" for name in names.split())


COROUTINES: Final = (
    _names(
        "asyncio",
        "sleep wait wait_for to_thread open_connection start_server open_unix_connection"
        " start_unix_server create_subprocess_exec create_subprocess_shell",
    )
    | _names("asyncio.Lock", "acquire")
    | _names("asyncio.Semaphore", "acquire")
    | _names("asyncio.BoundedSemaphore", "acquire")
    | _names("asyncio.Condition", "acquire wait wait_for")
    | _names("asyncio.Event", "wait")
    | _names("asyncio.Barrier", "wait")
    | _names("asyncio.Queue", "get put join")
    | _names("asyncio.LifoQueue", "get put join")
    | _names("asyncio.PriorityQueue", "get put join")
    | _names("asyncio.StreamReader", "read readline readexactly readuntil")
    | _names("asyncio.StreamWriter", "drain wait_closed")
    | _names(
        "asyncio.AbstractEventLoop",
        "create_connection create_server sock_recv sock_sendall sock_connect sock_accept"
        " getaddrinfo shutdown_asyncgens shutdown_default_executor",
    )
)
FUTURES: Final = (
    _names("asyncio", "create_task ensure_future gather shield wrap_future")
    | _names("asyncio.AbstractEventLoop", "create_task create_future run_in_executor")
    | _names("asyncio.TaskGroup", "create_task")
)
"""Calls whose result runs by itself, or is a plain future."""

TASKS: Final = _names("asyncio", "create_task") | _names("asyncio.AbstractEventLoop", "create_task")
"""Calls that make a new task, which nothing but their caller holds."""

NEW_TASKS: Final = TASKS | _names("asyncio", "ensure_future")
"""Calls that give a task, where they are passed a coroutine."""

FUTURE_CLASSES: Final = _names("asyncio", "Future Task")

WAITERS: Final = _names("asyncio", "create_task ensure_future shield wait_for") | _names(
    "asyncio.AbstractEventLoop", "create_task"
)
"""Awaiting what they give is awaiting their first argument."""

RUNNERS: Final = frozenset({"asyncio.run", "asyncio.AbstractEventLoop.run_until_complete"}) | (
    _names("asyncio.Runner", "run")
)
"""They run a coroutine and return its result."""

CONSUMERS: Final = (
    RUNNERS
    | FUTURES
    | _names("asyncio", "wait wait_for as_completed run_coroutine_threadsafe iscoroutine isfuture")
)
"""They take care of the awaitables they are given."""

AWAIT_AT_ONCE: Final = (
    RUNNERS
    | _names("asyncio", "create_task ensure_future gather run_coroutine_threadsafe shield wait_for")
    | _names("asyncio.AbstractEventLoop", "create_task")
    | _names("asyncio.TaskGroup", "create_task")
)
"""They fail when given what cannot be awaited."""
AWAIT_ALL_AT_ONCE: Final = _names("asyncio", "gather")
"""They do so for each argument."""

LOOPS: Final = _names("asyncio", "get_event_loop get_running_loop new_event_loop")

RESULTS: Final[dict[str, str]] = {
    **dict.fromkeys(LOOPS, "asyncio.AbstractEventLoop"),
    "asyncio.run_coroutine_threadsafe": "concurrent.futures.Future",
    "logging.getLogger": "logging.Logger",
}
"""Calls that give an instance of a class."""

LOCKS: Final = _names("threading", "Lock RLock Condition")
"""What they guard is what runs while they are held: to make a coroutine runs nothing."""

_CLOCKS: Final = "time perf_counter monotonic process_time thread_time"
CLOCKS: Final = (
    _names("time", _CLOCKS)
    | frozenset(f"time.{name}_ns" for name in _CLOCKS.split())
    | _names("timeit", "default_timer")
    | _names("datetime.datetime", "now utcnow")
)
"""What they give is the time when they are called."""

CLASSES: Final = (
    LOCKS
    | _names(
        "asyncio",
        "Lock Semaphore BoundedSemaphore Condition Event Barrier Queue LifoQueue PriorityQueue"
        " StreamReader StreamWriter TaskGroup Runner",
    )
    | _names("threading", "Thread Event")
    | frozenset({"logging.Logger"})
)

ENTERED_AS_THEMSELVES: Final = _names("asyncio", "Runner TaskGroup")
"""Context managers that `with` and `async with` bind themselves."""

NOT_AWAITABLE: Final = CLASSES | frozenset({"concurrent.futures.Future"})
"""Classes whose instances are certainly not awaitable."""

ASYNC_FUNCTION_TESTS: Final = frozenset(
    {"asyncio.iscoroutinefunction", "inspect.iscoroutinefunction"}
)
ASYNC_CALLABLE_TESTS: Final = ASYNC_FUNCTION_TESTS | frozenset(
    {
        "asgiref.sync.iscoroutinefunction",
        "fastapi.dependencies.utils.is_coroutine_callable",
        "litestar.utils.predicates.is_async_callable",
        "starlette._utils.is_async_callable",
    }
)
"""Those that say yes of other callables that give coroutines too."""
ASKING_NAMES: Final = frozenset(name.rpartition(".")[2] for name in ASYNC_CALLABLE_TESTS)
AWAITABLE_TESTS: Final = frozenset(
    {"asyncio.iscoroutine", "inspect.iscoroutine", "inspect.isawaitable"}
)
TESTS: Final = (
    ASYNC_FUNCTION_TESTS
    | AWAITABLE_TESTS
    | _names("builtins", "isinstance issubclass callable hasattr getattr type id")
    | _names("inspect", "isfunction ismethod isclass signature isgenerator isasyncgen")
    | _names("asyncio", "isfuture")
)

_COROUTINE: Final = "close send throw cr_await cr_code cr_frame cr_origin cr_running cr_suspended"
_FUTURE: Final = (
    "add_done_callback remove_done_callback cancel cancelled cancelling done result exception"
    " set_result set_exception get_name set_name get_loop get_coro"
)
OWN_ATTRIBUTES: Final = frozenset(f"{_COROUTINE} {_FUTURE} __await__".split())
"""What coroutines and futures have: reading it is no sign that a plain value is meant."""

RAISED_BY_CALL: Final = frozenset({"AttributeError", "ImportError", "NameError", "TypeError"})
"""Built-in errors that naming and calling something raises, before any of it runs."""
ABOUT_THE_CALL: Final = RAISED_BY_CALL | {"BaseException", "Exception"}
"""These, and the classes by which whoever handles them means any error."""

TEXT_SINKS: Final = (
    _names("builtins", "print str repr format ascii")
    | _names("builtins.str", "format")
    | _names("logging", "debug info warning error exception critical log")
    | _names("logging.Logger", "debug info warning error exception critical log")
)
SERIALISING: Final = (
    _names("json", "dumps dump")
    | _names("pickle", "dumps dump")
    | _names("msgpack", "dumps packb")
    | _names("yaml", "dump safe_dump")
    | frozenset({"orjson.dumps"})
)
"""They need the value of each element of what they are given."""

COMPUTING: Final = (
    _names("builtins", "len int float bytes abs round sum min max sorted divmod pow hash chr ord")
    | _names("json", "loads")
    | _names("math", "floor ceil sqrt isnan")
    | _names("os.path", "join exists isfile isdir basename dirname")
)
ITERATING: Final = (
    _names("builtins", "list tuple set dict frozenset iter enumerate next reversed zip")
    | _names("builtins.str", "join")
    | _names("builtins.list", "extend")
)
TRUTH_SINKS: Final = _names("builtins", "bool any all")

SINKS: Final[dict[str, How]] = {
    **dict.fromkeys(TEXT_SINKS, How.TEXT),
    **dict.fromkeys(COMPUTING, How.COMPUTED),
    **dict.fromkeys(SERIALISING, How.SERIALISED),
    **dict.fromkeys(ITERATING, How.ITERATED),
    **dict.fromkeys(TRUTH_SINKS, How.TRUTH),
    **dict.fromkeys(CONSUMERS, How.AWAITED),
    **dict.fromkeys(TESTS, How.TESTED),
}
"""What functions of the library do with what is passed to them."""

NEUTRAL: Final = frozenset({"functools.wraps", "functools.update_wrapper"})
"""They look at a function only to copy its name."""

_GENERICS: Final = _names("typing", "Dict FrozenSet List Set Tuple Type")

HARMLESS_BASES: Final = (
    _names("typing", "Generic Protocol NamedTuple TypedDict")
    | _names("typing_extensions", "Protocol TypedDict NamedTuple")
    | frozenset({"builtins.object", "abc.ABC"})
)
"""Base classes that define nothing a program calls."""

SAME_CLASS: Final = frozenset(
    {
        "dataclasses.dataclass",
        "functools.total_ordering",
        "enum.unique",
        "attr.s",
        "attr.attrs",
        "attr.define",
        "attr.frozen",
        "attr.mutable",
        "attrs.define",
        "attrs.frozen",
        "attrs.mutable",
    }
)
"""Class decorators that give the class back, with arguments or without."""

SAME: Final = (
    _names("typing", "final override no_type_check overload runtime_checkable")
    | _names("typing_extensions", "final override overload runtime_checkable deprecated")
    | _names("abc", "abstractmethod")
    | _names("copy", "copy")
    | frozenset({"functools.cache"})
)
"""Functions that give their first argument back."""

_BUILTIN_RESULTS: Final = {
    **{
        name: f"builtins.{name}"
        for name in [
            "str",
            "int",
            "float",
            "bool",
            "bytes",
            "list",
            "dict",
            "set",
            "frozenset",
            "tuple",
            "bytearray",
        ]
    },
    **dict.fromkeys(("len", "hash", "id", "ord"), "builtins.int"),
    **dict.fromkeys(("repr", "ascii", "chr", "hex", "bin", "format", "input"), "builtins.str"),
    **dict.fromkeys(
        ("isinstance", "issubclass", "callable", "hasattr", "any", "all"), "builtins.bool"
    ),
    **dict.fromkeys(("sorted", "dir"), "builtins.list"),
}


_MODULES: Final = frozenset(
    [
        "abc",
        "asyncio",
        "builtins",
        "collections",
        "contextlib",
        "dataclasses",
        "enum",
        "functools",
        "inspect",
        "json",
        "logging",
        "threading",
        "types",
        "typing",
        "typing_extensions",
    ]
)
"""Modules whose source is never looked at: the tables say what is known of them."""


def knows(fullname: str) -> bool:
    """Is this a name of a module that is known by tables, so that its source is not looked at?"""
    return fullname.partition(".")[0] in _MODULES


def exports(module: str, name: str) -> bool:
    """Does `from module import *` bring this name, for a module that is known by tables?"""
    if module not in _MODULES or module == "typing_extensions":
        return False
    exported = getattr(importlib.import_module(module), "__all__", ())
    return name in exported


def awaitable(fullname: str, given: Value = UNKNOWN) -> Value:
    """Return the awaitable that a library function gives; `given` is what awaiting it gives."""
    kind = Kind.COROUTINE if fullname in COROUTINES else Kind.FUTURE
    origin = Origin(fullname, None, None, kind is Kind.COROUTINE, kind)
    return frozenset({Awaitable(origin, given)})


def result(engine: Engine, fullname: str) -> Value:
    """Return what calling something that is known by name only gives."""
    if fullname in COROUTINES or fullname in FUTURES or fullname in FUTURE_CLASSES:
        return awaitable(fullname)
    if fullname in RESULTS:
        return instance(RESULTS[fullname])
    if fullname in CLASSES:
        return instance(fullname)
    prefix, _, name = fullname.rpartition(".")
    if prefix == "builtins":
        if name == "print":
            return NONE
        return instance(_BUILTIN_RESULTS[name]) if name in _BUILTIN_RESULTS else UNKNOWN
    known = engine.type_of(fullname)
    if known is None or known.is_value:
        return UNKNOWN
    if known.is_class:
        return known_value(engine, fullname, Instance(fullname))
    return _declared(known, fullname)


def read(engine: Engine, fullname: str) -> Value | None:
    """Return the value of a variable or property known by name; None if it is something else."""
    known = engine.type_of(fullname)
    return _declared(known, fullname) if known and known.is_value else None


def _declared(known: Known, fullname: str) -> Value:
    if known.verdict is Verdict.ALWAYS:
        given = instance(known.awaited) if known.awaited else UNKNOWN
        origin = Origin(fullname, known.path, known.line, known.is_async, known.kind)
        return frozenset({Awaitable(origin, given)})
    if known.instance:
        return instance(known.instance)
    return PLAIN if known.verdict is Verdict.NEVER else UNKNOWN


def lacks(base: str | None, name: str) -> bool:
    """Is this a built-in or abstract class, or its name in `typing`, without such an attribute?"""
    prefix, _, short = (base or "").rpartition(".")
    cls = None
    if prefix == "builtins" or base in _GENERICS:
        cls = getattr(builtins, short.lower() if base in _GENERICS else short, None)
    elif prefix in ("collections.abc", "typing") and short in collections.abc.__all__:
        cls = getattr(collections.abc, short)
    return isinstance(cls, type) and not hasattr(cls, name)


def known_value(engine: Engine, fullname: str, made: Instance) -> Value:
    """Return an instance of a class known by name; an awaitable if its instances are."""
    known = engine.type_of(fullname)
    if known and known.verdict is Verdict.ALWAYS:
        origin = Origin(fullname, known.path, known.line, False, known.kind)
        return frozenset({Awaitable(origin, UNKNOWN)})
    return frozenset({made})
