"""The command line of `mypy-await check`: our options, and what is passed on to mypy."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from mypy_await import codes, config
from mypy_await.gate import formats
from mypy_await.gate.errors import GateError

DESCRIPTION: Final = """\
Run mypy with the project's own configuration and print only what concerns awaitables.
Paths, and options that are not listed here, go to mypy.

Exit status: 0 nothing found, 1 something found, 2 mypy could not run or the arguments or
the configuration are wrong."""


def parse(arguments: Sequence[str]) -> tuple[argparse.Namespace, list[str]]:
    """Split the arguments into our options and what goes to mypy, in its order."""
    listed = list(arguments)
    end = listed.index("--") if "--" in listed else len(listed)
    options, rest = _parser().parse_known_args(listed[:end])
    if options.baseline and options.write_baseline:
        raise GateError("--baseline and --write-baseline cannot be used together")
    if options.update_baseline and not options.baseline:
        raise GateError("--update-baseline needs --baseline FILE")
    return options, [*rest, *listed[end:]]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="mypy-await check",
        usage="%(prog)s [options] [mypy arguments] [paths]",
        description=DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"mypy-await {codes.RELEASE}")
    _add_rules(parser.add_argument_group("what is reported"))
    _add_new_code(parser.add_argument_group("new code only"))
    _add_output(parser.add_argument_group("output"))
    return parser


def _add_rules(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--enable", action="append", metavar="CODE", default=[], help="turn a code on (repeatable)"
    )
    group.add_argument(
        "--disable",
        action="append",
        metavar="CODE",
        default=[],
        help="turn a code off (repeatable)",
    )
    group.add_argument("--strict", action="store_true", help="every code and every strict option")


def _add_new_code(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--since", metavar="REV", help="only findings on lines changed since a git revision"
    )
    group.add_argument(
        "--baseline", metavar="FILE", type=Path, help="leave out the findings listed in a file"
    )
    group.add_argument(
        "--write-baseline", metavar="FILE", type=Path, help="list all findings of now in a file"
    )
    group.add_argument(
        "--update-baseline",
        action="store_true",
        help="remove from the baseline what is not found any more",
    )


def _add_output(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--format", choices=formats.NAMES, default="text", help="how to print (default: text)"
    )
    group.add_argument(
        "--output",
        action="append",
        metavar="FORMAT=FILE",
        default=[],
        type=_output,
        help="write a file in one of the formats as well (repeatable)",
    )
    group.add_argument(
        "--root-cause", action="store_true", help="list the findings under what they come from"
    )


def _output(text: str) -> tuple[str, Path]:
    name, equals, path = text.partition("=")
    if not equals or not path or name not in formats.NAMES:
        known = ", ".join(formats.NAMES)
        raise argparse.ArgumentTypeError(f'"{text}" is not FORMAT=FILE with one of {known}')
    return name, Path(path)


def overrides(options: argparse.Namespace, base: config.Config) -> dict[str, object]:
    """Return the options of the command line that win over those of the file.

    Raises `config.ConfigError` for a code that does not exist.
    """
    on = [*(name for name in base.enable if name not in options.disable), *options.enable]
    off = [*(name for name in base.disable if name not in options.enable), *options.disable]
    chosen: dict[str, object] = {}
    if on != list(base.enable):
        chosen["enable"] = on
    if off != list(base.disable):
        chosen["disable"] = off
    if options.strict:
        chosen["strict"] = True
    config.from_mapping(chosen, "command line")
    return chosen
