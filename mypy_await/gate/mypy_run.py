"""Runs mypy in this process for the gate.

The only module of the gate that uses mypy's non-public interface.  What mypy says comes back as
`Run`, nothing is printed.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Final

from mypy.build import BuildResult, build
from mypy.errors import CompileError
from mypy.fscache import FileSystemCache
from mypy.main import process_options
from mypy.modulefinder import BuildSource
from mypy.options import Options
from mypy.util import FancyFormatter
from mypy.version import __version__ as mypy_version

from mypy_await import config
from mypy_await.gate.adjust import (
    SHARED_CONFIGS,
    adjust,
    is_our_plugin,
)
from mypy_await.gate.errors import GateError

if TYPE_CHECKING:
    from mypy_await.gate.report import Style

OLDEST: Final = (2, 0)
UNTESTED: Final = (2, 5)
"""The first release of mypy that nobody has tried with this one."""

RECURSION_LIMIT: Final = 2**14
"""What mypy's command line sets, for deeply nested programs."""

MYPY_VERSION: Final = mypy_version

HEADER: Final = "%(prog)s [options] [mypy arguments] [paths]"
HARMLESS: Final = tuple(f"[{name}]:" for name in config.INI_SECTIONS)
"""How mypy's complaints about our own section of an ini file begin, behind the file's name."""


class Run:
    """What one run of mypy gave.

    `lines` is mypy's structured output, `other` its plain lines that belong to no file; `blocked`
    tells that mypy gave up (a syntax error, a file that is not there) and then `lines` is not all.
    `complaints` are mypy's warnings about its own configuration.
    """

    def __init__(self, sources: Sequence[BuildSource], complaints: list[str]) -> None:
        self.lines: list[str] = []
        self.other: list[str] = []
        self.complaints = complaints
        self.blocked = False
        self.files = len(sources)
        self._sources = sources
        self.built: BuildResult | None = None

    def path_of(self, module: str) -> str | None:
        """Return the path of a module of the program, as it stands in mypy's messages."""
        state = self.built.graph.get(module) if self.built else None
        if self.built is None or state is None:
            return None
        return self.built.manager.errors.simplify_path(state.xpath)

    @property
    def checked(self) -> set[str]:
        """The paths of the files that were asked for."""
        paths = (self.path_of(source.module) for source in self._sources)
        return {path for path in paths if path}


class Prepared:
    """mypy's arguments and configuration, read and adjusted, with what the run needs."""

    def __init__(self, arguments: Sequence[str], *, targets: bool = True) -> None:
        """Read them; without `targets` there need not be anything to check.

        Raises `GateError`, and `SystemExit` with status 0 where mypy only prints something.
        """
        check_mypy_version()
        sys.setrecursionlimit(RECURSION_LIMIT)
        self.cache = FileSystemCache()
        self.sources, self.options, self.complaints = _read_options(
            arguments, self.cache, targets=targets
        )
        self.mypy_config_file = self.options.config_file
        self.lists_plugin = any(map(is_our_plugin, self.options.plugins))
        adjust(self.options)

    @property
    def config_file(self) -> str:
        """The file that holds our options too."""
        return str(self.options.config_file)

    def style(self) -> Style | None:
        """Return what colours a text (text, colour, bold) on a terminal; None elsewhere."""
        formatter = FancyFormatter(sys.stdout, sys.stderr, False)
        if formatter.dummy_term or not self.options.color_output or os.environ.get("NO_COLOR"):
            return None
        return lambda text, colour, bold: formatter.style(text, colour, bold)

    def run(self, overrides: dict[str, object], progress: Callable[[str], None] | None) -> Run:
        """Run mypy; `overrides` are options of ours that win over the file's.

        `progress` hears the path of each file mypy is done with.  Raises `GateError` where mypy
        ends with a crash.
        """
        result = Run(self.sources, self.complaints)
        with _in_environment(overrides):
            self._build(result, progress)
        return result

    def _build(self, result: Run, progress: Callable[[str], None] | None) -> None:
        def flush(path: str | None, messages: list[str], serious: bool) -> None:
            if path is None:
                result.other += messages
            else:
                result.lines += messages
                if progress:
                    progress(path)

        try:
            with _captured() as printed, _crash(self.options.show_traceback, printed):
                result.built = build(
                    self.sources, self.options, None, flush, self.cache, printed, printed
                )
                result.built.manager.metastore.close()
        except CompileError:
            result.blocked = True


def check_mypy_version() -> str:
    """Return a warning about an untested mypy, or nothing; raise `GateError` for one too old."""
    parts = tuple(int(part) for part in mypy_version.split("+")[0].split(".")[:2])
    if parts < OLDEST:
        raise GateError(f"mypy {mypy_version} is too old, at least {_dotted(OLDEST)} is needed")
    if parts >= UNTESTED:
        return f"mypy {mypy_version} is newer than what this release was tested with"
    return ""


def _dotted(version: tuple[int, int]) -> str:
    return ".".join(map(str, version))


def _read_options(
    arguments: Sequence[str], cache: FileSystemCache, *, targets: bool
) -> tuple[list[BuildSource], Options, list[str]]:
    stdout, stderr = io.StringIO(), io.StringIO()
    try:
        with contextlib.redirect_stdout(stdout):
            sources, options = process_options(
                list(arguments),
                stdout,
                stderr,
                require_targets=targets,
                fscache=cache,
                header=HEADER,
            )
    except SystemExit as stop:
        if not stop.code:
            sys.stdout.write(stdout.getvalue())
            raise
        said = [line for line in stderr.getvalue().splitlines() if not line.startswith("usage:")]
        raise GateError(_last_complaint(said)) from None
    except (OSError, UnicodeDecodeError) as error:
        raise GateError(f"cannot read the configuration of mypy: {error}") from None
    complaints = [line for line in stderr.getvalue().splitlines() if not _is_about_us(line)]
    if options.config_file is None or options.config_file == "":
        unreadable = [line for line in complaints if line.startswith(_config_prefixes(arguments))]
        if unreadable:
            raise GateError(unreadable[0])
    return sources, options, complaints


def _last_complaint(said: list[str]) -> str:
    text = said[-1] if said else "cannot read the arguments of mypy"
    return text.removeprefix("mypy: error: ").removeprefix("mypy: ")


def _config_prefixes(arguments: Sequence[str]) -> tuple[str, ...]:
    named = [a.removeprefix("--config-file=") for a in arguments if not a.startswith("-")]
    return tuple(f"{name}:" for name in (*SHARED_CONFIGS, *named))


def _is_about_us(line: str) -> bool:
    """Is this mypy's complaint about our section, which it takes for one of its own?"""
    return any(f": {start}" in line for start in HARMLESS)


@contextlib.contextmanager
def _in_environment(overrides: dict[str, object]) -> Iterator[None]:
    """Hand our options to the plugin, in the workers of `-n` too."""
    before = os.environ.get(config.OVERRIDES)
    if overrides:
        os.environ[config.OVERRIDES] = json.dumps(overrides)
    try:
        yield
    finally:
        if overrides:
            del os.environ[config.OVERRIDES]
        if before is not None:
            os.environ[config.OVERRIDES] = before


@contextlib.contextmanager
def _captured() -> Iterator[io.StringIO]:
    """Keep what mypy prints by itself off our output; after a run that went well it is passed on.

    That is what `--verbose` and the like ask for, and goes to standard error.
    """
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
        yield printed
    sys.stderr.write(printed.getvalue())


@contextlib.contextmanager
def _crash(show_traceback: bool, printed: io.StringIO) -> Iterator[None]:
    """Turn a crash inside mypy or a plugin into a `GateError`."""
    try:
        yield
    except CompileError:
        raise
    except SystemExit:
        said = printed.getvalue().strip().splitlines()
        place = next((line for line in said if "INTERNAL ERROR" in line), None)
        if place is None and said:
            # A plugin ended the run with a sentence of its own.
            raise GateError(said[-1]) from None
        place = (place or "").partition("error: INTERNAL ERROR")[0]
        raise GateError(f"{place}mypy crashed{_advice(show_traceback, printed)}") from None
    except Exception as error:
        if show_traceback:
            raise
        text = str(error).splitlines()[0] if str(error) else ""
        named = f"{type(error).__name__}: {text}" if text else type(error).__name__
        raise GateError(f"mypy crashed ({named}){_advice(False, printed)}") from None


def _advice(show_traceback: bool, printed: io.StringIO) -> str:
    if show_traceback:
        return "\n" + printed.getvalue().rstrip()
    return '; "--show-traceback" shows where'
