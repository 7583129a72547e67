"""`mypy-await contracts`: write, check and accept contracts, and tell what changed colour.

None of it runs mypy, except for `write`, which calls mypy's `stubgen`.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Final

from mypy_await import codes, config
from mypy_await.contracts import (
    Break,
    Call,
    Checked,
    ContractError,
    Contracts,
    Place,
    accept,
    check,
    flips_since,
    folders,
    locate,
    sources,
    write,
)
from mypy_await.gate import formats
from mypy_await.gate.errors import CLEAN, FOUND
from mypy_await.gate.findings import Finding
from mypy_await.gate.formats.as_text import finding_lines
from mypy_await.gate.output import print_out
from mypy_await.gate.report import Report

CONFIGS: Final = ("mypy.ini", ".mypy.ini", "pyproject.toml", "setup.cfg")
SHOWN_CALLS: Final = 10
DEFAULT_FOLDER: Final = "stubs"


def run(arguments: Sequence[str]) -> int:
    """Run one of the sub-commands; raises `ConfigError` for what makes the exit status 2."""
    options = _parser().parse_args(arguments)
    command: Callable[[argparse.Namespace], int] = options.command
    return command(options)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="mypy-await contracts", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def add(
        name: str, command: Callable[[argparse.Namespace], int], text: str
    ) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=text, description=text)
        sub.set_defaults(command=command)
        sub.add_argument("--config-file", metavar="FILE", help="read the configuration from here")
        sub.add_argument(
            "--contracts",
            action="append",
            metavar="FOLDER",
            help="use these contracts instead of the configured ones (repeatable)",
        )
        return sub

    checking = add("check", _check, "compare the code with its contracts")
    checking.add_argument("--format", choices=formats.NAMES, default="text", help="how to print")
    writing = add("write", _write, "write contracts from the present code")
    writing.add_argument("packages", nargs="+", metavar="PACKAGE", help="by name or by path")
    writing.add_argument("--replace", action="store_true", help="write existing contracts anew")
    accepting = add("accept", _accept, "record an intended change in the contracts")
    accepting.add_argument("names", nargs="+", metavar="NAME", help="full name, or its end")
    history = add("diff", _diff, "list the functions that changed colour since a git revision")
    history.add_argument("revision", metavar="REV")
    history.add_argument("--format", choices=("text", "markdown"), default="text")
    return parser


def _project(options: argparse.Namespace) -> tuple[config.Config, Path]:
    """Return the configuration in force and the folder it stands in."""
    path = options.config_file or _config_file()
    if options.config_file and not Path(path).is_file():
        raise config.ConfigError(f'no configuration file "{path}"')
    settings, root = config.load(path or None), Path(path).parent if path else Path()
    if options.contracts:
        given = tuple(str(Path(folder).absolute()) for folder in options.contracts)
        settings = settings._replace(contracts=given)
    return settings, root


def _config_file() -> str:
    """Find the nearest file with a section of ours, upwards to the top of the repository."""
    for folder in (Path.cwd(), *Path.cwd().parents):
        for name in CONFIGS:
            if config.read_section(str(folder / name))[1]:
                return os.path.relpath(folder / name)
        if (folder / ".git").exists():
            break
    return ""


def _check(options: argparse.Namespace) -> int:
    settings, root = _project(options)
    if not settings.contracts:
        raise ContractError('no contracts configured; name folders in "contracts" or --contracts')
    checked = check(settings, root)
    _tell(checked.notices)
    found = _findings(checked)
    if options.format == "text":
        lines = [line for finding in found for line in finding_lines(finding)]
        print_out("\n".join([*lines, _summary(len(found), checked.modules), ""]))
    else:
        print_out(formats.render(options.format, Report(found, checked.modules)))
    return FOUND if found else CLEAN


def _summary(found: int, modules: int) -> str:
    compared = f"(compared {modules} module{'' if modules == 1 else 's'})"
    if not found:
        return f"All contracts kept {compared}"
    return f"Found {found} broken contract{'' if found == 1 else 's'} {compared}"


def _write(options: argparse.Namespace) -> int:
    settings, root = _project(options)
    output = [*folders(settings, root), root / DEFAULT_FOLDER][0]
    paths = [locate(package, sources(root)) for package in options.packages]
    written = write(paths, output, anew=options.replace)
    _tell(f"{_shown(path)}: exists and is kept; --replace writes it anew" for path in written.kept)
    _tell(f"not decided: {sentence}" for sentence in written.undecided)
    print_out(f"Wrote {len(written.files)} contracts to {_shown(output)}\n")
    if not settings.contracts:
        _tell([f'add contracts = ["{DEFAULT_FOLDER}"] to the configuration to have them checked'])
    return CLEAN


def _accept(options: argparse.Namespace) -> int:
    settings, root = _project(options)
    contracts = Contracts(folders(settings, root))
    contracts.read_all()
    for sentence in accept(options.names, contracts, sources(root)):
        print_out(f"{sentence}\n")
    return CLEAN


def _diff(options: argparse.Namespace) -> int:
    _, root = _project(options)
    for flip in flips_since(options.revision, root):
        before, now = _colour(flip.was_async), _colour(flip.is_async)
        if options.format == "markdown":
            print_out(f"- `{flip.fullname}` was {before}, is {now} now\n")
        else:
            place = f"{_shown(flip.path)}:{flip.line}"
            print_out(f"{place}: {flip.fullname} was {before}, is {now}\n")
    return CLEAN


def _colour(is_async: bool) -> str:
    return "async" if is_async else "sync"


def _tell(sentences: Iterable[str]) -> None:
    for sentence in sentences:
        print(f"mypy-await: {sentence}", file=sys.stderr)


def findings(settings: config.Config, root: Path) -> list[Finding]:
    """Return what `mypy-await check` reports of the configured contracts; nothing without any.

    `root` is the folder of the configuration file.  Sentences about contracts that were not
    compared go to standard error.  Raises `ContractError` for contracts that cannot be used.
    """
    checked = check(settings, root)
    _tell(checked.notices)
    return _findings(checked)


def _findings(checked: Checked) -> list[Finding]:
    return [
        _finding(item, calls) for item, calls in zip(checked.breaks, checked.calls, strict=True)
    ]


def _finding(item: Break, calls: Sequence[Call]) -> Finding:
    notes = [item.note] if item.note else []
    notes.append(f"The contract is at {_where(item.contract)}")
    for call in calls[:SHOWN_CALLS]:
        how = "with" if call.awaited else "without"
        notes.append(f'Called {how} "await" in "{call.caller}" at {_shown(call.path)}:{call.line}')
    if len(calls) > SHOWN_CALLS:
        notes.append(f"And called in {len(calls) - SHOWN_CALLS} more places")
    return Finding(
        path=_shown(item.place.path),
        line=item.place.line,
        column=item.place.column,
        end_line=item.place.line,
        end_column=item.place.end_column,
        code=codes.BROKEN_CONTRACT.code,
        text=item.text,
        notes=tuple(notes),
    )


def _where(place: Place) -> str:
    return f"{_shown(place.path)}:{place.line}"


def _shown(path: Path) -> str:
    """Return a path as mypy shows it: relative to the working folder where it is below it."""
    absolute = path.absolute()
    cwd = Path.cwd()
    return os.path.relpath(absolute) if absolute.is_relative_to(cwd) else str(path)
