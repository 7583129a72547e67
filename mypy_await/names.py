"""Full names of the standard library that the rules speak of, as constants."""

from __future__ import annotations

from typing import Final

ASYNC_MOCK: Final = "unittest.mock.AsyncMock"
PATCH: Final = "unittest.mock.patch"
AWAITABLE: Final = "typing.Awaitable"
AWAITABLE_GENERATOR: Final = "typing.AwaitableGenerator"
COROUTINE: Final = "typing.Coroutine"
AWAITS: Final = frozenset({f"{COROUTINE}.__await__", "types.CoroutineType.__await__"})
"""What `await` calls on a coroutine."""
MANAGERS: Final = frozenset(
    {"contextlib._AsyncGeneratorContextManager", "contextlib._GeneratorContextManager"}
)
"""What `contextlib` makes of generators."""
CONTEXT_DECORATOR: Final = "contextlib.ContextDecorator"
FUTURES: Final = frozenset({"_asyncio.Future", "asyncio.futures.Future"})
MOCK_ATTRIBUTES: Final = "unittest.mock.NonCallableMock."
CONTAINERS: Final = frozenset(
    {
        "builtins.dict",
        "builtins.list",
        "builtins.set",
        "collections.OrderedDict",
        "collections.defaultdict",
        "collections.deque",
        "weakref.WeakValueDictionary",
        "weakref.WeakSet",
        "_weakrefset.WeakSet",
    }
)
"""Containers whose last type argument says what is in them."""
SCALARS: Final = frozenset(f"builtins.{name}" for name in ("bool", "bytes", "float", "int", "str"))
"""Text and numbers."""
GENERATOR: Final = "typing.Generator"
DRIVEN: Final = frozenset({"typing.Iterator", GENERATOR})
"""What may be a generator that somebody takes one step after the other."""
GENERATORS: Final = frozenset({"types.AsyncGeneratorType", "types.GeneratorType"})
YIELDING: Final = frozenset(
    {"typing.AsyncGenerator", "typing.AsyncIterator", "typing.AsyncIterable"}
)
"""What async generators may be declared to give."""
ENTERED: Final = frozenset({"contextlib.AbstractAsyncContextManager", "typing.AsyncContextManager"})
"""What functions under `asynccontextmanager` may be declared to give."""
AWAITED_METHODS: Final = frozenset({"__aenter__", "__aexit__", "__anext__"})
"""Methods whose result `async with` and `async for` await."""
BARE: Final = frozenset({AWAITABLE, COROUTINE})
"""What is often written without its arguments."""
OBJECT: Final = "builtins.object"
CACHED: Final = "functools._lru_cache_wrapper.__call__"
"""What runs where a function is called that keeps its results."""
HASATTR: Final = "builtins.hasattr"
WAIT: Final = "asyncio.tasks.wait"

OF_AWAITABLES: Final = frozenset(
    {
        "add_done_callback",
        "cancel",
        "cancelled",
        "close",
        "cr_await",
        "cr_code",
        "cr_frame",
        "cr_running",
        "done",
        "exception",
        "result",
        "send",
        "throw",
        "__await__",
        "__class__",
        "__name__",
        "__qualname__",
    }
)
"""Attributes of coroutines and futures: who asks for one deals with the awaitable itself."""
OF_FUTURES: Final = frozenset(
    {"add_done_callback", "cancel", "cancelled", "done", "exception", "result"}
)
"""Those of them that no coroutine has."""
