"""Full names of the standard library that the rules speak of, as constants."""

from __future__ import annotations

from typing import Final

AWAITABLE: Final = "typing.Awaitable"
AWAITABLE_GENERATOR: Final = "typing.AwaitableGenerator"
COROUTINE: Final = "typing.Coroutine"
FUTURES: Final = frozenset({"_asyncio.Future", "asyncio.futures.Future"})
OBJECT: Final = "builtins.object"
