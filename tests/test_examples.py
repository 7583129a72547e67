"""The shipped example is what the README says it is, and so is its repaired twin."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
INCIDENT: Final = "examples/incident"


def gate(directory: str, cache: Path) -> subprocess.CompletedProcess[str]:
    """Run `mypy-await check` on a directory of the project, as a user does."""
    command = [sys.executable, "-m", "mypy_await", "check", f"--cache-dir={cache}", directory]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def roots(output: str) -> dict[str, str]:
    """Return the code of each error by the source line that it is about."""
    found = {}
    for path, line, code in re.findall(r"^(.*?):(\d+):\d+: error: .*\[(.*)\]$", output, re.M):
        text = (ROOT / path.replace("\\", "/")).read_text(encoding="utf-8")
        found[text.splitlines()[int(line) - 1].strip()] = code
    return found


def test_both_root_causes_are_named(tmp_path: Path) -> None:
    done = gate(INCIDENT, tmp_path)
    assert roots(done.stdout) == {
        "return factory.create_manager(user)": "hidden-awaitable",
        "payload = decode(token)": "truthy-awaitable",
    }
    assert done.returncode == 1, done.stderr


def test_the_repaired_twin_is_silent(tmp_path: Path) -> None:
    done = gate(f"{INCIDENT}-fixed", tmp_path)
    assert roots(done.stdout) == {}
    assert done.returncode == 0, done.stderr


def test_readme_shows_the_real_output(tmp_path: Path) -> None:
    output = gate(INCIDENT, tmp_path).stdout.replace("\\", "/").splitlines()
    readme = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()
    assert [line for line in output if f"    {line}" not in readme] == []
