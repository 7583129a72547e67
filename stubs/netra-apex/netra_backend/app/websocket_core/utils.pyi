from netra_backend.app.services.user_execution_context import UserExecutionContext
from netra_backend.app.websocket_core.websocket_manager_factory import IsolatedWebSocketManager

async def create_websocket_manager(
    user_context: UserExecutionContext | None = None, user_id: str | None = None
) -> IsolatedWebSocketManager: ...
