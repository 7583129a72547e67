"""Stand-in for FastAPI: what the stubs and the re-implementation name of it."""

from __future__ import annotations

from typing import Any


class Request:
    headers: dict[str, str]

    def __init__(self) -> None:
        self.headers = {}


class WebSocket:
    headers: dict[str, str]

    def __init__(self) -> None:
        self.headers = {}
        self.sent: list[Any] = []

    async def accept(self, subprotocol: str | None = None) -> None: ...

    async def close(self, code: int = 1000, reason: str | None = None) -> None: ...

    async def send_json(self, data: Any) -> None:
        self.sent.append(data)
