from __future__ import annotations

from typing import Any

from fastapi import WebSocket

from netra_backend.app.services.user_execution_context import UserExecutionContext


class UserContextExtractor:
    def __init__(self) -> None:
        pass

    def extract_jwt_from_websocket(self, websocket: WebSocket) -> str | None:
        return websocket.headers.get("authorization")

    async def validate_and_decode_jwt(
        self, token: str, fast_path_enabled: bool = False
    ) -> dict[str, Any] | None:
        return {"sub": token} if token != "bad" else None

    def create_user_context_from_jwt(
        self,
        jwt_payload: dict[str, Any],
        websocket: WebSocket,
        additional_metadata: dict[str, Any] | None = None,
    ) -> UserExecutionContext:
        return UserExecutionContext(jwt_payload["sub"], "thread", "run")

    async def extract_user_context_from_websocket(
        self, websocket: WebSocket, additional_metadata: dict[str, Any] | None = None
    ) -> tuple[UserExecutionContext, dict[str, Any]]:
        payload = await self.validate_and_decode_jwt(
            self.extract_jwt_from_websocket(websocket) or "bad"
        )
        if payload is None:
            raise PermissionError("bad token")
        return self.create_user_context_from_jwt(payload, websocket), {}

    def create_test_user_context(
        self, user_id: str = "test_user", additional_metadata: dict[str, Any] | None = None
    ) -> UserExecutionContext:
        return UserExecutionContext(user_id, "thread", "run")


def get_user_context_extractor() -> UserContextExtractor:
    return UserContextExtractor()


async def extract_websocket_user_context(
    websocket: WebSocket, additional_metadata: dict[str, Any] | None = None
) -> tuple[UserExecutionContext, dict[str, Any]]:
    return await UserContextExtractor().extract_user_context_from_websocket(
        websocket, additional_metadata
    )
