"""The formats a report can have: one module each, imported when it is asked for."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from mypy_await.gate.report import Report

NAMES: Final = ("text", "json", "github", "gitlab", "sarif", "junit")


def render(name: str, report: Report) -> str:
    """Return the report in one of the formats, with the newline that ends it."""
    module = importlib.import_module(f"mypy_await.gate.formats.as_{name}")
    text: str = module.render(report)
    return text
