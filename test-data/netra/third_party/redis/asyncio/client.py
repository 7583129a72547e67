"""Stand-in for the asyncio client of redis."""


class Pipeline:
    async def execute(self) -> list[object]:
        return []
