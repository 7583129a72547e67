"""Which statements can run: the bindings that reach a use, and what a function returns.

Structured statements only, no general control-flow graph.  Where a path is in doubt, it counts.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from mypy_await.summaries.nodes import walk
from mypy_await.summaries.scopes import Binding, Binds, Scope

Decide = Callable[[ast.expr], bool | None]

JUMPS: Final = (ast.Return, ast.Raise, ast.Break, ast.Continue)
LOOPS: Final = (ast.For, ast.AsyncFor, ast.While)
WITHS: Final = (ast.With, ast.AsyncWith)
TRIES: Final = (ast.Try, getattr(ast, "TryStar", ast.Try))
_SLOTS: Final = ("body", "orelse", "finalbody", "handlers", "cases")


def undecided(_test: ast.expr) -> bool | None:
    """Decide no condition."""
    return None


@dataclass
class Reaching:
    """The bindings that may have given a name the value it has at some place."""

    bindings: dict[Binding, bool] = field(default_factory=dict)
    """Each with the answer to: did a test in between rule out `None`?"""
    initial: bool = False
    """The start of the scope is reached: a parameter's value, or no value at all."""
    initial_not_none: bool = True


class Search:
    """A search backwards for the bindings of one name (or `self.attribute`) in one scope."""

    def __init__(
        self, scope: Scope, name: str, bindings: list[Binding], decide: Decide = undecided
    ) -> None:
        self._scope = scope
        self._name = name
        self._decide = decide
        self._by_site: dict[ast.AST, list[Binding]] = {}
        for binding in bindings:
            if binding.binds is not Binds.PARAMETER:
                self._by_site.setdefault(binding.site, []).append(binding)
        self._found = Reaching()

    def everything(self) -> Reaching:
        """Return all bindings of the scope: what a closure may see."""
        for site in self._by_site:
            self._add(site, False)
        if any(b.binds is Binds.PARAMETER for b in self._scope.bindings.get(self._name, ())):
            self._start(False)
        return self._found

    def at_end(self) -> Reaching:
        """Return what reaches the end of the scope."""
        body = self._scope.node.body
        if self._name in self._scope.unordered or not isinstance(body, list):
            return self.everything()
        passes, not_none = self._through(body, False)
        if passes:
            self._start(not_none)
        return self._found

    def at(self, use: ast.AST) -> Reaching:
        """Return what reaches an expression or statement of a function's own scope."""
        if self._name in self._scope.unordered or self._scope.body is None:
            return self.everything()
        parents = self._scope.body.parents
        node, not_none = use, False
        while node is not self._scope.node and node in parents:
            parent = parents[node]
            slot = next((s for s in _SLOTS if _holds(getattr(parent, s, None), node)), None)
            if slot in {"body", "orelse", "finalbody"}:
                block = getattr(parent, slot)
                passes, not_none = self._through(block[: block.index(node)], not_none)
                if not passes:
                    return self._found
            if parent is self._scope.node:
                break
            passes, not_none = self._leave(parent, slot, node, not_none)
            if not passes:
                return self._found
            node = parent
        self._start(not_none)
        return self._found

    def _start(self, not_none: bool) -> None:
        self._found.initial = True
        self._found.initial_not_none &= not_none

    def _add(self, site: ast.AST, not_none: bool) -> None:
        bindings = self._found.bindings
        for binding in self._by_site.get(site, ()):
            bindings[binding] = bindings.get(binding, True) and not_none

    def _add_inside(self, not_none: bool, *nodes: ast.AST) -> None:
        body = self._scope.body
        for root in nodes if self._by_site else ():
            if body is None:
                for node in walk(root):
                    self._add(node, not_none)
                continue
            for site in self._by_site:
                if site is root or any(outer is root for outer in body.ancestors(site)):
                    self._add(site, not_none)

    def _leave(
        self, parent: ast.AST, slot: str | None, node: ast.AST, not_none: bool
    ) -> tuple[bool, bool]:
        """Step backwards out of one part of a compound statement, before its header."""
        match parent:
            case ast.If(test=test) if slot:
                return True, not_none or self._rules_out_none(test, slot == "body")
            case ast.IfExp(test=test) if node is not test:
                return True, not_none or self._rules_out_none(test, node is parent.body)
            case ast.BoolOp(op=ast.And(), values=[first, *_]) if node is not first:
                return True, not_none or self._rules_out_none(first, True)
        binds_first = isinstance(parent, (ast.For, ast.AsyncFor, *WITHS)) and slot == "body"
        if binds_first and parent in self._by_site:
            self._add(parent, not_none)
            return False, not_none
        if isinstance(parent, LOOPS) and node is not getattr(parent, "iter", None):
            self._add_inside(False, parent)
            return True, False
        if isinstance(parent, TRIES):
            return self._leave_try(parent, slot, not_none)
        return True, not_none

    def _leave_try(self, parent: ast.Try, slot: str | None, not_none: bool) -> tuple[bool, bool]:
        if slot == "orelse":
            return self._through(parent.body, not_none)
        if slot == "handlers":
            self._add_inside(False, *parent.body)
        elif slot == "finalbody":
            self._add_inside(False, *parent.body, *parent.handlers, *parent.orelse)
        return True, not_none

    def _through(self, block: list[ast.stmt], not_none: bool) -> tuple[bool, bool]:
        """Go backwards through a block; does the state before it reach its end?"""
        for statement in reversed(block):
            passes, not_none = self._effect(statement, not_none)
            if not passes:
                return False, not_none
        return True, not_none

    def _effect(self, node: ast.stmt, not_none: bool) -> tuple[bool, bool]:
        if isinstance(node, JUMPS):
            return False, not_none
        if isinstance(node, ast.If):
            return self._if(node, not_none)
        if isinstance(node, LOOPS):
            self._add_inside(not_none, node)
            return True, not_none
        if isinstance(node, WITHS):
            passes, not_none = self._through(node.body, not_none)
            if not passes:
                return False, not_none
        if isinstance(node, TRIES):
            return self._try(node, not_none)
        if isinstance(node, ast.Match):
            for case in node.cases:
                self._through(case.body, not_none)
            return True, not_none
        if node in self._by_site and not (isinstance(node, ast.AnnAssign) and not node.value):
            self._add(node, not_none)
            return False, not_none
        return True, not_none

    def _if(self, node: ast.If, not_none: bool) -> tuple[bool, bool]:
        decision = self._decide(node.test)
        passing = []
        for branch, truth in ((node.body, True), (node.orelse, False)):
            if decision is None or decision is truth:
                passes, certain = self._through(branch, not_none)
                if passes:
                    passing.append(certain or self._rules_out_none(node.test, truth))
        return bool(passing), all(passing)

    def _try(self, node: ast.Try, not_none: bool) -> tuple[bool, bool]:
        passes, not_none = self._through(node.finalbody, not_none)
        if not passes:
            return False, not_none
        passes, certain = self._through(node.orelse, not_none)
        if passes:
            passes, certain = self._through(node.body, certain)
        for handler in node.handlers:
            handled, _ = self._through(handler.body, not_none)
            if handled:
                self._add_inside(not_none, *node.body)
                passes, certain = True, not_none
        return passes, certain

    def _rules_out_none(self, test: ast.expr, truth: bool) -> bool:
        """Is the name certainly not `None` where the test had this outcome?"""
        match test:
            case ast.Name() | ast.Attribute() | ast.NamedExpr():
                return truth and self._is_me(test)
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return self._rules_out_none(operand, not truth)
            case ast.Compare(left=left, ops=[op], comparators=[ast.Constant(value=None)]):
                return self._is_me(left) and isinstance(op, ast.IsNot if truth else ast.Is)
            case ast.Call(func=ast.Name(id="isinstance"), args=[first, _]):
                return truth and self._is_me(first)
            case ast.BoolOp(op=op, values=values):
                return isinstance(op, ast.And if truth else ast.Or) and any(
                    self._rules_out_none(value, truth) for value in values
                )
        return False

    def _is_me(self, node: ast.expr) -> bool:
        return dotted(node) == self._name


def dotted(node: ast.expr) -> str | None:
    """Return `name` or `name.attribute` as text; None for other expressions."""
    match node:
        case ast.Name(id=name) | ast.NamedExpr(target=ast.Name(id=name)):
            return name
        case ast.Attribute(value=ast.Name(id=name), attr=attribute):
            return f"{name}.{attribute}"
    return None


def _holds(block: object, node: ast.AST) -> bool:
    return isinstance(block, list) and any(node is one for one in block)
