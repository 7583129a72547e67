from __future__ import annotations

from netra_backend.app.services.user_execution_context import UserExecutionContext


class BaseAgent:
    name: str

    def __init__(self, name: str = "BaseAgent") -> None:
        pass

    async def execute(self, context: UserExecutionContext) -> object:
        return None

    async def shutdown(self) -> None:
        pass
