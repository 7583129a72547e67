"""What a person sees: colours and progress on a terminal, and none of it elsewhere."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest
from gate import BUGGY, CALLEE, CALLER, CLEAN_APP, COMMAND, put

from mypy_await.gate import progress

ESCAPE = "\x1b["


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def on_terminal(folder: Path, *arguments: str, **variables: str) -> str:
    """Run check in a terminal of its own and return what is to be seen there."""
    pty = pytest.importorskip("pty")
    ours, theirs = pty.openpty()
    environment = {**os.environ, "TERM": "xterm", "PYTHONUTF8": "1", **variables}
    for name in ("NO_COLOR", "FORCE_COLOR", "MYPY_FORCE_COLOR"):
        environment.pop(name, None) if name not in variables else None
    process = subprocess.Popen(
        [*COMMAND, "check", *arguments],
        cwd=folder,
        env=environment,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    seen = b""
    while True:
        try:
            part = os.read(ours, 65536)
        except OSError:  # how Linux says that nobody is at the other end any more
            break
        if not part:
            break
        seen += part
    os.close(ours)
    process.wait()
    return seen.decode().replace("\r\n", "\n")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    put(tmp_path, {"callee.py": CALLEE, "caller.py": CALLER})
    return tmp_path


def test_colours_the_line_and_the_root_cause(project: Path, cache: Path) -> None:
    seen = on_terminal(project, f"--cache-dir={cache}", "caller.py")
    assert "callee.load (callee.py:1) is async: 1 caller" in seen
    assert "\n        if load():\n" in seen
    assert "^~~~~~" in seen
    assert ESCAPE in seen


def test_no_colours_where_they_are_not_wanted(project: Path, cache: Path) -> None:
    expected = "caller.py:5:8: error: "
    for variables, arguments in (({"NO_COLOR": "1"}, []), ({}, ["--no-color-output"])):
        arguments = [f"--cache-dir={cache}", "caller.py", *arguments]
        seen = on_terminal(project, *arguments, **variables)
        assert seen.startswith(expected)
        assert ESCAPE not in seen


def test_files_have_no_colours(project: Path, cache: Path) -> None:
    on_terminal(project, f"--cache-dir={cache}", "caller.py", "--output=text=out.txt")
    text = (project / "out.txt").read_text(encoding="utf-8")
    assert text.startswith("caller.py:5:8: error: ")
    assert ESCAPE not in text


def test_colours_can_be_forced_into_a_pipe(tmp_path: Path, cache: Path) -> None:
    put(tmp_path, {"app.py": BUGGY})
    done = subprocess.run(
        [*COMMAND, "check", f"--cache-dir={cache}", "app.py"],
        cwd=tmp_path,
        env={**os.environ, "MYPY_FORCE_COLOR": "1", "TERM": "xterm"},
        capture_output=True,
        text=True,
    )
    assert ESCAPE in done.stdout


def test_a_long_run_shows_its_progress(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setattr(progress, "QUIET", 0.0)
    monkeypatch.setattr(progress, "PAUSE", 0.0)
    with progress.Progress() as shown:
        shown.advance("a.py")
        shown.advance("b.py")
    lines = terminal.getvalue().split("\r")
    assert lines[1].rstrip() == "checked 1 files (0 s): a.py"
    assert lines[2].rstrip() == "checked 2 files (0 s): b.py"
    assert lines[-2].strip() == "" and lines[-1] == ""


def test_a_short_run_shows_none(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    with progress.Progress() as shown:
        shown.advance("a.py")
    assert terminal.getvalue() == ""


def test_nothing_is_shown_without_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setattr(progress, "QUIET", 0.0)
    with progress.Progress() as shown:
        shown.advance("a.py")
    assert stream.getvalue() == ""


def test_progress_of_a_real_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from mypy_await.gate.main import run

    terminal = Terminal()
    put(tmp_path, {"app.py": CLEAN_APP})
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setattr(progress, "QUIET", 0.0)
    monkeypatch.setattr(progress, "PAUSE", 0.0)
    assert run(["check", "app.py", "--cache-dir=cache"]) == 0
    assert "app.py" in terminal.getvalue()
