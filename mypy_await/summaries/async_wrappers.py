"""What the async wrapper of a decorator does with the coroutines that it makes."""

from __future__ import annotations

import ast
from typing import Final

from mypy_await.summaries import passing_on
from mypy_await.summaries.flow import TRIES
from mypy_await.summaries.model import How, Use
from mypy_await.summaries.nodes import walk
from mypy_await.summaries.scopes import DEFS, Binds, own_nodes
from mypy_await.summaries.values import Frame
from mypy_await.summaries.wrappers import Wrapper

_TESTS: Final = (ast.If, ast.IfExp, ast.While, ast.Assert)
_COLOURS: Final = ("sync", "coro", "await")


class AsyncWrapper(Wrapper):
    """An `async def` that a decorator puts in the place of one.

    Whoever awaits it is done: no way through it may leave the coroutine un-awaited.
    """

    def mistake(self) -> Use | None:
        """Return where it takes the coroutine for the result on one of its ways.

        It loses the coroutine, uses it, or returns it.
        """
        if self.escapes or self._is_generator() or self._declares_awaitable():
            return None
        left = [call for call in self._calls if not isinstance(self._parents[call], ast.Await)]
        uses = self._uses_of(left)
        used = [use for use in uses if use.how is How.DROPPED or _is_of_result(use)]
        returned = [use for use in uses if use.how is How.RETURNED]
        if not uses or len(used) + len(returned) < len(uses) or self._asks_about_function():
            return None
        if len(left) < len(self._calls) and self._may_know_colour():
            return None
        return used[0] if used else self._use(How.NESTED, left[0], "")

    def _may_know_colour(self) -> bool:
        """May it know in another way which functions are to be awaited?

        By trying, by what its decorator was told, or by what is named so.
        """
        for node in own_nodes(self._function.node):
            if isinstance(node, TRIES):
                return True
            if isinstance(node, _TESTS) and any(map(self._names_colour, walk(node.test))):
                return True
        return False

    def _names_colour(self, node: ast.AST) -> bool:
        if isinstance(node, ast.Name) and self._is_of_decorator(node):
            return True
        name = getattr(node, "id", getattr(node, "attr", getattr(node, "value", "")))
        return isinstance(name, str) and any(word in name.lower() for word in _COLOURS)

    def _is_of_decorator(self, node: ast.Name) -> bool:
        home = self._home_of(node, self._frame)
        is_called = any(call.func is node for call in self._calls)
        return home is not None and home is not self._frame and not is_called

    def _is_generator(self) -> bool:
        nodes = own_nodes(self._function.node)
        return any(isinstance(node, (ast.Yield, ast.YieldFrom)) for node in nodes)

    def _asks_about_function(self) -> bool:
        """May a condition have to do with the function that is decorated?

        One that never mentions it, nor what the decorator found out, cannot tell async functions.
        Of an object that keeps the function, other methods may find out.
        """
        if self._function.bound is not None:
            return not self._is_for_one_colour()
        for node in own_nodes(self._function.node):
            if isinstance(node, ast.Match):
                return True
            if isinstance(node, _TESTS) and self._tells(node.test, self._frame):
                return True
        return False

    def _tells(self, node: ast.AST, frame: Frame, seen: frozenset[str] = frozenset()) -> bool:
        """May an expression say something of the function that is decorated?"""
        return any(
            isinstance(part, ast.Name) and self._name_tells(part, frame, seen)
            for part in walk(node)
        )

    def _name_tells(self, node: ast.Name, frame: Frame, seen: frozenset[str]) -> bool:
        home = self._home_of(node, frame)
        if home is None or node.id in seen or any(call.func is node for call in self._calls):
            return False  # what it makes of the function is among the uses
        if passing_on.is_maker(self._engine, node, frame):
            return True
        is_own = home is self._frame
        return any(
            binding.binds is not Binds.PARAMETER
            and (
                not is_own
                if binding.value is None
                else self._tells(binding.value, home, seen | {node.id})
            )
            for binding in home.scope.bindings[node.id]
        )

    def _home_of(self, node: ast.Name, frame: Frame) -> Frame | None:
        """Return the frame of the function that binds a name, if one does."""
        around: Frame | None = frame
        while around is not None and node.id not in around.scope.bindings:
            around = around.parent
        return around if around is not None and isinstance(around.node, DEFS) else None


def _is_of_result(use: Use) -> bool:
    return use.is_value and not use.detail.startswith("__")
