"""Run the text cases of `test-data/` through mypy with the plugin in place.

`mypy.test.data`, a part of mypy's wheel, reads the case files; nothing else in this project imports
it.  `test-data/README.md` says what a case may hold.  A case is a whole mypy run in this process
against the real typeshed, whose cache is kept between cases, one per configuration and worker.
"""

from __future__ import annotations

import hashlib
import os
import re
import shlex
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final
from unittest import mock

import pytest
from mypy import build
from mypy.dmypy_server import Server
from mypy.dmypy_util import DEFAULT_STATUS_FILE
from mypy.errors import CompileError
from mypy.main import process_options
from mypy.test.data import (
    DataDrivenTestCase,
    DataFileCollector,
    DataSuite,
    collapse_line_continuation,
    expand_errors,
)
from mypy.test.helpers import assert_string_arrays_equal, perform_file_operations
from mypy.test.update_data import update_testcase_output
from mypy.version import __version__ as mypy_version

from mypy_await import config

DATA: Final = Path(__file__).resolve().parent.parent / "test-data"
PLUGIN: Final = "mypy_await"
GATE: Final = "mypy_await:gate_plugin"
MAIN: Final = "main"
CONFIG_FILES: Final = ("tmp/mypy.ini", "tmp/setup.cfg", "tmp/pyproject.toml", "mypy.ini")
PYTHON: Final = (3, 11)
"""The typeshed that cases see, whatever runs them; a case may name another in its flags."""


def data_files(pattern: str) -> list[str]:
    """Return the names of the case files that match a glob pattern."""
    return sorted(path.name for path in DATA.glob(pattern))


def write_program(testcase: DataDrivenTestCase) -> None:
    """Write what `mypy.test.data` leaves to us: the main program and a configuration, if none."""
    text = "\n".join(testcase.input) + "\n"
    Path(MAIN).write_text(text, encoding="utf-8")
    if not config_file():
        plugin = GATE if is_gate_case(testcase) else PLUGIN
        Path("mypy.ini").write_text(f"[mypy]\nplugins = {plugin}\n", encoding="utf-8")


def config_file() -> str:
    """Return the configuration file of the case in the current directory, or nothing."""
    return next((name for name in CONFIG_FILES if Path(name).exists()), "")


def is_gate_case(testcase: DataDrivenTestCase) -> bool:
    """Is this a case for what `mypy-await check` sees?"""
    return "# gate" in testcase.input or "-gate" in Path(testcase.file).stem


def arguments(testcase: DataDrivenTestCase, step: int) -> list[str]:
    """Return mypy's arguments for one step of a case."""
    text = "\n".join(testcase.input)
    needed = re.search(r"^# needs: (\w+)$", text, re.MULTILINE)
    if needed:
        pytest.importorskip(needed[1])
    flags = re.search(rf"^# flags{step}: (.*)$", text, re.MULTILINE)
    flags = flags or re.search(r"^# flags: (.*)$", text, re.MULTILINE)
    return base_arguments(
        *([] if needed else ["--no-site-packages"]),
        *(["--check-untyped-defs"] if is_gate_case(testcase) else []),
        *(shlex.split(flags[1]) if flags else []),
    )


def base_arguments(*more: str) -> list[str]:
    """Return mypy's arguments for the program in the current directory."""
    return [
        f"--config-file={config_file()}",
        "--python-version={}.{}".format(*PYTHON),
        "--no-error-summary",
        "--show-traceback",
        *more,
        MAIN,
    ]


def check(args: list[str], cache_dir: Path) -> list[str]:
    """Run mypy in this process and return what it reports."""
    sources, options = process_options([*args, f"--cache-dir={cache_dir}"])
    if options.python_version > max(sys.version_info[:2], PYTHON):
        pytest.skip("needs a newer Python")
    options.allow_empty_bodies = True  # `async def f() -> int: ...` keeps cases short
    config._seen.clear()  # a case stands for a process of its own
    try:
        result = build.build(sources, options)
    except CompileError as error:
        return error.messages
    result.manager.metastore.close()
    return result.errors


@contextmanager
def kept_cache(
    pytest_config: pytest.Config, args: list[str], modules: Iterable[str] = ()
) -> Iterator[Path]:
    """Yield the cache directory of this configuration; take a program's modules out at the end.

    They must go because mypy believes a cached module whose path, size and time are the same.
    """
    assert pytest_config.cache is not None
    settings = [arg for arg in args if not arg.startswith("--config-file=")]
    settings += [Path(arg.partition("=")[2]).read_text() for arg in args if arg not in settings]
    key = hashlib.sha256(repr(settings).encode()).hexdigest()[:12]
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    directory = pytest_config.cache.mkdir("mypy-await-cases") / worker / key
    try:
        yield directory
    finally:
        forget(args, directory, modules)


def forget(args: list[str], cache_dir: Path, modules: Iterable[str]) -> None:
    """Take a program's modules out of mypy's cache."""
    if not cache_dir.exists():
        return
    _, options = process_options([*args, f"--cache-dir={cache_dir}"])
    own = {"__main__"} | {module.partition(".")[0] for module in modules}
    store = build.create_metastore(options, parallel_worker=False)
    for name in list(store.list_all()):
        if re.split(r"[/\\.]", name)[0] in own:
            store.remove(name)
    store.commit()
    store.close()


def check_example(pytest_config: pytest.Config, text: str, options: str) -> tuple[list[str], ...]:
    """Check a program in the current directory; return what it says is reported and what is.

    `options` is the text of our section of the configuration.
    """
    lines = collapse_line_continuation(text.split("\n"))
    expected: list[str] = []
    expand_errors(lines, expected, MAIN)
    Path(MAIN).write_text("\n".join(lines), encoding="utf-8")
    Path("mypy.ini").write_text(
        f"[mypy]\nplugins = {PLUGIN}\n[mypy.plugins.mypy-await]\n{options}\n"
    )
    args = base_arguments()
    with kept_cache(pytest_config, args) as cache_dir:
        return expected, check(args, cache_dir)


def verify(
    testcase: DataDrivenTestCase, step: int, messages: list[str], *, update: bool = True
) -> None:
    """Compare a step's messages with the case's; with `--update-data` put them into the case."""
    actual = sorted((line.replace("\\", "/") for line in messages), key=file_of)
    expected = testcase.output if step == 1 else testcase.output2.get(step, [])
    expected = sorted(expected, key=file_of)
    if update and actual != expected and testcase.config.getoption("--update-data"):
        update_testcase_output(testcase, actual, incremental_step=step)
        tidy_fixes(testcase)
    place = f"{Path(testcase.file).name}, line {testcase.line}, step {step}"
    assert_string_arrays_equal(expected, actual, f"Unexpected output ({place})")


def file_of(message: str) -> str:
    """Return the file a message is about: modules are checked in any order."""
    return message.partition(":")[0]


def tidy_fixes(testcase: DataDrivenTestCase) -> None:
    """Give back what mypy's updater drops: comments and blank lines between cases, backslashes."""
    collector = testcase.parent
    assert isinstance(collector, DataFileCollector)
    lines = Path(testcase.file).read_text(encoding="utf-8").split("\n")
    for fix in collector._fixes:
        start = end = fix.end_lineno - 1
        while not lines[start - 1] or lines[start - 1].startswith("--"):
            start -= 1
        while fix.lines and (not fix.lines[-1] or fix.lines[-1] in lines[start:end]):
            fix.lines.pop()
        # A line like "[tool.mypy]" would open a section of the case.
        fix.lines[:] = [re.sub(r"^(?=\[.*\]$)", r"\\", line) for line in fix.lines]
        fix.lines.extend(lines[start:end])


class CaseSuite(DataSuite):
    """Cases of one run each."""

    data_prefix = str(DATA)

    def run_case(self, testcase: DataDrivenTestCase) -> None:
        write_program(testcase)
        args = arguments(testcase, 1)
        with (
            mock.patch.dict(os.environ, MYPYPATH="tmp"),
            kept_cache(testcase.config, args, testcase.test_modules) as cache_dir,
        ):
            verify(testcase, 1, check(args, cache_dir))


class StepsSuite(DataSuite):
    """Cases of several steps; as it stands, each step is run without a cache of the case."""

    data_prefix = str(DATA)
    updates = True

    def run_case(self, testcase: DataDrivenTestCase) -> None:
        write_program(testcase)
        first = arguments(testcase, 1)
        with (
            mock.patch.dict(os.environ, MYPYPATH="tmp"),
            kept_cache(testcase.config, first, testcase.test_modules) as cache_dir,
        ):
            for step, operations in enumerate([[], *testcase.find_steps()], 1):
                perform_file_operations(operations)
                messages = self.run_step(testcase, arguments(testcase, step), cache_dir)
                verify(testcase, self.shown(testcase, step), messages, update=self.updates)

    def shown(self, testcase: DataDrivenTestCase, step: int) -> int:
        """Return the step of the case whose output this one is to have: its own."""
        return step

    def run_step(self, testcase: DataDrivenTestCase, args: list[str], cache_dir: Path) -> list[str]:
        """Return what mypy reports in the present step."""
        forget(args, cache_dir, testcase.test_modules)
        return check(args, cache_dir)


class WarmStepsSuite(StepsSuite):
    """The same with the cache that the step before left."""

    updates = False

    def run_step(self, testcase: DataDrivenTestCase, args: list[str], cache_dir: Path) -> list[str]:
        return check(args, cache_dir)


class WorkersStepsSuite(WarmStepsSuite):
    """The same with two workers."""

    def run_step(self, testcase: DataDrivenTestCase, args: list[str], cache_dir: Path) -> list[str]:
        return check(["--num-workers=2", *args], cache_dir)


class DaemonStepsSuite(StepsSuite):
    """The same in a daemon in this process, restarted where it asks for it, as `dmypy run` does."""

    updates = False
    server: Server | None = None

    def setup(self) -> None:
        self.server = None

    def shown(self, testcase: DataDrivenTestCase, step: int) -> int:
        is_missed = f"# daemon: misses step {step}" in testcase.input
        return step - 1 if is_missed else step

    def run_step(self, testcase: DataDrivenTestCase, args: list[str], cache_dir: Path) -> list[str]:
        if self.server is None:
            config._seen.clear()
            _, options = process_options(["-i", *args], server_options=True)
            self.server = Server(options, DEFAULT_STATUS_FILE)
            self.server.options.allow_empty_bodies = True
        answer = self.server.cmd_run(mypy_version, args, False, False, -1)
        if "restart" in answer:
            self.server = None
            return self.run_step(testcase, args, cache_dir)
        return f"{answer['out']}{answer['err']}".splitlines()
