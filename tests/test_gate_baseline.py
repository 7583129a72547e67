"""Baselines: what is listed is left out, what is new is not, what is gone is told."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

import pytest
from gate import BUGGY, CLEAN_APP, Check, git, put

TWICE: Final = f"{BUGGY}    work()\n"
OTHER: Final = BUGGY.replace("run", "other")


def listed(path: Path) -> list[dict[str, object]]:
    lines = path.read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines if not line.startswith("#")]


def test_a_baseline_hides_what_it_lists(command: Check, tmp_path: Path) -> None:
    put(tmp_path, {"app.py": TWICE})
    result = command("check", "app.py", "--write-baseline", "base.txt")
    assert (result.status, result.err) == (0, 'mypy-await: wrote 2 findings to "base.txt"\n')
    assert listed(tmp_path / "base.txt") == [
        {
            "file": "app.py",
            "symbol": "run",
            "code": "unused-coroutine",
            "text": 'Value of type "Coroutine[Any, Any, int]" must be used',
            "count": 2,
        }
    ]
    assert command("check", "app.py", "--baseline", "base.txt").status == 0


def test_lines_may_move(command: Check, tmp_path: Path) -> None:
    put(tmp_path, {"app.py": BUGGY})
    command("check", "app.py", "--write-baseline", "base.txt")
    put(tmp_path, {"app.py": f"import os\n\n\n{BUGGY}"})
    assert command("check", "app.py", "--baseline", "base.txt").status == 0


def test_one_more_of_the_same_kind_is_new(command: Check, tmp_path: Path) -> None:
    put(tmp_path, {"app.py": BUGGY})
    command("check", "app.py", "--write-baseline", "base.txt")
    put(tmp_path, {"app.py": TWICE})
    result = command("check", "app.py", "--baseline", "base.txt")
    assert result.status == 1
    assert "Found 1 missing await" in result.out
    put(tmp_path, {"app.py": OTHER})
    assert command("check", "app.py", "--baseline", "base.txt").status == 1


def test_stale_entries_are_told_and_removed(command: Check, tmp_path: Path) -> None:
    put(tmp_path, {"app.py": TWICE, "other.py": OTHER})
    command("check", ".", "--write-baseline", "base.txt")
    put(tmp_path, {"app.py": BUGGY})
    (tmp_path / "other.py").unlink()
    result = command("check", ".", "--baseline", "base.txt")
    assert result.status == 0
    assert "app.py: stale in the baseline" in result.err
    assert "other.py: stale in the baseline" in result.err
    result = command("check", ".", "--baseline", "base.txt", "--update-baseline")
    assert result.err == 'mypy-await: removed 2 stale entries from "base.txt"\n'
    assert [(entry["file"], entry["count"]) for entry in listed(tmp_path / "base.txt")] == [
        ("app.py", 1)
    ]
    assert command("check", ".", "--baseline", "base.txt").err == ""


def test_files_that_were_not_checked_are_not_stale(command: Check, tmp_path: Path) -> None:
    put(tmp_path, {"app.py": BUGGY, "other.py": OTHER})
    command("check", ".", "--write-baseline", "base.txt")
    assert command("check", "app.py", "--baseline", "base.txt").err == ""


def test_two_branches_merge(command: Check, tmp_path: Path) -> None:
    put(tmp_path, {f"{name}.py": BUGGY for name in "abcdefgh"})
    command("check", ".", "--write-baseline", "base.txt")
    git(tmp_path, "init", "-q", "-b", "main")
    git(tmp_path, "add", "base.txt")
    git(tmp_path, "commit", "-qm", "base")
    for branch, fixed in (("one", "b"), ("two", "g")):
        git(tmp_path, "checkout", "-q", "-b", branch, "main")
        put(tmp_path, {f"{name}.py": BUGGY for name in "bg"})
        put(tmp_path, {f"{fixed}.py": CLEAN_APP})
        command("check", ".", "--baseline", "base.txt", "--update-baseline")
        git(tmp_path, "commit", "-qam", branch)
    git(tmp_path, "merge", "-q", "one", "-m", "merge")
    assert [entry["file"] for entry in listed(tmp_path / "base.txt")] == [
        f"{name}.py" for name in "acdefh"
    ]


def test_comments_and_empty_lines_may_be_added_by_hand(command: Check, tmp_path: Path) -> None:
    put(tmp_path, {"app.py": BUGGY})
    command("check", "app.py", "--write-baseline", "base.txt")
    text = (tmp_path / "base.txt").read_text(encoding="utf-8")
    put(tmp_path, {"base.txt": f"{text}\n# until spring\n\n".replace(', "count": 1', "")})
    assert command("check", "app.py", "--baseline", "base.txt").status == 0


@pytest.mark.parametrize(
    "line", ["<<<<<<< HEAD", "{}", "[]", '{"file": 1, "symbol": "", "code": "", "text": ""}', "7"]
)
def test_a_line_that_makes_no_sense(command: Check, tmp_path: Path, line: str) -> None:
    put(tmp_path, {"app.py": BUGGY, "base.txt": f"# mine\n{line}\n"})
    result = command("check", "app.py", "--baseline", "base.txt")
    assert result == (2, "", "mypy-await: base.txt:2: this is no line of a baseline\n")


def test_a_baseline_that_cannot_be_read(command: Check, tmp_path: Path) -> None:
    put(tmp_path, {"app.py": BUGGY})
    result = command("check", "app.py", "--baseline", "none.txt")
    assert result.err == (
        'mypy-await: cannot read the baseline "none.txt": No such file or directory\n'
    )
    (tmp_path / "latin.txt").write_bytes(b"\xe9")
    result = command("check", "app.py", "--baseline", "latin.txt")
    assert result == (2, "", 'mypy-await: cannot read the baseline "latin.txt": it is not UTF-8\n')


@pytest.mark.parametrize(
    "arguments", [("--baseline=b", "--write-baseline=b"), ("--update-baseline",)]
)
def test_options_that_do_not_go_together(command: Check, arguments: tuple[str, ...]) -> None:
    assert command("check", *arguments).status == 2
