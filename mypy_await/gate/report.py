"""What there is to print: the findings and what is known around them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from mypy_await.gate.findings import Finding
from mypy_await.gate.source import Sources

if TYPE_CHECKING:
    from mypy_await.gate.changed import ChangedLines
    from mypy_await.gate.origins import Group, Origin

Colour = Literal["red", "green", "blue", "yellow", "none"]
Style = Callable[[str, Colour, bool], str]


def _unknown(module: str) -> str | None:
    return None


@dataclass(frozen=True, eq=False)
class Report:
    """The outcome of one run, ready for any format.

    `path_of` gives the path of a module of the run.  `by_cause` asks the text form for groups.
    `style`, where there is a terminal, colours a text (text, colour, bold).
    """

    findings: Sequence[Finding]
    files: int
    path_of: Callable[[str], str | None] = _unknown
    sources: Sources = field(default_factory=Sources)
    changed: ChangedLines | None = None
    by_cause: bool = False
    style: Style | None = None

    def summary(self) -> str:
        """Return the last line of the text form."""
        checked = _count(self.files, "source file")
        if not self.findings:
            return f"No missing awaits found (checked {checked})"
        where = _count(len({finding.path for finding in self.findings}), "file")
        found = _count(len(self.findings), "missing await")
        return f"Found {found} in {where} (checked {checked})"

    def origin(self, finding: Finding) -> Origin | None:
        """Return where the finding's awaitable comes from, if that is known."""
        from mypy_await.gate.origins import find_origin

        return find_origin(finding, self.path_of, self.sources)

    def groups(self) -> list[Group]:
        """Return the findings by root cause."""
        from mypy_await.gate.origins import group

        return group(self.findings, self.path_of, self.sources)

    def heading(self, one: Group) -> str:
        """Return the line above a group."""
        origin = one.origin
        if origin is None:
            return "Of unknown origin"
        word = "gives an awaitable"
        if origin.is_async:
            is_new = self.changed is not None and self.changed.has_line(origin.path, origin.line)
            word = "became async" if is_new else "is async"
        # A library's file is of no interest, and its path differs from machine to machine.
        place = "" if Path(origin.path).is_absolute() else f" ({origin.path}:{origin.line})"
        return f"{origin.name}{place} {word}: {one.counts()}"


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}" + ("" if number == 1 else "s")
