"""Errors of mypy that the source shows to be no missing awaits, across files and from the cache."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest
from gate import Check, places_of_errors, put

from mypy_await.gate.bases import Bases
from mypy_await.gate.source import Sources

BASE: Final = "class Manager:\n    def start(self) -> None: ...\n    def stop(self) -> None: ...\n"
LATER: Final = (
    "from pkg.base import Manager\n\n\nclass Later(Manager):\n"
    "    async def start(self) -> None: ...  # type: ignore[override]\n"
)
SERVER: Final = (
    "import pkg\n\n\nclass Server(pkg.Later):\n"
    "    async def start(self) -> None: ...\n    async def stop(self) -> None: ...\n"
)


def test_an_override_counts_against_the_nearest_definition(command: Check, tmp_path: Path) -> None:
    put(tmp_path, {"pkg/__init__.py": "from .later import *\n", "pkg/base.py": BASE})
    put(tmp_path, {"pkg/later.py": LATER, "server.py": SERVER})
    for _ in ("fresh", "from the cache"):
        found = command("check", "server.py", "--cache-dir", str(tmp_path / "cache")).out
        assert places_of_errors(found) == ["server.py:6:5"]


def nearest(folder: Path, member: str = "start", *, cls: str = "Own", **files: str) -> str | None:
    """Ask for the nearest base of a class in `main`; each file is a module."""
    put(folder, {f"{name}.py": text for name, text in files.items()})
    sources = Sources()
    path = str(folder / "main.py")

    def path_of(module: str) -> str | None:
        file = folder / f"{module}.py"
        return str(file) if file.is_file() else None

    base = Bases(sources, path_of).nearest(path, sources.line_of(path, cls), member)
    return base.node.name if base else None


DECLARED: Final = "class A:\n    def start(self) -> None: ...\n"
A: Final = "class A:\n    def start(self): ...\n"


@pytest.mark.parametrize(
    ("main", "expected"),
    [
        ("class Own: ...\n", None),
        ("from a import A\nclass Own(A): ...\n", "A"),
        ("from a import A as B\nclass Own(B[int]): ...\n", "A"),
        ("import a\nclass Own(a.A): ...\n", "A"),
        ("import a as b\nclass Own(b.A): ...\n", "A"),
        ("from . import a\nclass Own(a.A): ...\n", "A"),
        ("from .a import A\nclass Own(A): ...\n", "A"),
        ("from a import *\nclass Own(A): ...\n", "A"),
        ("from other import A\nclass Own(A): ...\n", "A"),
        ("from circle import A\nclass Own(A): ...\n", None),
        ("from nowhere import A\nclass Own(A): ...\n", None),
        ("class Own(make()): ...\n", None),
        ("class Own(Own): ...\n", None),
        ("try:\n    from nowhere import A\nexcept ImportError:\n    from a import A\n"
         "class Own(A): ...\n", "A"),
        ("from a import A\nclass B(A):\n    if 1:\n        start = 1\nclass Own(B): ...\n", "B"),
        ("from a import A\nclass B(A): ...\nclass C(A):\n    start: int\n"
         "class Own(B, C): ...\n", "C"),
        ("from broken import A\nclass Own(A): ...\n", None),
    ],
)  # fmt: skip
def test_bases_are_followed_through_the_files(
    tmp_path: Path, main: str, expected: str | None
) -> None:
    files = {"a": A, "other": "from a import A\n", "circle": "from circle import A\n"}
    assert nearest(tmp_path, main=main, broken="class A(\n", **files) == expected


@pytest.mark.parametrize(
    ("nearer", "own", "expected"),
    [
        ("def start(self): ...", "async def start(self): ...", "A"),
        ("def start(self): ...", "def start(self): ...", "B"),
        ("def start(self) -> None: ...", "async def start(self): ...", "B"),
        ("async def start(self): ...", "async def start(self): ...", "B"),
        ("@coroutine\n    def start(self): ...", "async def start(self): ...", "B"),
    ],
)
def test_a_plain_function_without_result_type_keeps_what_is_declared(
    tmp_path: Path, nearer: str, own: str, expected: str
) -> None:
    main = f"{DECLARED}class B(A):\n    {nearer}\nclass Own(B):\n    {own}\n"
    assert nearest(tmp_path, main=main) == expected


@pytest.mark.parametrize(
    ("main", "expected"),
    [
        ("class Own: ...\n", True),
        ("class Own:\n    def __await__(self): ...\n", False),
        ("from a import Own\n", True),
        ("from b import Own\n", False),
        ("from a import A\nclass Own(A, Generic[T], ValueError): ...\n", True),
        ("from nowhere import A\nclass Own(A): ...\n", False),
        ("class Own(made()): ...\n", False),
        ("Own = int\n", False),
    ],
)
def test_a_class_lacks_a_member_only_if_all_its_bases_are_known(
    tmp_path: Path, main: str, expected: bool
) -> None:
    put(tmp_path, {"a.py": f"{A}class Own(A): ...\n"})
    put(tmp_path, {"b.py": "class B:\n    __await__ = None\nclass Own(B): ...\n", "main.py": main})
    bases = Bases(Sources(), lambda module: str(tmp_path / f"{module}.py"))
    assert bases.lacks(str(tmp_path / "main.py"), "Own", "__await__") is expected


def test_outside_of_classes_there_is_no_base(tmp_path: Path) -> None:
    assert nearest(tmp_path, cls="f", main="def f(): ...\n") is None


def test_a_container_may_have_async_methods_of_its_own(command: Check, tmp_path: Path) -> None:
    text = (
        "from typing import Iterator\n\n\n"
        "class Sessions(dict[str, int]):\n    async def clear(self) -> None: ...\n\n\n"
        "class Rows(Iterator[int]):\n    async def __next__(self) -> int: ...\n"
    )
    put(tmp_path, {"app.py": text})
    found = command("check", "app.py").out
    assert places_of_errors(found) == ["app.py:9:5"]


ASKED: Final = """from collections.abc import Awaitable, Callable
import inspect

def is_async(function: Callable[..., object]) -> bool:
    return inspect.iscoroutinefunction(function)

async def run(check: Callable[[str], Awaitable[bool]]) -> bool:
    passed = False
    if is_async(check):
        passed = await check("group")
    else:
        passed = check("group")
    return passed
"""


def test_an_error_of_mypy_where_the_program_knows_better_is_dropped(
    command: Check, tmp_path: Path
) -> None:
    put(tmp_path, {"app.py": ASKED, "other.py": ASKED.replace("if is_async(check)", "if passed")})
    for _ in ("fresh", "from the cache"):
        found = command("check", "app.py", "other.py", "--cache-dir", str(tmp_path / "cache")).out
        assert places_of_errors(found) == ["other.py:12:18"]


FACTORY: Final = (
    "from typing import Any\n\n\n"
    "class Session:\n"
    "    def commit(self) -> None: ...\n"
    '    def __enter__(self) -> "Session": return self\n'
    "    def __exit__(self, *args: object) -> None: ...\n\n\n"
    "class AsyncSession:\n"
    "    async def commit(self) -> None: ...\n"
    '    async def __aenter__(self) -> "AsyncSession": return self\n'
    "    async def __aexit__(self, *args: object) -> None: ...\n\n\n"
    "class Maker:\n"
    "    def __init__(self, **kw: Any) -> None: ...\n"
    "    def __call__(self) -> Session: return Session()\n"
)
DATABASE: Final = (
    "from pkg.factory import AsyncSession, Maker, Session\n\n"
    "make = Maker(kind=AsyncSession)\nmake_plain = Maker(kind=Session)\n"
)
FACTORY_USES: Final = (
    "from pkg.database import make, make_plain\n\n\n"
    "async def right() -> None:\n"
    "    session = make()\n    await session.commit()\n"
    "    async with make() as other:\n        await other.commit()\n\n\n"
    "async def wrong() -> None:\n"
    "    session = make_plain()\n    await session.commit()\n"
    "    async with make_plain() as other:\n        other.commit()\n"
)


def test_a_factory_makes_objects_of_the_class_it_was_given(command: Check, tmp_path: Path) -> None:
    put(tmp_path, {"pkg/__init__.py": "", "pkg/factory.py": FACTORY})
    put(tmp_path, {"pkg/database.py": DATABASE, "app.py": FACTORY_USES})
    for _ in ("fresh", "from the cache"):
        found = command("check", "app.py", "--cache-dir", str(tmp_path / "cache")).out
        assert places_of_errors(found) == [
            "app.py:13:5",
            "app.py:14:16",
        ]


COIN: Final = (
    "import abc\n\n\nclass Coin(abc.ABC):\n"
    "    @abc.abstractmethod\n    def height(self) -> int: ...\n"
    "    @abc.abstractmethod\n    def unit(self) -> int: ...\n"
)
SILVER: Final = (
    "from pkg import Coin\n\n\nclass Silver(Coin):\n"
    "    async def height(self):\n        return 1\n    def unit(self):\n        return 1\n"
)
COIN_USES: Final = (
    "from pkg import Coin\n\n\nasync def use(coin: Coin) -> None:\n"
    "    await coin.height()\n    await coin.unit()\n"
)


def test_an_abstract_method_is_what_its_overrides_are(command: Check, tmp_path: Path) -> None:
    put(tmp_path, {"pkg/__init__.py": "from .coin import Coin as Coin\n", "pkg/coin.py": COIN})
    put(tmp_path, {"silver.py": SILVER, "app.py": COIN_USES})
    for _ in ("fresh", "from the cache"):
        found = command("check", "app.py", "silver.py", "--cache-dir", str(tmp_path / "cache")).out
        assert places_of_errors(found) == [
            "app.py:6:5",
            "silver.py:5:5",
        ]


STUB: Final = (
    "from collections.abc import AsyncIterator\n"
    "from contextlib import AbstractAsyncContextManager\n"
    "from typing import AsyncContextManager\n\n"
    "class Connection:\n"
    "    async def begin(self) -> AbstractAsyncContextManager[None]: ...\n"
    "    async def nested(self) -> AsyncContextManager[None]: ...\n"
    "    async def rows(self) -> AsyncIterator[int]: ...\n"
)
STUB_USES: Final = (
    "from db import Connection\nfrom own import Connection as Own\n\n\n"
    "async def use(theirs: Connection, own: Own) -> None:\n"
    "    async with theirs.begin(), theirs.nested():\n        pass\n"
    "    async for row in theirs.rows():\n        print(row)\n"
    "    async with own.start():\n        pass\n"
)


def test_stubs_repeat_no_decorators_and_have_no_yield(command: Check, tmp_path: Path) -> None:
    source = STUB.replace("begin", "start").replace("nested", "other")
    source = source.replace(": ...", ": raise ValueError")
    put(tmp_path, {"db/__init__.pyi": STUB, "db/__init__.py": "", "own.py": source})
    put(tmp_path, {"app.py": STUB_USES})
    for _ in ("fresh", "from the cache"):
        found = command("check", "app.py", "--cache-dir", str(tmp_path / "cache")).out
        assert places_of_errors(found) == ["app.py:10:16"]


PIPELINE: Final = """from collections.abc import Awaitable, Generator
from typing import Any


class Client:
    def get(self, name: str) -> Awaitable[str]:
        return self.execute(name)

    def execute(self, name: str) -> Awaitable[str]:
        return self.load(name)

    async def load(self, name: str) -> str:
        return name


class Pipeline(Client):
    def __await__(self) -> Generator[Any, Any, str]: ...

    def execute(self, name: str) -> "Pipeline":
        return self


async def use(client: Client, pipeline: Pipeline) -> None:
    pipeline.get("a").get("b")
    both = pipeline.get("a")
    both.get("c")
    client.get("a").upper()
"""


def test_objects_that_are_more_than_declared_are_used_rightly(
    command: Check, tmp_path: Path
) -> None:
    put(tmp_path, {"app.py": PIPELINE})
    for _ in ("fresh", "from the cache"):
        found = command("check", "app.py", "--cache-dir", str(tmp_path / "cache")).out
        assert places_of_errors(found) == ["app.py:27:5"]


STREAM_OR_TEXT: Final = """from collections.abc import AsyncIterator


async def stream() -> AsyncIterator[str]:
    yield ""


async def query(goes_on: bool) -> None:
    if goes_on:
        given = stream()
    else:
        given = ""
        print(len(given))
    print(given)
"""


def test_text_beside_an_async_iterator_lacks_no_await(command: Check, tmp_path: Path) -> None:
    put(tmp_path, {"app.py": STREAM_OR_TEXT})
    found = command("check", "app.py").out
    assert places_of_errors(found) == []


RAISING: Final = """import asyncio
import unittest


async def load(name: str) -> None: ...


class LoadTest(unittest.TestCase):
    def test_refuses(self) -> None:
        with self.assertRaises(TypeError):
            load(size=1)  # type: ignore[call-arg]
        with self.assertRaises(TypeError):
            asyncio.run(12)
        with self.assertRaises(ValueError):
            load("")
        with self.assertRaises(ValueError):
            asyncio.run(12)
"""


def test_a_call_that_is_to_fail_makes_no_coroutine(command: Check, tmp_path: Path) -> None:
    put(tmp_path, {"app.py": RAISING})
    found = command("check", "app.py").out
    assert places_of_errors(found) == ["app.py:15:13", "app.py:17:25"]


DECLARED_NAME: Final = """async def load() -> str: ...


async def read() -> str:
    data: str = ""
    data = load()
    return await data


async def other(data: str) -> str:
    return await data
"""


def test_a_name_of_another_type_is_one_report(command: Check, tmp_path: Path) -> None:
    put(tmp_path, {"app.py": DECLARED_NAME})
    found = command("check", "app.py").out
    assert places_of_errors(found) == ["app.py:6:12", "app.py:11:12"]


UNDECLARED: Final = (
    "class Request:\n    response = 'A future that is fulfilled with the answer.'\n"
    "class Own(Request):\n"
    "    def __init__(self, loop):\n        self.response = loop.create_future()\n"
    "class Client:\n    def request(self):\n        return Own(None)\n"
    "async def main() -> None:\n    print(await Client().request().response)\n"
)
DECLARED_TEXT: Final = (
    "class Own:\n    response: str = ''\nasync def main() -> None:\n    await Own().response\n"
)
BY_FLAG: Final = (
    "class Sync:\n    def get(self):\n        return {}\n"
    "class Async:\n    async def get(self):\n        return {}\n"
    "class Hook:\n"
    "    def __init__(self, client=None, is_async=False):\n        self.is_async = is_async\n"
    "        self.client = client or (Async() if is_async else Sync())\n"
    "    def run(self):\n        return self._run() if self.is_async else self.client.get()\n"
    "    async def _run(self):\n        return await self.client.get()\n"
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [(UNDECLARED, []), (DECLARED_TEXT, ["app.py:4:5"]), (BY_FLAG, [])],
)
def test_an_await_of_what_nobody_declared(
    text: str, expected: list[str], command: Check, tmp_path: Path
) -> None:
    put(tmp_path, {"app.py": text})
    assert places_of_errors(command("check", "app.py").out) == expected


SHOWN: Final = (
    "class Page:\n    async def show(self) -> None: ...\n"
    "async def main(page: Page) -> None:\n    if page.show:\n        {}\n"
)


@pytest.mark.parametrize(
    ("body", "expected"), [("await page.show()", []), ("print('shown')", ["app.py:4:8"])]
)
def test_a_function_is_asked_for_before_it_is_called(
    body: str, expected: list[str], command: Check, tmp_path: Path
) -> None:
    put(tmp_path, {"app.py": SHOWN.format(body)})
    assert places_of_errors(command("check", "app.py").out) == expected


FRAMEWORK: Final = (
    "import inspect\n"
    "class Base:\n"
    "    async def unload(self) -> None: ...\n"
    "    def load(self) -> None: ...\n"
    "    def _on_click(self) -> None: ...\n"
    "    def close(self) -> None: ...\n"
    "    async def main(self) -> None:\n"
    "        await maybe_coroutine(self.unload)\n"
    "        result = self.load()\n"
    "        if inspect.isawaitable(result):\n            await result\n"
    "        getattr(self, '_on_click')()\n"
    "        self.close()\n"
)
APP: Final = (
    "from base import Base\n"
    "class Own(Base):\n"
    "    def unload(self) -> None: ...\n"
    "    async def load(self) -> None: ...\n"
    "    async def _on_click(self) -> None: ...\n"
    "    async def close(self) -> None: ...\n"
)


def test_a_base_that_takes_methods_of_either_colour(command: Check, tmp_path: Path) -> None:
    put(tmp_path, {"base.py": FRAMEWORK, "app.py": APP})
    assert places_of_errors(command("check", "app.py").out) == ["app.py:6:5"]


GENERATED: Final = (
    "import asyncio\n\nIS_SYNC = True\n\n\ndef close() -> None: ...\n\n\n"
    "def close_all() -> None:\n    if not IS_SYNC:\n"
    "        asyncio.gather(\n"
    "            close(),  # type: ignore[func-returns-value]\n"
    "            return_exceptions=True,\n        )\n\n\n"
    "async def main() -> None:\n"
    "    await asyncio.gather(close(), return_exceptions=True)\n"
)


def test_who_silenced_a_call_that_gives_nothing_knows_it(command: Check, tmp_path: Path) -> None:
    put(tmp_path, {"app.py": GENERATED})
    assert places_of_errors(command("check", "app.py").out) == ["app.py:18:11"]
