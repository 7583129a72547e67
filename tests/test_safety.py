"""A failure inside the plugin is one report and no end of the run; a mypy too old is refused."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import harness
import pytest

from mypy_await.gate import main

PROGRAM = """\
async def ready() -> bool: return True
async def main() -> None:
    if ready():
        pass
x: int = ""
"""


@pytest.fixture(autouse=True)
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path(harness.MAIN).write_text(PROGRAM)
    Path("mypy.ini").write_text(f"[mypy]\nplugins = {harness.PLUGIN}\n")


@pytest.fixture
def broken_check(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(use: object) -> None:
        raise LookupError("a defect of ours")

    monkeypatch.setattr("mypy_await.checks.CHECKS", (fail,))


@pytest.mark.usefixtures("broken_check")
def test_a_failure_is_one_report_and_the_run_goes_on(pytestconfig: pytest.Config) -> None:
    args = [arg for arg in harness.base_arguments() if arg != "--show-traceback"]
    with harness.kept_cache(pytestconfig, args) as cache:
        reports = harness.check(args, cache)
    assert reports == [
        'main:3: error: mypy-await failed in "calls" and goes on without it: LookupError  [misc]',
        "main:5: error: Incompatible types in assignment "
        '(expression has type "str", variable has type "int")  [assignment]',
    ]


@pytest.mark.usefixtures("broken_check")
def test_a_failure_is_told_once_a_file(pytestconfig: pytest.Config) -> None:
    calls = "async def f() -> int: ...\nasync def g() -> None:\n    f()\n    f()\n"
    Path("a.py").write_text(calls)
    Path(harness.MAIN).write_text(f"import a\n{calls}")
    args = [arg for arg in harness.base_arguments() if arg != "--show-traceback"]
    with harness.kept_cache(pytestconfig, args) as cache:
        reports = harness.check(args, cache)
    told = [line.partition(": error")[0] for line in reports if "mypy-await failed" in line]
    assert told == ["a.py:3", "main:4"]


@pytest.mark.usefixtures("broken_check")
def test_the_gate_tells_of_a_failure_once(capsys: pytest.CaptureFixture[str]) -> None:
    Path("a.py").write_text("async def f() -> int: ...\nasync def g() -> None:\n    f()\n    f()\n")
    assert main.run(["check", "--cache-dir", os.devnull, "a.py"]) == 1
    told = [line for line in capsys.readouterr().out.splitlines() if "mypy-await failed" in line]
    assert len(told) == 1


def test_a_failure_to_recognise_a_name_is_told_where_it_is_used(
    pytestconfig: pytest.Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(recogniser: object, fullname: str) -> None:
        raise LookupError("a defect of ours")

    for kind in ("function", "method", "is_attribute_of_interest"):
        monkeypatch.setattr(f"mypy_await.recognise.Recogniser.{kind}", fail)
    source = "class A:\n    a = 1\n    def f(self) -> int: ...\n"
    Path(harness.MAIN).write_text(f"{source}print(A)\nprint(A().a)\nA().f()\n")
    args = [arg for arg in harness.base_arguments() if arg != "--show-traceback"]
    with harness.kept_cache(pytestconfig, args) as cache:
        reports = harness.check(args, cache)
    told = [line for line in reports if "mypy-await failed" in line]
    assert [line.split('"')[1] for line in told] == ["calls", "attributes"]
    assert reports == told


@pytest.mark.usefixtures("broken_check")
def test_show_traceback_raises(
    pytestconfig: pytest.Config, capsys: pytest.CaptureFixture[str]
) -> None:
    args = harness.base_arguments()
    with harness.kept_cache(pytestconfig, args) as cache, pytest.raises(SystemExit):
        harness.check(args, cache)
    assert "LookupError: a defect of ours" in capsys.readouterr().out


def test_a_mypy_too_old_is_refused(tmp_path: Path) -> None:
    script = (
        "import mypy.version; mypy.version.__version__ = '1.19.1'\n"
        "from mypy.main import main; main(args=['main'])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )
    sentence = "mypy-await needs mypy 2.0 or newer; this is mypy 1.19.1\n"
    assert (done.returncode, done.stderr) == (2, sentence)
