from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from netra_backend.app.agents.supervisor.user_execution_engine import (
    UserExecutionEngine,
)
from netra_backend.app.db.database_manager import DatabaseManager
from netra_backend.app.factories.tool_dispatcher_factory import ToolDispatcherFactory
from netra_backend.app.redis_manager import RedisManager
from netra_backend.app.services.agent_websocket_bridge import AgentWebSocketBridge
from netra_backend.app.services.user_execution_context import UserExecutionContext


class ExecutionEngineFactoryError(Exception): ...


class ExecutionEngineFactory:
    def __init__(
        self,
        websocket_bridge: AgentWebSocketBridge | None = None,
        database_session_manager: DatabaseManager | None = None,
        redis_manager: RedisManager | None = None,
    ) -> None:
        pass

    def set_tool_dispatcher_factory(self, tool_dispatcher_factory: ToolDispatcherFactory) -> None:
        pass

    async def create_for_user(self, context: UserExecutionContext) -> UserExecutionEngine:
        return UserExecutionEngine(context)

    async def create_execution_engine(
        self, user_context: UserExecutionContext
    ) -> UserExecutionEngine:
        return UserExecutionEngine(user_context)

    @asynccontextmanager
    async def user_execution_scope(
        self, context: UserExecutionContext
    ) -> AsyncIterator[UserExecutionEngine]:
        yield UserExecutionEngine(context)

    async def cleanup_engine(self, engine: UserExecutionEngine) -> None:
        pass

    async def cleanup_user_context(self, user_id: str) -> bool:
        return True

    async def cleanup_all_contexts(self) -> None:
        pass

    def get_factory_metrics(self) -> dict[str, Any]:
        return {}

    def get_active_engines_summary(self) -> dict[str, Any]:
        return {}

    def get_active_contexts(self) -> dict[str, str]:
        return {}

    async def shutdown(self) -> None:
        pass


async def get_execution_engine_factory() -> ExecutionEngineFactory:
    return ExecutionEngineFactory()


async def configure_execution_engine_factory(
    websocket_bridge: AgentWebSocketBridge,
    database_session_manager: DatabaseManager | None = None,
    redis_manager: RedisManager | None = None,
) -> ExecutionEngineFactory:
    return ExecutionEngineFactory()


async def create_execution_engine_factory(
    websocket_bridge: AgentWebSocketBridge,
    database_session_manager: DatabaseManager | None = None,
    redis_manager: RedisManager | None = None,
) -> ExecutionEngineFactory:
    return ExecutionEngineFactory()


@asynccontextmanager
async def user_execution_engine(
    context: UserExecutionContext,
) -> AsyncIterator[UserExecutionEngine]:
    yield UserExecutionEngine(context)
