"""The commands beside `check`: explain, codes, config, init."""

from __future__ import annotations

from pathlib import Path

import pytest
from gate import Check, put

from mypy_await import codes


@pytest.mark.parametrize("code", [code.code for code in codes.LIVE])
def test_every_code_has_a_page(command: Check, code: str) -> None:
    result = command("explain", code)
    assert (result.status, result.err) == (0, "")
    assert result.out.startswith(f"# {code}\n")


def test_the_umbrella_and_mypys_codes_are_explained_too(command: Check) -> None:
    assert command("explain", "missing-await").out.startswith("missing-await: Umbrella")
    assert "#code-unused-coroutine" in command("explain", "unused-coroutine").out


def test_an_unknown_code_names_the_nearest(command: Check) -> None:
    result = command("explain", "truthy-awaitble")
    assert result.err == (
        'mypy-await: unknown error code "truthy-awaitble"; did you mean "truthy-awaitable"?\n'
    )


def states(out: str) -> dict[str, str]:
    return {
        line.split()[0]: line.split("  Report")[0].split(None, 1)[1].strip()
        for line in out.splitlines()
    }


def test_codes_are_listed_with_their_state(command: Check, tmp_path: Path) -> None:
    section = "[mypy]\ndisable_error_code = async-test\n[mypy-await]\ndisable = dropped-task\n"
    put(tmp_path, {"mypy.ini": section})
    listed = states(command("codes", "--enable", "masked-coroutine").out)
    assert list(listed) == [code.code for code in codes.LIVE]
    assert listed["truthy-awaitable"] == "on"
    assert listed["unknown-awaitable"] == "off"
    assert listed["masked-coroutine"] == "on (enable)"
    assert listed["dropped-task"] == "off (disable)"
    assert listed["async-test"] == "off (mypy: disable)"


def test_strict_turns_every_code_on(command: Check) -> None:
    assert set(states(command("codes", "--strict").out).values()) == {"on", "on (enable)"}
    listed = states(command("codes", "--strict", "--disable", "masked-coroutine").out)
    assert [code for code, state in listed.items() if not state.startswith("on")] == [
        "masked-coroutine"
    ]


def test_strict_in_the_file(command: Check, tmp_path: Path) -> None:
    put(tmp_path, {"pyproject.toml": "[tool.mypy]\n[tool.mypy-await]\nstrict = true\n"})
    assert set(states(command("codes").out).values()) == {"on", "on (enable)"}


def test_the_configuration_says_where_each_value_comes_from(command: Check, tmp_path: Path) -> None:
    text = '[tool.mypy]\n[tool.mypy-await]\nsafe-calls = ["pkg.keep"]\n'
    put(tmp_path, {"pyproject.toml": text})
    out = command("config", "--disable", "async-test").out
    assert "configuration of mypy: pyproject.toml (plugin not listed there; check adds it)" in out
    values = {
        line.split(" = ")[0]: (line.split(" = ")[1].split("  ")[0], line.split("# ")[1])
        for line in out.splitlines()
        if " = " in line
    }
    assert values["safe-calls"] == ('["pkg.keep"]', "pyproject.toml: [tool.mypy-await]")
    assert values["disable"] == ('["async-test"]', "command line")
    assert values["enable"] == ("[]", "default")


@pytest.mark.parametrize("name", ["nothing", "pyproject.toml", "setup.cfg"])
def test_the_configuration_where_there_is_none(command: Check, tmp_path: Path, name: str) -> None:
    put(tmp_path, {".git/HEAD": "", name: "[tool]\n"})
    assert "configuration of mypy-await: none\n" in command("config").out


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        (
            "pyproject.toml",
            '[project]\nname = "x"  # mine\n',
            '[project]\nname = "x"  # mine\n\n[tool.mypy]\nplugins = ["mypy_await"]\n\n'
            "[tool.mypy-await]\n",
        ),
        (
            "pyproject.toml",
            '[tool.mypy]\n# why\nplugins = [\n  "pydantic.mypy",  # one\n]\nstrict = true\n',
            '[tool.mypy]\n# why\nplugins = [\n  "pydantic.mypy",  # one\n  "mypy_await",\n]\n'
            "strict = true\n\n[tool.mypy-await]\n",
        ),
        (
            "pyproject.toml",
            '[tool.mypy]\nplugins = "pydantic.mypy"\n',
            '[tool.mypy]\nplugins = "pydantic.mypy, mypy_await"\n\n[tool.mypy-await]\n',
        ),
        (
            "mypy.ini",
            "[mypy]\n# why\nplugins = a.py, b\n\n[mypy-foo.*]\nignore_errors = True\n",
            "[mypy]\n# why\nplugins = a.py, b, mypy_await\n\n[mypy.plugins.mypy-await]\n\n"
            "[mypy-foo.*]\nignore_errors = True\n",
        ),
        (
            "mypy.ini",
            "[mypy]\nplugins =\n    a.py,\n    b\nstrict = True\n",
            "[mypy]\nplugins =\n    a.py,\n    b,\n    mypy_await\nstrict = True\n\n"
            "[mypy.plugins.mypy-await]\n",
        ),
        (
            "setup.cfg",
            "[metadata]\nname = x\n[mypy]\nstrict = True\n[tool]\n",
            "[metadata]\nname = x\n[mypy]\nstrict = True\nplugins = mypy_await\n\n"
            "[mypy.plugins.mypy-await]\n\n[tool]\n",
        ),
    ],
)
def test_init_adds_the_plugin_and_keeps_the_rest(
    command: Check, tmp_path: Path, name: str, before: str, after: str
) -> None:
    put(tmp_path, {name: before})
    assert command("init") == (0, f"{name} now names the plugin mypy_await\n", "")
    assert (tmp_path / name).read_text(encoding="utf-8") == after
    assert command("init") == (0, f"{name} names the plugin already\n", "")
    assert (tmp_path / name).read_text(encoding="utf-8") == after
    assert "(plugin listed there)" in command("config").out


def test_init_begins_a_configuration(command: Check, tmp_path: Path) -> None:
    assert command("init").out == "mypy.ini now names the plugin mypy_await\n"
    assert "(plugin listed there)" in command("config").out


def test_init_takes_mypys_file_and_not_another(command: Check, tmp_path: Path) -> None:
    put(tmp_path, {"pyproject.toml": "[project]\n", "setup.cfg": "[mypy]\n"})
    assert command("init").out.startswith("setup.cfg now")
    assert command("init", "pyproject.toml").out.startswith("pyproject.toml now")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("pyproject.toml", "[broken\n"),
        ("pyproject.toml", "[tool]\nmypy = 1\n"),
        ("mypy.ini", "x = 1\n"),
    ],
)
def test_init_leaves_a_broken_file_alone(
    command: Check, tmp_path: Path, name: str, text: str
) -> None:
    put(tmp_path, {name: text})
    result = command("init", name)
    assert (result.status, result.err.count("\n")) == (2, 1)
    assert result.err.startswith(f"mypy-await: {name}: cannot be changed: ")
    assert (tmp_path / name).read_text(encoding="utf-8") == text
