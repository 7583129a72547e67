"""Contracts: `.pyi` files that pin which functions are async, and what they give.

`check` compares them with the code, `write` makes them from it, `accept` records an intended
change, `flips_since` tells what changed since a revision, `Lookup` answers for single functions.
Everything but `write` reads with `ast` alone: mypy is not run.
"""

from __future__ import annotations

from mypy_await.contracts.accepting import accept
from mypy_await.contracts.callers import Call
from mypy_await.contracts.checking import Checked, check, check_contracts, folders, sources
from mypy_await.contracts.compare import Break, Place
from mypy_await.contracts.expressions import TypeExpr
from mypy_await.contracts.history import Flip, flips_since
from mypy_await.contracts.lookup import Lookup, Pin
from mypy_await.contracts.store import ContractError, Contracts
from mypy_await.contracts.writing import Written, locate, write

__all__ = [
    "Break",
    "Call",
    "Checked",
    "ContractError",
    "Contracts",
    "Flip",
    "Lookup",
    "Pin",
    "Place",
    "TypeExpr",
    "Written",
    "accept",
    "check",
    "check_contracts",
    "flips_since",
    "folders",
    "locate",
    "sources",
    "write",
]
