"""`mypy-await explain CODE`: print the page of a code."""

from __future__ import annotations

import argparse
import difflib
from collections.abc import Sequence

from mypy.errorcodes import error_codes

from mypy_await import codes
from mypy_await.gate.errors import CLEAN, GateError
from mypy_await.gate.output import print_out
from mypy_await.gate.pages import read_page
from mypy_await.gate.rules import mypy_page


def run(arguments: Sequence[str]) -> int:
    """Run the command; raises `GateError` for a code that nobody knows."""
    parser = argparse.ArgumentParser(
        prog="mypy-await explain", description="Print the page of a code."
    )
    parser.add_argument("code", metavar="CODE")
    name = parser.parse_args(arguments).code
    print_out(explanation(name).rstrip("\n") + "\n")
    return CLEAN


def explanation(name: str) -> str:
    """Return what there is to say about a code; raises `GateError`."""
    if name in codes.BY_NAME:
        return read_page(name) or f"{name}: {codes.BY_NAME[name].description}"
    if name in error_codes:
        text = error_codes[name].description
        return f"{name} is a code of mypy: {text}\nSee {mypy_page(name)}"
    close = difflib.get_close_matches(name, error_codes, n=1)
    hint = f'; did you mean "{close[0]}"?' if close else '; see "mypy-await codes"'
    raise GateError(f'unknown error code "{name}"{hint}')
