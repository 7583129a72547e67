from __future__ import annotations

from typing import Any

from netra_backend.app.agents.base_agent import BaseAgent
from netra_backend.app.services.user_execution_context import UserExecutionContext
from netra_backend.app.websocket_core.unified_manager import UnifiedWebSocketManager


class UserAgentSession:
    def __init__(self, user_id: str) -> None:
        pass

    async def set_websocket_manager(
        self, manager: UnifiedWebSocketManager, user_context: UserExecutionContext | None = None
    ) -> None:
        pass

    async def get_agent(self, agent_type: str) -> BaseAgent | None:
        return None

    async def register_agent(self, agent_type: str, agent: BaseAgent) -> None:
        pass

    async def cleanup_all_agents(self) -> None:
        pass

    def get_metrics(self) -> dict[str, Any]:
        return {}


class AgentRegistry:
    def __init__(self, llm_manager: object | None = None) -> None:
        pass

    async def get_user_session(self, user_id: str) -> UserAgentSession:
        return UserAgentSession(user_id)

    async def cleanup_user_session(self, user_id: str) -> dict[str, Any]:
        return {}

    def set_websocket_manager(self, manager: UnifiedWebSocketManager) -> None:
        pass

    async def set_websocket_manager_async(self, manager: UnifiedWebSocketManager) -> None:
        pass
