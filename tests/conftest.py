"""Fixtures for all tests, and what keeps a long run of them small."""

import gc
from collections.abc import Iterator
from itertools import count
from typing import Final

import pytest
from gate import cache, command

__all__ = ["cache", "command"]

EVERY: Final = 25
"""How many tests may leave their garbage: a build of mypy leaves some ten megabytes."""

_finished = count(1)


@pytest.fixture(autouse=True)
def few_old_trees() -> Iterator[None]:
    """Collect what mypy's builds leave: it puts its trees aside, and they are never looked at."""
    yield
    if next(_finished) % EVERY == 0:
        gc.collect()
