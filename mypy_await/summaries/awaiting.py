"""Where the results are awaited of all functions that a place keeps: `await self.hook()`.

A plain function is a mistake there, if nothing else is ever done with what is kept.
"""

from __future__ import annotations

import ast

from mypy_await.summaries.dispatch import UndecidedError, asks_for_colour
from mypy_await.summaries.engine import Engine
from mypy_await.summaries.kept import Reader
from mypy_await.summaries.model import fails_unless_awaitable
from mypy_await.summaries.nodes import walk
from mypy_await.summaries.open_dispatch import OpenSearch
from mypy_await.summaries.slots import Slot
from mypy_await.summaries.sources import Module


class AwaitingSearch(OpenSearch):
    """The search for all that is done with what a slot keeps; what is found are its `await`s."""

    def __init__(self, engine: Engine, slot: Slot, *, is_declared: bool) -> None:
        super().__init__(engine, slot)
        self._is_declared = is_declared or slot.is_async

    def _is_out_of_sight(self, module: Module) -> bool:
        """May the module tell async functions from others, or put another function there?"""
        return (
            asks_for_colour(module.tree)
            or super()._is_out_of_sight(module)
            or any(self._is_stored_from_outside(node) for node in walk(module.tree))
        )

    def _is_stored_from_outside(self, node: ast.AST) -> bool:
        return (
            isinstance(node, ast.Attribute)
            and node.attr == self.slot.name
            and not isinstance(node.ctx, ast.Load)
            and getattr(node.value, "id", "") not in {"self", "cls"}
        )

    def _take_in(self, reader: Reader) -> None:
        """Take in what one function does: nothing but to await each result."""
        found = fails_unless_awaitable(reader.called, is_declared=self._is_declared)
        if reader.called and found is None:
            raise UndecidedError
        if found is not None and self._runs(reader.frame):
            self.misuses.append(found)
