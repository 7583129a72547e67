"""What is seen of an installed package without types: nothing, or all that its source says."""

from __future__ import annotations

import sys
import venv
from pathlib import Path
from typing import Final

import harness
import pytest

PACKAGE: Final = "async def load():\n    return ''\ndef fetch():\n    return load()\n"
PROGRAM: Final = """\
import untyped_package  # type: ignore[import-untyped]
def own():
    return untyped_package.fetch()
async def main() -> None:
    untyped_package.load().upper()
    untyped_package.fetch().upper()
    own().upper()
"""


@pytest.fixture
def interpreter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Return the Python of an environment in which the package is installed."""
    monkeypatch.chdir(tmp_path)
    environment = tmp_path / "env"
    venv.create(environment)
    windows = sys.platform == "win32"
    packages = next(environment.rglob("site-packages"))
    (packages / "untyped_package").mkdir()
    (packages / "untyped_package" / "__init__.py").write_text(PACKAGE)
    Path("main").write_text(PROGRAM)
    Path("mypy.ini").write_text("[mypy]\nplugins = mypy_await\n")
    return str(environment / ("Scripts/python.exe" if windows else "bin/python"))


def reported_lines(interpreter: str, *more: str) -> list[int]:
    arguments = harness.base_arguments(f"--python-executable={interpreter}", *more)
    messages = harness.check(arguments, Path("cache"))
    return [int(message.split(":")[1]) for message in messages if "[unawaited-value]" in message]


def test_nothing_is_seen_of_a_package_that_mypy_skips(interpreter: str) -> None:
    assert reported_lines(interpreter) == []


def test_all_is_seen_of_a_package_that_mypy_follows(interpreter: str) -> None:
    assert reported_lines(interpreter, "--follow-untyped-imports") == [5, 6, 7]
