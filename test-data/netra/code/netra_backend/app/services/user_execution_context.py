from __future__ import annotations

import uuid
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
    request_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    db_session: AsyncSession | None = field(default=None, repr=False, compare=False)
    websocket_client_id: str | None = None
    created_at: datetime = field(default_factory=datetime.now)
    agent_context: dict[str, Any] = field(default_factory=dict)
    audit_metadata: dict[str, Any] = field(default_factory=dict)
    operation_depth: int = 0
    parent_request_id: str | None = None
    cleanup_callbacks: list[Callable[[], object]] = field(default_factory=list)

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
    ) -> UserExecutionContext:
        return UserExecutionContext(user_id, thread_id or "thread", run_id or "run")

    @classmethod
    def from_websocket_request(
        cls,
        user_id: str,
        websocket_client_id: str | None = None,
        operation: str = "websocket_session",
    ) -> UserExecutionContext:
        return cls(user_id, "thread", "run", websocket_client_id=websocket_client_id)

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
    ) -> UserExecutionContext:
        return UserExecutionContext(user_id, thread_id or "thread", run_id or "run")

    @classmethod
    def from_fastapi_request(
        cls,
        request: Request,
        user_id: str,
        thread_id: str,
        run_id: str,
        db_session: AsyncSession | None = None,
        websocket_client_id: str | None = None,
    ) -> UserExecutionContext:
        return UserExecutionContext(user_id, thread_id or "thread", run_id or "run")

    @property
    def websocket_connection_id(self) -> str | None:
        return None

    async def cleanup(self) -> None:
        pass

    def to_dict(self) -> dict[str, Any]:
        return {}

    def get_correlation_id(self) -> str:
        return ""


def validate_user_context(context: object) -> UserExecutionContext:
    if not isinstance(context, UserExecutionContext):
        raise InvalidContextError("not a context")
    return context


def get_user_execution_context(
    user_id: str, thread_id: str | None = None, run_id: str | None = None
) -> UserExecutionContext:
    return UserExecutionContext(user_id, thread_id or "thread", run_id or "run")
