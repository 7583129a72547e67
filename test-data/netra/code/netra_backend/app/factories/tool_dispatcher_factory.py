from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from netra_backend.app.core.tools.unified_tool_dispatcher import UnifiedToolDispatcher
from netra_backend.app.services.agent_websocket_bridge import AgentWebSocketBridge
from netra_backend.app.services.user_execution_context import UserExecutionContext
from netra_backend.app.websocket_core.unified_manager import UnifiedWebSocketManager


class ToolDispatcherFactory:
    def __init__(self, websocket_manager: UnifiedWebSocketManager | None = None) -> None:
        pass

    async def create_for_request(
        self,
        user_context: UserExecutionContext,
        tools: list[object] | None = None,
        websocket_manager: UnifiedWebSocketManager | None = None,
    ) -> UnifiedToolDispatcher:
        return UnifiedToolDispatcher()

    @asynccontextmanager
    async def create_scoped(
        self,
        user_context: UserExecutionContext,
        tools: list[object] | None = None,
        websocket_manager: UnifiedWebSocketManager | None = None,
    ) -> AsyncIterator[UnifiedToolDispatcher]:
        yield UnifiedToolDispatcher()

    async def create_for_user(
        self,
        user_context: UserExecutionContext,
        websocket_bridge: AgentWebSocketBridge | None = None,
        tools: list[object] | None = None,
        enable_admin_tools: bool = False,
    ) -> UnifiedToolDispatcher:
        return UnifiedToolDispatcher()

    async def create_tool_executor(
        self,
        user_context: UserExecutionContext,
        websocket_manager: UnifiedWebSocketManager | None = None,
    ) -> UnifiedToolDispatcher:
        return UnifiedToolDispatcher()

    async def create_request_scoped_dispatcher(
        self,
        user_context: UserExecutionContext,
        tools: list[object] | None = None,
        websocket_manager: UnifiedWebSocketManager | None = None,
    ) -> UnifiedToolDispatcher:
        return UnifiedToolDispatcher()
