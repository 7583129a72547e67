"""The text form on a terminal: by root cause, in colour, with the line and the span in it."""

from __future__ import annotations

from collections.abc import Iterator

from mypy_await.gate.findings import Finding
from mypy_await.gate.report import Colour, Report, Style


def render(report: Report, style: Style) -> str:
    """Return the findings under what they come from, and the summary."""
    lines: list[str] = []
    for one in report.groups():
        if one.origin is not None or len(lines) > 0:
            lines += [style(report.heading(one), "none", True), ""]
        for finding in one.findings:
            lines += [*_finding(report, finding, style), ""]
    colour: Colour = "red" if report.findings else "green"
    return "\n".join([*lines, style(report.summary(), colour, True), ""])


def _finding(report: Report, finding: Finding, style: Style) -> Iterator[str]:
    code = style(f"[{finding.code}]", "yellow", False)
    yield f"{finding.place}: {style('error:', 'red', True)} {finding.text}  {code}"
    line = report.sources.line(finding.path, finding.line)
    if line.strip():
        yield f"    {line.expandtabs(4).rstrip()}"
        before, marked = _span(finding, line)
        yield f"    {' ' * before}{style('^' + '~' * (marked - 1), 'red', False)}"
    for note in finding.notes:
        yield f"    {style('note:', 'blue', False)} {note}"


def _span(finding: Finding, line: str) -> tuple[int, int]:
    """Return how many columns lie before the marked ones, and how many are marked."""
    start = max(finding.column - 1, len(line) - len(line.lstrip()))
    end = finding.end_column if finding.end_line == finding.line else len(line.rstrip())
    before = len(line[:start].expandtabs(4))
    return before, max(len(line[:end].expandtabs(4)) - before, 1)
