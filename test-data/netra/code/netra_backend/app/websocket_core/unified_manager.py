from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any

from fastapi import WebSocket

from netra_backend.app.services.user_execution_context import UserExecutionContext
from shared.types.core_types import ConnectionID, ThreadID, UserID


class WebSocketManagerMode(Enum):
    UNIFIED = "unified"
    ISOLATED = "isolated"
    EMERGENCY = "emergency"
    DEGRADED = "degraded"


@dataclass
class WebSocketConnection:
    connection_id: str
    user_id: str
    websocket: WebSocket
    connected_at: datetime
    metadata: dict[str, Any] | None = None
    thread_id: str | None = None


class RegistryCompat:
    def __init__(self, manager: UnifiedWebSocketManager) -> None:
        pass

    async def register_connection(self, user_id: str, connection_info: WebSocketConnection) -> None:
        pass

    def get_user_connections(self, user_id: str) -> set[str]:
        return set()


class UnifiedWebSocketManager:
    def __init__(
        self,
        mode: WebSocketManagerMode = WebSocketManagerMode.UNIFIED,
        user_context: UserExecutionContext | None = None,
        config: dict[str, Any] | None = None,
    ) -> None:
        pass

    async def add_connection(self, connection: WebSocketConnection) -> None:
        pass

    async def remove_connection(self, connection_id: str | ConnectionID) -> None:
        pass

    def get_connection(self, connection_id: str | ConnectionID) -> WebSocketConnection | None:
        return None

    def get_user_connections(self, user_id: str | UserID) -> set[str]:
        return set()

    async def wait_for_connection(
        self, user_id: str, timeout: float = 5.0, check_interval: float = 0.1
    ) -> bool:
        return True

    async def send_to_user(self, user_id: str | UserID, message: dict[str, Any]) -> None:
        pass

    async def send_to_thread(self, thread_id: str | ThreadID, message: dict[str, Any]) -> bool:
        return True

    async def emit_critical_event(
        self, user_id: str | UserID, event_type: str, data: dict[str, Any]
    ) -> None:
        pass

    async def send_to_user_with_wait(
        self, user_id: str, message: dict[str, Any], wait_timeout: float = 3.0
    ) -> bool:
        return True

    async def broadcast(self, message: dict[str, Any]) -> None:
        pass

    async def broadcast_message(self, message: dict[str, Any]) -> None:
        pass

    def get_stats(self) -> dict[str, Any]:
        return {}

    def is_connection_active(self, user_id: str | UserID) -> bool:
        return True

    def get_connection_health(self, user_id: str | UserID) -> dict[str, Any]:
        return {}

    async def connect_user(
        self, user_id: str, websocket: WebSocket, connection_id: str | None = None
    ) -> WebSocketConnection:
        return WebSocketConnection(connection_id or "ws", user_id, websocket, datetime.now())

    async def disconnect_user(
        self, user_id: str, websocket: WebSocket, code: int = 1000, reason: str = "Normal closure"
    ) -> None:
        pass

    async def find_connection(
        self, user_id: str, websocket: WebSocket
    ) -> WebSocketConnection | None:
        return None

    async def handle_message(
        self, user_id: str, websocket: WebSocket, message: dict[str, Any]
    ) -> bool:
        return True

    async def connect_to_job(self, websocket: WebSocket, job_id: str) -> WebSocketConnection:
        return WebSocketConnection(job_id, "user", websocket, datetime.now())

    async def disconnect_from_job(self, job_id: str, websocket: WebSocket) -> None:
        pass

    async def attempt_message_recovery(self, user_id: str) -> int:
        return 0

    def get_error_statistics(self) -> dict[str, Any]:
        return {}

    async def cleanup_error_data(self, older_than_hours: int = 24) -> dict[str, int]:
        return {}

    async def start_monitored_background_task(
        self,
        task_name: str,
        coro_func: Callable[..., Awaitable[object]],
        *args: object,
        **kwargs: object,
    ) -> str:
        return ""

    async def stop_background_task(self, task_name: str) -> bool:
        return True

    def get_background_task_status(self) -> dict[str, Any]:
        return {}

    async def process_recovery_queue(self, user_id: str) -> None:
        pass

    async def health_check_background_tasks(self) -> dict[str, Any]:
        return {}

    async def shutdown_background_monitoring(self) -> None:
        pass

    async def get_monitoring_health_status(self) -> dict[str, Any]:
        return {}

    async def restart_background_monitoring(self, force_restart: bool = False) -> dict[str, Any]:
        return {}

    def get_connection_id_by_websocket(self, websocket: WebSocket) -> ConnectionID | None:
        return None

    def update_connection_thread(
        self, connection_id: str | ConnectionID, thread_id: str | ThreadID
    ) -> bool:
        return True

    def get_connection_count(self) -> int:
        return 0

    async def handle_connection(self, websocket: WebSocket, user_id: str | None = None) -> str:
        return ""

    async def handle_disconnection(self, user_id: str, websocket: WebSocket | None = None) -> None:
        pass

    async def send_agent_event(
        self, user_id: str | UserID, event_type: str, data: dict[str, Any]
    ) -> None:
        pass

    async def add_connection_by_user(
        self, user_id: str, websocket: WebSocket, connection_id: str | None = None
    ) -> str:
        return ""

    async def remove_connection_by_user(self, user_id: str) -> None:
        pass

    def is_user_connected(self, user_id: str | UserID) -> bool:
        return True

    def get_health_status(self) -> dict[str, Any]:
        return {}


def create_websocket_manager(
    user_context: UserExecutionContext | None = None,
    mode: WebSocketManagerMode = WebSocketManagerMode.UNIFIED,
    **kwargs: object,
) -> UnifiedWebSocketManager:
    return UnifiedWebSocketManager()
