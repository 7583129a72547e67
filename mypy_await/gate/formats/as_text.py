"""mypy's own text form, one line for each finding and each note; more on a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from mypy_await.gate.findings import Finding
from mypy_await.gate.report import Report


def render(report: Report) -> str:
    """Return the findings as mypy prints them, and the summary."""
    if report.style is not None:
        from mypy_await.gate.formats.terminal import render as render_terminal

        return render_terminal(report, report.style)
    lines = _grouped(report) if report.by_cause else _flat(report)
    return "\n".join([*lines, report.summary(), ""])


def _flat(report: Report) -> Iterator[str]:
    for finding in report.findings:
        yield from finding_lines(finding)


def _grouped(report: Report) -> Iterator[str]:
    for one in report.groups():
        yield report.heading(one)
        for finding in one.findings:
            yield from (f"  {line}" for line in finding_lines(finding))
        yield ""


def finding_lines(finding: Finding) -> list[str]:
    """Return the line of a finding and those of its notes."""
    where = finding.place
    notes = [f"{where}: note: {note}" for note in finding.notes]
    code = f"  [{finding.code}]" if finding.code else ""
    return [f"{where}: error: {finding.text}{code}", *notes]
