"""One finding, as mypy's structured output gives it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Final, NamedTuple

from mypy_await import codes

ORIGIN: Final = re.escape(codes.ORIGIN_NOTE) + r"(.*) at column -?\d+"

FORGOTTEN: Final = 'Maybe you forgot to use "await"?'
"""mypy's note where the awaited value would do, of one member of a union too, and ours."""

OUR_CODES: Final = frozenset(code.code for code in codes.LIVE)


class Finding(NamedTuple):
    """An error of mypy's run; lines and columns count from 1, as mypy prints them.

    `column` is 0 where mypy knows none.  `end_column` is the last column that belongs to it.
    """

    path: str
    line: int
    column: int
    end_line: int
    end_column: int
    code: str
    text: str
    notes: tuple[str, ...] = ()
    origin: str = ""
    """The function that makes the awaitable: its module, a colon, its name there."""
    is_settled: bool = False
    """Is it an error of mypy's where the plugin says that all is right?"""

    @property
    def is_ours(self) -> bool:
        """Did one of our own checks report it (and not mypy)?"""
        return self.code in OUR_CODES

    @property
    def place(self) -> str:
        """File, line and column."""
        column = f":{self.column}" if self.column else ""
        return f"{self.path}:{self.line}{column}"

    def covers(self, other: Finding) -> bool:
        """Do the two stand on the same line and share a column?"""
        if (self.path, self.line) != (other.path, other.line):
            return False
        mine, theirs = self._columns(), other._columns()
        return mine[0] <= theirs[1] and theirs[0] <= mine[1]

    def _columns(self) -> tuple[float, float]:
        end = self.end_column if self.end_line == self.line else float("inf")
        return self.column, max(self.column, end)


def read_findings(lines: Iterable[str]) -> tuple[list[Finding], list[str]]:
    """Split mypy's output (`--output json`) into errors and the lines that are no JSON.

    Notes that belong to no error are left out: nothing can be wrong with them.
    """
    found: list[Finding] = []
    settled: list[Finding] = []
    other: list[str] = []
    for line in lines:
        if not line.startswith("{"):
            other.append(line)
            continue
        data = json.loads(line)
        finding = _finding(data)
        if codes.SETTLED_NOTE in (finding.text, *finding.notes):
            settled.append(finding)
        elif data["severity"] == "error":
            found.append(finding)
    return [
        one._replace(is_settled=not one.is_ours and any(right.covers(one) for right in settled))
        for one in found
    ], other


def _finding(data: dict[str, object]) -> Finding:
    def number(key: str) -> int:
        value = data[key]
        assert isinstance(value, int)
        return value

    notes = str(data["hint"] or "").splitlines()
    origins = [match[1] for note in notes if (match := re.fullmatch(ORIGIN, note))]
    return Finding(
        path=str(data["file"]),
        line=max(number("line"), 1),
        column=number("column") + 1,
        end_line=max(number("end_line"), 1),
        end_column=max(number("end_column"), 0),
        code=str(data["code"] or ""),
        text=str(data["message"]),
        notes=tuple(note for note in notes if not re.fullmatch(ORIGIN, note)),
        origin=origins[0] if origins else "",
    )
