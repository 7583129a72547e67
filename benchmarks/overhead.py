"""What the plugin costs: processor time and peak memory of whole mypy runs, with it and without.

    python benchmarks/overhead.py [--pairs 7] [--packages httpx==0.28.1 ...] [--venv DIR]

Installs this project and the packages into a virtual environment, then runs mypy over each package,
with the plugin and without it in turns, and prints the median of the ratios of the pairs.  A *cold*
run begins without a cache, a *warm* one with the cache of the run before.  Times are the processor
times (user and system) of the mypy process, which other load on the machine changes least; runs on
Linux and macOS.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import venv
from collections.abc import Sequence
from pathlib import Path
from typing import Final, NamedTuple

ROOT: Final = Path(__file__).resolve().parent.parent
PACKAGES: Final = ("aiogram==3.31.0", "aiohttp==3.14.5", "litestar==2.25.0")
CONFIGS: Final = {"off": "[mypy]\n", "on": "[mypy]\nplugins = mypy_await\n"}


class Cost(NamedTuple):
    """What one run took: seconds of processor time, and the peak of its memory."""

    seconds: float
    memory: float


class Pair(NamedTuple):
    """A run without the plugin and one with it, one right after the other."""

    off: Cost
    on: Cost


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--pairs", type=int, default=7, help="pairs of runs (default: 7)")
    parser.add_argument("--packages", nargs="+", default=PACKAGES, metavar="REQUIREMENT")
    parser.add_argument("--venv", type=Path, help="keep the virtual environment in this directory")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        work = Path(temporary)
        python = install(options.venv or work / "venv", options.packages)
        for name, text in CONFIGS.items():
            (work / f"{name}.ini").write_text(text)
        print(f"{'package':<22}{'':<6}{'off':>8}{'on':>8}{'time':>8}{'memory':>8}")
        for requirement in options.packages:
            for mode in ("cold", "warm"):
                pairs = measure(python, work, requirement, mode == "warm", options.pairs)
                print(row(requirement, mode, pairs), flush=True)


def install(directory: Path, packages: Sequence[str]) -> Path:
    """Make the virtual environment; return its Python."""
    venv.create(directory, with_pip=True)
    python = directory / "bin" / "python"
    command = [str(python), "-m", "pip", "install", "--quiet", str(ROOT), *packages]
    subprocess.run(command, check=True)
    return python


def measure(python: Path, work: Path, requirement: str, warm: bool, count: int) -> list[Pair]:
    """Run `count` pairs; which run of a pair comes first alternates."""
    package = requirement.partition("==")[0].replace("-", "_")
    for name in CONFIGS:
        shutil.rmtree(work / f"cache-{name}", ignore_errors=True)
        run(python, work, package, name)  # fills the cache, and the system's cache of files
    pairs = []
    for number in range(count):
        costs = {}
        for name in sorted(CONFIGS, reverse=number % 2 == 1):
            if not warm:
                shutil.rmtree(work / f"cache-{name}")
            costs[name] = run(python, work, package, name)
        pairs.append(Pair(costs["off"], costs["on"]))
    return pairs


def run(python: Path, work: Path, package: str, name: str) -> Cost:
    """Run mypy over an installed package; errors in the package are no failure."""
    arguments = [f"--config-file={name}.ini", f"--cache-dir=cache-{name}", "-p", package]
    process = subprocess.Popen(
        [python, "-m", "mypy", *arguments], cwd=work, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    with process.stdout as stream:
        output = stream.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, 1):
        sys.exit(f"mypy failed on {package}:\n{output}")
    return Cost(usage.ru_utime + usage.ru_stime, usage.ru_maxrss)


def row(requirement: str, mode: str, pairs: list[Pair]) -> str:
    """Return a line of the table: medians of the seconds and of the ratios."""
    off = statistics.median(pair.off.seconds for pair in pairs)
    on = statistics.median(pair.on.seconds for pair in pairs)
    time = statistics.median(pair.on.seconds / pair.off.seconds for pair in pairs)
    memory = statistics.median(pair.on.memory / pair.off.memory for pair in pairs)
    return f"{requirement:<22}{mode:<6}{off:>8.2f}{on:>8.2f}{time:>8.3f}{memory:>8.3f}"


if __name__ == "__main__":
    main()
