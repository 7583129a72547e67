"""All of it as one JSON document, for programs."""

from __future__ import annotations

import json
from typing import Any

from mypy_await import codes
from mypy_await.gate.findings import Finding
from mypy_await.gate.formats.lines import one_a_line
from mypy_await.gate.report import Report


def render(report: Report) -> str:
    """Return the document; docs/gate.md describes its fields."""
    head = {"version": codes.RELEASE, "files": report.files}
    entries = (_entry(report, finding) for finding in report.findings)
    return one_a_line(f'{json.dumps(head)[:-1]}, "findings": [', entries, "]}")


def _entry(report: Report, finding: Finding) -> dict[str, Any]:
    origin = report.origin(finding)
    return {
        **finding._asdict(),
        "symbol": report.sources.symbol(finding).name,
        "origin": vars(origin) if origin else None,
    }
