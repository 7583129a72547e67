"""Contracts against code: what is reported, what stays silent, and what a bad contract says."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mypy_await.config import Config
from mypy_await.contracts import Checked, ContractError, check
from mypy_await.gate import contracts as command
from mypy_await.gate import formats
from mypy_await.gate.main import run


def tree(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root


def checked(root: Path, contract: str, code: str, **more: str) -> Checked:
    tree(root, {"pins/app.pyi": contract, "app.py": code, **more})
    return check(Config(contracts=("pins",)), root)


FLIPS = [
    (
        "async def f() -> int: ...",
        "def f() -> int: return 1",
        '"f" is sync, its contract says async',
    ),
    (
        "def f() -> int: ...",
        "async def f() -> int: return 1",
        '"f" is async, its contract says sync',
    ),
    (
        "from collections.abc import Awaitable\ndef f() -> Awaitable[int]: ...",
        "def f() -> int: return 1",
        '"f" is sync, its contract says async',
    ),
    (
        "def f() -> int: ...",
        "from typing import Coroutine, Any\nasync def g() -> int: return 1\n"
        "def f() -> Coroutine[Any, Any, int]: return g()",
        '"f" is a function that returns an awaitable of "int", its contract says sync',
    ),
    (
        "def f(): ...",
        "async def g() -> int: return 1\ndef f(): return g()",
        '"f" is a function that returns an awaitable of "int", its contract says sync',
    ),
    (
        "def f() -> int: ...",
        "async def g() -> int: return 1\ndef f() -> int: return g()",
        '"f" returns an awaitable, which its signature and its contract deny',
    ),
    (
        "def f(): ...",
        "import asyncio\nqueue = asyncio.Queue(1)\ndef f(): return queue.put(1)",
        '"f" is a function that returns an awaitable, its contract says sync',
    ),
    (
        "async def f() -> int: ...",
        "async def g() -> int: return 1\ndef f() -> int: return g()",
        '"f" is sync, its contract says async; '
        'it returns an awaitable of "int" that no annotation declares',
    ),
    (
        "async def f() -> int: ...",
        "async def f() -> str: return ''",
        '"f" gives "str" when awaited, its contract says "int"',
    ),
    (
        "def f() -> bool: ...",
        "class Mine: ...\ndef f() -> Mine: return Mine()",
        '"f" returns "Mine", its contract says "bool"',
    ),
    (
        "async def f() -> dict[str, int]: ...",
        "from typing import Dict\nasync def f() -> Dict[str, bytes]: return {}",
        '"f" gives "dict[str, bytes]" when awaited, its contract says "dict[str, int]"',
    ),
    (
        "from typing import AsyncContextManager\ndef f() -> AsyncContextManager[int]: ...",
        "async def f() -> int: return 1",
        '"f" is async, its contract says sync',
    ),
    (
        "from collections.abc import AsyncIterator\ndef f() -> AsyncIterator[int]: ...",
        "async def f() -> list[int]: return []",
        '"f" is async, its contract says sync',
    ),
    (
        "class C:\n    async def m(self) -> int: ...",
        "class C:\n    def m(self) -> int: return 1",
        '"m" is sync, its contract says async',
    ),
    (
        "class C:\n    @property\n    def p(self) -> int: ...",
        "class C:\n    @property\n    async def p(self) -> int: return 1",
        '"p" is async, its contract says sync',
    ),
    (
        "def f() -> int: ...  # mypy-await: undecided",
        "async def f() -> int: return 1",
        '"f" is async, its contract says sync',
    ),
    (
        "async def f(): ...",
        "def other(): return 1",
        '"f" has a contract, but its module does not define it',
    ),
    (
        "class C:\n    def m(self) -> int: ...",
        "class C: pass",
        '"m" has a contract, but class "C" does not define it',
    ),
    (
        "class C:\n    def m(self) -> int: ...",
        "",
        '"C" has a contract, but its module does not define it',
    ),
    (
        "import sys\nif sys.version_info >= (3, 0):\n    async def f() -> int: ...\n"
        "else:\n    def f() -> int: ...",
        "def f() -> int: return 1",
        '"f" is sync, its contract says async',
    ),
]

KEPT = [
    # The same promise in other words.
    ("async def f() -> int: ...", "async def f(): return 1"),
    (
        "async def f() -> int: ...",
        "from typing import Awaitable\ndef f() -> Awaitable[int]: ...",
    ),
    (
        "async def f() -> int | None: ...",
        "from typing import Optional\nasync def f() -> Optional[int]: return 1",
    ),
    ("async def f() -> list[int]: ...", "from typing import List\nasync def f() -> List[int]: ..."),
    ("async def f() -> int | None: ...", "async def f() -> int: return 1"),
    (
        "from collections.abc import Sequence\nasync def f() -> Sequence[int]: ...",
        "async def f() -> list[int]: return []",
    ),
    (
        "from lib import Base\nasync def f() -> Base: ...",
        "from lib import Base\nclass Mine(Base): ...\nasync def f() -> Mine: ...",
    ),
    (
        "from lib import Alias\nasync def f() -> Alias: ...",
        "async def f() -> 'int | str': ...",
    ),
    (
        "from lib import Response\ndef f() -> Response[int]: ...",
        "async def f() -> int: ...",
    ),
    ("def f() -> str: ...", "from typing import LiteralString\ndef f() -> LiteralString: ..."),
    ("def f() -> str: ...", "from typing import NoReturn\ndef f() -> NoReturn: ..."),
    ("def f() -> int: ...", "import enum\nclass E(enum.IntEnum): ...\ndef f() -> E: ..."),
    (
        "def f() -> tuple[int, int]: ...",
        "from typing import NamedTuple\nclass P(NamedTuple): ...\ndef f() -> P: ...",
    ),
    ("def f() -> tuple[int, ...]: ...", "def f() -> tuple[int, int]: ..."),
    (
        "from lib import Loud\ndef f() -> Loud: ...",
        "class Quiet: ...\ndef f() -> Quiet: ...",
    ),
    # Generators and managers are synchronous calls.
    (
        "from collections.abc import AsyncIterator\ndef f() -> AsyncIterator[int]: ...",
        "async def f(): yield 1",
    ),
    (
        "from contextlib import AbstractAsyncContextManager\n"
        "def f() -> AbstractAsyncContextManager[int]: ...",
        "from contextlib import asynccontextmanager\nfrom typing import AsyncGenerator\n"
        "@asynccontextmanager\nasync def f() -> AsyncGenerator[int, None]: yield 1",
    ),
    # Nobody can know.
    ("def f() -> int: ...", "from somewhere import wrap\n@wrap\nasync def f(): return 1"),
    ("async def f() -> int: ...", "from somewhere import *"),
    ("async def f() -> int: ...", "def __getattr__(name: str) -> object: ..."),
    ("async def f() -> int: ...", "from somewhere import f"),
    ("async def f() -> int: ...", "def make(): ...\nf = make()"),
    (
        "class C:\n    async def m(self) -> int: ...",
        "from somewhere import Base\nclass C(Base): ...",
    ),
    (
        "async def f() -> int: ...",
        "try:\n    def f(): return 1\nexcept ImportError:\n    async def f(): ...",
    ),
    # Found by another way.
    ("async def f() -> int: ...", "from lib import f"),
    ("async def f() -> int: ...", "async def g() -> int: return 1\nf = g"),
    (
        "class C:\n    async def m(self) -> int: ...",
        "class B:\n    async def m(self) -> int: ...\nclass C(B): ...",
    ),
    (
        "async def f() -> int: ...",
        "from typing import Callable, TypeVar\nF = TypeVar('F')\ndef deco(f: F) -> F: ...\n"
        "def make(x: int) -> Callable[[F], F]: ...\n@deco\n@make(1)\nasync def f() -> int: ...",
    ),
    (
        "def f() -> int: ...",
        "from typing import Awaitable, Callable, ParamSpec, TypeVar\n"
        "P = ParamSpec('P')\nR = TypeVar('R')\n"
        "def run(f: Callable[P, Awaitable[R]]) -> Callable[P, R]: ...\n"
        "@run\nasync def f() -> int: ...",
    ),
    # Not pinned, or told to be left alone.
    ("def f() -> int: ...", "def f() -> int: ...\nasync def g(): ..."),
    ("def f() -> int: ...", "async def f() -> int: ...  # type: ignore[broken-contract]"),
    ("class C: ...", "class C:\n    async def m(self): ..."),
    # A value that is awaitable by its declared class hides nothing.
    (
        "from lib import Both\ndef f() -> Both[int]: ...",
        "from lib import Both, f as g\ndef f() -> Both[int]: return g()",
    ),
    (
        "class Lazy:\n    def __await__(self): ...\ndef f() -> Lazy: ...",
        "class Lazy:\n    def __await__(self): yield\ndef f() -> Lazy: return Lazy()",
    ),
]

LIBRARY = """
from typing import Any, Awaitable, Coroutine, Protocol, TypeVar, Union
T = TypeVar("T")
Alias = Union[int, str]
Response = Coroutine[Any, Any, T]
class Base: ...
class Both(Awaitable[T], Protocol[T]): ...
class Loud(Protocol): ...
async def f() -> int: return 1
"""


@pytest.mark.parametrize(("contract", "code", "text"), FLIPS)
def test_flip_is_reported(tmp_path: Path, contract: str, code: str, text: str) -> None:
    assert [item.text for item in checked(tmp_path, contract, code).breaks] == [text]


@pytest.mark.parametrize(("contract", "code"), KEPT)
def test_kept_contract_is_silent(tmp_path: Path, contract: str, code: str) -> None:
    assert checked(tmp_path, contract, code, **{"lib.py": LIBRARY}).breaks == ()


def test_break_names_definition_contract_and_rename(tmp_path: Path) -> None:
    contract = "async def connect_user(a: int, b: int) -> int: ...\nasync def f() -> int: ...\n"
    code = "\n\nasync def connect_client(a, b): ...\nclass C: ...\ndef f() -> int: ...\n"
    missing, flip = checked(tmp_path, contract, code).breaks
    assert missing.note == 'Maybe it was renamed to "connect_client"'
    assert (missing.place.path.name, missing.place.line) == ("app.py", 1)
    assert (flip.place.line, flip.place.column, flip.place.end_column) == (5, 5, 5)
    assert (flip.contract.path.name, flip.contract.line) == ("app.pyi", 2)


def test_known_callers(tmp_path: Path) -> None:
    contract = "class F:\n    def make(self) -> int: ...\n"
    code = (
        "class F:\n    async def make(self) -> int: return 1\n"
        "    async def again(self) -> int: return await self.make()\n"
        "def factory() -> F: return F()\n"
    )
    users = (
        "from app import F, factory\n"
        "def by_constructor():\n    f = F()\n    return f.make()\n"
        "def by_annotation(f: F): return f.make()\n"
        "def by_result(): return factory().make()\n"
        "async def by_import():\n    import app\n    return await app.F().make()\n"
        "def unknown(x): return x.make()\n"
    )
    result = checked(tmp_path, contract, code, **{"users.py": users})
    found = {(call.caller, call.awaited) for call in result.calls[0]}
    assert found == {
        ("app.F.again", True),
        ("users.by_constructor", False),
        ("users.by_annotation", False),
        ("users.by_result", False),
        ("users.by_import", True),
    }


def test_off_by_configuration(tmp_path: Path) -> None:
    checked(tmp_path, "def f(): ...", "async def f(): ...")
    for off in ("broken-contract", "missing-await"):
        config = Config(contracts=("pins",), disable=(off,))
        assert check(config, tmp_path) == Checked()
    again = Config(contracts=("pins",), disable=("missing-await",), enable=("broken-contract",))
    assert len(check(again, tmp_path).breaks) == 1


def test_layouts_of_contract_folders(tmp_path: Path) -> None:
    code = dict.fromkeys(("a/__init__.py", "b/m.py", "c.py", "src/d.py"), "async def f(): ...")
    pins = ("pins/a/__init__.pyi", "pins/b-stubs/m.pyi", "pins/dist/c.pyi", "pins/d.pyi")
    tree(tmp_path, {**code, **dict.fromkeys(pins, "def f(): ..."), "pins/dist/METADATA.toml": ""})
    found = {item.fullname for item in check(Config(contracts=("pins",)), tmp_path).breaks}
    assert found == {"a.f", "b.m.f", "c.f", "d.f"}


BAD = [
    ({"pins/app.pyi": "def f(:\n"}, "pins/app.pyi:1: syntax error: "),
    (
        {"pins/app.pyi": "", "pins/app/__init__.pyi": ""},
        'second contract for module "app"; the first is ',
    ),
    ({"pins/readme.txt": ""}, 'contracts: no .pyi file in "pins"'),
    ({"app.py": ""}, 'pins" is not a folder'),
]


@pytest.mark.parametrize(("files", "sentence"), BAD)
def test_bad_contract(tmp_path: Path, files: dict[str, str], sentence: str) -> None:
    with pytest.raises(ContractError) as error:
        check(Config(contracts=("pins",)), tree(tmp_path, files))
    assert sentence in str(error.value)


def test_contract_without_module(tmp_path: Path) -> None:
    files = {"pins/other.pyi": "def f(): ...", "pins/pkg/gone.pyi": "", "pkg/__init__.py": ""}
    result = check(Config(contracts=("pins",)), tree(tmp_path, files))
    assert [item.text for item in result.breaks] == [
        'Module "pkg.gone" has a contract, but does not exist'
    ]
    assert len(result.notices) == 1
    assert 'contract for module "other", which does not exist here' in result.notices[0]


def test_compiled_module_is_not_compared(tmp_path: Path) -> None:
    files = {"pins/pkg/fast.pyi": "def f(): ...", "pkg/fast.pyi": "", "pkg/__init__.py": ""}
    result = check(Config(contracts=("pins",)), tree(tmp_path, files))
    assert result.breaks == ()
    assert result.notices[0].endswith('module "pkg.fast" is compiled; nothing to compare')


def test_module_with_a_syntax_error(tmp_path: Path) -> None:
    result = checked(tmp_path, "def f(): ...", "def f(:\n")
    assert result.breaks == ()
    assert "app.py:1: syntax error" in result.notices[0]


def test_definitions_by_python_version_are_told(tmp_path: Path) -> None:
    contract = "import sys\nif sys.version_info >= (3, 99):\n    def f(): ...\n"
    result = checked(tmp_path, contract, "async def f(): ...")
    assert result.breaks == ()
    (notice,) = result.notices
    assert notice.endswith(
        'app.pyi:2: "f" is defined by Python version; left out as on the Python that runs this'
    )


@pytest.mark.parametrize("name", formats.NAMES)
def test_every_format_has_definition_contract_and_caller(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    pyproject = '[tool.mypy-await]\ncontracts = ["pins"]\n'
    tree(
        tmp_path,
        {
            "pyproject.toml": pyproject,
            "pins/app.pyi": "def f(): ...",
            "app.py": "\nasync def f(): ...\ndef g(): return f()\n",
        },
    )
    assert run(["contracts", "check", "--format", name]) == 1
    shown = capsys.readouterr().out
    for part in ("app.py", "broken-contract", "pins/app.pyi:1", "app.py:3", "contract says sync"):
        assert part in shown.replace("\\\\", "/")


def test_contracts_are_part_of_check(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    ini = "[mypy]\n[mypy-await]\ncontracts = pins\n"
    tree(
        tmp_path, {"mypy.ini": ini, "pins/app.pyi": "def f(): ...", "app.py": "async def f(): ..."}
    )
    assert run(["check", "--format", "json", "app.py"]) == 1
    (finding,) = json.loads(capsys.readouterr().out)["findings"]
    assert (finding["path"], finding["line"], finding["code"]) == ("app.py", 1, "broken-contract")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["check"], "no contracts configured"),
        (["check", "--config-file", "none.ini"], 'no configuration file "none.ini"'),
        (["check", "--contracts", "none"], "is not a folder"),
        (["write", "nothing.of.the.sort"], 'no package or module "nothing.of.the.sort"'),
    ],
)
def test_mistakes_end_with_a_sentence(
    tmp_path: Path,
    arguments: list[str],
    sentence: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["contracts", *arguments]) == 2
    assert sentence in capsys.readouterr().err


def test_findings_tell_ten_callers_and_count_the_rest(tmp_path: Path) -> None:
    users = "from app import f\n" + "".join(f"def g{n}(): return f()\n" for n in range(13))
    checked(tmp_path, "def f(): ...", "async def f(): ...", **{"users.py": users})
    (finding,) = command.findings(Config(contracts=("pins",)), tmp_path)
    assert len(finding.notes) == 12
    assert finding.notes[-1] == "And called in 3 more places"
