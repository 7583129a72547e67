from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker

from shared.isolated_environment import get_env as get_env


def get_database_url() -> str:
    return ""


def get_engine() -> AsyncEngine:
    return AsyncEngine()


def get_sessionmaker() -> async_sessionmaker[AsyncSession]:
    return async_sessionmaker(AsyncSession)


@asynccontextmanager
async def get_db() -> AsyncIterator[AsyncSession]:
    yield AsyncSession()


@asynccontextmanager
async def get_system_db() -> AsyncIterator[AsyncSession]:
    yield AsyncSession()
