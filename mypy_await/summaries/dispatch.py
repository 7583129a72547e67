"""How functions are called that a slot keeps.

All reading of the slot is followed, in the modules of the classes that may know it.  One call whose
result is lost, used as a value, or returned as what an annotation says is no awaitable, shows that
plain functions are meant - unless anything else is done with what is kept there.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from typing import Final

from mypy_await.summaries import bases, calls, classes, expressions, names
from mypy_await.summaries.engine import Engine, class_of, function_at
from mypy_await.summaries.kept import CHANGING, RETURNED, Reader
from mypy_await.summaries.model import How, Mark, Use, Verdict
from mypy_await.summaries.nodes import children, last_name, walk
from mypy_await.summaries.scopes import DEFS, FUNCTIONS, Body
from mypy_await.summaries.slots import Slot
from mypy_await.summaries.sources import Module
from mypy_await.summaries.values import Class, Frame, Function, Instance, Value, only, result_of

_COLOUR: Final = re.compile(
    r"awaitable|(?<!run_)corout|is_?async|async_to_sync|__await__", re.IGNORECASE
)
_PLAIN_DECORATORS: Final = frozenset(
    {"classmethod", "final", "override", "property", "staticmethod"}
)


class UndecidedError(Exception):
    """Something is done with what is kept that may be right for async functions."""


class Search:
    """The search for all that is done with what a slot keeps."""

    def __init__(self, engine: Engine, slot: Slot) -> None:
        self.engine = engine
        self.slot = slot
        self.order = bases.mro(engine, slot.owner) if slot.owner else ()
        self.modules = list(dict.fromkeys(self._modules()))
        self.misuses: list[Use] = []
        self.looked_up: set[Body] = set()
        self.marks: set[Mark] = set()
        """How to know files that may call a function which gives the results."""

    def _modules(self) -> Iterator[Module]:
        """Yield the modules of the classes from the receiver's up to the declaring one."""
        for base in self.order:
            if isinstance(base, Class) and base.frame.scope.module is not self.slot.module:
                yield base.frame.scope.module
            else:
                break
        yield self.slot.module

    def misuse(self) -> Use | None:
        """Return the first misuse, if there is nothing else."""
        try:
            for reader in self._readers():
                self._judge(reader)
        except UndecidedError:
            return None
        return min(self.misuses, key=lambda use: (use.path, use.line), default=None)

    def only_call(self) -> Use | None:
        """Return where what is kept is called, if nothing else is done that needs no function."""
        called: list[Use] = []
        try:
            for reader in self._readers():
                if reader.is_undecided or reader.returned:
                    return None
                called += reader.called if self._runs(reader.frame) else ()
        except UndecidedError:
            return None
        return min(called, key=lambda use: (use.path, use.line), default=None)

    def _readers(self) -> Iterator[Reader]:
        """Yield what each read of the slot leads to, in the function around it."""
        for module in self.modules:
            self.engine.read(module.path)
            if self._is_out_of_sight(module) or any(self.outside(module, self.slot.name)):
                raise UndecidedError
        for body, node in self.reads(self.slot.name, globals_too=not self.slot.owner):
            reader = self.reader(body)
            if self._is_meant(node, reader.frame_at(node)):
                reader.kept(node, self.slot.holds)
                yield reader

    def _is_out_of_sight(self, module: Module) -> bool:
        """May a module do something with what is kept that is not followed?"""
        return asks_for_colour(module.tree)

    def reads(self, name: str, *, globals_too: bool) -> Iterator[tuple[Body, ast.expr]]:
        """Yield where an attribute or global is read, with the outermost function around."""
        for module in self.modules:
            for body in bodies(module):
                for node, _ in body.attributes:
                    if node.attr == name and isinstance(node.ctx, ast.Load):
                        yield body, node
                for load, _ in body.loads.get(name, []) if globals_too else ():
                    yield body, load

    def outside(self, module: Module, name: str) -> Iterator[ast.AST]:
        """Yield where a name is read outside of functions, but to put something in."""
        kind, field = (ast.Attribute, "attr") if self.slot.owner else (ast.Name, "id")
        stack: list[ast.AST] = [module.tree]
        while stack:
            parent = stack.pop()
            for node in children(parent):
                if isinstance(node, FUNCTIONS):
                    continue
                stack.append(node)
                if isinstance(node, kind) and getattr(node, field) == name:
                    if isinstance(getattr(node, "ctx", None), ast.Load) and not _puts_in(parent):
                        yield node

    def reader(self, body: Body) -> Reader:
        """Return a reader of a function; methods of the receiver's class are called on it."""
        scope = body.scopes[body.node]
        outside = self.engine.frame_of(scope.module, scope.module.functions[body.node])
        cls = class_of(outside)
        bindings: tuple[tuple[str, Value], ...] = ()
        node = body.node
        if self.slot.owner and cls in self.order and isinstance(node, DEFS):
            first = [*node.args.posonlyargs, *node.args.args][:1]
            if first and not names.is_static(node):
                owner = self.slot.owner
                me = owner if names.is_class_method(node) else Instance(owner)
                bindings = ((first[0].arg, frozenset({me})),)
        return Reader(self.engine, Frame(scope, bindings, outside), self.slot.name)

    def _is_meant(self, node: ast.expr, frame: Frame) -> bool:
        """Is this the slot, and nothing else of its name?"""
        if not isinstance(node, ast.Attribute):
            return expressions.value(self.engine, node, frame) == self.slot.holds
        receiver = only(expressions.value(self.engine, node.value, frame))
        cls = receiver.cls if isinstance(receiver, Instance) else receiver
        if isinstance(cls, Class):
            return cls in self.order or self.slot.owner in bases.mro(self.engine, cls)
        if isinstance(cls, str):
            return False
        raise UndecidedError

    def _judge(self, reader: Reader) -> None:
        """Take in what one function does with what is kept."""
        if reader.is_undecided:
            raise UndecidedError
        self._take_in(reader)
        for holds in reader.returned:
            self._look_up(reader.body, holds)

    def _take_in(self, reader: Reader) -> None:
        """Take in what becomes of the results of calling it."""
        lost = [use for use in reader.called if use.is_value or use.how is How.DROPPED]
        given = [use for use in reader.called if use.how in RETURNED]
        if len(lost) + len(given) < len(reader.called):
            raise UndecidedError
        if given and not self._gives_plain(reader):
            raise UndecidedError
        if self._runs(reader.frame):
            self.misuses += lost + given

    def _gives_plain(self, reader: Reader) -> bool:
        """Is a function declared to return no awaitable, and never awaited?"""
        frame, node = reader.frame, reader.frame.node
        if not isinstance(node, DEFS) or frame.parent is None:
            return False
        function = function_at(node, frame.parent)
        decorators = {last_name(decorator) for decorator in node.decorator_list}
        if calls.is_generator(self.engine, function) or not decorators <= _PLAIN_DECORATORS:
            return False
        result = classes.as_awaitables(self.engine, calls.declared_result(self.engine, function))
        return result_of(result).verdict is Verdict.NEVER and (
            function.is_async or not any(_awaits(module, node.name) for module in self.modules)
        )

    def _runs(self, frame: Frame) -> bool:
        """Is this what runs for the receiver, and no method that its class overrides?"""
        if frame.parent is None or class_of(frame.parent) is None or not self.order:
            return True
        found = bases.find(self.engine, self.order, getattr(frame.node, "name", ""))
        method = only(found) if found else None
        method = getattr(method, "function", method)
        return isinstance(method, Function) and method.node is frame.node

    def _look_up(self, body: Body, holds: Value) -> None:
        """Follow what a private function or method gives to its callers."""
        name = getattr(body.node, "name", "")
        is_private = name.startswith("_") and not name.endswith("__")
        if not is_private or not isinstance(body.node, ast.FunctionDef) or body in self.looked_up:
            raise UndecidedError
        self.looked_up.add(body)
        for around, node in self.reads(name, globals_too=True):
            reader = self.reader(around)
            callee = only(expressions.value(self.engine, node, reader.frame_at(node)))
            call = around.parents[node]
            if not isinstance(callee, Function) or not isinstance(call, ast.Call):
                raise UndecidedError
            if callee.node is body.node:
                reader.kept(call, holds)
                self._judge(reader)


def bodies(module: Module) -> Iterable[Body]:
    """Return the outermost functions of a module."""
    return map(module.body, module.outermost)


def _puts_in(parent: ast.AST) -> bool:
    if isinstance(parent, ast.Subscript):
        return not isinstance(parent.ctx, ast.Load)
    return isinstance(parent, ast.Attribute) and parent.attr in CHANGING


def asks_for_colour(root: ast.AST) -> bool:
    """Does a module, or a part of it, ask anywhere whether something is async or awaitable?"""
    for node in walk(root):
        if isinstance(node, ast.Call):
            called = last_name(node.func)
            looked_at = node.args[1:] if called in {"isinstance", "hasattr", "getattr"} else []
            if any(_COLOUR.search(text) for text in (called, *map(ast.unparse, looked_at))):
                return True
    return False


def _awaits(module: Module, name: str) -> bool:
    return any(
        isinstance(node, ast.Await)
        and isinstance(node.value, ast.Call)
        and last_name(node.value.func) == name
        for node in walk(module.tree)
    )
