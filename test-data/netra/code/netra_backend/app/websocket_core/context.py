from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from fastapi import WebSocket


@dataclass
class WebSocketContext:
    connection_id: str
    websocket: WebSocket
    user_id: str
    thread_id: str
    run_id: str
    connected_at: datetime = field(default_factory=datetime.now)
    last_activity: datetime = field(default_factory=datetime.now)

    @property
    def is_active(self) -> bool:
        return True

    def update_activity(self) -> None:
        pass
