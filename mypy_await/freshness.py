"""Which source files a module's results depend on beyond what mypy knows.

mypy checks a module anew when the *interface* of something it imports changes.  A summary looks
into bodies, so a change may matter that no interface shows.  The files behind every summary that
was asked for while a module was checked are noted with a digest, beside mypy's cache; when mypy
asks whether the cached module is still good, a digest that no longer matches says no.  Every
process of a parallel run writes the notes of the modules it checked, one file each.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from mypy.options import Options

FOLDER: Final = "mypy_await"


class Freshness:
    """The notes of one run."""

    def __init__(self, options: Options) -> None:
        major, minor = options.python_version
        self._folder = Path(options.cache_dir) / f"{major}.{minor}" / FOLDER
        self._is_on = options.cache_dir != os.devnull and options.incremental
        self._noted: dict[str, dict[str, str]] = {}
        self._digests: dict[str, str] = {}
        self._stored: set[str] | None = None

    def note(self, module: str, paths: Iterable[str]) -> None:
        """Note that the results of a module depend on these files."""
        noted = self._noted.setdefault(module, {})
        new = [path for path in paths if path not in noted]
        if not new:
            return
        for path in new:
            noted[path] = self._digest(path)
        if self._is_on:
            self._write(module, noted)

    def is_stale(self, module: str) -> bool:
        """Did a file change that the cached results of a module depend on?

        The notes go with the answer yes: the module is checked anew and writes new ones.
        """
        if module not in self._stored_modules():
            return False
        path = self._path(module)
        try:
            noted = json.loads(path.read_text(encoding="utf-8"))
            stale = any(self._digest(source) != digest for source, digest in noted.items())
        except (OSError, ValueError, AttributeError):
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
            is_there = self._is_on and self._folder.is_dir()
            self._stored = {path.stem for path in self._folder.iterdir()} if is_there else set()
        return self._stored

    def _path(self, module: str) -> Path:
        return self._folder / f"{module}.json"

    def _write(self, module: str, noted: dict[str, str]) -> None:
        path = self._path(module)
        draft = path.with_suffix(f".{os.getpid()}.tmp")
        # Without the notes the worst is a module that is not checked anew, as without a cache
        # folder that can be written; mypy reports that itself.
        with contextlib.suppress(OSError):
            self._folder.mkdir(parents=True, exist_ok=True)
            draft.write_text(json.dumps(noted, sort_keys=True), encoding="utf-8")
            draft.replace(path)

    def _digest(self, path: str) -> str:
        if path not in self._digests:
            try:
                data = Path(path).read_bytes()
            except OSError:
                data = b""
            self._digests[path] = hashlib.sha256(data).hexdigest()[:16]
        return self._digests[path]
