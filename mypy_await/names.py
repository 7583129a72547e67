"""Full names of the standard library that the rules speak of, as constants."""

from __future__ import annotations

from typing import Final

AWAITABLE: Final = "typing.Awaitable"
COROUTINE: Final = "typing.Coroutine"
FUTURE: Final = "_asyncio.Future"
FUTURES: Final = frozenset({"_asyncio.Future", "asyncio.futures.Future"})
