from __future__ import annotations

from netra_backend.app.services.user_execution_context import UserExecutionContext
from netra_backend.app.websocket_core.websocket_manager_factory import (
    IsolatedWebSocketManager,
)
from netra_backend.app.websocket_core.websocket_manager_factory import (
    create_websocket_manager as create_manager,
)


async def create_websocket_manager(
    user_context: UserExecutionContext | None = None, user_id: str | None = None
) -> IsolatedWebSocketManager:
    context = user_context or UserExecutionContext(user_id or "user", "thread", "run")
    return await create_manager(context)
