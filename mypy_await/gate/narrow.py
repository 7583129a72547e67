"""Narrows a report to new findings: not in the baseline, on changed lines."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace

from mypy_await.gate.baseline import Baseline, stale_entries
from mypy_await.gate.changed import ChangedLines
from mypy_await.gate.findings import Finding
from mypy_await.gate.fingerprints import posix
from mypy_await.gate.report import Report

Tell = Callable[[str], None]


def narrow(options: argparse.Namespace, report: Report, checked: set[str], tell: Tell) -> Report:
    """Return the report with the new findings only.

    `checked` are the files that were asked for, `tell` is given sentences for the user.  With
    `--write-baseline` nothing is new.  Raises `GateError` for a file that cannot be read or
    written.
    """
    if options.write_baseline:
        Baseline.of(report.findings, report.sources).write(options.write_baseline)
        tell(f'wrote {len(report.findings)} findings to "{options.write_baseline}"')
        return replace(report, findings=())
    findings: Sequence[Finding] = report.findings
    if options.baseline:
        findings = _beyond_baseline(options, report, {posix(path) for path in checked}, tell)
    changed = report.changed
    if changed is not None:
        findings = [finding for finding in findings if _is_new(finding, report, changed)]
    return replace(report, findings=findings)


def _beyond_baseline(
    options: argparse.Namespace, report: Report, checked: set[str], tell: Tell
) -> list[Finding]:
    """Return what the baseline does not list; report its stale entries, or remove them."""
    baseline = Baseline.read(options.baseline)
    findings, left = baseline.split(report.findings, report.sources)
    stale = stale_entries(left, checked)
    if stale and options.update_baseline:
        baseline.without(stale).write(options.baseline)
        tell(f'removed {stale.total()} stale entries from "{options.baseline}"')
    elif stale:
        for known in sorted(stale):
            text = f"{known.file}: stale in the baseline: {known.text}  [{known.code}]"
            print(text, file=sys.stderr)
        tell('stale entries in the baseline; "--update-baseline" removes them')
    return findings


def _is_new(finding: Finding, report: Report, changed: ChangedLines) -> bool:
    """Is the finding on a changed line, or does it come from a function whose head changed?"""
    if changed.touches(finding, report.sources):
        return True
    origin = report.origin(finding)
    return origin is not None and changed.has_line(origin.path, origin.line)
