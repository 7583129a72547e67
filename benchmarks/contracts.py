"""Print the figures of contracts: flips found between two trees, round trips, and time.

    python benchmarks/contracts.py --trees FIXED BUGGY --packages path/to/pkg ...

`--trees` writes contracts from the first tree and checks the second against them.  `--packages`
writes and checks each package, then checks all of them in one run; the time is that of the whole
command.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

REPEATS = 3


def command(*arguments: str, cwd: Path) -> tuple[str, float]:
    """Run `mypy-await contracts ...`; return what it printed and the seconds it took."""
    line = [sys.executable, "-m", "mypy_await", "contracts", *arguments]
    start = time.perf_counter()
    done = subprocess.run(line, cwd=cwd, capture_output=True, text=True)
    seconds = time.perf_counter() - start
    if done.returncode not in (0, 1):
        raise SystemExit(done.stderr)
    return done.stdout, seconds


def tops(tree: Path) -> list[str]:
    """Return the packages and modules at the top of a tree."""
    packages = [path.parent.name for path in sorted(tree.glob("*/__init__.py"))]
    return [*packages, *(path.name for path in sorted(tree.glob("*.py")))]


def lines_of(package: Path) -> int:
    return sum(path.read_bytes().count(b"\n") for path in package.rglob("*.py"))


def flips(fixed: Path, buggy: Path, pins: Path) -> None:
    command("write", "--contracts", str(pins), *tops(fixed), cwd=fixed)
    clean, _ = command("check", "--contracts", str(pins), cwd=fixed)
    print(f"{fixed.name} against its own contracts: {clean.splitlines()[-1]}")
    found, _ = command("check", "--contracts", str(pins), cwd=buggy)
    print(f"{buggy.name} against them: {found.splitlines()[-1]}")
    for line in found.splitlines():
        if ": error: " in line:
            print(f"  {line}")


def round_trip(package: Path, pins: Path) -> None:
    written, wrote = command("write", "--contracts", str(pins), str(package), cwd=package.parent)
    summary, checked = timed_check(pins, package.parent)
    count = re.findall(r"\d+", written)[0]
    print(
        f"{package.name}: {lines_of(package)} lines, {count} contracts written in {wrote:.1f} s; "
        f"checked in {checked:.2f} s: {summary}"
    )


def timed_check(pins: Path, root: Path) -> tuple[str, float]:
    """Return the last line of a check, and the best time of several."""
    runs = [command("check", "--contracts", str(pins), cwd=root) for _ in range(REPEATS)]
    return runs[0][0].splitlines()[-1], min(seconds for _, seconds in runs)


def together(packages: Sequence[Path], folder: Path) -> None:
    for package in packages:
        shutil.copytree(package, folder / package.name)
    summary, seconds = timed_check(folder / "pins", folder)
    lines = sum(map(lines_of, packages))
    per = seconds * 100_000 / lines
    print(
        f"all {len(packages)} in one run: {lines} lines in {seconds:.2f} s, {per:.2f} s for each "
        f"100,000 lines, on {os.cpu_count()} cores: {summary}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--trees", nargs=2, type=Path, metavar=("FIXED", "BUGGY"))
    parser.add_argument("--packages", nargs="*", type=Path, default=[])
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if options.trees:
            fixed, buggy = (tree.resolve() for tree in options.trees)
            flips(fixed, buggy, folder / "tree-pins")
        packages = [package.resolve() for package in options.packages]
        for package in packages:
            round_trip(package, folder / "each" / package.name)
            shutil.copytree(folder / "each" / package.name, folder / "pins", dirs_exist_ok=True)
        if packages:
            together(packages, folder)


if __name__ == "__main__":
    main()
