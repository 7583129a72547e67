"""What ends a command early: a mistake of the user or of the surroundings, as one sentence."""

from __future__ import annotations

from typing import Final

CLEAN: Final = 0
FOUND: Final = 1
FAILED: Final = 2
INTERRUPTED: Final = 130
"""What shells report for a program that Ctrl-C ended."""


class GateError(Exception):
    """The command cannot go on.  The text is one sentence for the user; the exit status is 2."""
