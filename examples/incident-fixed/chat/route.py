"""The endpoint that a browser connects to."""

from __future__ import annotations

from chat.managers import create_websocket_manager
from chat.tokens import decode


async def connect(token: str, connection: str) -> str:
    """Connect a user, or refuse."""
    payload = await decode(token)
    if not payload:
        return "refused"
    manager = await create_websocket_manager(payload.get("sub", "nobody"))
    await manager.add_connection(connection)
    return "connected"
