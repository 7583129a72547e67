from __future__ import annotations

from typing import Any


class UserRedisClient:
    def __init__(self, user_id: str, request_id: str, thread_id: str) -> None:
        pass

    async def initialize(self) -> None:
        pass

    async def get(self, key: str) -> str | None:
        return None

    async def set(self, key: str, value: str, ex: int | None = None) -> bool:
        return True

    async def delete(self, *keys: str) -> int:
        return 0

    async def exists(self, key: str) -> bool:
        return True

    async def expire(self, key: str, seconds: int) -> bool:
        return True

    async def keys(self, pattern: str = "*") -> list[str]:
        return []

    async def ttl(self, key: str) -> int:
        return 0

    async def hset(
        self, key: str, field_or_mapping: str | dict[str, Any], value: str | None = None
    ) -> int:
        return 0

    async def hget(self, key: str, field: str) -> str | None:
        return None

    async def hgetall(self, key: str) -> dict[str, Any]:
        return {}

    async def lpush(self, key: str, *values: str) -> int:
        return 0

    async def rpop(self, key: str) -> str | None:
        return None

    async def llen(self, key: str) -> int:
        return 0

    async def set_json(self, key: str, value: dict[str, Any], ex: int | None = None) -> bool:
        return True

    async def get_json(self, key: str) -> dict[str, Any] | None:
        return None

    async def ping(self) -> bool:
        return True

    def get_client_stats(self) -> dict[str, Any]:
        return {}
