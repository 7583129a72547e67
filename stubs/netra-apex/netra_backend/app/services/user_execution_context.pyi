from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from fastapi import Request
from sqlalchemy.ext.asyncio import AsyncSession

class InvalidContextError(Exception): ...
class ContextIsolationError(Exception): ...

@dataclass(frozen=True)
class UserExecutionContext:
    user_id: str
    thread_id: str
    run_id: str
    request_id: str = ...
    db_session: AsyncSession | None = field(default=None, repr=False, compare=False)
    websocket_client_id: str | None = None
    created_at: datetime = ...
    agent_context: dict[str, Any] = ...
    audit_metadata: dict[str, Any] = ...
    operation_depth: int = 0
    parent_request_id: str | None = None
    cleanup_callbacks: list[Callable[[], object]] = ...
    @classmethod
    def from_request(
        cls,
        user_id: str,
        thread_id: str,
        run_id: str,
        request_id: str | None = None,
        db_session: AsyncSession | None = None,
        websocket_client_id: str | None = None,
        agent_context: dict[str, Any] | None = None,
        audit_metadata: dict[str, Any] | None = None,
    ) -> UserExecutionContext: ...
    @classmethod
    def from_websocket_request(
        cls,
        user_id: str,
        websocket_client_id: str | None = None,
        operation: str = "websocket_session",
    ) -> UserExecutionContext: ...
    @classmethod
    def from_request_supervisor(
        cls,
        user_id: str,
        thread_id: str,
        run_id: str,
        request_id: str | None = None,
        db_session: AsyncSession | None = None,
        websocket_connection_id: str | None = None,
        metadata: dict[str, Any] | None = None,
    ) -> UserExecutionContext: ...
    @classmethod
    def from_fastapi_request(
        cls,
        request: Request,
        user_id: str,
        thread_id: str,
        run_id: str,
        db_session: AsyncSession | None = None,
        websocket_client_id: str | None = None,
    ) -> UserExecutionContext: ...
    @property
    def websocket_connection_id(self) -> str | None: ...
    async def cleanup(self) -> None: ...
    def to_dict(self) -> dict[str, Any]: ...
    def get_correlation_id(self) -> str: ...

def validate_user_context(context: object) -> UserExecutionContext: ...
def get_user_execution_context(
    user_id: str, thread_id: str | None = None, run_id: str | None = None
) -> UserExecutionContext: ...
