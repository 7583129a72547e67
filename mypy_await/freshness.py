"""Which source files a module's results depend on beyond what mypy knows.

mypy checks a module anew when the *interface* of something it imports changes.  A summary looks
into bodies, so a change may matter that no interface shows.  The files behind every summary that
was asked for while a module was checked are noted with a digest, beside mypy's cache; when mypy
asks whether the cached module is still good, a digest that no longer matches says no.  Every
process of a parallel run writes the notes of the modules it checked, one file each.  A module that
depends on nothing has a file too: without one nobody can know, and the module is checked anew.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from mypy.options import Options

FOLDER: Final = "mypy_await"
_HEAD: Final = "files that mypy-await looked into\n"
"""The first line of every note: an empty one was cut off."""


class Freshness:
    """The notes of one run."""

    def __init__(self, options: Options) -> None:
        major, minor = options.python_version
        self._folder = Path(options.cache_dir) / f"{major}.{minor}" / FOLDER
        self._is_on = options.cache_dir != os.devnull and options.incremental
        self._noted: dict[str, set[str]] = {}
        self._digests: dict[str, str] = {}
        self._stored: set[str] | None = None
        self._has_folder = False

    def start(self, module: str) -> None:
        """Note that the results of a module, about to be cached, depend on nothing so far."""
        if module not in self._noted:
            self._noted[module] = set()
            self._write(module, _HEAD, "w")

    def note(self, module: str, paths: Iterable[str]) -> None:
        """Note that the results of a module depend on these files."""
        self.start(module)
        noted = self._noted[module]
        new = [path for path in paths if path not in noted]
        if new:
            noted.update(new)
            lines = "".join(f"{self._digest(path)} {path}\n" for path in new)
            self._write(module, lines, "a")

    def is_stale(self, module: str) -> bool:
        """Did a file change that the cached results of a module depend on?

        The notes go with the answer yes: the module is checked anew and writes new ones.
        """
        if not self._is_on:
            return False
        if module not in self._stored_modules():
            return True
        path = self._path(module)
        try:
            head, *lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
            noted = [line.rstrip("\n").split(" ", 1) for line in lines]
            stale = head != _HEAD or any(self._digest(file) != digest for digest, file in noted)
        except (OSError, ValueError):
            stale = True  # unreadable notes say nothing: the module is checked anew
        if stale:
            with contextlib.suppress(OSError):
                path.unlink()
        return stale

    def forget(self) -> None:
        """Forget digests: files may have changed."""
        self._digests.clear()

    def _stored_modules(self) -> set[str]:
        if self._stored is None:
            files = os.scandir(self._folder) if self._folder.is_dir() else ()
            self._stored = {file.name.removesuffix(".txt") for file in files}
        return self._stored

    def _path(self, module: str) -> Path:
        return self._folder / f"{module}.txt"

    def _write(self, module: str, lines: str, mode: str) -> None:
        if not self._is_on:
            return
        # Without notes the module is checked anew; where the cache cannot be written, mypy says so.
        with contextlib.suppress(OSError):
            if not self._has_folder:
                self._folder.mkdir(parents=True, exist_ok=True)
                self._has_folder = True
            with self._path(module).open(mode, encoding="utf-8") as file:
                file.write(lines)

    def _digest(self, path: str) -> str:
        if path not in self._digests:
            try:
                data = Path(path).read_bytes()
            except OSError:
                data = b""
            self._digests[path] = hashlib.sha256(data).hexdigest()[:16]
        return self._digests[path]
