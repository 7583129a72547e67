"""Fixtures for all tests, and what keeps a long run of them small."""

import gc
from itertools import count
from typing import Final

from gate import cache, command

__all__ = ["cache", "command", "pytest_runtest_teardown"]

EVERY: Final = 25
"""How many tests may leave their garbage: a build of mypy leaves some ten megabytes."""

_finished: Final = count(1)


def pytest_runtest_teardown() -> None:
    """Collect what mypy's builds leave: it puts its trees aside, and Python looks at them no more.

    A hook, since data-driven cases have no fixtures.
    """
    if next(_finished) % EVERY == 0:
        gc.collect()
