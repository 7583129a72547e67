from netra_backend.app.agents.base_agent import BaseAgent
from netra_backend.app.services.agent_websocket_bridge import AgentWebSocketBridge
from netra_backend.app.services.user_execution_context import UserExecutionContext
from sqlalchemy.ext.asyncio import AsyncSession

class SupervisorAgent(BaseAgent):
    @classmethod
    async def create_with_user_context(
        cls,
        user_context: UserExecutionContext,
        websocket_bridge: AgentWebSocketBridge | None = None,
        db_session: AsyncSession | None = None,
    ) -> SupervisorAgent: ...
