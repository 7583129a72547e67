"""What is known in a module of which mypy may have checked little so far."""

from __future__ import annotations

import copy
from collections.abc import Sequence

from mypy.nodes import (
    AssignmentStmt,
    Expression,
    FuncDef,
    NameExpr,
    Node,
    RefExpr,
    SymbolNode,
    TypeInfo,
)
from mypy.plugin import CheckerPluginInterface
from mypy.types import ProperType

from mypy_await import compat
from mypy_await.config import Config
from mypy_await.origins import instance
from mypy_await.refine import Refiner
from mypy_await.site import Site
from mypy_await.walk import Parents, descendants


class Early(Site):
    """The surroundings of all expressions in the module in work.

    A variable that is bound once has the type of what it is bound to.
    """

    def __init__(self, api: CheckerPluginInterface, refiner: Refiner, config: Config) -> None:
        super().__init__(api, {}, refiner, config)
        self.nodes: Sequence[Node] = list(descendants(compat.module(api)))
        """All nodes of the module."""
        self._values: dict[SymbolNode, Expression | None] = {}
        self._owners: dict[SymbolNode, TypeInfo] = {}
        for node in self.nodes:
            if isinstance(node, FuncDef) and node.info and node.arguments:
                self._owners[node.arguments[0].variable] = node.info
        for node in self.nodes:
            if isinstance(node, AssignmentStmt):
                for symbol in filter(None, map(self.symbol, node.lvalues)):
                    self._values[symbol] = None if symbol in self._values else node.rvalue

    def below(self, parents: Parents) -> Early:
        """Return the same with the parent links of a function."""
        site = copy.copy(self)
        site.parents = parents
        return site

    def type_of(self, node: Expression) -> ProperType | None:
        """Return the type of an expression, or None when nothing is known of it."""
        known = super().type_of(node)
        symbol = self.symbol(node) if known is None and isinstance(node, RefExpr) else None
        if symbol is not None and (value := self._values.get(symbol)):
            self._values[symbol] = None  # it may be bound to something of its own
            known = self.type_of(value)
            self._values[symbol] = value
        return known

    def _self_type(self, node: NameExpr) -> ProperType | None:
        info = self._owners.get(node.node) if node.node else None
        return instance(info) if info else None
