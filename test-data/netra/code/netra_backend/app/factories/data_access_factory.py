from __future__ import annotations

from typing import Any, Generic, TypeVar

from netra_backend.app.services.user_execution_context import UserExecutionContext

ContextType = TypeVar("ContextType")


class DataAccessFactory(Generic[ContextType]):
    def __init__(
        self,
        factory_name: str,
        max_contexts_per_user: int = 10,
        context_ttl_seconds: int = 3600,
        cleanup_interval_seconds: int = 300,
    ) -> None:
        pass

    async def create_user_context(self, user_context: UserExecutionContext) -> ContextType:
        raise NotImplementedError("a subclass makes it")

    async def get_context_stats(self) -> dict[str, Any]:
        return {}

    async def cleanup_user_contexts(self, user_id: str) -> int:
        return 0

    async def shutdown(self) -> None:
        pass
