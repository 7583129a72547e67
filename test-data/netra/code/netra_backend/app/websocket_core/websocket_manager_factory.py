from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from fastapi import WebSocket

from netra_backend.app.services.user_execution_context import UserExecutionContext
from netra_backend.app.websocket_core.unified_manager import WebSocketConnection
from shared.types.core_types import ConnectionID, UserID


class FactoryInitializationError(Exception): ...


@dataclass
class FactoryMetrics:
    emitters_created: int = 0
    emitters_active: int = 0
    emitters_cleaned: int = 0
    events_sent_total: int = 0
    events_failed_total: int = 0

    def to_dict(self) -> dict[str, Any]:
        return dict(vars(self))

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> FactoryMetrics:
        return cls(**data)


@dataclass
class ManagerMetrics:
    managers_created: int = 0
    managers_active: int = 0
    managers_cleaned: int = 0
    connections_total: int = 0
    connections_active: int = 0

    def to_dict(self) -> dict[str, Any]:
        return dict(vars(self))


class ConnectionLifecycleManager:
    def __init__(
        self, user_context: UserExecutionContext, ws_manager: IsolatedWebSocketManager
    ) -> None:
        pass

    def register_connection(self, conn: WebSocketConnection) -> None:
        pass

    def health_check_connection(self, conn_id: str) -> bool:
        return True

    async def auto_cleanup_expired(self) -> int:
        return 0

    async def force_cleanup_all(self) -> None:
        pass


class IsolatedWebSocketManager:
    def __init__(self, user_context: UserExecutionContext) -> None:
        self.user_context = user_context
        self._connections: dict[str, WebSocketConnection] = {}

    user_context: UserExecutionContext

    async def add_connection(self, connection: WebSocketConnection) -> None:
        self._connections[connection.connection_id] = connection

    async def remove_connection(self, connection_id: str) -> None:
        self._connections.pop(connection_id, None)

    def get_connection(self, connection_id: str) -> WebSocketConnection | None:
        return self._connections.get(connection_id)

    def get_user_connections(self) -> set[str]:
        return set(self._connections)

    def is_connection_active(self, user_id: str) -> bool:
        return user_id == self.user_context.user_id and bool(self._connections)

    async def send_to_user(self, user_id: str | UserID, message: dict[str, Any]) -> None:
        for connection in self._connections.values():
            await connection.websocket.send_json(message)

    async def emit_critical_event(self, event_type: str, data: dict[str, Any]) -> None:
        await self.send_to_user(self.user_context.user_id, {"type": event_type, **data})

    async def send_to_thread(self, thread_id: str, message: dict[str, Any]) -> bool:
        return True

    async def cleanup_all_connections(self) -> None:
        self._connections.clear()

    def get_manager_stats(self) -> dict[str, Any]:
        return {}

    def get_connection_id_by_websocket(self, websocket: WebSocket) -> ConnectionID | None:
        return None

    def update_connection_thread(self, connection_id: str, thread_id: str) -> bool:
        return True

    def get_connection_health(self, user_id: str) -> dict[str, Any]:
        return {}


class WebSocketManagerFactory:
    max_managers_per_user: int
    connection_timeout_seconds: int

    def __init__(
        self, max_managers_per_user: int = 20, connection_timeout_seconds: int = 1800
    ) -> None:
        self.max_managers_per_user = max_managers_per_user
        self.connection_timeout_seconds = connection_timeout_seconds
        self._managers: dict[str, IsolatedWebSocketManager] = {}

    async def create_manager(self, user_context: UserExecutionContext) -> IsolatedWebSocketManager:
        manager = IsolatedWebSocketManager(user_context)
        self._managers[user_context.user_id] = manager
        return manager

    def get_manager(self, isolation_key: str) -> IsolatedWebSocketManager | None:
        return self._managers.get(isolation_key)

    async def cleanup_manager(self, isolation_key: str) -> bool:
        return self._managers.pop(isolation_key, None) is not None

    def get_factory_stats(self) -> dict[str, Any]:
        return {}

    def enforce_resource_limits(self, user_id: str) -> bool:
        return True

    async def force_cleanup_user_managers(self, user_id: str) -> int:
        return 0

    async def force_cleanup_all_expired(self) -> int:
        return 0

    async def shutdown(self) -> None:
        pass


_factories: list[WebSocketManagerFactory] = []


def create_defensive_user_execution_context(
    user_id: str,
    websocket_client_id: str | None = None,
    fallback_context: dict[str, Any] | None = None,
) -> UserExecutionContext:
    return UserExecutionContext(user_id, "thread", "run", websocket_client_id=websocket_client_id)


def get_websocket_manager_factory() -> WebSocketManagerFactory:
    if not _factories:
        _factories.append(WebSocketManagerFactory())
    return _factories[0]


def reset_websocket_manager_factory() -> None:
    _factories.clear()


async def create_websocket_manager(user_context: UserExecutionContext) -> IsolatedWebSocketManager:
    return await get_websocket_manager_factory().create_manager(user_context)
