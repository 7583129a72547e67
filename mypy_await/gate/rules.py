"""What the machine formats say about a code besides its name."""

from __future__ import annotations

from mypy.errorcodes import error_codes

from mypy_await import codes
from mypy_await.gate.pages import read_page


def description(code: str) -> str:
    """Return one sentence about a code, ours or mypy's."""
    known = codes.BY_NAME.get(code) or error_codes.get(code)
    return known.description if known else code


def mypy_page(code: str) -> str:
    """Return the address of mypy's own documentation of one of its codes."""
    return f"https://mypy.readthedocs.io/en/stable/_refs.html#code-{code}"


def help_text(code: str) -> str:
    """Return the help of a code as Markdown."""
    return read_page(code) or description(code)
