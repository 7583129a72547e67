"""Proposes the edit that adds a missing `await`, where it is certain to be the one meant."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from mypy_await.gate.findings import FORGOTTEN, Finding
from mypy_await.gate.source import Sources

UNUSED: Final = "unused-coroutine"
NEEDS_PARENTHESES: Final = (".", "[", "(", "**")


@dataclass(frozen=True)
class Insertion:
    """Text to put in front of a column (lines and columns count from 1)."""

    line: int
    column: int
    text: str


def add_await(finding: Finding, sources: Sources) -> list[Insertion]:
    """Return the insertions that await the value of a finding; none where that may be wrong.

    Our own reports stand at the value, and advise `await` only where it may be written.  mypy's do
    not, but for a coroutine that is a statement of its own.
    """
    statement = finding.code == UNUSED and sources.symbol(finding).is_async
    if not statement and not (finding.is_ours and FORGOTTEN in finding.notes):
        return []
    if not finding.column or not finding.end_column:
        return []
    rest = sources.line(finding.path, finding.end_line)[finding.end_column :].lstrip()
    if rest.startswith(NEEDS_PARENTHESES):
        return [
            Insertion(finding.line, finding.column, "(await "),
            Insertion(finding.end_line, finding.end_column + 1, ")"),
        ]
    return [Insertion(finding.line, finding.column, "await ")]
