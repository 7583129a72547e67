"""`mypy-await check`: run mypy as the project runs it and print the findings about awaitables."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

from mypy_await import config
from mypy_await.gate import formats
from mypy_await.gate.arguments import overrides, parse
from mypy_await.gate.baseline import Baseline, stale_entries
from mypy_await.gate.changed import ChangedLines
from mypy_await.gate.errors import CLEAN, FOUND, GateError
from mypy_await.gate.findings import Finding, read_findings
from mypy_await.gate.fingerprints import posix
from mypy_await.gate.formats.as_text import finding_lines
from mypy_await.gate.mypy_run import Prepared, Run, check_mypy_version
from mypy_await.gate.output import print_out, write_file
from mypy_await.gate.progress import Progress
from mypy_await.gate.recognise import about_awaitables
from mypy_await.gate.report import Report
from mypy_await.gate.source import Sources


def run(arguments: Sequence[str]) -> int:
    """Run the command; raises `GateError` for what makes the exit status 2."""
    options, rest = parse(arguments)
    warning = check_mypy_version()
    if warning:
        _complain(warning)
    prepared = Prepared(rest)
    chosen = overrides(options, config.load(prepared.config_file))
    changed = ChangedLines(options.since) if options.since else None
    with Progress() as progress:
        result = prepared.run(chosen, progress.advance)
    for line in result.complaints:
        print(line, file=sys.stderr)
    sources = Sources()
    report = Report(
        _findings(prepared, result, sources),
        result.files,
        modules=result.modules,
        sources=sources,
        changed=changed,
        by_cause=options.root_cause,
        style=prepared.style(),
    )
    report = _narrow(options, report, set(map(posix, result.checked)))
    _print(options, report)
    return FOUND if report.findings else CLEAN


def _complain(text: str) -> None:
    print(f"mypy-await: {text}", file=sys.stderr)


def _findings(prepared: Prepared, result: Run, sources: Sources) -> list[Finding]:
    errors, other = read_findings([*result.lines, *result.other])
    if result.blocked:
        _show_blockers(errors, other)
    found = about_awaitables(errors, sources, every_unused=prepared.asked_for_unused)
    return [*found, *_broken_contracts(prepared)]


def _broken_contracts(prepared: Prepared) -> list[Finding]:
    settings = config.load(prepared.config_file)
    if not settings.contracts:
        return []
    from mypy_await.gate import contracts

    return contracts.findings(settings, Path(prepared.config_file).parent)


def _show_blockers(errors: list[Finding], other: list[str]) -> NoReturn:
    """Show on standard error why mypy gave up."""
    for error in errors:
        print(*finding_lines(error), sep="\n", file=sys.stderr)
    for line in other:
        print(line, file=sys.stderr)
    raise GateError("mypy could not check the program")


def _narrow(options: argparse.Namespace, report: Report, checked: set[str]) -> Report:
    """Leave out what the baseline lists and what is not on changed lines."""
    if options.write_baseline:
        Baseline.of(report.findings, report.sources).write(options.write_baseline)
        _complain(f'wrote {len(report.findings)} findings to "{options.write_baseline}"')
        return replace(report, findings=())
    findings: Sequence[Finding] = report.findings
    if options.baseline:
        findings = _beyond_baseline(options, report, checked)
    if report.changed is not None:
        findings = [finding for finding in findings if _is_new(finding, report, report.changed)]
    return replace(report, findings=findings)


def _beyond_baseline(
    options: argparse.Namespace, report: Report, checked: set[str]
) -> list[Finding]:
    """Return what the baseline does not list; report its stale entries, or remove them."""
    baseline = Baseline.read(options.baseline)
    findings, left = baseline.split(report.findings, report.sources)
    stale = stale_entries(left, checked)
    if stale and options.update_baseline:
        baseline.without(stale).write(options.baseline)
        _complain(f'removed {stale.total()} stale entries from "{options.baseline}"')
    elif stale:
        for known in sorted(stale):
            text = f"{known.file}: stale in the baseline: {known.text}  [{known.code}]"
            print(text, file=sys.stderr)
        _complain('stale entries in the baseline; "--update-baseline" removes them')
    return findings


def _is_new(finding: Finding, report: Report, changed: ChangedLines) -> bool:
    """Is the finding on a changed line, or does it come from a function whose head changed?"""
    if changed.touches(finding, report.sources):
        return True
    origin = report.origin(finding)
    return origin is not None and changed.has_line(origin.path, origin.line)


def _print(options: argparse.Namespace, report: Report) -> None:
    for name, path in options.output:
        write_file(path, formats.render(name, replace(report, style=None)))
    print_out(formats.render(options.format, report))
