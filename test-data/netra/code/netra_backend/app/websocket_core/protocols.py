from __future__ import annotations

from typing import Any, Protocol, runtime_checkable

from fastapi import WebSocket

from netra_backend.app.websocket_core.unified_manager import WebSocketConnection
from shared.types.core_types import ConnectionID, ThreadID, UserID


@runtime_checkable
class WebSocketManagerProtocol(Protocol):
    """What every manager promises: which calls are awaited, and which are not."""

    async def add_connection(self, connection: WebSocketConnection) -> None:
        pass

    async def remove_connection(self, connection_id: str | ConnectionID) -> None:
        pass

    def get_connection(self, connection_id: str | ConnectionID) -> WebSocketConnection | None:
        return None

    def get_user_connections(self, user_id: str | UserID) -> set[str]:
        return set()

    def is_connection_active(self, user_id: str | UserID) -> bool:
        return True

    def get_connection_id_by_websocket(self, websocket: WebSocket) -> ConnectionID | None:
        return None

    def update_connection_thread(
        self, connection_id: str | ConnectionID, thread_id: str | ThreadID
    ) -> bool:
        return True

    async def send_to_user(self, user_id: str | UserID, message: dict[str, Any]) -> None:
        pass

    async def emit_critical_event(
        self, user_id: str | UserID, event_type: str, data: dict[str, Any]
    ) -> None:
        pass

    def get_connection_health(self, user_id: str | UserID) -> dict[str, Any]:
        return {}

    async def send_to_thread(self, thread_id: str | ThreadID, message: dict[str, Any]) -> bool:
        return True


WebSocketProtocol = WebSocketManagerProtocol


class WebSocketProtocolValidator:
    @staticmethod
    def validate_manager_protocol(manager: object) -> dict[str, Any]:
        return {}
