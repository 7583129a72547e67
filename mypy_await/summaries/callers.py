"""Do all who call a function lose what it gives?  `job.run()`, which returns what the job gives.

Nothing says whether such a function may give a coroutine but what its callers do.  They are looked
for in the modules that a search goes through; in other files its name is (`neighbours`).
"""

from __future__ import annotations

import ast

from mypy_await.summaries import bases, calls, expressions, neighbours, uses
from mypy_await.summaries.dispatch import Search, asks_for_colour
from mypy_await.summaries.engine import class_of, function_at
from mypy_await.summaries.kept import RETURNED, is_lost
from mypy_await.summaries.model import Mark
from mypy_await.summaries.nodes import last_name, walk
from mypy_await.summaries.scopes import DEFS, Body
from mypy_await.summaries.sources import Module
from mypy_await.summaries.values import (
    UNKNOWN,
    Class,
    External,
    Function,
    ModuleRef,
    only,
)


class Callers:
    """The callers of a function in the modules of a search, and theirs where they return it."""

    def __init__(self, search: Search) -> None:
        self._search = search
        self._engine = search.engine
        self._seen: set[Body] = set()
        self._is_lost = False
        self.functions: set[str] = set()
        """The names of all functions that it goes through."""
        self.marks: set[Mark] = set()
        """How to know other files that may call one that returns it."""

    def lose(self, body: Body) -> bool:
        """Is there a caller, and does each lose what the function returns?"""
        return self._lose(body) and self._is_lost

    def _lose(self, body: Body) -> bool:
        if body in self._seen:
            return True
        self._seen.add(body)
        node = body.node
        if not isinstance(node, ast.FunctionDef) or not self._is_followed(body):
            return False
        self.functions.add(node.name)
        around = self._search.reader(body).frame.parent
        is_method = around is not None and class_of(around) is not None
        mark = neighbours.mark_of_function(
            self._engine, self._search.slot, node.name, is_method=is_method
        )
        self.marks |= {mark} if mark else set()
        return all(
            self._is_lost_by(around, load, body)
            for around, load in self._search.reads(node.name, globals_too=not is_method)
        )

    def _is_followed(self, body: Body) -> bool:
        """Is it a plain function that declares nothing of its result, and is only called?"""
        node, parent = body.node, self._search.reader(body).frame.parent
        assert isinstance(node, ast.FunctionDef)
        return (
            parent is not None
            and not (node.decorator_list or node.returns or node.name.startswith("__"))
            and not calls.is_generator(self._engine, function_at(node, parent))
            and not any(self._is_out_of_sight(module, node.name) for module in self._search.modules)
        )

    def _is_out_of_sight(self, module: Module, name: str) -> bool:
        """May a module do something with the function that is not followed?"""
        return (
            asks_for_colour(module.tree)
            or any(self._search.outside(module, name))
            or any(
                isinstance(node, ast.Call)
                and any(isinstance(arg, ast.Constant) and arg.value == name for arg in node.args)
                for node in walk(module.tree)
            )
        )

    def _is_lost_by(self, around: Body, load: ast.expr, body: Body) -> bool:
        """Does a function lose what a call gives, if that is the call of one, or return it?

        So it has to where it calls what may be one.  That proves something if no other class here
        has such a method.
        """
        inside = self._search.reader(around)
        value = expressions.value(self._engine, load, inside.frame_at(load))
        called = only(value)
        if isinstance(called, (External, ModuleRef)):
            return True
        is_sure = isinstance(called, Function)
        if isinstance(called, Function):
            if called.node is not body.node and called.owner not in self._search.order:
                return True
        elif value != UNKNOWN or not isinstance(load, ast.Attribute):
            return False
        call = around.parents[load]
        if not isinstance(call, ast.Call) or call.func is not load:
            return False
        self.functions.add(getattr(around.node, "name", ""))
        found = uses.Found()
        _Result(self._engine, inside.frame).follow(call, found)
        given = [use for use in found.uses if use.how in RETURNED]
        if not all(is_lost(use) for use in found.uses if use not in given):
            return False
        if not given:
            self._is_lost = self._is_lost or is_sure or self._is_unique(load)
        return not given or self._lose(around)

    def _is_unique(self, load: ast.expr) -> bool:
        """Is there one function of a name in these modules?"""
        defined = [
            node
            for module in self._search.modules
            for node in module.functions
            if isinstance(node, DEFS) and node.name == last_name(load)
        ]
        return len(defined) == 1


class _Result(uses.Follower):
    """Follows what a call gives, past questions for classes that no awaitable has."""

    def _passed_to_library(
        self, fullname: str, call: ast.Call, node: ast.expr, keyword: str | None, found: uses.Found
    ) -> None:
        if fullname != "builtins.isinstance" or not self._is_of_plain_class(call.args[-1]):
            super()._passed_to_library(fullname, call, node, keyword, found)

    def _is_of_plain_class(self, classes: ast.expr) -> bool:
        cls = only(expressions.value(self.engine, classes, self.frame_at(classes)))
        return isinstance(cls, Class) and (
            bases.find(self.engine, bases.mro(self.engine, cls), "__await__") is None
        )
