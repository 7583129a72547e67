"""The terms in which flow analysis says what becomes of an awaitable.

A *path* is what one way through a function up to some point did to the value: its status, and the
names that hold it there.  A *state* is the set of paths that reach the point; joining two ways is
the union of their states.
"""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from mypy.nodes import NameExpr, Node, SymbolNode


class Status(enum.Enum):
    """What has happened to the value."""

    UNBOUND = "not there yet, or no longer the value of the name"
    UNAWAITED = "held, and nothing done with it"
    AWAITED = "awaited, or given to something that awaits it"
    HANDED_ON = "given to something that may await it"


class Effect(enum.Enum):
    """What a use of a name does to the value."""

    NOTHING = "looks at it"
    AWAIT = "awaits it, or gives it to something that does"
    HAND_ON = "gives it away"


class Round(enum.Enum):
    """Which time a use in a loop is met."""

    FIRST = "the first time"
    AGAIN = "after a turn of a loop that takes a next one"
    PERHAPS = "after a turn of a loop that may have been the last"


Path = tuple[Status, frozenset[SymbolNode]]
State = frozenset[Path]
UseOf = Callable[[NameExpr], Effect]
SymbolOf = Callable[[Node], SymbolNode | None]

NOWHERE: Final[State] = frozenset()
START: Final[State] = frozenset({(Status.UNBOUND, frozenset())})


@dataclass
class Trace:
    """What the analysis saw of the value."""

    seen: dict[tuple[NameExpr, Round], set[Status]] = field(default_factory=dict)
    """Each use of a name that may hold the value: the statuses that reach it."""
    overwritten: set[Status] = field(default_factory=set)
    """Statuses of the value when the binding itself replaces it, in a later turn of a loop."""
    ends: dict[Status, int] = field(default_factory=dict)
    """Statuses in which paths leave the function or lose the last name, with the first line."""

    def statuses(self, use: NameExpr) -> set[Status]:
        """Return all statuses that reach a use."""
        return {status for (node, _), found in self.seen.items() if node is use for status in found}

    def uses(self) -> list[NameExpr]:
        """Return the uses that the value reaches, in the order of the text."""
        reached = {node for (node, _), found in self.seen.items() if found - {Status.UNBOUND}}
        return sorted(reached, key=lambda node: (node.line, node.column))


@dataclass
class Jumps:
    """States of paths that leave a loop or a function early."""

    breaks: list[State] = field(default_factory=list)
    continues: list[State] = field(default_factory=list)
    returns: list[tuple[State, int]] = field(default_factory=list)
    """With the line of the statement."""


AFTER: Final[dict[Effect, Callable[[Status], Status]]] = {
    Effect.NOTHING: lambda status: status,
    Effect.AWAIT: lambda status: Status.AWAITED,
    Effect.HAND_ON: lambda status: Status.AWAITED if status is Status.AWAITED else Status.HANDED_ON,
}
"""The status that a use leaves."""
