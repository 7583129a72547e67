from dataclasses import dataclass
from datetime import datetime

from fastapi import WebSocket

@dataclass
class WebSocketContext:
    connection_id: str
    websocket: WebSocket
    user_id: str
    thread_id: str
    run_id: str
    connected_at: datetime = ...
    last_activity: datetime = ...
    @property
    def is_active(self) -> bool: ...
    def update_activity(self) -> None: ...
