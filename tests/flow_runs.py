"""Runs generated functions in every way, and judges reports about them by what happened."""

from __future__ import annotations
import __future__

import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import flow_world
from flow_world import Abandoned, Tracked, World

MOST_RUNS: Final = 2000
ENOUGH_RUNS: Final = 200
"""Runs that do not use a coroutine, after which no further one is tried."""
BOUND: Final = "bound to a name"
REPLACED: Final = "replaced in the next turn of the loop"
REUSED: Final = "was awaited before"
KINDS: Final = (BOUND, REPLACED, REUSED)
"""What a report says, by words in it: `BOUND` of all paths, the others of some."""


@dataclass
class Evidence:
    """What all runs of a function did to the coroutines made on a line."""

    reused: set[int] = field(default_factory=set)
    """Lines that awaited a coroutine once more."""
    used: set[int] = field(default_factory=set)
    """Lines one of whose coroutines was awaited or given away."""
    replaced: set[int] = field(default_factory=set)
    """Lines whose coroutine was lost in a run that made another one there."""
    runs: int = 0
    is_exhausted: bool = False

    def bears_out(self, line: int, text: str) -> bool | None:
        """Did a run do what a report says?  None while that is open."""
        if REUSED in text:
            return line in self.reused or self._if_not_found
        if REPLACED in text:
            return line in self.replaced or self._if_not_found
        if line in self.used:
            return False
        return True if self.is_exhausted or self.runs >= ENOUGH_RUNS else None

    @property
    def _if_not_found(self) -> bool | None:
        return False if self.is_exhausted else None


def explore(function: Callable[..., Any], reports: list[tuple[int, str]]) -> Evidence:
    """Run a function with all answers to its open questions, in any order.

    Stops once all reports are judged, or at `MOST_RUNS`; then the evidence is not exhausted.
    """
    evidence = Evidence()
    scripts: list[tuple[bool, ...]] = [()]
    any_of = random.Random(0)
    was_cut = False
    for _ in range(MOST_RUNS):
        if not scripts or all(evidence.bears_out(*report) is not None for report in reports):
            break
        chosen = any_of.randrange(len(scripts))
        scripts[chosen], scripts[-1] = scripts[-1], scripts[chosen]
        world = World(scripts.pop())
        run(function, world)
        was_cut = was_cut or world.was_cut
        evidence.runs += 1
        note(world, evidence)
        for position in range(len(world.script), len(world.answers)):
            scripts.append((*world.answers[:position], True))
    evidence.is_exhausted = not scripts and not was_cut
    return evidence


def run(function: Callable[..., Any], world: World) -> None:
    outside = [Tracked(world, 0) for _ in range(4)]
    try:
        function(world, *outside).send(None)
    except StopIteration as end:
        returned = end.value if isinstance(end.value, list) else [end.value]
        for job in returned:
            if isinstance(job, Tracked):
                job.used = True
    except (ValueError, AssertionError, IndexError, Abandoned):
        pass
    for box in world.lent:
        for job in box:
            job.used = True


def note(world: World, evidence: Evidence) -> None:
    evidence.reused |= world.reused
    evidence.used |= {job.line for job in world.made if job.used}
    made = Counter(job.line for job in world.made)
    lost = {job.line for job in world.made if not job.used}
    evidence.replaced |= {line for line in lost if made[line] > 1}


def functions_of(text: str) -> Iterator[tuple[range, Callable[..., Any]]]:
    """Yield the generated functions of a program, and the lines where they stand."""
    above = flow_world.DECLARATIONS.count("\n") + 1
    below = text.split("\n")[above:]
    scope = flow_world.namespace()
    code = "\n" * above + "\n".join(below)
    exec(compile(code, "main", "exec", __future__.annotations.compiler_flag), scope)
    starts = [above + 1 + i for i, line in enumerate(below) if line.startswith("async def")]
    ends = [*starts[1:], above + len(below) + 1]
    for number, (start, end) in enumerate(zip(starts, ends, strict=True)):
        yield range(start, end), scope[f"function{number}"]
