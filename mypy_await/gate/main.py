"""Entry point of the console script: picks the command, turns what goes wrong into a sentence.

The commands are imported when they are called, so that none pays for another's libraries.
"""

from __future__ import annotations

import difflib
import importlib
import os
import sys
from collections.abc import Sequence
from typing import Final

from mypy_await.gate.errors import CLEAN, FAILED, INTERRUPTED, GateError

COMMANDS: Final = {
    "check": ("check", "run mypy and print the findings about awaitables"),
    "explain": ("explain", "print the page of a code"),
    "codes": ("list_codes", "list the codes and whether they are on"),
    "config": ("show_config", "print the configuration in force and where it comes from"),
    "init": ("init", "add the plugin to pyproject.toml or mypy.ini"),
    "contracts": ("contracts", "write, check and accept contracts; list changes of colour"),
}
"""Name of the command, its module in this package, and one line of help."""


def main() -> None:
    """Run the command line and end the process with its status (the console script)."""
    status = run(sys.argv[1:])
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except BrokenPipeError:
        pass
    # Freeing what mypy built takes longer than a warm run is allowed to cost; mypy ends so too.
    os._exit(status)


def run(arguments: Sequence[str]) -> int:
    """Run one command and return its exit status; only a defect of ours raises."""
    from mypy_await.config import ConfigError

    try:
        return _dispatch(list(arguments))
    except (GateError, ConfigError) as error:
        print(f"mypy-await: {error}", file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        print("mypy-await: interrupted", file=sys.stderr)
        return INTERRUPTED


def _dispatch(arguments: list[str]) -> int:
    name = arguments[0] if arguments else "--help"
    if name in ("-h", "--help"):
        print(usage())
        return CLEAN if arguments else FAILED
    if name in ("-V", "--version"):
        from mypy_await import codes

        print(f"mypy-await {codes.RELEASE}")
        return CLEAN
    if name not in COMMANDS:
        close = difflib.get_close_matches(name, COMMANDS, n=1)
        hint = f'did you mean "{close[0]}"?' if close else 'see "mypy-await --help"'
        raise GateError(f'unknown command "{name}"; {hint}')
    module = importlib.import_module(f"mypy_await.gate.{COMMANDS[name][0]}")
    status: int = module.run(arguments[1:])
    return status


def usage() -> str:
    """Return the overview of the commands."""
    lines = [f"  {name:<11}{text}" for name, (_, text) in COMMANDS.items()]
    head = "usage: mypy-await COMMAND [options]\n\nReport missing awaits.  Commands:\n"
    return "\n".join([head, *lines, "", 'Each has its own help: "mypy-await check --help".'])
