"""Chooses the findings to show: our reports, and mypy's own errors that are about awaitables."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Final

from mypy_await.gate.findings import Finding
from mypy_await.gate.source import Sources

SIGNS: Final = (
    *("oroutine", "waitable", "Task[", "Future[", "Async", "await"),
    *("__a", "__enter__", "__exit__", "could always be true"),
)
"""One of these is in each message that can concern an awaitable, or in its notes."""

ALWAYS: Final = frozenset(
    {"unused-coroutine", "unused-awaitable", "await-not-async", "top-level-await"}
)
"""Codes of mypy that are about awaiting by themselves."""

NO_VALUE: Final = "func-returns-value"
"""What mypy reports where the result of a function that is declared to give None is used."""

RESULT: Final = "return-value"
"""What mypy reports of a `return`, and of a lambda beside the error of what it is passed to."""

SPECIAL: Final = re.compile(r'Async method "(__\w+__)" is called by Python itself')
"""Our report of a special method that is async, where its class is defined."""

ITERATORS: Final = {"__anext__": "__aiter__", "__next__": "__iter__"}
"""What mypy misses in the coroutine that an async special method gives."""

FAILURE: Final = "mypy-await failed in "
"""How the report of a defect of ours begins; what is missing then nobody knows."""

PathOf = Callable[[str], str | None]


def about_awaitables(
    errors: Iterable[Finding], sources: Sources, path_of: PathOf = lambda module: None
) -> list[Finding]:
    """Return the findings to show, one for each mistake, ordered by file and place.

    `path_of` gives the path of a module of the run.
    """
    shown: dict[tuple[str, int], list[Finding]] = {}
    ranked = sorted(errors, key=lambda error: not error.is_ours)
    without_value = {(error.path, error.line) for error in ranked if error.code == NO_VALUE}
    special = {match[1] for error in ranked if (match := SPECIAL.match(error.text))}
    failures: set[str] = set()
    for error in ranked:
        if error.text.startswith(FAILURE):
            if error.text in failures:
                continue
            failures.add(error.text)
        elif not _is_shown(error, sources, path_of, without_value) or _is_use_of(special, error):
            continue
        here = shown.setdefault((error.path, error.line), [])
        if not any(_repeats(error, other) for other in here):
            here.append(error if error.is_ours else _with_remedy(error, sources))
    flat = (error for here in shown.values() for error in here)
    return sorted(flat, key=lambda e: (e.path, e.line, e.column, e.end_column, e.code, e.text))


def _is_use_of(methods: set[str], error: Finding) -> bool:
    """Is it about the coroutine that one of these special methods gives, where Python calls it?"""
    if not methods or error.is_ours:
        return False
    missed = re.match(r'"Coroutine\[.*\]" has no attribute "(__\w+__)"', error.text)
    if missed:
        return ITERATORS.get(missed[1]) in methods
    gives = [re.match(r"def (__\w+__)\(.*-> Coroutine\[", note.strip()) for note in error.notes]
    return any(match is not None and match[1] in methods for match in gives)


def _with_remedy(error: Finding, sources: Sources) -> Finding:
    if error.code in ALWAYS:
        return error
    from mypy_await.gate.remedy import with_remedy

    return with_remedy(error, sources)


def _repeats(error: Finding, other: Finding) -> bool:
    if error.is_ours:
        return error == other
    if other.is_ours or error.code == RESULT:  # the result of a lambda in what `other` is about
        return other.covers(error)
    return other.column == error.column


def _is_shown(
    error: Finding, sources: Sources, path_of: PathOf, without_value: set[tuple[str, int]]
) -> bool:
    if error.is_ours:
        return True
    if error.code in ALWAYS:
        from mypy_await.gate.excuses import is_told_apart

        return not is_told_apart(error, sources)
    if not any(sign in line for line in (error.text, *error.notes) for sign in SIGNS):
        return False
    from mypy_await.gate.excuses import is_excused
    from mypy_await.gate.recognise import awaits_none, is_about_awaitables

    if awaits_none(error):
        # An attribute that is not filled yet is None as well, and no missing await.
        lines = range(error.line, error.end_line + 1)
        return any((error.path, line) in without_value for line in lines)
    return is_about_awaitables(error, sources) and not is_excused(error, sources, path_of)
