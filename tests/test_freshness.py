"""Whatever happens to the cache directory, a warm run answers like a fresh one."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import harness
import pytest

from mypy_await import codes
from mypy_await.freshness import FOLDER, own_digest

CALLER: Final = "import a\nasync def main() -> None:\n    a.fetch().upper()\n"
HELPER: Final = "import b\ndef fetch():\n    return b.{}()\n"
SOURCE: Final = "async def load() -> str: ...\ndef read() -> str: ...\n"
REPORTED: Final = "main:3: error:"


class Project:
    """A caller, a helper without annotations, and what the helper calls."""

    def __init__(self, cache_dir: Path) -> None:
        self.cache_dir = cache_dir
        Path("main").write_text(CALLER)
        Path("b.py").write_text(SOURCE)
        Path("mypy.ini").write_text("[mypy]\nplugins = mypy_await\n")
        self.call("read")

    def call(self, name: str) -> None:
        """Let the helper call another function; its interface stays as it is."""
        Path("a.py").write_text(HELPER.format(name))

    def run(self, *more: str) -> list[str]:
        return harness.check(harness.base_arguments("--no-site-packages", *more), self.cache_dir)

    def notes(self) -> list[Path]:
        return [path for path in self.cache_dir.rglob("*") if path.parent.name == FOLDER]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Project]:
    monkeypatch.chdir(tmp_path)
    yield Project(tmp_path / "cache")


def is_reported(messages: list[str]) -> bool:
    return any(message.startswith(REPORTED) for message in messages)


def copy(project: Project) -> None:
    copied = project.cache_dir.with_name("copied")
    shutil.copytree(project.cache_dir, copied)
    shutil.rmtree(project.cache_dir)
    project.cache_dir = copied


def delete(project: Project) -> None:
    shutil.rmtree(project.cache_dir)


def delete_notes(project: Project) -> None:
    shutil.rmtree(project.notes()[0].parent)


def delete_each_note(project: Project) -> None:
    for note in project.notes():
        note.unlink()


def overwrite(data: bytes) -> Callable[[Project], None]:
    def act(project: Project) -> None:
        for note in project.notes():
            note.write_bytes(data)

    return act


def replace_by_folders(project: Project) -> None:
    for note in project.notes():
        note.unlink()
        note.mkdir()


ACCIDENTS: Final[dict[str, Callable[[Project], None]]] = {
    "nothing": lambda project: None,
    "cache copied": copy,
    "cache deleted": delete,
    "notes deleted": delete_notes,
    "each note deleted": delete_each_note,
    "notes empty": overwrite(b""),
    "notes without sense": overwrite(b"no digest\n"),
    "notes binary": overwrite(b"\xff\xfe\x00"),
    "notes are folders": replace_by_folders,
}


@pytest.mark.parametrize("accident", ACCIDENTS)
def test_a_change_is_seen_whatever_happens_to_the_cache(project: Project, accident: str) -> None:
    assert not is_reported(project.run())
    assert project.notes(), "nothing was noted"
    ACCIDENTS[accident](project)
    project.call("load")
    assert is_reported(project.run())
    project.call("read")
    assert not is_reported(project.run())


def test_a_module_without_a_change_is_not_checked_anew(
    project: Project, capfd: pytest.CaptureFixture[str]
) -> None:
    project.run()
    assert is_checked("main", project, capfd) is False
    project.call("load")
    assert is_checked("main", project, capfd) is True
    assert is_checked("main", project, capfd) is False


def is_checked(module: str, project: Project, capfd: pytest.CaptureFixture[str]) -> bool:
    """Does a run parse the module, instead of taking it from the cache?"""
    capfd.readouterr()
    project.run("-v")
    return f"Parsing {module} " in capfd.readouterr().err


def test_a_file_that_is_gone_counts_as_changed(project: Project) -> None:
    project.call("load")
    assert is_reported(project.run())
    Path("a.py").write_text("def fetch():\n    return 'here'\n")
    Path("b.py").unlink()
    assert not is_reported(project.run())


def test_nothing_is_written_without_a_cache(project: Project) -> None:
    project.run("--no-incremental")
    assert project.notes() == []
    harness.check(harness.base_arguments("--no-site-packages"), Path(os.devnull))
    assert project.notes() == []


def test_own_digest_follows_our_sources(tmp_path: Path) -> None:
    home = tmp_path / "mypy_await"
    (home / "checks").mkdir(parents=True)
    (home / "checks" / "one.py").write_text("x = 1\n")
    first = own_digest(home)
    (home / "checks" / "one.py").write_text("x = 2\n")
    assert own_digest(home) != first


def test_own_digest_of_an_installed_package_is_that_of_its_list(tmp_path: Path) -> None:
    home = tmp_path / "mypy_await"
    record = tmp_path / f"mypy_await-{codes.RELEASE}.dist-info" / "RECORD"
    record.parent.mkdir()

    def digest(script: str, check: str) -> str:
        record.write_text(
            f"../bin/mypy-await,sha256={script},9\nmypy_await/a.py,sha256={check},9\n"
        )
        return own_digest(home)

    assert digest("here", "old") == digest("there", "old")
    assert digest("here", "old") != digest("here", "new")
