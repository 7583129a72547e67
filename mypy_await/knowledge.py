"""Loads `knowledge.toml`: what library callables do with what they are given."""

from __future__ import annotations

import functools
import sys
from importlib import resources
from typing import Final

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

SECTIONS: Final = {
    "text": ("calls",),
    "truth": ("calls", "elements"),
    "value": ("calls", "elements"),
    "consumer": ("calls",),
    "container": ("calls", "methods"),
    "task": ("calls",),
    "neutral": ("calls",),
}
"""The schema: each section and the lists of full names it may have."""


@functools.cache
def _table() -> dict[str, dict[str, frozenset[str]]]:
    text = resources.files("mypy_await").joinpath("knowledge.toml").read_text(encoding="utf-8")
    data = tomllib.loads(text)
    return {
        section: {key: frozenset(data[section].get(key, ())) for key in keys}
        for section, keys in SECTIONS.items()
    }


def knows(section: str, callee: str, key: str = "calls") -> bool:
    """Does the table list this callable (by full name) there?"""
    return callee in _table()[section][key]
