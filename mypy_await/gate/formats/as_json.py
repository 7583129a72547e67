"""All of it as one JSON document, for programs."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from mypy_await import codes
from mypy_await.gate.findings import Finding
from mypy_await.gate.report import Report


def render(report: Report) -> str:
    """Return the document; docs/gate.md describes its fields."""
    document = {
        "version": codes.RELEASE,
        "files": report.files,
        "findings": [_entry(report, finding) for finding in report.findings],
    }
    return json.dumps(document, indent=1) + "\n"


def _entry(report: Report, finding: Finding) -> dict[str, Any]:
    origin = report.origin(finding)
    return {
        **asdict(finding),
        "symbol": report.sources.symbol(finding).name,
        "origin": asdict(origin) if origin else None,
    }
