"""GitLab's code quality report, which shows findings in merge requests."""

from __future__ import annotations

from mypy_await.gate.fingerprints import fingerprints, posix
from mypy_await.gate.formats.lines import one_a_line
from mypy_await.gate.report import Report


def render(report: Report) -> str:
    """Return the report as GitLab reads it: a list with one entry for each finding."""
    marks = fingerprints(report.findings, report.sources)
    entries = [
        {
            "description": ". ".join([finding.text, *map(str.strip, finding.notes)]),
            "check_name": f"mypy-await/{finding.code}",
            "fingerprint": mark,
            "severity": "major",
            "location": {
                "path": posix(finding.path),
                "lines": {"begin": finding.line, "end": finding.end_line},
            },
        }
        for finding, mark in zip(report.findings, marks, strict=True)
    ]
    return one_a_line("[", entries, "]")
