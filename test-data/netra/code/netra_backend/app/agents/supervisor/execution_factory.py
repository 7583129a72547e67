from __future__ import annotations

from typing import Any

from netra_backend.app.services.user_execution_context import UserExecutionContext


class IsolatedExecutionEngine:
    def __init__(self, user_context: UserExecutionContext) -> None:
        pass

    async def cleanup(self) -> None:
        pass

    def get_status(self) -> dict[str, Any]:
        return {}


class ExecutionEngineFactory:
    def __init__(self) -> None:
        pass

    async def create_execution_engine(
        self, user_context: UserExecutionContext
    ) -> IsolatedExecutionEngine:
        return IsolatedExecutionEngine(user_context)

    async def cleanup_context(self, request_id: str) -> None:
        pass

    def get_factory_metrics(self) -> dict[str, Any]:
        return {}


def get_execution_engine_factory() -> ExecutionEngineFactory:
    return ExecutionEngineFactory()
