"""What the tests of the command line share: small projects, and running commands in them."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final, NamedTuple

import pytest

from mypy_await.gate.main import run

COMMAND: Final = (sys.executable, "-m", "mypy_await")
"""The command line in a process of its own."""

BUGGY: Final = "async def work() -> int:\n    return 1\n\n\nasync def run() -> None:\n    work()\n"
BUGGY_LINE: Final = (
    'app.py:6:5: error: Value of type "Coroutine[Any, Any, int]" must be used  [unused-coroutine]'
)
BUGGY_NOTE: Final = "app.py:6:5: note: Are you missing an await?"
CLEAN_APP: Final = BUGGY.replace("    work()", "    await work()")

CALLEE: Final = "async def load() -> int:\n    return 1\n"
CALLER: Final = (
    "from callee import load\n\n\nasync def use() -> int:\n    if load():\n        return 1\n"
    "    return 0\n"
)


class Outcome(NamedTuple):
    """What a command left behind."""

    status: int
    out: str
    err: str


Check = Callable[..., Outcome]


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache of mypy for all tests: the standard library is read once."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def command(
    tmp_path: Path,
    cache: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> Check:
    """Run a command of mypy-await in this process, in the test's own folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MYPY_CACHE_DIR", str(cache))
    monkeypatch.delenv("MYPY_AWAIT_OPTIONS", raising=False)

    def call(*arguments: str) -> Outcome:
        capfd.readouterr()
        status = run(arguments)
        return Outcome(status, *capfd.readouterr())

    return call


def put(folder: Path, files: Mapping[str, str]) -> None:
    """Write files."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def places_of_errors(out: str) -> list[str]:
    """Return `file:line:column` of each error of an output."""
    return [line.split(": ")[0] for line in out.splitlines() if ": error: " in line]


def git(folder: Path, *arguments: str) -> str:
    """Run git as somebody, whatever the machine is set up for."""
    who = ["-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "init.defaultBranch=main"]
    who += ["-c", "protocol.file.allow=always"]
    environment = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    done = subprocess.run(
        ["git", *who, *arguments],
        cwd=folder,
        check=True,
        capture_output=True,
        text=True,
        env=environment,
    )
    return done.stdout
