"""What is awaited of a receiver that may lack the method: mypy takes it for anything."""

from __future__ import annotations

from pathlib import Path

from gate import Check, put

PROGRAM = """\
import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Optional
class Connection:
    def close(self) -> None: ...
    def is_open(self) -> bool: ...
    def own(self) -> "Connection": ...
    def either(self) -> bool | Any: ...
    async def drain(self) -> bool: ...
    @property
    def on_error(self) -> Callable[[], None] | Awaitable[None]: ...
    def later(self) -> "asyncio.Task[bool]": ...
class Other:
    async def is_open(self) -> bool: ...
async def step() -> None: ...
class Game:
    def __init__(self):
        self.action = None
        self.turn = None
        self.mixed = None
    async def run(self):
        self.action = asyncio.create_task(step())
        self.turn = asyncio.ensure_future(step())
        self.mixed = asyncio.create_task(step())
    def mix(self, other):
        self.mixed = other
    async def stop(self):
        await self.action.cancel()  # BUG
        if self.turn:
            await self.turn.cancel()  # BUG
        self.action.cancel()
        await self.action
        await self.mixed.cancel()
async def main(
    task: asyncio.Task[None] | None,
    connection: Optional[Connection],
    either: Connection | Other | None,
) -> None:
    await task.cancel()  # BUG
    await connection.close()  # BUG
    await connection.is_open()  # BUG
    await connection.own()  # BUG
    await connection.own().is_open()
    await connection.either()
    await connection.drain()
    await connection.later()
    await connection.missing()
    await connection.on_error()
    await either.is_open()
    await task
async def several(connection: Connection | str, mixed: Connection | Closed) -> None:
    await connection.is_open()  # BUG
    await mixed.own()
    await mixed.is_open()
class Closed: ...
"""


def test_what_none_does_not_have_hides_no_plain_value(command: Check, tmp_path: Path) -> None:
    put(tmp_path, {"app.py": PROGRAM})
    found = command("check", "app.py").out.splitlines()
    lines = [int(line.split(":")[1]) for line in found if " error: " in line]
    marked = [at for at, line in enumerate(PROGRAM.splitlines(), 1) if line.endswith("# BUG")]
    assert lines == marked
