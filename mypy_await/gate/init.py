"""`mypy-await init`: add the plugin and a section for its options to the project's configuration.

Formatting and comments stay: the file is edited with tomlkit or ConfigUpdater and not written anew.
"""

from __future__ import annotations

import argparse
import configparser
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import tomlkit
from configupdater import ConfigUpdater
from tomlkit.exceptions import TOMLKitError

from mypy_await.config import INI_SECTIONS, TOML_SECTION
from mypy_await.gate.errors import CLEAN, GateError
from mypy_await.gate.output import print_out, write_file

PLUGIN: Final = "mypy_await"
OUR_SECTION: Final = INI_SECTIONS[1]
"""The one that mypy does not take for a section of its own."""
CANDIDATES: Final = ("mypy.ini", ".mypy.ini", "pyproject.toml", "setup.cfg")
"""Where mypy looks, in its order; in the last two only a section of mypy counts."""


def run(arguments: Sequence[str]) -> int:
    """Run the command; raises `GateError` for a file that cannot be read or written."""
    parser = argparse.ArgumentParser(
        prog="mypy-await init",
        description="Add the plugin to mypy's configuration, at the end of its list of plugins.",
    )
    parser.add_argument("file", nargs="?", type=Path, help="the file to change (default: mypy's)")
    path = parser.parse_args(arguments).file or choose_file(Path())
    before = read(path)
    after = (add_to_toml if path.suffix == ".toml" else add_to_ini)(before, path.name)
    if after == before:
        print_out(f"{path} names the plugin already\n")
        return CLEAN
    write_file(path, after)
    print_out(f"{path} now names the plugin {PLUGIN}\n")
    return CLEAN


def choose_file(folder: Path) -> Path:
    """Return the file that mypy uses in this folder, or the one to begin with."""
    for name in CANDIDATES:
        path = folder / name
        section = "[tool.mypy]" if path.suffix == ".toml" else "[mypy]"
        shared = name in CANDIDATES[2:]
        if path.exists() and (not shared or section in read(path)):
            return path
    project = folder / "pyproject.toml"
    return project if project.exists() else folder / "mypy.ini"


def read(path: Path) -> str:
    """Return the text of the file, or nothing where there is none yet; raises `GateError`."""
    if not path.exists():
        return ""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise GateError(f'cannot read "{path}": {error}') from None


def add_to_toml(text: str, name: str) -> str:
    """Return the text of a TOML file with the plugin in it; raises `GateError`."""
    try:
        document = tomlkit.parse(text)
        tool = document.setdefault("tool", tomlkit.table(is_super_table=True))
        mypy = tool.setdefault("mypy", tomlkit.table())
        plugins = mypy.get("plugins")
        if plugins is None:
            mypy["plugins"] = [PLUGIN]
        elif isinstance(plugins, str):
            mypy["plugins"] = _appended(plugins)
        elif PLUGIN not in plugins:
            plugins.append(PLUGIN)
        tool.setdefault(TOML_SECTION, tomlkit.table())
    except (TOMLKitError, AttributeError, TypeError) as error:
        raise GateError(f"{name}: cannot be changed: {error}") from None
    return tomlkit.dumps(document)


def add_to_ini(text: str, name: str) -> str:
    """Return the text of an ini file with the plugin in it; raises `GateError`."""
    updater = ConfigUpdater()
    try:
        updater.read_string(text)
    except (configparser.Error, ValueError) as error:
        said = str(error).splitlines()[0]
        raise GateError(f"{name}: cannot be changed: {said}") from None
    if not updater.has_section("mypy"):
        updater.add_section("mypy")
    plugins = updater["mypy"].get("plugins")
    if plugins is None or not plugins.value:
        updater["mypy"].set("plugins", PLUGIN)
    elif PLUGIN not in (listed := _listed(plugins.value)):
        if "\n" in plugins.value:
            plugins.set_values([*(f"{plugin}," for plugin in listed), PLUGIN])
        else:
            plugins.value = _appended(plugins.value)
    if not any(map(updater.has_section, INI_SECTIONS)):
        _add_section(updater)
    return f"{updater}".rstrip("\n") + "\n"


def _add_section(updater: ConfigUpdater) -> None:
    """Put our section behind mypy's, with an empty line on each side."""
    section = updater["mypy"]
    if str(section).endswith("\n\n"):
        section.add_after.section(OUR_SECTION).space(1)
    else:
        section.add_after.space(1).section(OUR_SECTION).space(1)


def _listed(plugins: str) -> list[str]:
    return [part.strip() for part in plugins.replace("\n", ",").split(",") if part.strip()]


def _appended(plugins: str) -> str:
    """Return the list of plugins in one string with ours at its end."""
    listed = _listed(plugins)
    return plugins if PLUGIN in listed else ", ".join([*listed, PLUGIN])
