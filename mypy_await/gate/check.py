"""`mypy-await check`: run mypy as the project runs it and print the findings about awaitables.

A warm run on a small project takes a quarter of a second, of which this command may cost a
twentieth: what only some runs need is imported where it is needed.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from mypy_await import config
from mypy_await.gate import formats
from mypy_await.gate.arguments import overrides, parse
from mypy_await.gate.errors import CLEAN, FOUND, GateError
from mypy_await.gate.findings import Finding, read_findings
from mypy_await.gate.mypy_run import Prepared, Run, check_mypy_version
from mypy_await.gate.output import print_out, write_file
from mypy_await.gate.progress import Progress
from mypy_await.gate.report import Report
from mypy_await.gate.source import Sources

if TYPE_CHECKING:
    from mypy_await.gate.changed import ChangedLines


def run(arguments: Sequence[str]) -> int:
    """Run the command; raises `GateError` for what makes the exit status 2."""
    options, rest = parse(arguments)
    warning = check_mypy_version()
    if warning:
        _complain(warning)
    prepared = Prepared(rest)
    settings = config.load(prepared.config_file)
    chosen = overrides(options, settings)
    changed = _changed_lines(options.since)
    with Progress() as progress:
        result = prepared.run(chosen, progress.advance)
    for line in result.complaints:
        print(line, file=sys.stderr)
    sources = Sources()
    findings = _findings(prepared, result, sources)
    if settings.contracts:
        from mypy_await.gate import contracts

        findings += contracts.findings(settings, Path(prepared.config_file).parent)
    report = Report(
        findings,
        result.files,
        path_of=result.path_of,
        sources=sources,
        changed=changed,
        by_cause=options.root_cause,
        style=prepared.style(),
    )
    if changed or options.baseline or options.write_baseline:
        from mypy_await.gate.narrow import narrow

        report = narrow(options, report, result.checked, _complain)
    _print(options, report)
    return FOUND if report.findings else CLEAN


def _changed_lines(revision: str | None) -> ChangedLines | None:
    if revision is None:
        return None
    from mypy_await.gate.changed import ChangedLines

    return ChangedLines(revision)


def _complain(text: str) -> None:
    print(f"mypy-await: {text}", file=sys.stderr)


def _findings(prepared: Prepared, result: Run, sources: Sources) -> list[Finding]:
    errors, other = read_findings([*result.lines, *result.other])
    if result.blocked:
        _show_blockers(errors, other)
    if errors:
        from mypy_await.gate.choose import about_awaitables

        errors = about_awaitables(errors, sources, result.path_of)
    return errors


def _show_blockers(errors: list[Finding], other: list[str]) -> NoReturn:
    """Show on standard error why mypy gave up."""
    from mypy_await.gate.formats.as_text import finding_lines

    for error in errors:
        print(*finding_lines(error), sep="\n", file=sys.stderr)
    for line in other:
        print(line, file=sys.stderr)
    raise GateError("mypy could not check the program")


def _print(options: argparse.Namespace, report: Report) -> None:
    for name, path in options.output:
        write_file(path, formats.render(name, replace(report, style=None)))
    print_out(formats.render(options.format, report))
