# "create_websocket_manager" of this module is synchronous; that of "websocket_manager_factory"
# is async.
from netra_backend.app.services.user_execution_context import UserExecutionContext
from netra_backend.app.websocket_core.unified_manager import (
    UnifiedWebSocketManager,
    WebSocketManagerMode,
)
from netra_backend.app.websocket_core.unified_manager import (
    create_websocket_manager as create_websocket_manager,
)

WebSocketManager = UnifiedWebSocketManager

def get_websocket_manager(
    user_context: UserExecutionContext | None = None, mode: WebSocketManagerMode = ...
) -> UnifiedWebSocketManager: ...
async def get_websocket_manager_async(
    user_context: UserExecutionContext | None = None, mode: WebSocketManagerMode = ...
) -> UnifiedWebSocketManager: ...
