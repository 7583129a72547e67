"""A line on the terminal that tells a long run from one that hangs."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import Final

QUIET: Final = 2.0
"""Seconds before anything is shown: most runs are over by then."""
PAUSE: Final = 0.1
"""Seconds between two updates."""


class Progress:
    """Counts the files mypy is done with; silent where standard error is no terminal."""

    def __init__(self) -> None:
        self._done = 0
        self._start = self._last = time.monotonic()
        self._stream = sys.stderr  # mypy's run redirects it
        self._shows = self._stream.isatty()
        self._width = 0

    def __enter__(self) -> Progress:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._write("")

    def advance(self, path: str) -> None:
        """Count one file and show it, now and then."""
        self._done += 1
        now = time.monotonic()
        if not self._shows or now - self._start < QUIET or now - self._last < PAUSE:
            return
        self._last = now
        self._write(f"checked {self._done} files ({now - self._start:.0f} s): {path}")

    def _write(self, text: str) -> None:
        """Replace the line shown last."""
        if not self._width and not text:
            return
        text = text[:79]
        self._stream.write("\r" + text.ljust(self._width) + ("" if text else "\r"))
        self._stream.flush()
        self._width = len(text)
