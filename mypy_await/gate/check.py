"""`mypy-await check`: run mypy as the project runs it and print the findings about awaitables."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import Final

from mypy_await import config
from mypy_await.gate import formats
from mypy_await.gate.errors import CLEAN, FOUND, GateError
from mypy_await.gate.findings import Finding, read_findings
from mypy_await.gate.formats.as_text import finding_lines
from mypy_await.gate.mypy_run import Prepared, Run, check_mypy_version
from mypy_await.gate.recognise import about_awaitables
from mypy_await.gate.report import Report

DESCRIPTION: Final = """\
Run mypy with the project's own configuration and print only what concerns awaitables.
Paths, and options that are not listed here, go to mypy.  Exit status: 0 nothing found,
1 something found, 2 mypy could not run or the arguments or the configuration are wrong."""


def run(arguments: Sequence[str]) -> int:
    """Run the command; raises `GateError` for what makes the exit status 2."""
    options, rest = parse(arguments)
    warning = check_mypy_version()
    if warning:
        print(f"mypy-await: {warning}", file=sys.stderr)
    prepared = Prepared(rest)
    overrides = _overrides(options, config.load(prepared.config_file))
    result = prepared.run(overrides, None)
    return _finish(options, prepared, result)


def parse(arguments: Sequence[str]) -> tuple[argparse.Namespace, list[str]]:
    """Split the arguments into our options and what goes to mypy, in its order."""
    ours, separator, paths = _split(arguments)
    options, rest = _parser().parse_known_args(ours)
    return options, [*rest, *separator, *paths]


def _split(arguments: Sequence[str]) -> tuple[list[str], list[str], list[str]]:
    listed = list(arguments)
    if "--" not in listed:
        return listed, [], []
    at = listed.index("--")
    return listed[:at], ["--"], listed[at + 1 :]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="mypy-await check",
        usage="%(prog)s [options] [mypy arguments] [paths]",
        description=DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    add = parser.add_argument
    add("--format", choices=formats.NAMES, help="how to print the findings")
    for name, state in (("--enable", "on"), ("--disable", "off")):
        add(
            name,
            action="append",
            metavar="CODE",
            default=[],
            help=f"turn a code {state} (repeatable)",
        )
    return parser


def _overrides(options: argparse.Namespace, base: config.Config) -> dict[str, object]:
    """Return the options of the command line that win over those of the file."""
    enable, disable = options.enable, options.disable
    if not enable and not disable:
        return {}
    overrides: dict[str, object] = {
        "enable": [*(c for c in base.enable if c not in disable), *enable],
        "disable": [*(c for c in base.disable if c not in enable), *disable],
    }
    config.from_mapping(overrides, "command line")
    return overrides


def _finish(options: argparse.Namespace, prepared: Prepared, result: Run) -> int:
    for line in result.complaints:
        print(line, file=sys.stderr)
    errors, other = read_findings([*result.lines, *result.other])
    if result.blocked:
        return _show_blockers(errors, other)
    findings = about_awaitables(errors, every_unused=prepared.asked_for_unused)
    report = Report(findings, result.files)
    print(formats.render(options.format or "text", report), end="")
    return FOUND if report.findings else CLEAN


def _show_blockers(errors: list[Finding], other: list[str]) -> int:
    """Show on standard error why mypy gave up."""
    for error in errors:
        print(*finding_lines(error), sep="\n", file=sys.stderr)
    for line in other:
        print(line, file=sys.stderr)
    raise GateError("mypy could not check the program")
