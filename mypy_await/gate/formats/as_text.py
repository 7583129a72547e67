"""mypy's own text form, one line for each finding and each note."""

from __future__ import annotations

from mypy_await.gate.findings import Finding
from mypy_await.gate.report import Report


def render(report: Report) -> str:
    """Return the findings as mypy prints them, and the summary."""
    lines = [line for finding in report.findings for line in finding_lines(finding)]
    return "\n".join([*lines, report.summary(), ""])


def finding_lines(finding: Finding) -> list[str]:
    """Return the line of a finding and those of its notes."""
    place = f"{finding.path}:{finding.line}"
    if finding.column:
        place += f":{finding.column}"
    notes = [f"{place}: note: {note}" for note in finding.notes]
    code = f"  [{finding.code}]" if finding.code else ""
    return [f"{place}: error: {finding.text}{code}", *notes]
