# FastAPI dependencies: async generators are iterated by the framework, not awaited.
from collections.abc import AsyncGenerator

from fastapi import Request
from netra_backend.app.agents.supervisor.execution_factory import ExecutionEngineFactory
from netra_backend.app.factories.websocket_bridge_factory import WebSocketBridgeFactory
from netra_backend.app.services.user_execution_context import UserExecutionContext
from sqlalchemy.ext.asyncio import AsyncSession

def get_request_scoped_db_session() -> AsyncGenerator[AsyncSession]: ...
def get_db_dependency() -> AsyncGenerator[AsyncSession]: ...
def get_db_session() -> AsyncGenerator[AsyncSession]: ...
def get_user_execution_context(
    user_id: str, thread_id: str | None = None, run_id: str | None = None
) -> UserExecutionContext: ...
def create_user_execution_context(
    user_id: str,
    thread_id: str,
    run_id: str | None = None,
    db_session: AsyncSession | None = None,
    websocket_client_id: str | None = None,
) -> UserExecutionContext: ...
def get_execution_engine_factory(request: Request) -> ExecutionEngineFactory: ...
def get_websocket_bridge_factory(request: Request) -> WebSocketBridgeFactory: ...
