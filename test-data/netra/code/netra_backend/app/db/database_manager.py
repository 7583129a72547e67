from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from netra_backend.app.services.user_execution_context import UserExecutionContext


class DatabaseManager:
    def __init__(self) -> None:
        pass

    async def initialize(self) -> None:
        pass

    def get_engine(self, name: str = "primary") -> AsyncEngine:
        return AsyncEngine()

    @asynccontextmanager
    async def get_session(
        self,
        engine_name: str = "primary",
        user_context: UserExecutionContext | None = None,
        operation_type: str = "unknown",
    ) -> AsyncIterator[AsyncSession]:
        yield AsyncSession()

    @classmethod
    @asynccontextmanager
    async def get_async_session(
        cls,
        name: str = "primary",
        user_id: str | None = None,
        operation_type: str = "legacy_access",
    ) -> AsyncIterator[AsyncSession]:
        yield AsyncSession()

    async def health_check(self, engine_name: str = "primary") -> dict[str, Any]:
        return {}

    async def cleanup_expired_sessions(self, max_age_seconds: int = 3600) -> int:
        return 0

    async def force_cleanup_user_sessions(self, user_id: str) -> int:
        return 0

    async def close_all(self) -> None:
        pass

    def get_pool_stats(self) -> dict[str, Any]:
        return {}

    @staticmethod
    def create_application_engine() -> AsyncEngine:
        return AsyncEngine()


def get_database_manager() -> DatabaseManager:
    return DatabaseManager()


@asynccontextmanager
async def get_db_session(engine_name: str = "primary") -> AsyncIterator[AsyncSession]:
    yield AsyncSession()
