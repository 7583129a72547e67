"""mypy's daemon with the plugin: what turns async is seen in files that did not change."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from gate import CALLEE, CALLER, put

Daemon = Callable[..., tuple[int, str]]
FOUND = "caller.py:5: error"


@pytest.fixture
def dmypy(tmp_path: Path) -> Iterator[Daemon]:
    """Talk to a daemon of this test's own."""
    put(tmp_path, {"mypy.ini": "[mypy]\nplugins = mypy_await\n"})

    def call(*arguments: str) -> tuple[int, str]:
        command = [sys.executable, "-m", "mypy.dmypy", "--status-file", "status.json", *arguments]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120)
        return done.returncode, done.stdout + done.stderr

    yield call
    call("stop")


def test_dmypy_run(dmypy: Daemon, tmp_path: Path) -> None:
    put(tmp_path, {"callee.py": CALLEE.removeprefix("async "), "caller.py": CALLER})
    run = ("run", "--", "caller.py", "callee.py")
    assert dmypy(*run)[0] == 0
    put(tmp_path, {"callee.py": CALLEE})
    status, out = dmypy(*run)
    assert status == 1
    assert out.startswith(FOUND) and "[truthy-awaitable]" in out
    put(tmp_path, {"callee.py": CALLEE.removeprefix("async ")})
    assert dmypy(*run)[0] == 0


def test_dmypy_check(dmypy: Daemon, tmp_path: Path) -> None:
    put(tmp_path, {"callee.py": CALLEE.removeprefix("async "), "caller.py": CALLER})
    assert dmypy("start")[0] == 0
    check = ("check", "caller.py", "callee.py")
    assert dmypy(*check)[0] == 0
    put(tmp_path, {"callee.py": CALLEE})
    assert dmypy(*check)[1].startswith(FOUND)
    put(tmp_path, {"callee.py": CALLEE.removeprefix("async ")})
    assert dmypy(*check)[0] == 0


def test_codes_of_the_configuration_can_be_turned_off(dmypy: Daemon, tmp_path: Path) -> None:
    put(tmp_path, {"callee.py": CALLEE, "caller.py": CALLER})
    run = ("run", "--", "caller.py")
    assert dmypy(*run)[0] == 1
    section = "[mypy.plugins.mypy-await]\ndisable = truthy-awaitable\n"
    put(tmp_path, {"mypy.ini": f"[mypy]\nplugins = mypy_await\n{section}"})
    assert dmypy(*run)[0] == 0
