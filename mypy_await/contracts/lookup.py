"""Contracts for whoever asks about one function: the plugin, where the source says nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mypy_await.contracts.compare import UNDECIDED
from mypy_await.contracts.effects import Colour, effect_of
from mypy_await.contracts.expressions import TypeExpr
from mypy_await.contracts.modules import FUNCTIONS
from mypy_await.contracts.resolving import Resolver
from mypy_await.contracts.store import Contracts


@dataclass(frozen=True)
class Pin:
    """What a contract says about one function."""

    fullname: str
    is_async: bool
    """Must the result of a call be awaited?"""
    result: TypeExpr
    """Of an async function what awaiting gives, else what the call gives; `?` where left open."""
    path: str
    line: int


class Lookup:
    """Answers from the contracts in some folders; files are parsed when first needed."""

    def __init__(self, folders: Sequence[Path]) -> None:
        """Find the files; raises `ContractError` for two contracts for one module."""
        self.contracts = Contracts(folders)
        self._resolver = Resolver(self.contracts)
        self._known: dict[str, Pin | None] = {}

    def contract_of(self, fullname: str) -> Pin | None:
        """Return what is pinned for `pkg.mod.f` or `pkg.mod.Class.m`.

        Methods are looked up along the bases that are under contract.  None where nothing is
        pinned, where the contract itself leaves the colour open, and where its file is broken
        (the check reports that).
        """
        if fullname not in self._known:
            self._known[fullname] = self._find(fullname)
        return self._known[fullname]

    def _find(self, fullname: str) -> Pin | None:
        owner, _, name = fullname.rpartition(".")
        if not self.contracts.has_package(fullname.partition(".")[0]):
            return None
        symbol = self._resolver.find(fullname) or self._resolver.member(owner, name)[0]
        effect = effect_of(symbol, self._resolver) if symbol else None
        if symbol is None or effect is None or effect.colour is Colour.UNKNOWN:
            return None
        module = symbol.scope.module
        node = next(node for node in symbol.nodes if isinstance(node, FUNCTIONS))
        if UNDECIDED in module.lines[node.lineno - 1]:
            return None
        is_async = effect.colour is Colour.ASYNC
        return Pin(symbol.fullname, is_async, effect.result, str(module.path), node.lineno)
