from netra_backend.app.services.user_execution_context import UserExecutionContext
from netra_backend.app.websocket_core.websocket_manager_factory import IsolatedWebSocketManager

async def migrate_singleton_usage(
    user_context: UserExecutionContext,
) -> IsolatedWebSocketManager: ...
