"""Errors of mypy about callbacks whose declaration the program itself contradicts, and others."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest
from gate import Check, places_of_errors, put

STARTS: Final = "import asyncio\nfrom collections.abc import Awaitable, Callable\n\n\n"
WORK: Final = "async def work() -> None: ...\n\n\ndef plain() -> None: ...\n\n\n"

CALLED: Final = (
    f"{STARTS}{WORK}async def run(job: Awaitable[None]) -> None:\n    await job()\n\n\n"
    "async def main() -> None:\n    await run(work)\n"
)
PASSED_ON: Final = (
    f"{STARTS}{WORK}def call(job: Callable[[], Awaitable[None]]) -> None: ...\n\n\n"
    "def add(jobs: list[tuple[str, Awaitable[None]]]) -> None:\n"
    "    for _, job in jobs:\n        call(job)\n\n\n"
    "def main() -> None:\n    add([('a', work)])\n"
)
AWAITED: Final = (
    f"{STARTS}{WORK}async def run(job: Callable[[], None]) -> None:\n    await job()\n\n\n"
    "async def main() -> None:\n    await run(work)\n"
)
USED_AS_PLAIN: Final = (
    f"{STARTS}{WORK}def call(job: Callable[[], None]) -> None: ...\n\n\n"
    "def run(job: Callable[[], Awaitable[None]]) -> None:\n    call(job)\n\n\n"
    "def main() -> None:\n    run(plain)\n"
)


BARE: Final = (
    "from collections.abc import Awaitable, Coroutine\n\n\n"
    "class Config:\n"
    "    def __init__(self, request: Coroutine, other: Awaitable) -> None:\n"
    "        self._request = request\n        self.other = other\n\n"
    "    async def update(self) -> None:\n"
    "        await self._request('get')\n        await self.other('get')\n"
    "        await self.handle(self.other)\n\n"
    "    async def handle(self, handler) -> None:\n        await handler('get')\n\n\n"
    "async def work(name: str) -> None: ...\n\n\n"
    "config = Config(work, work)\n"
)


@pytest.mark.parametrize("text", [CALLED, PASSED_ON, AWAITED, USED_AS_PLAIN, BARE])
def test_a_contradicted_declaration_is_no_missing_await(
    command: Check, tmp_path: Path, text: str
) -> None:
    put(tmp_path, {"app.py": text})
    for _ in ("fresh", "from the cache"):
        found = command("check", "app.py", "--cache-dir", str(tmp_path / "cache"))
        assert (found.status, places_of_errors(found.out)) == (0, [])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (CALLED.replace("await job()", "await job"), "16:15"),
        (BARE.replace("_request('get')", "_request"), "21:17"),
        (CALLED.replace("await run(work)", "asyncio.run(work)").replace("job()", "job"), "16:17"),
        (AWAITED.replace("    await job()", "    job()"), "16:15"),
        (USED_AS_PLAIN.replace("    call(job)", "    asyncio.run(job())"), "19:9"),
    ],
)
def test_one_that_is_not_is_shown(command: Check, tmp_path: Path, text: str, expected: str) -> None:
    put(tmp_path, {"app.py": text})
    found = command("check", "app.py").out
    assert places_of_errors(found) == [f"app.py:{expected}"]


def test_an_awaited_callback_that_gives_nothing_is_declared_wrongly(
    command: Check, tmp_path: Path
) -> None:
    nested = (
        "    async def inside() -> None:\n        await job()\n        await plain()\n\n"
        "    await inside()\n"
    )
    put(
        tmp_path,
        {"app.py": AWAITED.replace("    await job()\n", nested).split("\n\n\nasync def m")[0]},
    )
    found = command("check", "app.py").out
    assert places_of_errors(found) == ["app.py:14:9"]


def test_a_function_declared_as_one_or_a_coroutine_is_called_rightly(
    command: Check, tmp_path: Path
) -> None:
    text = (
        "from collections.abc import Callable, Coroutine\nfrom typing import Any, Union\n\n\n"
        "class Handler:\n    run: Callable | Coroutine\n    job: Coroutine[Any, Any, int]\n\n\n"
        "def call(one: Handler, then: Union[Callable[[int], None], Coroutine]) -> None:\n"
        "    one.run(1)\n    then(1)\n    one.job()\n"
    )
    put(tmp_path, {"app.py": text})
    assert places_of_errors(command("check", "app.py").out) == ["app.py:13:5"]
