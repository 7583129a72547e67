"""Measures what `mypy-await check` costs beside the mypy run that it wraps.

    python benchmarks/gate_speed.py PACKAGE...          time of check against mypy, cold and warm
    python benchmarks/gate_speed.py --since PACKAGE...  the same after a change of one file
    python benchmarks/gate_speed.py --formats           ten thousand findings in every format

mypy runs with the same plugin, cache and options, so that only the command line differs.  The runs
are taken in turns; printed is the median of the ratios of processor times.
"""

from __future__ import annotations

import argparse
import importlib.util
import itertools
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from mypy_await import codes
from mypy_await.gate import formats
from mypy_await.gate.findings import Finding
from mypy_await.gate.report import Report

BIN: Final = Path(sys.executable).parent
CONFIG: Final = """\
[mypy]
plugins = mypy_await:gate_plugin
check_untyped_defs = True
enable_error_code = unused-awaitable
"""
FINDINGS: Final = 10_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("packages", nargs="*")
    parser.add_argument("--pairs", type=int, default=7)
    parser.add_argument("--since", action="store_true")
    parser.add_argument("--formats", action="store_true")
    options = parser.parse_args()
    if options.formats:
        time_formats()
    for package in options.packages:
        with tempfile.TemporaryDirectory() as folder:
            measure = since if options.since else plain
            measure(package, Path(folder), options.pairs)


def plain(package: str, folder: Path, pairs: int) -> None:
    """Compare cold and warm runs over a copy of an installed package."""
    copy(package, folder)
    gate = [str(BIN / "mypy-await"), "check", package, "--cache-dir=gate"]
    mypy = [str(BIN / "mypy"), package, "--cache-dir=mypy"]

    def empty() -> None:
        for name in ("gate", "mypy"):
            shutil.rmtree(folder / name, ignore_errors=True)

    show(f"{package} cold", folder, gate, mypy, pairs, empty)
    show(f"{package} warm", folder, gate, mypy, pairs, lambda: None)


def since(package: str, folder: Path, pairs: int) -> None:
    """Compare `--since` after a change of one file with mypy after the same change."""
    copy(package, folder)
    for command in (["init", "-q"], ["add", package], ["commit", "-qm", "first"]):
        who = ["-c", "user.name=A", "-c", "user.email=a@example.org"]
        subprocess.run(["git", *who, *command], cwd=folder, check=True)
    gate = [str(BIN / "mypy-await"), "check", package, "--cache-dir=gate", "--since", "HEAD"]
    mypy = [str(BIN / "mypy"), package, "--cache-dir=mypy"]
    changed = max((folder / package).rglob("*.py"), key=lambda path: path.stat().st_size)
    text = changed.read_text(encoding="utf-8")
    for command in (gate, mypy):
        seconds(command, folder)
    numbers = itertools.count()

    def change() -> None:
        changed.write_text(f"{text}\nx = {next(numbers)}\n", encoding="utf-8")

    show(f"{package} --since", folder, gate, mypy, pairs, change)


def copy(package: str, folder: Path) -> None:
    spec = importlib.util.find_spec(package)
    assert spec and spec.origin, f"{package} is not installed"
    shutil.copytree(Path(spec.origin).parent, folder / package)
    (folder / "mypy.ini").write_text(CONFIG, encoding="utf-8")


def show(
    name: str,
    folder: Path,
    gate: list[str],
    mypy: list[str],
    pairs: int,
    prepare: Callable[[], None],
) -> None:
    """Print the median ratio of the two commands, run in turns."""
    ratios, base = [], []
    for number in range(pairs + 1):
        prepare()
        # Whoever runs first may find the disk cold: take turns there too.
        order = (gate, mypy) if number % 2 else (mypy, gate)
        times = {command[0]: seconds(command, folder) for command in order}
        if number:
            ratios.append(times[gate[0]] / times[mypy[0]])
            base.append(times[mypy[0]])
    median, spread = statistics.median(ratios), f"{min(ratios):.3f}-{max(ratios):.3f}"
    print(f"{name}: {median:.3f} ({spread}) of {statistics.median(base):.2f} s", flush=True)


def seconds(command: list[str], folder: Path) -> float:
    """Return the processor time of a run."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, cwd=folder, capture_output=True, env=environment())
    assert done.returncode < 2 and b"Traceback" not in done.stderr, done.stderr.decode()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("MYPY")}


def time_formats() -> None:
    """Print how long it takes to write ten thousand findings in each format."""
    with tempfile.TemporaryDirectory() as folder:
        report = Report(make_findings(Path(folder)), 100)
        total = 0.0
        for name in formats.NAMES:
            start = time.process_time()
            formats.render(name, report)
            spent = time.process_time() - start
            total += spent
            print(f"{name}: {spent:.3f} s")
        print(f"{FINDINGS} findings in {len(formats.NAMES)} formats: {total:.3f} s")


def make_findings(folder: Path) -> list[Finding]:
    """Write a hundred files of five hundred lines and find something on every fifth."""
    functions = "async def work_{0}(x: int) -> int:\n    y = {0}\n    work()\n    return y\n\n"
    text = "".join(functions.format(number) for number in range(100))
    note = 'Maybe you forgot to use "await"?'
    message = 'Value of type "Coroutine[Any, Any, int]" is used without being awaited'
    findings = []
    for number in range(FINDINGS // 100):
        path = folder / f"module_{number}.py"
        path.write_text(text, encoding="utf-8")
        for line in range(3, 503, 5):
            code = codes.LIVE[line % len(codes.LIVE)].code
            findings.append(Finding(str(path), line, 5, line, 10, code, message, (note,)))
    return findings


if __name__ == "__main__":
    main()
