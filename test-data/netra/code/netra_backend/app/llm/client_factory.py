from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


@asynccontextmanager
async def get_llm_client(llm_manager: object, with_retry: bool = False) -> AsyncIterator[object]:
    yield None
