from typing import Any

from netra_backend.app.agents.supervisor_consolidated import SupervisorAgent
from netra_backend.app.websocket_core.context import WebSocketContext
from sqlalchemy.ext.asyncio import AsyncSession

async def get_websocket_scoped_supervisor(
    context: WebSocketContext, db_session: AsyncSession, app_state: object | None = None
) -> SupervisorAgent: ...
async def create_websocket_supervisor_with_validation(
    context: WebSocketContext,
    db_session: AsyncSession,
    app_state: object | None = None,
    validate_connection: bool = True,
) -> SupervisorAgent: ...
def get_websocket_supervisor_health() -> dict[str, Any]: ...
