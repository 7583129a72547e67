from __future__ import annotations

from netra_backend.app.agents.supervisor.agent_instance_factory import (
    UserWebSocketEmitter,
)


class WebSocketBridgeFactory:
    def __init__(self) -> None:
        pass

    async def create_user_emitter(
        self, user_id: str, thread_id: str, connection_id: str | None = None
    ) -> UserWebSocketEmitter:
        return UserWebSocketEmitter(user_id, thread_id, "run", None)


def get_websocket_bridge_factory() -> WebSocketBridgeFactory:
    return WebSocketBridgeFactory()
