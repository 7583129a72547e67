"""The pages of the codes, as they come with the package."""

from __future__ import annotations

from pathlib import Path
from typing import Final

_PACKAGE: Final = Path(__file__).resolve().parent.parent
PLACES: Final = (_PACKAGE / "pages", _PACKAGE.parent / "docs" / "codes")
"""Where the wheel puts them, and where they are in a checkout."""


def read_page(code: str) -> str:
    """Return the page of a code as Markdown, or nothing where there is none."""
    for place in PLACES:
        page = place / f"{code}.md"
        if page.is_file():
            return page.read_text(encoding="utf-8")
    return ""
