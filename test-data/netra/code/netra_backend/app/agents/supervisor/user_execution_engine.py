from __future__ import annotations
from netra_backend.app.services.user_execution_context import UserExecutionContext

class UserExecutionEngine:
    engine_id: str

    def __init__(self, context: UserExecutionContext) -> None:
        pass

    def is_active(self) -> bool:
        return True

    def get_user_context(self) -> UserExecutionContext:
        return UserExecutionContext(user_id, thread_id or "thread", run_id or "run")

    async def cleanup(self) -> None:
        pass
