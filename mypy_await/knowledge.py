"""Loads `knowledge.toml`: what library callables do with what they are given."""

from __future__ import annotations

import functools
import sys
from fnmatch import fnmatchcase
from importlib import resources
from typing import Any, Final

from mypy_await.config import Config

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

SECTIONS: Final = {
    "text": ("calls",),
    "truth": ("calls", "elements"),
    "value": ("calls", "elements", "lookups"),
    "consumer": ("calls",),
    "container": ("calls", "methods"),
    "task": ("calls", "weak"),
    "neutral": ("calls",),
    "coroutine-tests": ("calls", "of_functions"),
    "caches": ("calls", "properties"),
    "assertions": ("calls", "of_functions"),
    "mocks": ("calls",),
    "replacers": ("calls",),
    "fixtures": ("calls", "handled_by"),
    "test-decorators": ("calls",),
    "special-methods": ("calls",),
    "callback-values": ("calls",),
    "sync-decorators": ("calls", "on_request"),
}
"""The schema: each section and the lists of full names it may have."""


CALLBACKS: Final = "sync-callbacks"
"""The section with full names of callables, and their parameters by name or position."""

RECEIVERS: Final = "awaited-by-receivers"
"""The section with those of them that may await the result, and on what receivers."""

AT_ONCE: Final = "running-at-once"
"""The section with packages, and the module of each that makes its async methods run at once."""


@functools.cache
def load() -> dict[str, Any]:
    """Return the table as it stands in the file."""
    text = resources.files("mypy_await").joinpath("knowledge.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


@functools.cache
def _listed() -> dict[str, frozenset[tuple[str, str]]]:
    """Return for each full name in the table the sections and lists that have it."""
    data = load()
    found: dict[str, set[tuple[str, str]]] = {}
    for section, keys in SECTIONS.items():
        for key in keys:
            for callee in data[section].get(key, ()):
                found.setdefault(callee, set()).add((section, key))
    return {callee: frozenset(lists) for callee, lists in found.items()}


_added: dict[tuple[str, str], tuple[str, ...]] = {}
_added_callbacks: dict[str, list[str]] = {}


def configure(config: Config) -> None:
    """Take what the user's configuration adds to the table, for this process.

    Its names may be patterns: `app.tasks.*`.
    """
    _added.clear()
    for section, patterns in (
        ("safe", config.safe_calls),
        ("value", config.value_sinks),
        ("caches", config.caches),
    ):
        if patterns:
            _added[section, "calls"] = patterns
    _added_callbacks.clear()
    for slot in config.sync_callbacks:
        callee, _, parameter = slot.partition(":")
        _added_callbacks.setdefault(callee, []).append(parameter)


def knows(section: str, callee: str, key: str = "calls") -> bool:
    """Does the table list this callable (by full name) there?"""
    lists = _listed().get(callee)
    if lists is not None and (section, key) in lists:
        return True
    patterns = _added.get((section, key))
    return patterns is not None and any(fnmatchcase(callee, pattern) for pattern in patterns)


def calls_synchronously(callee: str, position: int, name: str | None) -> bool:
    """Does the table list this parameter of the callable (by full name) as one it calls?"""
    slots = [*load()[CALLBACKS].get(callee, ()), *_added_callbacks.get(callee, ())]
    return position in slots or name in slots


def only_asks(callee: str) -> bool:
    """Does the table say of a callable that takes any function that it calls none of them?"""
    return knows("neutral", callee) or knows("coroutine-tests", callee, "of_functions")


def has_callbacks(callee: str) -> bool:
    """Does the table list any parameter of the callable?"""
    return callee in load()[CALLBACKS] or callee in _added_callbacks


def awaiting_receivers(callee: str) -> tuple[str, ...]:
    """Return the classes (by full name) whose instances await what the callable is passed.

    A plain name among them is the method that decides: a class that overrides it may await.
    """
    return tuple(load()[RECEIVERS].get(callee, ()))


def running_at_once() -> dict[str, str]:
    """Return the packages whose async methods run at once, each with the module that does it."""
    packages: dict[str, str] = load()[AT_ONCE]
    return packages
