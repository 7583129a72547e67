"""`mypy-await check`: what it runs, what it prints, its exit status."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Final

import pytest
from gate import BUGGY, BUGGY_LINE, BUGGY_NOTE, CALLEE, CALLER, CLEAN_APP, Check, put

FOUND_ONE: Final = (
    f"{BUGGY_LINE}\n{BUGGY_NOTE}\nFound 1 missing await in 1 file (checked 1 source file)\n"
)
UNANNOTATED: Final = "async def work():\n    return 1\n\n\nasync def run():\n    work()\n"


def test_a_finding_is_printed_as_mypy_prints_it(command: Check, tmp_path: Path) -> None:
    put(tmp_path, {"app.py": BUGGY})
    assert command("check", "app.py") == (1, FOUND_ONE, "")


def test_a_clean_program(command: Check, tmp_path: Path) -> None:
    put(tmp_path, {"app.py": CLEAN_APP})
    result = command("check", "app.py")
    assert result == (0, "No missing awaits found (checked 1 source file)\n", "")


def test_errors_of_other_causes_are_not_shown(command: Check, tmp_path: Path) -> None:
    put(tmp_path, {"app.py": "x: int = ''\n"})
    assert command("check", "app.py").status == 0


def test_the_plugin_is_added(command: Check, tmp_path: Path) -> None:
    put(tmp_path, {"callee.py": CALLEE, "caller.py": CALLER})
    result = command("check", "caller.py")
    assert "[truthy-awaitable]" in result.out
    assert result.status == 1


@pytest.mark.parametrize("plugins", ["mypy_await", "mypy_await, mypy_await", "mypy_await:plugin"])
def test_a_plugin_that_is_listed_is_not_added_again(
    command: Check, tmp_path: Path, plugins: str
) -> None:
    put(tmp_path, {"mypy.ini": f"[mypy]\nplugins = {plugins}\n", "callee.py": CALLEE})
    put(tmp_path, {"caller.py": CALLER})
    assert command("check", "caller.py").out.count("[truthy-awaitable]") == 1


@pytest.mark.parametrize(
    "section", ["", "check_untyped_defs = False", "[mypy-app]\ncheck_untyped_defs = False"]
)
def test_unannotated_bodies_are_checked(command: Check, tmp_path: Path, section: str) -> None:
    put(tmp_path, {"mypy.ini": f"[mypy]\n{section}\n", "app.py": UNANNOTATED})
    assert "app.py:6:5: error" in command("check", "app.py").out


def test_ignored_modules_stay_ignored(command: Check, tmp_path: Path) -> None:
    put(tmp_path, {"mypy.ini": "[mypy]\n[mypy-app]\nignore_errors = True\n", "app.py": BUGGY})
    assert command("check", "app.py").status == 0


def test_the_files_of_the_configuration_are_checked(command: Check, tmp_path: Path) -> None:
    put(tmp_path, {"pyproject.toml": '[tool.mypy]\nfiles = ["app.py"]\n', "app.py": BUGGY})
    assert command("check") == (1, FOUND_ONE, "")


def test_our_section_is_read_without_one_of_mypy(command: Check, tmp_path: Path) -> None:
    section = '[tool.mypy-await]\ndisable = ["truthy-awaitable"]\n'
    put(tmp_path, {".git/HEAD": "", "pyproject.toml": section})
    put(tmp_path, {"callee.py": CALLEE, "caller.py": CALLER})
    assert command("check", "caller.py").status == 0


def test_options_of_the_command_line_win(command: Check, tmp_path: Path) -> None:
    section = "[mypy]\n[mypy-await]\ndisable = truthy-awaitable\n"
    put(tmp_path, {"mypy.ini": section, "callee.py": CALLEE, "caller.py": CALLER})
    assert command("check", "caller.py").status == 0
    assert command("check", "caller.py", "--enable", "truthy-awaitable").status == 1
    assert command("check", "caller.py").status == 0
    assert os.environ.get("MYPY_AWAIT_OPTIONS") is None


def test_a_second_run_finds_the_same(command: Check, tmp_path: Path) -> None:
    put(tmp_path, {"callee.py": CALLEE, "caller.py": CALLER, "app.py": BUGGY})
    first = command("check", ".")
    assert first.status == 1
    assert command("check", ".") == first
    assert command("check", ".", "-n", "2") == first


def test_a_callee_that_turns_async_is_seen_in_its_caller(command: Check, tmp_path: Path) -> None:
    put(tmp_path, {"callee.py": CALLEE.removeprefix("async "), "caller.py": CALLER})
    assert command("check", "caller.py").status == 0
    put(tmp_path, {"callee.py": CALLEE})
    assert command("check", "caller.py").status == 1


def test_mypys_own_cache_is_left_alone(command: Check, tmp_path: Path, cache: Path) -> None:
    put(tmp_path, {"app.py": CLEAN_APP})
    command("check", "app.py")
    assert [path.name for path in cache.iterdir() if path.is_dir()] == ["mypy-await"]


def test_many_errors_beside_a_missing_import_hide_nothing(command: Check, tmp_path: Path) -> None:
    noise = "".join(f"x{number}: int = ''\n" for number in range(300))
    put(tmp_path, {"app.py": f"{BUGGY}import nowhere\n{noise}"})
    assert command("check", "app.py").out == FOUND_ONE


def test_notes_of_the_plugin_for_the_gate_are_not_printed(command: Check, tmp_path: Path) -> None:
    put(tmp_path, {"callee.py": CALLEE, "caller.py": CALLER})
    assert "origin" not in command("check", "caller.py").out
    document = json.loads(command("check", "caller.py", "--format", "json").out)
    assert document["findings"][0]["origin"] == {
        "name": "callee.load",
        "path": "callee.py",
        "line": 1,
        "is_async": True,
    }


def test_unused_tasks_are_left_to_our_own_check(command: Check, tmp_path: Path) -> None:
    kept = (
        "import asyncio\n\n\nasync def work() -> None: ...\n\n\nclass Pool:\n"
        "    def start(self) -> asyncio.Task[None]:\n"
        "        self.task = asyncio.create_task(work())\n"
        "        return self.task\n\n\n"
        "async def run(pool: Pool) -> None:\n    pool.start()\n"
    )
    put(tmp_path, {"app.py": kept})
    assert command("check", "app.py").status == 0
    assert command("check", "app.py", "--enable-error-code", "unused-awaitable").status == 1


def test_help_and_version(command: Check, capfd: pytest.CaptureFixture[str]) -> None:
    assert command("--version").out.startswith("mypy-await ")
    assert "check" in command("--help").out
    for flag in ("--version", "--help"):
        with pytest.raises(SystemExit) as stop:
            command("check", flag)
        assert stop.value.code == 0
