"""The checked files as text: a finding's line, and the function it stands in.

The function is read off indentation and not off a syntax tree, which for thousands of findings
would take longer than all the formatting.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from mypy_await.gate.findings import Finding

HEADER: Final = re.compile(r"^(\s*)(async\s+def|def|class)\s+(\w+)")


@dataclass(frozen=True)
class Symbol:
    """A function or class, by its name within the file."""

    name: str
    is_async: bool


MODULE_LEVEL: Final = Symbol("", False)


class Sources:
    """Reads each file once."""

    def __init__(self) -> None:
        self._lines: dict[str, list[str]] = {}
        self._symbols: dict[str, dict[int, Symbol]] = {}

    def line(self, path: str, number: int) -> str:
        """Return a line without its end, or nothing where it cannot be read."""
        lines = self._read(path)
        return lines[number - 1] if 0 < number <= len(lines) else ""

    def symbol(self, finding: Finding) -> Symbol:
        """Return the innermost function or class around the finding (or that it heads)."""
        symbols = self._symbols.get(finding.path)
        if symbols is None:
            symbols = self._symbols[finding.path] = _symbols(self._read(finding.path))
        return symbols.get(finding.line, MODULE_LEVEL)

    def _read(self, path: str) -> list[str]:
        if path not in self._lines:
            try:
                text = Path(path).read_text(encoding="utf-8-sig", errors="replace")
                self._lines[path] = text.split("\n")
            except OSError:
                self._lines[path] = []
        return self._lines[path]


def _symbols(lines: list[str]) -> dict[int, Symbol]:
    """Return the symbol of each line."""
    found: dict[int, Symbol] = {}
    around: list[tuple[int, Symbol]] = []
    for number, line in enumerate(lines, 1):
        text = line.lstrip()
        if text and not text.startswith(("#", ")")):
            indent = len(line) - len(text)
            while around and around[-1][0] >= indent:
                around.pop()
            if header := HEADER.match(line):
                outer = around[-1][1].name + "." if around else ""
                around.append((indent, Symbol(outer + header[3], header[2].startswith("async"))))
        if around:
            found[number] = around[-1][1]
    return found
