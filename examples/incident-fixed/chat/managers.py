"""Connection managers, one per user.

`create_manager` used to be a plain function.  It became async to close a user's old connections
first, and the wrapper below it with it.
"""

from __future__ import annotations


class Manager:
    """Holds the connections of one user."""

    def __init__(self, user: str) -> None:
        self.user = user
        self.connections: list[str] = []

    async def add_connection(self, connection: str) -> None:
        self.connections.append(connection)

    async def close_all(self) -> None:
        self.connections.clear()


class ManagerFactory:
    """Makes the managers and remembers them."""

    def __init__(self) -> None:
        self.managers: dict[str, Manager] = {}

    async def create_manager(self, user: str) -> Manager:
        if user in self.managers:
            await self.managers[user].close_all()
        self.managers[user] = Manager(user)
        return self.managers[user]


factory = ManagerFactory()


async def create_websocket_manager(user: str) -> Manager:
    """Make a manager for callers that know nothing of the factory."""
    return await factory.create_manager(user)
