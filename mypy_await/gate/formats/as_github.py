"""Workflow commands of GitHub Actions, which become annotations on the changed lines."""

from __future__ import annotations

from mypy_await.gate.findings import Finding
from mypy_await.gate.fingerprints import posix
from mypy_await.gate.report import Report


def render(report: Report) -> str:
    """Return one command for each finding, and the summary for the log."""
    return "\n".join([*map(_command, report.findings), report.summary(), ""])


def _command(finding: Finding) -> str:
    properties = {"file": posix(finding.path), "line": str(finding.line)}
    if finding.column:
        properties["col"] = str(finding.column)
    # GitHub ignores columns of a range over several lines and then complains.
    if finding.end_line == finding.line and finding.column:
        properties["endColumn"] = str(finding.end_column)
    else:
        properties["endLine"] = str(finding.end_line)
    properties["title"] = f"mypy-await ({finding.code})"
    shown = ",".join(f"{name}={_escape_property(value)}" for name, value in properties.items())
    message = _escape("\n".join([finding.text, *finding.notes]))
    return f"::error {shown}::{message}"


def _escape(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _escape_property(text: str) -> str:
    return _escape(text).replace(":", "%3A").replace(",", "%2C")
