from typing import Any

from netra_backend.app.agents.supervisor_consolidated import SupervisorAgent
from netra_backend.app.core.tools.unified_tool_dispatcher import UnifiedToolDispatcher
from netra_backend.app.services.agent_websocket_bridge import AgentWebSocketBridge
from sqlalchemy.ext.asyncio import AsyncSession

async def create_supervisor_core(
    user_id: str,
    thread_id: str,
    run_id: str,
    db_session: AsyncSession,
    websocket_client_id: str | None = None,
    llm_client: object | None = None,
    websocket_bridge: AgentWebSocketBridge | None = None,
    tool_dispatcher: UnifiedToolDispatcher | None = None,
    tool_classes: list[type[object]] | None = None,
) -> SupervisorAgent: ...
def validate_supervisor_components(
    llm_client: object | None = None,
    websocket_bridge: AgentWebSocketBridge | None = None,
    tool_dispatcher: UnifiedToolDispatcher | None = None,
) -> tuple[bool, list[str]]: ...
def get_supervisor_health_info() -> dict[str, Any]: ...
