"""Contracts that are written, accepted and looked up, and the colours of another revision."""

from __future__ import annotations

import shutil
import subprocess
import textwrap
from pathlib import Path

import pytest

from mypy_await.config import Config
from mypy_await.contracts import (
    ContractError,
    Contracts,
    Lookup,
    Pin,
    TypeExpr,
    accept,
    check,
    flips_since,
    locate,
    sources,
    write,
)
from mypy_await.gate.main import run

CODE = """
    import functools
    from contextlib import asynccontextmanager
    from typing import Any
    from somewhere import wrap
    from pkg.models import User

    async def load(): return User()
    def direct(): return load()
    def hidden() -> Any: return load()
    def plain(x): return [x]
    def guess(x): return x()
    async def numbers(): yield 1
    @asynccontextmanager
    async def session(): yield User()
    @wrap
    async def wrapped(): return 1
    def runs(f):
        @functools.wraps(f)
        async def inner(): return await f()
        return inner
    @runs
    def decorated(): return load()
    class Store:
        def __init__(self, x): self.x = x
        async def get(self) -> User | None: return None
        @property
        async def first(self): return User()
        @classmethod
        def make(cls): return cls(1)
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("project")
    (root / "pkg").mkdir()
    (root / "pkg/__init__.py").write_text("")
    (root / "pkg/models.py").write_text("class User: ...\n")
    (root / "pkg/app.py").write_text(textwrap.dedent(CODE))
    (root / "pkg/bad.py").write_text("def f(:\n")
    return root


@pytest.fixture(scope="module")
def undecided(project: Path) -> list[str]:
    """Write the contracts once; all tests of this file look at the result."""
    return write([locate("pkg", sources(project))], project / "pins").undecided


def lines(project: Path) -> list[str]:
    return (project / "pins/pkg/app.pyi").read_text().splitlines()


WRITTEN = [
    "async def load() -> User: ...",
    "def direct() -> Coroutine[Any, Any, Any]: ...",
    "def hidden() -> Coroutine[Any, Any, Any]: ...",
    "def numbers() -> AsyncGenerator[Any, Any]: ...",
    "def session() -> AbstractAsyncContextManager[Any]: ...",
    "def guess(x): ...  # mypy-await: undecided",
    "async def wrapped(): ...  # mypy-await: undecided",
    "    def __init__(self, x) -> None: ...",
    "    async def get(self) -> User | None: ...",
]


@pytest.mark.parametrize("line", WRITTEN)
def test_written_line(project: Path, undecided: list[str], line: str) -> None:
    assert line in lines(project)


def test_what_is_not_decided_is_said(undecided: list[str]) -> None:
    assert 'pkg.app.wrapped: decorator "wrap"' in undecided
    assert "pkg.app.guess: its body does not say" in undecided
    assert any("bad.py: no contract: " in sentence for sentence in undecided)


def test_round_trip_is_clean(project: Path, undecided: list[str]) -> None:
    assert check(Config(contracts=("pins",)), project).breaks == ()


def test_contracts_that_exist_are_kept(project: Path, undecided: list[str]) -> None:
    before = lines(project)
    again = write([project / "pkg"], project / "pins")
    assert again.files == []
    assert project / "pins/pkg/app.pyi" in again.kept
    assert lines(project) == before


def test_contracts_of_the_repaired_incident_name_what_was_broken(tmp_path: Path) -> None:
    examples = Path(__file__).resolve().parent.parent / "examples"
    shutil.copytree(examples / "incident-fixed", tmp_path / "fixed")
    shutil.copytree(examples / "incident", tmp_path / "broken")
    assert write([tmp_path / "fixed/chat"], tmp_path / "pins").undecided == []
    config = Config(contracts=(str(tmp_path / "pins"),))
    assert check(config, tmp_path / "fixed").breaks == ()
    found = check(config, tmp_path / "broken")
    assert [(item.fullname, item.text) for item in found.breaks] == [
        (
            "chat.managers.create_websocket_manager",
            '"create_websocket_manager" is sync, its contract says async; '
            'it returns an awaitable of "Manager" that no annotation declares',
        )
    ]
    ((call,),) = found.calls
    assert (call.caller, call.awaited) == ("chat.route.connect", False)


def accepted(root: Path, contract: str, code: str, *names: str) -> str:
    (root / "pins").mkdir(exist_ok=True)
    (root / "pins/app.pyi").write_text(textwrap.dedent(contract))
    (root / "app.py").write_text(textwrap.dedent(code))
    contracts = Contracts([root / "pins"])
    contracts.read_all()
    accept(names, contracts, sources(root))
    if len(check(Config(contracts=("pins",)), root).breaks):
        return "still broken"
    return (root / "pins/app.pyi").read_text()


ACCEPTED = [
    ("def f() -> int: ...\n", "async def f() -> str: return ''", "async def f() -> str: ...\n"),
    (
        "async def f(\n    a: int,\n) -> int: ...\n",
        "def f(a): return 1",
        "def f(\n    a: int,\n) -> int: ...\n",
    ),
    (
        "def f(x):  # pinned\n    ...\n",
        "async def f(x) -> dict[str, int]: ...",
        "async def f(x) -> dict[str, int]:  # pinned\n    ...\n",
    ),
    (
        "def f(x: int = (lambda: 1)()):  # pinned: for all\n    ...\n",
        "async def f(x) -> int: ...",
        "async def f(x: int = (lambda: 1)()) -> int:  # pinned: for all\n    ...\n",
    ),
    ("def f() -> int: ...\ndef g(): ...\n", "def g(): ...", "def g(): ...\n"),
    ("def f(): ...\n", "async def g() -> int: ...\nf = g", "async def f() -> int: ...\n"),
    (
        "class C:\n    def f(self): ...\n",
        "class B:\n    async def f(self) -> None: ...\nclass C(B): ...",
        "class C:\n    async def f(self) -> None: ...\n",
    ),
    ("class C:\n    def f(self) -> int: ...\n", "class C: ...", "class C:\n    ...\n"),
    (
        "def f() -> int: ...  # mypy-await: undecided\n",
        "async def f() -> int: return 1",
        "async def f() -> int: ...\n",
    ),
    (
        "import datetime\ndef f(): ...\n",
        "from pathlib import Path\nasync def f() -> Path | None: ...",
        "from pathlib import Path\nimport datetime\nasync def f() -> Path | None: ...\n",
    ),
]


@pytest.mark.parametrize(("contract", "code", "expected"), ACCEPTED)
def test_accept(tmp_path: Path, contract: str, code: str, expected: str) -> None:
    assert accepted(tmp_path, contract, code, "f") == expected


def test_accept_keeps_the_ends_of_lines(tmp_path: Path) -> None:
    (tmp_path / "pins").mkdir()
    (tmp_path / "pins/app.pyi").write_bytes(b"def f(): ...\r\n# \x0c\r\ndef g(): ...\r\n")
    (tmp_path / "app.py").write_text("# \x0c\ndef f(): ...\nasync def g() -> None: ...\n")
    contracts = Contracts([tmp_path / "pins"])
    accept(["g"], contracts, sources(tmp_path))
    expected = b"def f(): ...\r\n# \x0c\r\nasync def g() -> None: ...\r\n"
    assert (tmp_path / "pins/app.pyi").read_bytes() == expected


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("kept", '"kept" keeps to its contract; there is nothing to accept'),
        ("f", '"f" stands for several: app.f, app.C.f'),
        ("nothing", 'no contract for "nothing"'),
        ("app.ff", 'no contract for "app.ff"; did you mean "app.f"?'),
    ],
)
def test_accept_needs_one_broken_contract(tmp_path: Path, name: str, sentence: str) -> None:
    contract = "def f(): ...\ndef kept(): ...\nclass C:\n    def f(self): ...\n"
    code = "async def f(): ...\ndef kept(): ...\nclass C:\n    async def f(self): ...\n"
    with pytest.raises(ContractError) as error:
        accepted(tmp_path, contract, code, "app.f", name)
    assert str(error.value) == sentence
    assert (tmp_path / "pins/app.pyi").read_text() == contract


PINS = """
    from contextlib import AbstractAsyncContextManager
    from typing import overload
    class Base:
        async def save(self) -> int: ...
    class Store(Base):
        def session(self) -> AbstractAsyncContextManager[int]: ...
    @overload
    def get(key: int) -> int: ...
    @overload
    async def get(key: str) -> int: ...
    async def load(): ...
    def open() -> int: ...  # mypy-await: undecided
"""


def test_lookup(tmp_path: Path) -> None:
    path = tmp_path / "app.pyi"
    path.write_text(textwrap.dedent(PINS))
    (tmp_path / "broken.pyi").write_text("def f(:\n")
    lookup = Lookup([tmp_path])
    integer = TypeExpr("builtins.int")
    manager = TypeExpr("contextlib.AbstractAsyncContextManager", (integer,))
    assert lookup.contract_of("app.Store.save") == Pin("app.Base.save", True, integer, str(path), 5)
    assert lookup.contract_of("app.Store.session") == Pin(
        "app.Store.session", False, manager, str(path), 7
    )
    assert lookup.contract_of("app.load") == Pin("app.load", True, TypeExpr("?"), str(path), 12)
    for nothing in ("app.get", "app.open", "app.Store", "app.none", "broken.f", "other.f", "f"):
        assert lookup.contract_of(nothing) is None


def git(root: Path, *arguments: str) -> None:
    who = ["-c", "user.name=x", "-c", "user.email=x@example.org", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *who, *arguments], cwd=root, check=True, capture_output=True)


def test_flips_since_a_revision(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    app = tmp_path / "src/app.py"
    app.parent.mkdir()
    app.write_text(
        "async def a(): ...\ndef b(): ...\ndef _c(): ...\ndef d(): return b()\ndef gone(): ...\n"
        "class C:\n    def m(self): ...\n    def same(self): ...\n"
    )
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-qm", "before")
    app.write_text(
        "def a() -> int: ...\nasync def b(): ...\nasync def _c(): ...\ndef d(): return b()\n"
        "async def new(): ...\nclass C:\n    async def m(self): ...\n    def same(self): ...\n"
    )
    found = {(f.fullname, f.was_async, f.is_async) for f in flips_since("HEAD", tmp_path)}
    assert found == {
        ("app.a", True, False),
        ("app.b", False, True),
        ("app.d", False, True),
        ("app.C.m", False, True),
    }
    monkeypatch.chdir(tmp_path)
    assert run(["contracts", "diff", "HEAD"]) == 0
    shown = capsys.readouterr().out.replace("\\", "/").splitlines()
    assert shown[1] == "src/app.py:1: app.a was async, is sync"
    assert run(["contracts", "diff", "HEAD", "--format", "markdown"]) == 0
    assert "- `app.b` was sync, is async now\n" in capsys.readouterr().out
    assert run(["contracts", "diff", "no-such"]) == 2
    assert 'git knows no revision "no-such"' in capsys.readouterr().err
