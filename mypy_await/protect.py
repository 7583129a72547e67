"""Which types the user's option `protect` names."""

from __future__ import annotations

from fnmatch import fnmatchcase

from mypy.types import Instance, ProperType

from mypy_await.awaitables import parts


def is_protected(typ: ProperType, patterns: tuple[str, ...]) -> bool:
    """Does a pattern of the option `protect` name this type, in full or by its class name?"""
    return any(
        fnmatchcase(name, pattern)
        for pattern in patterns
        for part in parts(typ)
        if isinstance(part, Instance)
        for name in (part.type.fullname, part.type.name)
    )
