"""Writes results: to standard output, or to a file that is never half written."""

from __future__ import annotations

import os
import sys
from io import TextIOWrapper
from pathlib import Path

from mypy_await.gate.errors import GateError


def print_out(text: str) -> None:
    """Write to standard output; a reader that has gone (`| head`) is no error.

    What the terminal's encoding lacks is written as an escape.
    """
    if isinstance(sys.stdout, TextIOWrapper) and sys.stdout.errors == "strict":
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        # Python would complain once more when it flushes the stream at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def write_file(path: Path, text: str) -> None:
    """Put the text into the file at once, or leave what is there; raises `GateError`."""
    import tempfile

    try:
        with tempfile.NamedTemporaryFile(
            "w",
            encoding="utf-8",
            newline="\n",
            dir=path.parent,
            prefix=f".{path.name}.",
            delete=False,
        ) as file:
            temporary = Path(file.name)
            try:
                file.write(text)
                file.close()
                temporary.chmod(_mode(path))
                temporary.replace(path)
            except BaseException:
                file.close()
                temporary.unlink(missing_ok=True)
                raise
    except OSError as error:
        raise GateError(f'cannot write "{path}": {error.strerror or error}') from None


def _mode(path: Path) -> int:
    """Return the permissions of the file that is replaced, or those a new one gets."""
    if path.exists():
        return path.stat().st_mode & 0o777
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask
