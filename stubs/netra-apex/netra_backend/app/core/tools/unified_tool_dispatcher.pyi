from netra_backend.app.services.agent_websocket_bridge import AgentWebSocketBridge
from netra_backend.app.services.user_execution_context import UserExecutionContext

class UnifiedToolDispatcher:
    @classmethod
    async def create_for_user(
        cls,
        user_context: UserExecutionContext,
        websocket_bridge: AgentWebSocketBridge | None = None,
        enable_admin_tools: bool = False,
    ) -> UnifiedToolDispatcher: ...
    async def cleanup(self) -> None: ...
