"""`--since`: findings on changed lines only, as git counts them."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest
from gate import BUGGY, CALLEE, CALLER, CLEAN_APP, Check, git, put

ADDED: Final = BUGGY + "\n\nasync def more() -> None:\n    work()\n"


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    """A repository with one commit, in which app.py has a finding on line 6."""
    git(tmp_path, "init", "-q", "-b", "main")
    put(tmp_path, {"app.py": BUGGY})
    git(tmp_path, "add", "app.py")
    git(tmp_path, "commit", "-qm", "first")
    return tmp_path


def lines(out: str) -> list[str]:
    return [line.split(": error")[0] for line in out.splitlines() if ": error" in line]


def test_old_findings_are_left_out(command: Check, repo: Path) -> None:
    assert command("check", "app.py").status == 1
    result = command("check", "app.py", "--since", "HEAD")
    assert result == (0, "No missing awaits found (checked 1 source file)\n", "")


def test_a_dirty_tree_counts_staged_or_not(command: Check, repo: Path) -> None:
    put(repo, {"app.py": ADDED})
    for _ in range(2):
        assert lines(command("check", "app.py", "--since", "HEAD").out) == ["app.py:10:5"]
        git(repo, "add", "app.py")


def test_files_that_git_does_not_know_are_new(command: Check, repo: Path) -> None:
    put(repo, {"new file.py": BUGGY, "ignored.py": BUGGY, ".gitignore": "ignored.py\n"})
    result = command("check", ".", "--since", "HEAD")
    assert lines(result.out) == ["new file.py:6:5"]


def test_renames_are_followed(command: Check, repo: Path) -> None:
    git(repo, "mv", "app.py", "naïve name.py")
    assert command("check", ".", "--since", "HEAD").status == 0
    put(repo, {"naïve name.py": ADDED})
    assert lines(command("check", ".", "--since", "HEAD").out) == ["naïve name.py:10:5"]


def test_what_happened_on_the_other_branch_does_not_count(command: Check, repo: Path) -> None:
    git(repo, "checkout", "-q", "-b", "work")
    put(repo, {"app.py": ADDED})
    git(repo, "commit", "-qam", "more")
    git(repo, "checkout", "-q", "main")
    put(repo, {"app.py": CLEAN_APP})
    git(repo, "commit", "-qam", "mend")
    git(repo, "checkout", "-q", "work")
    assert lines(command("check", "app.py", "--since", "main").out) == ["app.py:10:5"]


def test_callers_of_a_function_that_turned_async_are_new(command: Check, repo: Path) -> None:
    put(repo, {"callee.py": CALLEE.removeprefix("async "), "caller.py": CALLER})
    git(repo, "add", ".")
    git(repo, "commit", "-qm", "second")
    put(repo, {"callee.py": CALLEE})
    result = command("check", ".", "--since", "HEAD", "--root-cause")
    assert result.out.startswith("callee.load (callee.py:1) became async: 1 caller\n")
    assert lines(result.out) == ["  caller.py:5:8"]


def test_a_change_in_a_body_is_none_of_its_head(command: Check, repo: Path) -> None:
    text = (
        "class Base:\n    def get(self) -> int:\n        return 1\n\n\nclass Derived(Base):\n"
        "    async def get(self) -> int:\n        x = 1\n        return x\n"
    )
    put(repo, {"app.py": text})
    git(repo, "commit", "-qam", "second")
    assert command("check", "app.py").status == 1
    put(repo, {"app.py": text.replace("x = 1", "x = 2")})
    assert command("check", "app.py", "--since", "HEAD").status == 0


def test_from_a_folder_inside(command: Check, repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(repo, {"inside/new.py": BUGGY})
    monkeypatch.chdir(repo / "inside")
    assert lines(command("check", "new.py", "--since", "HEAD").out) == ["new.py:6:5"]


def test_outside_a_repository(command: Check, tmp_path: Path) -> None:
    put(tmp_path, {"app.py": BUGGY})
    result = command("check", "app.py", "--since", "HEAD")
    assert (result.status, result.err.count("\n")) == (2, 1)
    assert "not a git repository" in result.err


@pytest.mark.parametrize("revision", ["nowhere", "--all", "HEAD:app.py"])
def test_an_unknown_revision(command: Check, repo: Path, revision: str) -> None:
    result = command("check", "app.py", f"--since={revision}")
    assert result == (2, "", f'mypy-await: --since: git knows no revision "{revision}"\n')


def test_a_shallow_clone(command: Check, repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(repo, {"app.py": ADDED})
    git(repo, "commit", "-qam", "second")
    git(repo, "clone", "-q", "--depth=1", repo.as_uri(), "shallow")
    monkeypatch.chdir(repo / "shallow")
    result = command("check", "app.py", "--since", "HEAD~1")
    assert (result.status, result.err.count("\n")) == (2, 1)
    assert '"git fetch --unshallow" completes it' in result.err
    assert command("check", "app.py", "--since", "HEAD").status == 0


def test_without_git(command: Check, repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(repo))
    result = command("check", "app.py", "--since", "HEAD")
    assert (result.status, result.err.count("\n")) == (2, 1)
    assert "git cannot be run" in result.err


def test_together_with_a_baseline(command: Check, repo: Path) -> None:
    put(repo, {"app.py": ADDED})
    command("check", "app.py", "--write-baseline", "base.txt")
    put(repo, {"other.py": BUGGY})
    result = command("check", ".", "--since", "HEAD", "--baseline", "base.txt")
    assert lines(result.out) == ["other.py:6:5"]
