from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from redis.asyncio import Redis
from redis.asyncio.client import Pipeline


class RedisManager:
    def __init__(self) -> None:
        pass

    async def initialize(self) -> None:
        pass

    async def shutdown(self) -> None:
        pass

    async def get_client(self) -> Redis | None:
        return None

    async def get(self, key: str) -> str | None:
        return None

    async def set(self, key: str, value: str, ex: int | None = None) -> bool:
        return True

    async def delete(self, key: str) -> bool:
        return True

    async def exists(self, key: str) -> bool:
        return True

    @asynccontextmanager
    async def pipeline(self) -> AsyncIterator[Pipeline]:
        yield Pipeline()

    async def lpush(self, key: str, *values: str) -> int:
        return 0

    async def rpop(self, key: str) -> str | None:
        return None

    async def llen(self, key: str) -> int:
        return 0

    async def keys(self, pattern: str) -> list[str]:
        return []

    async def incr(self, key: str) -> int:
        return 0

    async def expire(self, key: str, seconds: int) -> bool:
        return True

    @property
    def is_connected(self) -> bool:
        return True

    def get_status(self) -> dict[str, Any]:
        return {}

    async def force_reconnect(self) -> bool:
        return True

    async def reset_circuit_breaker(self) -> None:
        pass

    async def mget(self, keys: list[str]) -> list[str | None]:
        return []

    async def mset(self, mapping: dict[str, str]) -> bool:
        return True

    async def setex(self, key: str, time: int, value: str) -> bool:
        return True

    async def scan_keys(self, pattern: str) -> list[str]:
        return []
