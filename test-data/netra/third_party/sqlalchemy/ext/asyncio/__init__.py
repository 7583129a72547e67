"""Stand-in for SQLAlchemy's asyncio extension."""

from __future__ import annotations

from typing import Generic, TypeVar

S = TypeVar("S")


class AsyncEngine: ...


class AsyncSession:
    async def commit(self) -> None: ...

    async def close(self) -> None: ...


class async_sessionmaker(Generic[S]):  # noqa: N801
    def __init__(self, made: type[S]) -> None:
        self.made = made

    def __call__(self) -> S:
        return self.made()
