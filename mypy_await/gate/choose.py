"""Chooses the findings to show: our reports, and mypy's own errors that are about awaitables."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

from mypy_await.gate.findings import Finding
from mypy_await.gate.source import Sources

if TYPE_CHECKING:
    from mypy_await.gate.bases import Bases
    from mypy_await.gate.declared import Declared
    from mypy_await.gate.doubts import Doubts
    from mypy_await.gate.nothing import Nothing

SIGNS: Final = (
    *("oroutine", "waitable", "Task[", "Future[", "Async", "await"),
    *("__a", "__enter__", "__exit__", "enter_context", "could always be true"),
    "must be None",
)
"""One of these is in each message that can concern an awaitable, or in its notes."""

ALWAYS: Final = frozenset(
    {"unused-coroutine", "unused-awaitable", "await-not-async", "top-level-await"}
)
"""Codes of mypy that are about awaiting by themselves."""

RESULT: Final = "return-value"
"""What mypy reports of a `return`, and of a lambda beside the error of what it is passed to."""

SPECIAL: Final = re.compile(r'Async method "(__\w+__)" is called by Python itself')
"""Our report of a special method that is async, where its class is defined."""

ITERATORS: Final = {"__anext__": "__aiter__", "__next__": "__iter__"}
"""What mypy misses in the coroutine that an async special method gives."""

FAILURE: Final = "mypy-await failed in "
"""How the report of a defect of ours begins; what is missing then nobody knows."""

NO_VALUE: Final = "func-returns-value"
"""What mypy reports where the result of a function that is declared to give None is used."""

NO_ATTRIBUTE: Final = "union-attr"
"""What mypy reports where one class of several, or None, has no such attribute."""

PathOf = Callable[[str], str | None]


@dataclass(frozen=True)
class Run:
    """What is known besides an error itself."""

    errors: Sequence[Finding]
    sources: Sources
    path_of: PathOf
    without_value: frozenset[tuple[str, int]]
    """The lines where mypy reports `NO_VALUE`."""
    absent: dict[tuple[str, int], tuple[Finding, ...]]
    """By line, mypy's errors about what None, or another class of several, does not have."""

    @cached_property
    def doubts(self) -> Doubts:
        """What knows where mypy goes on with a type that is wrong."""
        from mypy_await.gate.doubts import Doubts
        from mypy_await.gate.recognise import is_about_awaitables

        return Doubts(
            self.errors,
            self.sources,
            lambda error: is_about_awaitables(error, self.nothing(error)),
        )

    @cached_property
    def declared(self) -> Declared:
        """What knows declarations that do not say what is meant."""
        from mypy_await.gate.declared import Declared

        return Declared(self.errors, self.bases)

    @cached_property
    def bases(self) -> Bases:
        """What knows classes and functions by their source."""
        from mypy_await.gate.bases import Bases

        return Bases(self.sources, self.path_of)

    def nothing(self, error: Finding) -> Nothing:
        """Return what tells of a None where it comes from, on the line of an error."""
        from mypy_await.gate.nothing import Nothing

        return Nothing(
            self.sources,
            self.bases,
            self.without_value,
            self.absent.get((error.path, error.line), ()),
        )


def about_awaitables(
    errors: Iterable[Finding], sources: Sources, path_of: PathOf = lambda module: None
) -> list[Finding]:
    """Return the findings to show, one for each mistake, ordered by file and place.

    `path_of` gives the path of a module of the run.
    """
    shown: dict[tuple[str, int], list[Finding]] = {}
    ranked = sorted(errors, key=lambda error: (not error.is_ours, error.code == NO_VALUE))
    without_value = frozenset((e.path, e.line) for e in ranked if e.code == NO_VALUE)
    special = {match[1] for error in ranked if (match := SPECIAL.match(error.text))}
    run = Run(ranked, sources, path_of, without_value, _absent(ranked))
    failures: set[str] = set()
    for error in ranked:
        if error.text.startswith(FAILURE):
            if error.text in failures:
                continue
            failures.add(error.text)
        elif not _is_shown(error, run) or _is_use_of(special, error):
            continue
        here = shown.setdefault((error.path, error.line), [])
        if not any(_repeats(error, other) for other in here):
            here.append(error if error.is_ours else _with_remedy(error, run))
    flat = (error for here in shown.values() for error in here)
    return sorted(flat, key=lambda e: (e.path, e.line, e.column, e.end_column, e.code, e.text))


def _absent(errors: Iterable[Finding]) -> dict[tuple[str, int], tuple[Finding, ...]]:
    found: dict[tuple[str, int], tuple[Finding, ...]] = {}
    for error in errors:
        if error.code == NO_ATTRIBUTE:
            place = error.path, error.line
            found[place] = (*found.get(place, ()), error)
    return found


def _is_use_of(methods: set[str], error: Finding) -> bool:
    """Is it about the coroutine that one of these special methods gives, where Python calls it?"""
    if not methods or error.is_ours:
        return False
    missed = re.match(r'"Coroutine\[.*\]" has no attribute "(__\w+__)"', error.text)
    if missed:
        return ITERATORS.get(missed[1]) in methods
    gives = [re.match(r"def (__\w+__)\(.*-> Coroutine\[", note.strip()) for note in error.notes]
    return any(match is not None and match[1] in methods for match in gives)


def _with_remedy(error: Finding, run: Run) -> Finding:
    if error.code in ALWAYS:
        return error
    from mypy_await.gate.remedy import with_remedy

    return with_remedy(error, run.nothing(error))


def _repeats(error: Finding, other: Finding) -> bool:
    if error.is_ours:
        return error == other
    if other.is_ours or error.code == RESULT:  # the result of a lambda in what `other` is about
        return other.covers(error)
    return other.column == error.column


def _is_shown(error: Finding, run: Run) -> bool:
    if error.is_ours or error.is_settled:
        return error.is_ours
    if error.code in ALWAYS:
        from mypy_await.gate.excuses import is_to_raise, is_told_apart

        return not (is_told_apart(error, run.sources) or is_to_raise(error, run.sources))
    if error.code == NO_VALUE:
        return run.nothing(error).is_gathered(error)
    if not any(sign in line for line in (error.text, *error.notes) for sign in SIGNS):
        return False
    from mypy_await.gate.dispatched import takes_either_colour
    from mypy_await.gate.excuses import is_excused
    from mypy_await.gate.recognise import is_about_awaitables
    from mypy_await.gate.undeclared import is_of_undeclared

    return (
        is_about_awaitables(error, run.nothing(error))
        and not is_excused(error, run.bases)
        and not run.doubts.rests_on_doubt(error)
        and not run.declared.is_wrong(error)
        and not is_of_undeclared(error, run.bases)
        and not takes_either_colour(error, run.bases)
    )
