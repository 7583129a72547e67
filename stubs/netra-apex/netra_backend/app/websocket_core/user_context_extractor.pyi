from typing import Any

from fastapi import WebSocket
from netra_backend.app.services.user_execution_context import UserExecutionContext

class UserContextExtractor:
    def __init__(self) -> None: ...
    def extract_jwt_from_websocket(self, websocket: WebSocket) -> str | None: ...
    # Synchronous before 2025-09-07; un-awaited, "if not payload" never refuses a bad token.
    async def validate_and_decode_jwt(
        self, token: str, fast_path_enabled: bool = False
    ) -> dict[str, Any] | None: ...
    def create_user_context_from_jwt(
        self,
        jwt_payload: dict[str, Any],
        websocket: WebSocket,
        additional_metadata: dict[str, Any] | None = None,
    ) -> UserExecutionContext: ...
    async def extract_user_context_from_websocket(
        self, websocket: WebSocket, additional_metadata: dict[str, Any] | None = None
    ) -> tuple[UserExecutionContext, dict[str, Any]]: ...
    def create_test_user_context(
        self, user_id: str = "test_user", additional_metadata: dict[str, Any] | None = None
    ) -> UserExecutionContext: ...

def get_user_context_extractor() -> UserContextExtractor: ...
async def extract_websocket_user_context(
    websocket: WebSocket, additional_metadata: dict[str, Any] | None = None
) -> tuple[UserExecutionContext, dict[str, Any]]: ...
