"""JUnit XML, for servers that show test results: one test case for each file with findings."""

from __future__ import annotations

import re
from itertools import groupby
from typing import Final
from xml.sax.saxutils import escape, quoteattr

from mypy_await.gate.fingerprints import posix
from mypy_await.gate.formats.as_text import finding_lines
from mypy_await.gate.report import Report

ILLEGAL: Final = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML 1.0 cannot hold, not even escaped."""


def render(report: Report) -> str:
    """Return the report; a clean run is one test that passed."""
    cases = []
    for path, group in groupby(report.findings, key=lambda finding: finding.path):
        found = list(group)
        text = "\n".join(line for finding in found for line in finding_lines(finding))
        message = f"{len(found)} missing await" + ("" if len(found) == 1 else "s")
        cases.append(
            f"<testcase classname='mypy-await' name={_attribute(posix(path))}>"
            f"<failure message={_attribute(message)}>{escape(_legal(text))}</failure>"
            "</testcase>"
        )
    counts = f"tests='{max(len(cases), 1)}' failures='{len(cases)}' errors='0' skipped='0'"
    passed = "<testcase classname='mypy-await' name='mypy-await'/>"
    return (
        "<?xml version='1.0' encoding='utf-8'?>\n"
        f"<testsuites><testsuite name='mypy-await' {counts}>\n"
        + "\n".join(cases or [passed])
        + "\n</testsuite></testsuites>\n"
    )


def _legal(text: str) -> str:
    return ILLEGAL.sub("?", text)


def _attribute(text: str) -> str:
    return quoteattr(_legal(text))
