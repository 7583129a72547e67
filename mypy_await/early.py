"""What is known in a module of which mypy may have checked little so far."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from functools import cached_property

from mypy.nodes import (
    AssignmentStmt,
    Expression,
    FuncDef,
    MypyFile,
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
        self._module = _Module(compat.module(api), self.symbol)

    @property
    def nodes(self) -> Sequence[Node]:
        """All nodes of the module."""
        return self._module.nodes

    def below(self, parents: Parents) -> Early:
        """Return the same with the parent links of a function."""
        site = copy.copy(self)
        site.parents = parents
        return site

    def type_of(self, node: Expression) -> ProperType | None:
        """Return the type of an expression, or None when nothing is known of it."""
        known = super().type_of(node)
        symbol = self.symbol(node) if known is None and isinstance(node, RefExpr) else None
        values = self._module.values if symbol is not None else {}
        if symbol is not None and (value := values.get(symbol)):
            values[symbol] = None  # it may be bound to something of its own
            known = self.type_of(value)
            values[symbol] = value
        return known

    def _self_type(self, node: NameExpr) -> ProperType | None:
        info = self._module.owners.get(node.node) if node.node else None
        return instance(info) if info else None


class _Module:
    """What is read off the syntax of a module, once something asks for it."""

    def __init__(
        self, tree: MypyFile, symbol_of: Callable[[Expression], SymbolNode | None]
    ) -> None:
        self._tree = tree
        self._symbol_of = symbol_of
        self._values: dict[SymbolNode, Expression | None] | None = None

    @cached_property
    def nodes(self) -> Sequence[Node]:
        return list(descendants(self._tree))

    @property
    def values(self) -> dict[SymbolNode, Expression | None]:
        """What variables are bound to, None for those that are bound more than once."""
        if self._values is None:
            self._values = values = {}  # already asked for while it is filled
            for node in self.nodes:
                if isinstance(node, AssignmentStmt):
                    for symbol in filter(None, map(self._symbol_of, node.lvalues)):
                        values[symbol] = None if symbol in values else node.rvalue
        return self._values

    @cached_property
    def owners(self) -> dict[SymbolNode, TypeInfo]:
        """The classes of which the first arguments of methods are instances."""
        return {
            node.arguments[0].variable: node.info
            for node in self.nodes
            if isinstance(node, FuncDef) and node.info and node.arguments
        }
