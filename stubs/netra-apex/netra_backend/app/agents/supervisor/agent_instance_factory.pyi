import asyncio
from contextlib import AbstractAsyncContextManager
from typing import Any

from netra_backend.app.agents.base_agent import BaseAgent
from netra_backend.app.agents.supervisor.agent_registry import AgentRegistry
from netra_backend.app.core.tools.unified_tool_dispatcher import UnifiedToolDispatcher
from netra_backend.app.services.agent_websocket_bridge import AgentWebSocketBridge
from netra_backend.app.services.user_execution_context import UserExecutionContext
from netra_backend.app.websocket_core.unified_manager import UnifiedWebSocketManager
from sqlalchemy.ext.asyncio import AsyncSession

class UserWebSocketEmitter:
    def __init__(
        self,
        user_id: str,
        thread_id: str,
        run_id: str,
        websocket_bridge: AgentWebSocketBridge | None,
    ) -> None: ...
    async def notify_agent_started(
        self, agent_name: str, context: dict[str, Any] | None = None
    ) -> bool: ...
    async def notify_agent_thinking(
        self,
        agent_name: str,
        reasoning: str,
        step_number: int | None = None,
        progress_percentage: float | None = None,
    ) -> bool: ...
    async def notify_tool_executing(
        self, agent_name: str, tool_name: str, parameters: dict[str, Any] | None = None
    ) -> bool: ...
    async def notify_tool_completed(
        self,
        agent_name: str,
        tool_name: str,
        result: dict[str, Any] | None = None,
        execution_time_ms: float | None = None,
    ) -> bool: ...
    async def notify_agent_completed(
        self,
        agent_name: str,
        result: dict[str, Any] | None = None,
        execution_time_ms: float | None = None,
    ) -> bool: ...
    async def notify_agent_error(
        self, agent_name: str, error: str, error_context: dict[str, Any] | None = None
    ) -> bool: ...
    async def cleanup(self) -> None: ...
    def get_emitter_status(self) -> dict[str, Any]: ...

class AgentInstanceFactory:
    def __init__(self) -> None: ...
    def configure(
        self,
        agent_registry: AgentRegistry | None = None,
        websocket_bridge: AgentWebSocketBridge | None = None,
        websocket_manager: UnifiedWebSocketManager | None = None,
        llm_manager: object | None = None,
        tool_dispatcher: UnifiedToolDispatcher | None = None,
    ) -> None: ...
    # A homonym in "netra_backend.app.dependencies" is synchronous.
    async def create_user_execution_context(
        self,
        user_id: str,
        thread_id: str,
        run_id: str,
        request_id: str | None = None,
        db_session: AsyncSession | None = None,
        websocket_client_id: str | None = None,
        metadata: dict[str, Any] | None = None,
    ) -> UserExecutionContext: ...
    async def create_agent_instance(
        self,
        agent_name: str,
        user_context: UserExecutionContext,
        agent_class: type[BaseAgent] | None = None,
    ) -> BaseAgent: ...
    async def cleanup_user_context(self, user_context: UserExecutionContext) -> None: ...
    def user_execution_scope(
        self,
        user_id: str,
        thread_id: str,
        run_id: str,
        db_session: AsyncSession | None = None,
        websocket_client_id: str | None = None,
        metadata: dict[str, Any] | None = None,
    ) -> AbstractAsyncContextManager[UserExecutionContext]: ...
    async def get_user_semaphore(self, user_id: str) -> asyncio.Semaphore: ...
    def get_pool_stats(self) -> dict[str, Any]: ...
    def get_factory_metrics(self) -> dict[str, Any]: ...
    def get_active_contexts_summary(self) -> dict[str, Any]: ...
    async def cleanup_inactive_contexts(self, max_age_seconds: int = 3600) -> int: ...

def get_agent_instance_factory() -> AgentInstanceFactory: ...
async def configure_agent_instance_factory(
    agent_registry: AgentRegistry | None = None,
    websocket_bridge: AgentWebSocketBridge | None = None,
    websocket_manager: UnifiedWebSocketManager | None = None,
    llm_manager: object | None = None,
    tool_dispatcher: UnifiedToolDispatcher | None = None,
) -> AgentInstanceFactory: ...
