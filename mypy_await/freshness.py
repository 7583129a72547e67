"""Which source files a module's results depend on beyond what mypy knows.

mypy checks a module anew when the *interface* of something it imports changes.  A summary looks
into bodies, so a change may matter that no interface shows.  The files behind every summary that
was asked for while a module was checked are noted with a digest, beside mypy's cache, in one file
for each module that depends on any; when mypy asks whether the cached module is still good, a
digest that no longer matches says no; as for mypy itself, a file of the same size and time is the
same.  A list names every module whose results were cached while we looked on, with a mark at those
that have notes: a module that it lacks, or whose notes are lost, is checked anew.

Processes of a parallel run share list and notes.  They only append, or replace the notes of a
module that this process began anew; a line of the list that is lost costs time, never an answer.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Iterable
from io import FileIO
from pathlib import Path
from typing import Final

from mypy.options import Options

from mypy_await import codes

FOLDER: Final = "mypy_await"
_LIST: Final = "modules"
_MARK: Final = " has notes"


def own_digest(home: Path = Path(__file__).parent) -> str:
    """Return a digest of our own sources; `home` is the package's folder.

    mypy takes one of the plugin's entry module alone and would keep results of other code.  An
    installed package has the digests of its files in one list (PyPA, "Recording installed
    projects"); those of a checkout are read.
    """
    digest = hashlib.sha256()
    try:
        record = home.parent / f"mypy_await-{codes.RELEASE}.dist-info" / "RECORD"
        files = [line for line in record.read_bytes().splitlines() if b"sha256=" in line]
        digest.update(b"\n".join(line for line in files if line.startswith(b"mypy_await/")))
    except OSError:
        for path in sorted((*home.glob("*.*"), *home.glob("checks/*"), *home.glob("summaries/*"))):
            if path.is_file():
                digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


class Freshness:
    """The notes of one run."""

    def __init__(self, options: Options) -> None:
        major, minor = options.python_version
        self._folder = Path(options.cache_dir) / f"{major}.{minor}" / FOLDER
        self._is_on = options.cache_dir != os.devnull and options.incremental
        self._noted: dict[str, set[str]] = {}
        self._stamps: dict[str, str] = {}
        self._digests: dict[str, str] = {}
        self._listed: dict[str, bool] | None = None
        self._list: FileIO | None = None

    def start(self, module: str) -> None:
        """Begin the notes of a module whose results are about to be cached."""
        if not self._is_on:
            return
        paths = self._noted.setdefault(module, set())
        # Without notes the module is checked anew; where the cache cannot be written, mypy says so.
        with contextlib.suppress(OSError):
            if paths:
                self._write(module, paths, "w")
            elif self._modules().get(module):
                self._path(module).unlink(missing_ok=True)
            self._list_module(module, bool(paths))

    def note(self, module: str, paths: Iterable[str]) -> None:
        """Note that the results of a module depend on these files."""
        if not self._is_on:
            return
        noted = self._noted.setdefault(module, set())
        new = [path for path in paths if path not in noted]
        if new:
            noted.update(new)
            with contextlib.suppress(OSError):
                self._write(module, new, "a")
                self._list_module(module, True)

    def is_stale(self, module: str) -> bool:
        """Did a file change that the cached results of a module depend on?"""
        if not self._is_on:
            return False
        has_notes = self._modules().get(module)
        if not has_notes:
            return has_notes is None
        try:
            lines = self._path(module).read_text(encoding="utf-8").splitlines(keepends=True)
            noted = [line.removesuffix("\n").split(" ", 2) for line in lines]
            was_cut_off = not lines or not lines[-1].endswith("\n")
            return was_cut_off or any(
                self._stamp(file) != stamp and self._digest(file) != digest
                for stamp, digest, file in noted
            )
        except (OSError, ValueError):
            return True  # unreadable notes say nothing: the module is checked anew

    def forget(self) -> None:
        """Forget what files were: they may have changed."""
        self._stamps.clear()
        self._digests.clear()

    def _modules(self) -> dict[str, bool]:
        """Return the modules of the list, and whether each has notes."""
        if self._listed is None:
            self._listed = {}
            with contextlib.suppress(OSError):
                text = (self._folder / _LIST).read_text(encoding="utf-8", errors="replace")
                lines = text.split("\n")
                listed = {line.removesuffix(_MARK): line.endswith(_MARK) for line in lines}
                # Two processes that append at once may lose a mark; the notes are there.
                notes = (file.name.removesuffix(".txt") for file in os.scandir(self._folder))
                self._listed = listed | dict.fromkeys(listed.keys() & set(notes), True)
        return self._listed

    def _path(self, module: str) -> Path:
        return self._folder / f"{module}.txt"

    def _write(self, module: str, paths: Iterable[str], mode: str) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        lines = "".join(f"{self._stamp(path)} {self._digest(path)} {path}\n" for path in paths)
        with self._path(module).open(mode, encoding="utf-8") as file:
            file.write(lines)

    def _list_module(self, module: str, has_notes: bool) -> None:
        listed = self._modules()
        if listed.get(module) is has_notes:
            return
        listed[module] = has_notes
        if self._list is None:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._list = FileIO(self._folder / _LIST, "a")
        # The line break before the name keeps it apart from a line that was cut off.
        self._list.write(f"\n{module}{_MARK if has_notes else ''}\n".encode())

    def _stamp(self, path: str) -> str:
        """Return what mypy takes as word that a file is as it was: its size and time."""
        if path not in self._stamps:
            try:
                state = Path(path).stat()
                self._stamps[path] = f"{state.st_size}:{state.st_mtime_ns}"
            except OSError:
                self._stamps[path] = "none"
        return self._stamps[path]

    def _digest(self, path: str) -> str:
        if path not in self._digests:
            try:
                data = Path(path).read_bytes()
            except OSError:
                data = b""
            self._digests[path] = hashlib.sha256(data).hexdigest()[:16]
        return self._digests[path]
