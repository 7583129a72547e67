"""Where the names of a function are read, and with the value of which binding."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Final

from mypy_await.summaries import names
from mypy_await.summaries.engine import Engine
from mypy_await.summaries.scopes import Binding, Body, Scope
from mypy_await.summaries.values import Frame

_LOOKS_AT_EVERYTHING: Final = frozenset({"locals", "vars", "eval", "exec", "globals"})


class Reads:
    """The body of one function, inner functions included."""

    def __init__(self, engine: Engine, frame: Frame) -> None:
        assert frame.scope.body
        self.engine = engine
        self.frame = frame
        self.body: Body = frame.scope.body

    @property
    def looks_at_everything(self) -> bool:
        """Does the function call `locals()` or its like?"""
        return not _LOOKS_AT_EVERYTHING.isdisjoint(self.body.loads)

    def loads(self, name: str, binding: Binding | None) -> Iterator[ast.Name]:
        """Yield the places where a name is read with the value of one binding (or parameter)."""
        scope = self.scope_of(binding.site if binding else self.frame.node)
        for node, inner in self.body.loads.get(name, []):
            if self._is_reached(node, inner, scope, binding):
                yield node

    def inside(self) -> Iterator[tuple[ast.Name | ast.Attribute, Frame]]:
        """Yield the names and attributes that are read inside the function, with their frames."""
        read: list[tuple[ast.Name | ast.Attribute, Scope]] = [*self.body.attributes]
        for loads in self.body.loads.values():
            read += loads
        for node, scope in read:
            if isinstance(node.ctx, ast.Load) and self._is_inside(scope.node):
                yield node, self._frame(scope.node)

    def _is_inside(self, node: ast.AST) -> bool:
        return node is self.frame.node or self.frame.node in self.body.ancestors(node)

    def scope_of(self, node: ast.AST) -> Scope:
        """Return the scope that a statement, or the function itself, stands for."""
        if node in self.body.scopes and node is self.frame.node:
            return self.body.scopes[node]
        return self.body.scopes[self.body.function_of(node)]

    def _is_reached(
        self, node: ast.Name, inner: Scope, scope: Scope, binding: Binding | None
    ) -> bool:
        if inner is not scope:
            return self._closes_over(inner.node, scope, node.id)
        frame = self._frame(scope.node)
        reaching = names.search_for(self.engine, node.id, frame).at(node)
        return reaching.initial if binding is None else binding in reaching.bindings

    def _closes_over(self, inner: ast.AST, scope: Scope, name: str) -> bool:
        """Does a name of an inner function belong to the scope around it?"""
        while inner is not scope.node:
            if inner in self.body.scopes and not isinstance(inner, ast.ClassDef):
                its = self.body.scopes[inner]
                if name in its.bindings and name not in its.outer:
                    return False
            if inner not in self.body.parents:
                return False
            inner = self.body.parents[inner]
        return True

    def frame_at(self, node: ast.AST) -> Frame:
        """Return the frame in which an expression inside the function stands."""
        return self._frame(self.body.function_of(node))

    def _frame(self, node: ast.AST) -> Frame:
        """Return the frame of an inner function or class."""
        if node is self.frame.node:
            return self.frame
        around = self._frame(self.body.function_of(node))
        return Frame(self.body.scopes[node], (), around)
