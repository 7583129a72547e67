"""SARIF 2.1.0 (an OASIS standard), for GitHub code scanning and other servers."""

from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from mypy_await import codes
from mypy_await.gate.findings import OUR_CODES, Finding
from mypy_await.gate.fingerprints import fingerprints, posix
from mypy_await.gate.fixes import Insertion, add_await
from mypy_await.gate.formats.lines import one_a_line
from mypy_await.gate.report import Report
from mypy_await.gate.rules import description, help_text, mypy_page

SCHEMA: Final = "https://json.schemastore.org/sarif-2.1.0.json"


def render(report: Report) -> str:
    """Return the log; every code of ours is in it as a rule, found or not."""
    theirs = {finding.code for finding in report.findings} - OUR_CODES
    names = [*(code.code for code in codes.LIVE), *sorted(theirs)]
    index = {name: number for number, name in enumerate(names)}
    marks = fingerprints(report.findings, report.sources)
    results = (
        _result(report, finding, index[finding.code], mark)
        for finding, mark in zip(report.findings, marks, strict=True)
    )
    driver = {
        "name": "mypy-await",
        "version": codes.RELEASE,
        "semanticVersion": codes.RELEASE,
        "rules": [_rule(name) for name in names],
    }
    log = {"$schema": SCHEMA, "version": "2.1.0", "runs": [{"tool": {"driver": driver}}]}
    head = json.dumps(log)[: -len("}]}")]
    return one_a_line(f'{head}, "columnKind": "unicodeCodePoints", "results": [', results, "]}]}")


def _rule(name: str) -> dict[str, Any]:
    text, page = description(name), help_text(name)
    rule: dict[str, Any] = {
        "id": name,
        "name": "".join(part.title() for part in name.split("-")),
        "shortDescription": {"text": text},
        "fullDescription": {"text": text},
        "help": {"text": page, "markdown": page},
        "defaultConfiguration": {"enabled": name not in codes.OFF_BY_DEFAULT, "level": "error"},
        "properties": {"tags": ["asyncio", "correctness"]},
    }
    if name not in OUR_CODES:
        rule["helpUri"] = mypy_page(name)
    return rule


def _result(report: Report, finding: Finding, rule: int, mark: str) -> dict[str, Any]:
    artifact, region = _artifact(finding.path), _region(finding)
    place: dict[str, Any] = {"physicalLocation": {"artifactLocation": artifact, "region": region}}
    symbol = report.sources.symbol(finding).name
    if symbol:
        place["logicalLocations"] = [{"fullyQualifiedName": symbol}]
    result: dict[str, Any] = {
        "ruleId": finding.code,
        "ruleIndex": rule,
        "level": "error",
        "message": {"text": "\n".join([finding.text, *finding.notes])},
        "locations": [place],
        "partialFingerprints": {"mypyAwait/v1": mark},
    }
    insertions = add_await(finding, report.sources)
    if insertions:
        result["fixes"] = [_fix(artifact, insertions)]
    return result


@functools.cache
def _artifact(path: str) -> dict[str, str]:
    if Path(path).is_absolute():
        return {"uri": Path(path).as_uri()}
    return {"uri": quote(posix(path)), "uriBaseId": "%SRCROOT%"}


def _region(finding: Finding) -> dict[str, int]:
    region = {"startLine": finding.line, "endLine": finding.end_line}
    if finding.column:
        # Columns are given only together; the end is the column behind the last one.
        region |= {"startColumn": finding.column, "endColumn": finding.end_column + 1}
    return region


def _fix(artifact: dict[str, str], insertions: list[Insertion]) -> dict[str, Any]:
    replacements = [
        {
            "deletedRegion": {
                "startLine": insertion.line,
                "startColumn": insertion.column,
                "endLine": insertion.line,
                "endColumn": insertion.column,
            },
            "insertedContent": {"text": insertion.text},
        }
        for insertion in insertions
    ]
    change = {"artifactLocation": artifact, "replacements": replacements}
    return {"description": {"text": 'Add "await"'}, "artifactChanges": [change]}
