from __future__ import annotations

from netra_backend.app.services.user_execution_context import UserExecutionContext


class UserExecutionEngine:
    engine_id: str

    def __init__(self, context: UserExecutionContext) -> None:
        self.engine_id = context.run_id
        self._context = context

    def is_active(self) -> bool:
        return True

    def get_user_context(self) -> UserExecutionContext:
        return self._context

    async def cleanup(self) -> None:
        pass
