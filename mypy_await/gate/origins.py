"""Groups findings by their root cause: the function whose result is not awaited."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from mypy_await.gate.findings import Finding
from mypy_await.gate.source import Sources, Symbol

PathOf = Callable[[str], str | None]

WRAPPERS: Final = frozenset({"hidden-awaitable", "nested-awaitable"})
"""Codes of functions that hand the awaitable on to their own callers."""
CALLED: Final = re.compile(r"(?:\w+\.)*(\w+)\(")


@dataclass(frozen=True)
class Origin:
    """The function that makes an awaitable, where its file was part of the run."""

    name: str
    path: str
    line: int
    is_async: bool


@dataclass(frozen=True)
class Group:
    """Findings that one function explains, or (without an origin) each of its own."""

    origin: Origin | None
    findings: Sequence[Finding]

    def counts(self) -> str:
        """Say how many callers and wrappers there are."""
        wrappers = sum(finding.code in WRAPPERS for finding in self.findings)
        callers = len(self.findings) - wrappers
        named = ((callers, "caller"), (wrappers, "wrapper"))
        return ", ".join(f"{n} {word}{'' if n == 1 else 's'}" for n, word in named if n)


def find_origin(finding: Finding, path_of: PathOf, sources: Sources) -> Origin | None:
    """Return where the finding's awaitable comes from, if the plugin said so.

    `path_of` gives the path of a module of the run.  The line is looked up in the file as it is
    now: what mypy keeps in its cache may have moved.
    """
    module, colon, name = finding.origin.partition(":")
    path = path_of(module)
    if not colon or path is None:
        return None
    line = sources.line_of(path, name)
    symbol: Symbol = sources.symbol_at(path, line)
    return Origin(f"{module}.{name}", path, line, symbol.is_async)


def group(findings: Sequence[Finding], path_of: PathOf, sources: Sources) -> list[Group]:
    """Return the groups, the largest first, and at the end what has no known origin."""
    origins = {finding: find_origin(finding, path_of, sources) for finding in findings}
    known = {origin for origin in origins.values() if origin}
    by_origin: dict[Origin | None, list[Finding]] = {}
    for finding in findings:
        origin = origins[finding] or _guess(finding, known, sources)
        by_origin.setdefault(origin, []).append(finding)
    loose = by_origin.pop(None, [])
    groups = [Group(origin, found) for origin, found in by_origin.items()]
    groups.sort(key=lambda one: (-len(one.findings), one.origin.name if one.origin else ""))
    return [*groups, Group(None, loose)] if loose else groups


def _guess(finding: Finding, known: set[Origin], sources: Sources) -> Origin | None:
    """Return the one known origin whose name is called where mypy found something by itself."""
    text = sources.line(finding.path, finding.line)[max(finding.column - 1, 0) :]
    called = CALLED.match(text)
    if called is None:
        return None
    named = [origin for origin in known if origin.name.rpartition(".")[2] == called[1]]
    return named[0] if len(named) == 1 else None
