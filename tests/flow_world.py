"""The world in which generated async functions run: it counts what happens to each coroutine.

`DECLARATIONS` is what mypy sees of it, `namespace` what the functions really call.  Every
choice a function leaves open (a condition, the number of turns, whether a call raises) is asked of
the world; `flow_runs` tries all answers, one run after the other.
"""

from __future__ import annotations

import sys
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, Final

DECLARATIONS: Final = """\
import asyncio
from collections.abc import Awaitable, Coroutine, Iterable
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from typing import Any

Job = Coroutine[Any, Any, int]

class World:
    more: bool
    kind: int
    number: int
    pair: list[int]
    items: list[int]
    job: Job
    jobs: list[Job]
    def risk(self) -> None: ...
    def turns(self) -> Iterable[int]: ...
    def guard(self) -> AbstractContextManager[None, bool]: ...
    def async_guard(self) -> AbstractAsyncContextManager[None, bool]: ...

async def load(world: World) -> int: ...
def keep(job: Awaitable[int]) -> None: ...
def lend(world: World, box: list[Job]) -> None: ...
"""

MOST_CHOICES: Final = 24
"""Choices of one run that are tried both ways; all further ones are answered with no."""
MOST_FAILURES: Final = 2
"""Calls of one run that fail."""
MOST_TICKS: Final = 60
"""Questions of one run after which its loop counts as endless."""


class Abandoned(BaseException):
    """An endless loop: the run says nothing about how the function ends."""


@dataclass(eq=False)
class Tracked:
    """A coroutine, as far as the functions can tell."""

    world: World
    line: int
    """Where it was made."""
    awaited: bool = False
    used: bool = False
    """Was it awaited or given away?"""

    def take(self, line: int) -> None:
        """Await the coroutine, on behalf of something that stands on this line."""
        if self.awaited:
            self.world.reused.add(line)
        self.awaited = self.used = True

    def __await__(self) -> Generator[None, None, int]:
        self.take(caller())
        return finish(self.world)

    def close(self) -> None:
        """Give the coroutine up on purpose."""
        self.used = True


def caller() -> int:
    """Return the line on which a generated function calls into the world."""
    return sys._getframe(2).f_lineno


def finish(world: World) -> Generator[None, None, int]:
    world.risk()
    yield from ()
    return 1


@dataclass
class World:
    """One run."""

    script: tuple[bool, ...]
    answers: list[bool] = field(default_factory=list)
    failures: int = 0
    ticks: int = 0
    made: list[Tracked] = field(default_factory=list)
    reused: set[int] = field(default_factory=set)
    """Lines that awaited a coroutine that had been awaited before."""
    lent: list[list[Tracked]] = field(default_factory=list)
    """Lists that somebody else holds, too."""
    was_cut: bool = False
    """Was a question not tried both ways?"""

    def choose(self) -> bool:
        """Answer an open question."""
        self.ticks += 1
        if self.ticks > MOST_TICKS:
            raise Abandoned
        if len(self.answers) >= MOST_CHOICES:
            self.was_cut = True
            return False
        position = len(self.answers)
        self.answers.append(position < len(self.script) and self.script[position])
        return self.answers[-1]

    def risk(self) -> None:
        """Fail, perhaps."""
        if self.failures >= MOST_FAILURES:
            self.ticks += 1
            if self.ticks > MOST_TICKS:
                raise Abandoned
        elif self.choose():
            self.failures += 1
            raise ValueError

    @property
    def more(self) -> bool:
        return self.choose()

    @property
    def kind(self) -> int:
        return 0 if self.choose() else 1 + self.choose()

    @property
    def number(self) -> World:
        return self

    def __truediv__(self, other: int) -> int:
        self.risk()
        return 1

    @property
    def pair(self) -> Iterator[int]:
        return self.values()

    def values(self) -> Iterator[int]:
        self.risk()
        yield from (1, 2)

    @property
    def items(self) -> World:
        return self

    def __getitem__(self, index: int) -> int:
        self.risk()
        return 1

    def turns(self) -> Iterator[int]:
        """Count the turns of a loop; it may fail at once or before any turn."""
        self.risk()
        return self.counted()

    def counted(self) -> Iterator[int]:
        for turn in range(3):
            self.risk()
            if not self.choose():
                return
            yield turn

    def guard(self) -> Guard:
        self.risk()
        return Guard(self)

    async_guard = guard

    @property
    def jobs(self) -> SimpleNamespace:
        return SimpleNamespace(append=keep)

    def __setattr__(self, name: str, value: object) -> None:
        if name == "job":
            assert isinstance(value, Tracked)
            value.used = True
        else:
            super().__setattr__(name, value)


@dataclass
class Guard:
    """A context manager, of both colours, that may fail on both ends and may swallow."""

    world: World

    def __enter__(self) -> None:
        self.world.risk()

    def __exit__(self, kind: object, error: object, traceback: object) -> bool:
        self.world.risk()
        return isinstance(error, ValueError) and self.world.choose()

    async def __aenter__(self) -> None:
        self.__enter__()

    async def __aexit__(self, *exception: Any) -> bool:
        return self.__exit__(*exception)


def load(world: World) -> Tracked:
    world.risk()
    world.made.append(Tracked(world, caller()))
    return world.made[-1]


def keep(job: Tracked) -> None:
    job.used = True
    job.world.risk()


def lend(world: World, box: list[Tracked]) -> None:
    world.lent.append(box)


class Awaited:
    """A future: may be awaited as often as one likes."""

    def __init__(self, world: World) -> None:
        self.world = world

    def __await__(self) -> Generator[None, None, int]:
        return finish(self.world)


def gather(*jobs: Tracked) -> Awaited:
    for job in jobs:
        job.take(caller())
    return Awaited(jobs[0].world if jobs else World(()))


def wait_for(job: Tracked, timeout: float) -> Awaited:
    job.take(caller())
    return Awaited(job.world)


def namespace() -> dict[str, Any]:
    """Return the globals of generated functions."""
    asyncio = SimpleNamespace(gather=gather, wait_for=wait_for, create_task=gather)
    return {"asyncio": asyncio, "load": load, "keep": keep, "lend": lend, "Job": Tracked}
