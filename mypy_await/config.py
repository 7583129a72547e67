"""The configuration of mypy-await: where it is read, what it may say, what is in force.

It stands next to mypy's own, in the file that mypy uses: `[tool.mypy-await]` in a TOML file,
`[mypy-await]` or `[mypy.plugins.mypy-await]` in an ini file (mypy takes the first for a section of
its own and prints a harmless line about every option in it).  Nothing here knows what an option
means to a check.
"""

from __future__ import annotations

import configparser
import difflib
import functools
import hashlib
import json
import os
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

from mypy_await import codes

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

TOML_SECTION: Final = "mypy-await"
INI_SECTIONS: Final = ("mypy-await", "mypy.plugins.mypy-await")
OVERRIDES: Final = "MYPY_AWAIT_OPTIONS"
"""Environment variable with options as JSON that win over the file; set by `mypy-await check`."""


class ConfigError(Exception):
    """A mistake in the configuration, as one sentence for the user."""


def _list(value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        value = [part.strip() for part in value.replace("\n", ",").split(",")]
    if not isinstance(value, list) or not all(isinstance(part, str) for part in value):
        raise ValueError("a list of strings")
    return tuple(part for part in value if part)


def _codes(value: object) -> tuple[str, ...]:
    names = _list(value)
    for name in names:
        if name not in codes.BY_NAME:
            raise ConfigError(f'unknown error code "{name}"{_did_you_mean(name, codes.BY_NAME)}')
    return names


def _slots(value: object) -> tuple[str, ...]:
    names = _list(value)
    if not all(name.count(":") == 1 for name in names):
        raise ValueError('a list of "function:parameter"')
    return names


def _bool(value: object) -> bool:
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.lower() in configparser.ConfigParser.BOOLEAN_STATES:
        return configparser.ConfigParser.BOOLEAN_STATES[value.lower()]
    raise ValueError("true or false")


class Config(NamedTuple):
    """The options in force.  A field's name with dashes is the option's name."""

    enable: tuple[str, ...] = ()
    disable: tuple[str, ...] = ()
    safe_calls: tuple[str, ...] = ()
    sync_callbacks: tuple[str, ...] = ()
    value_sinks: tuple[str, ...] = ()
    caches: tuple[str, ...] = ()
    protect: tuple[str, ...] = ()
    every_path: bool = False
    infer_returns: bool = False
    contracts: tuple[str, ...] = ()
    strict: bool = False

    def to_json(self) -> str:
        """Return the options as JSON, the same text for the same options."""
        return json.dumps(self._asdict(), sort_keys=True)


OPTIONS: Final = {name.replace("_", "-"): name for name in Config._fields}
"""The field of each option."""

_READ: Final[dict[str, Callable[[object], Any]]] = {
    "enable": _codes,
    "disable": _codes,
    "sync_callbacks": _slots,
    "every_path": _bool,
    "infer_returns": _bool,
    "strict": _bool,
}
"""How the value of a field is read that is no plain list."""


def _did_you_mean(name: str, known: Iterable[str]) -> str:
    close = difflib.get_close_matches(name, list(known), n=1)
    return f'; did you mean "{close[0]}"?' if close else ""


def from_mapping(data: Mapping[str, object], place: str, base: Config | None = None) -> Config:
    """Build a Config from read options.

    `place` opens the sentence of a `ConfigError`, which is raised for an unknown option, an unknown
    error code and a value of the wrong kind.
    """
    values: dict[str, Any] = {}
    for name, value in data.items():
        if name not in OPTIONS:
            raise ConfigError(f'{place}: unknown option "{name}"{_did_you_mean(name, OPTIONS)}')
        field = OPTIONS[name]
        try:
            values[field] = _READ.get(field, _list)(value)
        except ConfigError as error:
            raise ConfigError(f"{place}: {name}: {error}") from None
        except ValueError as error:
            raise ConfigError(f'{place}: "{name}" must be {error}') from None
    config = (base or Config())._replace(**values)
    return _strictly(config) if config.strict else config


def _strictly(config: Config) -> Config:
    """Return the configuration with all on that `strict` stands for and nobody turned off."""
    missing = codes.OFF_BY_DEFAULT - {*config.enable, *config.disable}
    return config._replace(enable=(*config.enable, *sorted(missing)), every_path=True)


def read_section(path: str | None) -> tuple[dict[str, object], str]:
    """Return our section of mypy's configuration file, and how to name it in a complaint.

    Both are empty where there is no such file or section.  Raises `ConfigError` where the file
    cannot be read.
    """
    if not path or not Path(path).exists():
        return {}, ""
    state = Path(path).stat()
    return _read_section(path, state.st_mtime_ns, state.st_size)


@functools.lru_cache(maxsize=4)
def _read_section(path: str, mtime: int, size: int) -> tuple[dict[str, object], str]:
    """Read the file; a run asks for it several times, and TOML is slow to read."""
    name = Path(path).name
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
        if path.endswith(".toml"):
            section = tomllib.loads(text).get("tool", {}).get(TOML_SECTION)
            place = f"{name}: [tool.{TOML_SECTION}]"
            if section is None:
                return {}, ""
            if not isinstance(section, dict):
                raise ConfigError(f"{place}: must be a table")
            return section, place
        parser = configparser.RawConfigParser()
        parser.read_string(text)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, configparser.Error) as error:
        raise ConfigError(f"{name}: cannot be read: {str(error).splitlines()[0]}") from None
    for section_name in INI_SECTIONS:
        if parser.has_section(section_name):
            return dict(parser.items(section_name)), f"{name}: [{section_name}]"
    return {}, ""


def load(path: str | None) -> Config:
    """Read the configuration from mypy's configuration file `path` and from the environment.

    Raises `ConfigError` where it is wrong.
    """
    data, place = read_section(path)
    config = from_mapping(data, place)
    overrides = os.environ.get(OVERRIDES)
    if overrides:
        config = from_mapping(json.loads(overrides), "command line", config)
    _seen.setdefault("path", path)
    _seen.setdefault("digest", _digest(path))
    return config


_seen: dict[str, str | None] = {}


def _digest(path: str | None) -> str:
    try:
        data = repr(read_section(path))
    except ConfigError as error:
        data = str(error)
    return hashlib.sha256((data + os.environ.get(OVERRIDES, "")).encode()).hexdigest()[:12]


def version_with_options() -> str:
    """Return the release, with a digest behind it once the options changed in this process."""
    if not _seen:
        return codes.RELEASE
    digest = _digest(_seen["path"])
    return codes.RELEASE if digest == _seen["digest"] else f"{codes.RELEASE}+{digest}"
