"""Every complaint about the configuration, in full, as mypy prints it; and what is no mistake."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from mypy_await import config

TOML: Final = '[tool.mypy]\nplugins = ["mypy_await"]\n'
INI: Final = "[mypy]\nplugins = mypy_await\n"
SECTION: Final = f"{TOML}[tool.mypy-await]\n"
INI_SECTION: Final = f"{INI}[mypy.plugins.mypy-await]\n"
PLACE: Final = "pyproject.toml: [tool.mypy-await]: "
INI_PLACE: Final = "mypy.ini: [mypy.plugins.mypy-await]: "

COMPLAINTS: Final = [
    (
        f"{SECTION}disabel = []\n",
        f'{PLACE}unknown option "disabel"; did you mean "disable"?',
    ),
    (
        f"{SECTION}colour = true\n",
        f'{PLACE}unknown option "colour"',
    ),
    (
        f"{SECTION}safe_calls = []\n",
        f'{PLACE}unknown option "safe_calls"; did you mean "safe-calls"?',
    ),
    (
        f'{SECTION}disable = ["truthy-awaitble"]\n',
        f'{PLACE}disable: unknown error code "truthy-awaitble"; did you mean "truthy-awaitable"?',
    ),
    (
        f'{SECTION}enable = ["attr-defined"]\n',
        f'{PLACE}enable: unknown error code "attr-defined"',
    ),
    (
        f"{SECTION}safe-calls = 3\n",
        f'{PLACE}"safe-calls" must be a list of strings',
    ),
    (
        f'{SECTION}sync-callbacks = ["app.register"]\n',
        f'{PLACE}"sync-callbacks" must be a list of "function:parameter"',
    ),
    (
        f"{SECTION}enable = [1]\n",
        f'{PLACE}"enable" must be a list of strings',
    ),
    (
        f'{SECTION}infer-returns = "maybe"\n',
        f'{PLACE}"infer-returns" must be true or false',
    ),
    (
        f'[tool]\nmypy-await = "strict"\n{TOML}',
        f"{PLACE}must be a table",
    ),
]
INI_COMPLAINTS: Final = [
    (
        f"{INI_SECTION}disabel = x\n",
        f'{INI_PLACE}unknown option "disabel"; did you mean "disable"?',
    ),
    (
        f"{INI_SECTION}disable = truthy-awaitable, formated-awaitable\n",
        f'{INI_PLACE}disable: unknown error code "formated-awaitable"; '
        'did you mean "formatted-awaitable"?',
    ),
    (
        f"{INI_SECTION}infer-returns = maybe\n",
        f'{INI_PLACE}"infer-returns" must be true or false',
    ),
]


@pytest.fixture(autouse=True)
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv(config.OVERRIDES, raising=False)
    Path("m.py").write_text("x: int = 1\n")


def run(module: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", module, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def complaint_of(name: str, text: str) -> str:
    """Return what reading a configuration complains about."""
    Path(name).write_text(text, encoding="utf-8")
    with pytest.raises(config.ConfigError) as caught:
        config.load(name)
    return str(caught.value)


@pytest.mark.parametrize(("text", "complaint"), COMPLAINTS)
def test_complaints_about_toml(text: str, complaint: str) -> None:
    assert complaint_of("pyproject.toml", text) == complaint


@pytest.mark.parametrize(("text", "complaint"), INI_COMPLAINTS)
def test_complaints_about_ini(text: str, complaint: str) -> None:
    assert complaint_of("mypy.ini", text) == complaint


def test_complaint_about_a_file_that_is_no_text() -> None:
    Path("pyproject.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(config.ConfigError, match=r"^pyproject\.toml: cannot be read: .*$"):
        config.load("pyproject.toml")


def test_complaint_about_a_file_that_is_no_toml() -> None:
    assert complaint_of("pyproject.toml", "[tool\n").startswith("pyproject.toml: cannot be read: ")


def test_complaint_names_the_command_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(config.OVERRIDES, '{"enable": ["x"]}')
    with pytest.raises(config.ConfigError) as caught:
        config.load(None)
    assert str(caught.value) == 'command line: enable: unknown error code "x"'


def test_every_option_is_read() -> None:
    text = (
        f'{SECTION}enable = ["masked-coroutine"]\ndisable = ["dropped-task"]\n'
        'safe-calls = ["a.b"]\ninfer-returns = true\ncontracts = ["contracts"]\n'
    )
    Path("pyproject.toml").write_text(text)
    read = config.load("pyproject.toml")
    assert (read.enable, read.disable) == (("masked-coroutine",), ("dropped-task",))
    assert (read.safe_calls, read.contracts) == (("a.b",), ("contracts",))
    assert read.infer_returns is True


@pytest.mark.parametrize("section", config.INI_SECTIONS)
def test_both_sections_of_an_ini_file_are_read(section: str) -> None:
    Path("setup.cfg").write_text(
        f"{INI}[{section}]\ndisable =\n    dropped-task,\n    async-test\n"
    )
    assert config.load("setup.cfg").disable == ("dropped-task", "async-test")


def test_no_file_is_the_default_configuration() -> None:
    assert config.load(None) == config.load("nowhere.toml") == config.Config()


@pytest.mark.parametrize(
    ("name", "text", "complaint"),
    [
        ("pyproject.toml", *COMPLAINTS[0]),
        ("pyproject.toml", *COMPLAINTS[3]),
        ("pyproject.toml", *COMPLAINTS[8]),
        ("mypy.ini", *INI_COMPLAINTS[0]),
    ],
)
def test_mypy_says_it_and_ends_with_status_2(name: str, text: str, complaint: str) -> None:
    Path(name).write_text(text)
    done = run("mypy", "m.py")
    assert (done.returncode, done.stdout, done.stderr) == (2, "", f"{complaint}\n")


@pytest.mark.parametrize(
    ("name", "text", "complaint"),
    [("pyproject.toml", *COMPLAINTS[0]), ("mypy.ini", *INI_COMPLAINTS[1])],
)
def test_workers_say_it_once(name: str, text: str, complaint: str) -> None:
    Path(name).write_text(text)
    done = run("mypy", "-n", "2", "m.py")
    assert (done.returncode, done.stdout, done.stderr) == (2, "", f"{complaint}\n")


def test_the_gate_says_it_and_ends_with_status_2() -> None:
    text, complaint = COMPLAINTS[0]
    Path("pyproject.toml").write_text(text)
    done = run("mypy_await", "check", "m.py")
    assert (done.returncode, done.stdout, done.stderr) == (2, "", f"mypy-await: {complaint}\n")


def test_the_daemon_says_it() -> None:
    text, complaint = COMPLAINTS[0]
    Path("pyproject.toml").write_text(text)
    done = run("mypy.dmypy", "run", "--", "m.py")
    run("mypy.dmypy", "stop")
    assert done.returncode == 2
    assert "Traceback" not in done.stdout + done.stderr
    assert complaint in (done.stdout + done.stderr).splitlines()


def test_a_plugin_listed_twice_reports_once() -> None:
    Path("mypy.ini").write_text("[mypy]\nplugins = mypy_await, mypy_await\n")
    Path("m.py").write_text("async def f() -> bool: return True\nassert f()\n")
    done = run("mypy", "m.py")
    assert done.stdout.count("[truthy-awaitable]") == 1
