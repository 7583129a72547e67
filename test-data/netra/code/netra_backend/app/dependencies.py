from __future__ import annotations

from collections.abc import AsyncGenerator

from fastapi import Request
from sqlalchemy.ext.asyncio import AsyncSession

from netra_backend.app.agents.supervisor.execution_factory import ExecutionEngineFactory
from netra_backend.app.factories.websocket_bridge_factory import WebSocketBridgeFactory
from netra_backend.app.services.user_execution_context import UserExecutionContext


async def get_request_scoped_db_session() -> AsyncGenerator[AsyncSession, None]:
    yield AsyncSession()


async def get_db_dependency() -> AsyncGenerator[AsyncSession, None]:
    yield AsyncSession()


async def get_db_session() -> AsyncGenerator[AsyncSession, None]:
    yield AsyncSession()


def get_user_execution_context(
    user_id: str, thread_id: str | None = None, run_id: str | None = None
) -> UserExecutionContext:
    return UserExecutionContext(user_id, thread_id or "thread", run_id or "run")


def create_user_execution_context(
    user_id: str,
    thread_id: str,
    run_id: str | None = None,
    db_session: AsyncSession | None = None,
    websocket_client_id: str | None = None,
) -> UserExecutionContext:
    return UserExecutionContext(user_id, thread_id or "thread", run_id or "run")


def get_execution_engine_factory(request: Request) -> ExecutionEngineFactory:
    return ExecutionEngineFactory()


def get_websocket_bridge_factory(request: Request) -> WebSocketBridgeFactory:
    return WebSocketBridgeFactory()
