from __future__ import annotations

from netra_backend.app.services.user_execution_context import UserExecutionContext
from netra_backend.app.websocket_core.websocket_manager_factory import (
    IsolatedWebSocketManager,
    get_websocket_manager_factory,
)


async def migrate_singleton_usage(user_context: UserExecutionContext) -> IsolatedWebSocketManager:
    return await get_websocket_manager_factory().create_manager(user_context)
