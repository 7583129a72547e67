"""What there is to print: the findings and the numbers around them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from mypy_await.gate.findings import Finding
from mypy_await.gate.source import Sources


@dataclass(frozen=True)
class Report:
    """The outcome of one run, ready for any format."""

    findings: Sequence[Finding]
    files: int
    sources: Sources = field(default_factory=Sources)

    def summary(self) -> str:
        """Return the last line of the text form."""
        checked = _count(self.files, "source file")
        if not self.findings:
            return f"No missing awaits found (checked {checked})"
        where = _count(len({finding.path for finding in self.findings}), "file")
        found = _count(len(self.findings), "missing await")
        return f"Found {found} in {where} (checked {checked})"


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}" + ("" if number == 1 else "s")
