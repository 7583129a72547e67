from netra_backend.app.agents.supervisor.agent_instance_factory import UserWebSocketEmitter

class WebSocketBridgeFactory:
    def __init__(self) -> None: ...
    async def create_user_emitter(
        self, user_id: str, thread_id: str, connection_id: str | None = None
    ) -> UserWebSocketEmitter: ...

# A homonym in "netra_backend.app.dependencies" takes the request; it is synchronous too.
def get_websocket_bridge_factory() -> WebSocketBridgeFactory: ...
