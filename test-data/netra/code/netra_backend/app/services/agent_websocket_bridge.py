from __future__ import annotations

from typing import Any

from netra_backend.app.services.user_execution_context import UserExecutionContext
from netra_backend.app.websocket_core.unified_manager import UnifiedWebSocketManager


class AgentWebSocketBridge:
    def __init__(self, user_context: UserExecutionContext | None = None) -> None:
        pass

    async def get_health_status(self) -> dict[str, Any]:
        return {}

    async def get_metrics(self) -> dict[str, Any]:
        return {}

    async def get_status(self) -> dict[str, Any]:
        return {}

    async def shutdown(self) -> None:
        pass

    async def register_run_thread_mapping(
        self, run_id: str, thread_id: str, metadata: dict[str, Any] | None = None
    ) -> bool:
        return True

    async def unregister_run_mapping(self, run_id: str) -> bool:
        return True

    def extract_thread_id(self, run_id: str) -> str:
        return ""


async def get_agent_websocket_bridge() -> AgentWebSocketBridge:
    return AgentWebSocketBridge()


def create_agent_websocket_bridge(
    user_context: UserExecutionContext | None = None,
    websocket_manager: UnifiedWebSocketManager | None = None,
) -> AgentWebSocketBridge:
    return AgentWebSocketBridge()
