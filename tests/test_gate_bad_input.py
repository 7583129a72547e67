"""Mistakes of the user and of the surroundings: one clear sentence, the right status."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest
from gate import BUGGY, CLEAN_APP, COMMAND, Check, put

from mypy_await.gate import mypy_run

GAVE_UP: Final = "mypy-await: mypy could not check the program\n"
CRASHING: Final = """
from mypy.plugin import Plugin

class Crashing(Plugin):
    def get_function_hook(self, fullname):
        if fullname.endswith("work"):
            raise ValueError("on purpose")

def plugin(version):
    return Crashing
"""
INTERRUPTING: Final = """
import signal
from mypy.plugin import Plugin

class Interrupting(Plugin):
    def get_function_hook(self, fullname):
        if fullname.endswith("work"):
            # A shell starts what runs in the background with interrupts ignored.
            signal.signal(signal.SIGINT, signal.default_int_handler)
            signal.raise_signal(signal.SIGINT)

def plugin(version):
    return Interrupting
"""


def test_a_syntax_error(command: Check, tmp_path: Path) -> None:
    put(tmp_path, {"app.py": "def f(:\n", "other.py": BUGGY})
    result = command("check", ".", "--format", "json")
    assert (result.status, result.out) == (2, "")
    assert result.err.startswith("app.py:1:8: error: Expected")
    assert result.err.endswith(GAVE_UP)


def test_a_path_that_is_not_there(command: Check) -> None:
    result = command("check", "nowhere.py")
    assert result.status == 2
    assert result.err == (
        f"nowhere.py: error: Cannot read file: No such file or directory\n{GAVE_UP}"
    )


def test_a_file_that_is_not_utf8(command: Check, tmp_path: Path) -> None:
    (tmp_path / "app.py").write_bytes(b"# caf\xe9\n")
    result = command("check", "app.py")
    assert result.status == 2
    assert result.err.startswith("app.py: error: Cannot decode file: 'utf-8'")


def test_an_empty_project(command: Check, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    result = command("check", "empty")
    assert result == (2, "", "mypy-await: There are no .py[i] files in directory 'empty'\n")


def test_nothing_to_check(command: Check, tmp_path: Path) -> None:
    put(tmp_path, {".git/HEAD": ""})
    result = command("check")
    assert (result.status, result.err.count("\n")) == (2, 1)
    assert "Missing target module, package, files, or command." in result.err


@pytest.mark.parametrize(
    ("name", "text", "complaint"),
    [
        (
            "pyproject.toml",
            "[tool.mypy\n",
            "pyproject.toml: Expected ']' at the end of a table declaration (at line 1, column 11)",
        ),
        ("mypy.ini", "strict = True\n", "mypy.ini: File contains no section headers."),
        (
            "mypy.ini",
            "[mypy]\n[mypy-await]\ndisabel = truthy-awaitable\n",
            'mypy.ini: [mypy-await]: unknown option "disabel"; did you mean "disable"?',
        ),
        (
            "pyproject.toml",
            '[tool.mypy]\n[tool.mypy-await]\ndisable = ["truthy-awaitabel"]\n',
            'pyproject.toml: [tool.mypy-await]: disable: unknown error code "truthy-awaitabel"; '
            'did you mean "truthy-awaitable"?',
        ),
    ],
)
def test_a_wrong_configuration(
    command: Check, tmp_path: Path, name: str, text: str, complaint: str
) -> None:
    put(tmp_path, {name: text, "app.py": CLEAN_APP})
    assert command("check", "app.py") == (2, "", f"mypy-await: {complaint}\n")


def test_a_configuration_that_is_not_utf8(command: Check, tmp_path: Path) -> None:
    put(tmp_path, {"app.py": CLEAN_APP})
    (tmp_path / "pyproject.toml").write_bytes(b"[tool.mypy]\n# caf\xe9\n")
    result = command("check", "app.py")
    assert (result.status, result.err.count("\n")) == (2, 1)
    assert "cannot read the configuration of mypy" in result.err


def test_mypys_complaints_about_its_options_are_passed_on(command: Check, tmp_path: Path) -> None:
    text = "[mypy]\nnonsense = 1\n[mypy-await]\ndisable = truthy-awaitable\n"
    put(tmp_path, {"mypy.ini": text, "app.py": CLEAN_APP})
    result = command("check", "app.py")
    assert result.status == 0
    assert result.err == "mypy.ini: [mypy]: Unrecognized option: nonsense = 1\n"


def test_a_plugin_that_is_not_there(command: Check, tmp_path: Path) -> None:
    put(tmp_path, {"mypy.ini": "[mypy]\nplugins = nowhere\n", "app.py": CLEAN_APP})
    result = command("check", "app.py")
    assert result.status == 2
    assert 'Error importing plugin "nowhere"' in result.err
    assert result.err.endswith(GAVE_UP)


def test_follow_imports_skip(command: Check, tmp_path: Path) -> None:
    put(tmp_path, {"mypy.ini": "[mypy]\nfollow_imports = skip\n", "app.py": BUGGY})
    assert command("check", "app.py").status == 1


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("check", "--nonsense", "app.py"), "unrecognized arguments: --nonsense"),
        (("check", "-n", "-1", "app.py"), "the number of workers cannot be negative"),
        (("check", "--enable", "nonsense", "app.py"), 'unknown error code "nonsense"'),
        (("chek",), 'unknown command "chek"; did you mean "check"?'),
        (("explain", "truthy"), 'unknown error code "truthy"'),
        (("check", "-p", "nowhere"), "Can't find package 'nowhere'"),
        (("check", "--output=json=no/such/folder", "app.py"), 'cannot write "no/such/folder"'),
    ],
)
def test_wrong_arguments(
    command: Check, tmp_path: Path, arguments: tuple[str, ...], complaint: str
) -> None:
    put(tmp_path, {"app.py": CLEAN_APP})
    result = command(*arguments)
    assert (result.status, result.err.count("\n")) == (2, 1)
    assert complaint in result.err


@pytest.mark.parametrize("arguments", [("--format", "nonsense"), ("--output", "json")])
def test_arguments_that_argparse_refuses(command: Check, arguments: tuple[str, ...]) -> None:
    with pytest.raises(SystemExit) as stop:
        command("check", *arguments)
    assert stop.value.code == 2


def test_a_mypy_that_is_too_old(command: Check, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mypy_run, "mypy_version", "1.19.1")
    result = command("check", "app.py")
    assert result == (2, "", "mypy-await: mypy 1.19.1 is too old, at least 2.0 is needed\n")


def test_an_untested_mypy_is_warned_about_once(
    command: Check, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path, {"app.py": CLEAN_APP})
    monkeypatch.setattr(mypy_run, "mypy_version", "2.9.0+dev.abc")
    result = command("check", "app.py")
    assert result.status == 0
    assert result.err == (
        "mypy-await: mypy 2.9.0+dev.abc is newer than what this release was tested with\n"
    )


def test_a_crash_of_mypy(command: Check, tmp_path: Path) -> None:
    put(tmp_path, {"mypy.ini": "[mypy]\nplugins = crash.py\n", "crash.py": CRASHING})
    put(tmp_path, {"app.py": BUGGY})
    result = command("check", "app.py")
    assert (result.status, result.out, result.err.count("\n")) == (2, "", 1)
    assert result.err.startswith("mypy-await: app.py:6: mypy crashed")
    shown = command("check", "app.py", "--show-traceback")
    assert "ValueError: on purpose" in shown.err


def test_a_crash_while_plugins_are_made(command: Check, tmp_path: Path) -> None:
    broken = "def plugin(version):\n    raise RuntimeError('on purpose')\n"
    put(tmp_path, {"mypy.ini": "[mypy]\nplugins = broken.py\n", "broken.py": broken})
    put(tmp_path, {"app.py": BUGGY})
    result = command("check", "app.py")
    assert (result.status, result.err.count("\n")) == (2, 1)
    assert "mypy crashed (RuntimeError: on purpose)" in result.err


def test_a_plugin_that_refuses_to_run(command: Check, tmp_path: Path) -> None:
    refusing = "def plugin(version):\n    print('Not today')\n    raise SystemExit(2)\n"
    put(tmp_path, {"mypy.ini": "[mypy]\nplugins = refuse.py\n", "refuse.py": refusing})
    put(tmp_path, {"app.py": BUGGY})
    assert command("check", "app.py") == (2, "", "mypy-await: Not today\n")


def test_an_unwritable_output_leaves_no_file_behind(command: Check, tmp_path: Path) -> None:
    put(tmp_path, {"app.py": BUGGY})
    (tmp_path / "out").mkdir()
    result = command("check", "app.py", "--output", "json=out")
    assert result.status == 2
    assert 'cannot write "out"' in result.err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["app.py", "out"]


def test_a_reader_that_goes_away(tmp_path: Path, cache: Path) -> None:
    put(tmp_path, {"app.py": BUGGY + "    work()\n" * 5000})
    process = subprocess.Popen(
        [*COMMAND, "check", f"--cache-dir={cache}", "app.py"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout and process.stderr
    process.stdout.readline()
    process.stdout.close()
    assert process.stderr.read() == b""
    assert process.wait() == 1


def test_output_that_the_terminal_cannot_show(tmp_path: Path, cache: Path) -> None:
    put(tmp_path, {"app.py": BUGGY.replace("work", "wörk").replace("-> int", '-> "Zähler"')})
    put(tmp_path, {"app.py": "class Zähler: ...\n" + (tmp_path / "app.py").read_text("utf-8")})
    done = subprocess.run(
        [*COMMAND, "check", f"--cache-dir={cache}", "app.py"],
        cwd=tmp_path,
        capture_output=True,
        env={**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"},
    )
    assert (done.returncode, done.stderr) == (1, b"")
    assert b"Z\\xe4hler" in done.stdout


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_an_interruption(tmp_path: Path) -> None:
    config = "[mypy]\nplugins = interrupting.py\n"
    put(tmp_path, {"app.py": BUGGY, "interrupting.py": INTERRUPTING, "mypy.ini": config})
    done = subprocess.run(
        [*COMMAND, "check", "--cache-dir=cache", "app.py"], cwd=tmp_path, capture_output=True
    )
    assert (done.returncode, done.stdout) == (130, b"")
    assert done.stderr == b"mypy-await: interrupted\n"
