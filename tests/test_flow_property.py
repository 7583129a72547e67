"""What mypy-await says of names that hold coroutines is true of functions that really run.

Generated functions are checked and run: every branch, every number of turns, every call that fails.
A report is refuted when the runs speak against it.  `MYPY_AWAIT_EXAMPLES` asks for more functions.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Final, TypeAlias

import harness
import pytest
from flow_programs import bodies, program
from flow_runs import BOUND, KINDS, REPLACED, REUSED, Evidence, explore, functions_of

EXAMPLES: Final = int(os.environ.get("MYPY_AWAIT_EXAMPLES", "500"))
FUNCTIONS: Final = 50
"""Functions in one program; a program costs one run of mypy."""

Check: TypeAlias = Callable[[str], list[tuple[int, str]]]


@pytest.fixture(scope="module")
def check(pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Check]:
    """Return what mypy-await reports of a program: lines and texts."""

    def reports(text: str) -> list[tuple[int, str]]:
        _, messages = harness.check_example(pytestconfig, text, "")
        found = [re.match(r"main:(\d+): error: (.*)  \[(.*)\]$", line) for line in messages]
        codes = ("dropped-awaitable", "reused-coroutine")
        return [(int(m[1]), m[2]) for m in found if m and m[3] in codes]

    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path_factory.mktemp("flow"))
        yield reports


def refuted(text: str, reports: list[tuple[int, str]]) -> list[str]:
    """Return the reports that the runs speak against, each with the function it is about."""
    found = []
    for lines, function in functions_of(text):
        mine = [report for report in reports if report[0] in lines]
        evidence = explore(function, mine) if mine else Evidence()
        for line, message in mine:
            if evidence.bears_out(line, message) is False:
                source = "\n".join(text.split("\n")[lines.start - 1 : lines.stop - 1])
                found.append(f"line {line - lines.start + 1}: {message}\n{source}")
    return found


def test_reports_are_true(check: Check) -> None:
    drawn = bodies(EXAMPLES)
    wrong: list[str] = []
    count: Counter[str] = Counter()
    for start in range(0, len(drawn), FUNCTIONS):
        text = program(drawn[start : start + FUNCTIONS])
        reports = check(text)
        count.update(kind for kind in KINDS for _, message in reports if kind in message)
        wrong += refuted(text, reports)
    assert sorted(wrong, key=len)[:3] == []
    assert set(count) == set(KINDS), "too few functions to try every kind of report"


@pytest.mark.parametrize(
    ("body", "line", "kind", "is_true"),
    [
        ("a = load(world)\nif world.more:\n    await a", 1, BOUND, False),
        ("a = load(world)\nif world.more:\n    a.close()", 1, BOUND, False),
        ("a = load(world)\na = load(world)\nawait a", 1, BOUND, True),
        ("a = load(world)\na = load(world)\nawait a", 3, REUSED, False),
        ("a = load(world)\nif world.more:\n    await a\nawait a", 4, REUSED, True),
        ("a = load(world)\nb = a\nawait asyncio.gather(b)\nawait a", 4, REUSED, True),
        ("for _ in world.turns():\n    a = load(world)\n    keep(a)", 2, REPLACED, False),
        ("for _ in world.turns():\n    a = load(world)\nkeep(a)", 2, REPLACED, True),
    ],
)
def test_runs_judge_rightly(body: str, line: int, kind: str, is_true: bool) -> None:
    text = program([[f"    {part}" for part in body.splitlines()]])
    (lines, _), *_ = functions_of(text)
    assert bool(refuted(text, [(lines.start + 2 + line, kind)])) is not is_true
