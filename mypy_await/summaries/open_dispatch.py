"""How functions are called that an open place keeps: one that no declaration speaks of.

Only the calls can say here that plain functions are meant.  So each of them has to lose the result
or use it as a value: in the classes that share the place, in those below them, and wherever else
in their modules something of its name is read.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cached_property

from mypy_await.summaries import bases, slots
from mypy_await.summaries.callers import Callers
from mypy_await.summaries.dispatch import Search, UndecidedError, asks_for_colour
from mypy_await.summaries.engine import Engine, class_of, qualified
from mypy_await.summaries.kept import RETURNED, Reader
from mypy_await.summaries.model import Use
from mypy_await.summaries.nodes import walk
from mypy_await.summaries.slots import Slot
from mypy_await.summaries.sources import Module
from mypy_await.summaries.values import Class, Frame


class OpenSearch(Search):
    """The search for all that is done with what an open slot keeps."""

    def __init__(self, engine: Engine, slot: Slot) -> None:
        super().__init__(engine, slot)
        self._methods: set[str] = set()
        self._is_sure = True
        """Is the object known whose attribute was read last?"""

    def _modules(self) -> Iterator[Module]:
        yield self.slot.module
        for base in self.order:
            if isinstance(base, Class):
                yield base.frame.scope.module

    def misuse(self) -> Use | None:
        """Return the first misuse, if there is nothing else, in subclasses neither."""
        found = super().misuse()
        return None if any(self._overrides(cls) for cls in self._below) else found

    def _is_out_of_sight(self, module: Module) -> bool:
        """Is anything read by its name, as in `getattr(self, "callback")`, that may be the slot?"""
        return any(
            isinstance(node, ast.Call) and self._may_read_by_name(node)
            for node in walk(module.tree)
        )

    def _may_read_by_name(self, call: ast.Call) -> bool:
        match call:
            case ast.Call(
                func=ast.Name(id="getattr"), args=[ast.Name(id="self" | "cls"), name, *_]
            ):
                return not isinstance(name, ast.Constant) or name.value == self.slot.name
        return any(
            isinstance(arg, ast.Constant) and arg.value == self.slot.name for arg in call.args
        )

    def _is_meant(self, node: ast.expr, frame: Frame) -> bool:
        """Is this the slot, or may it be?"""
        if isinstance(node, ast.Name):
            return slots.is_global(node.id, frame)
        self._is_sure = True
        try:
            return super()._is_meant(node, frame)
        except UndecidedError:
            self._is_sure = False
            return True

    def _judge(self, reader: Reader) -> None:
        """Take in what one function does.  What it returns may be asked for its colour outside."""
        is_given = any(use.how in RETURNED for use in reader.called)
        around = reader.frame.scope.module.tree if is_given else reader.body.node
        if asks_for_colour(around):
            raise UndecidedError
        self._methods |= {getattr(reader.body.node, "name", ""), *reader.asked}
        super()._judge(reader)

    def _gives_plain(self, reader: Reader) -> bool:
        """Is nothing lost to those who call a function that returns a result, or all by them?"""
        if super()._gives_plain(reader):
            return True
        search = Callers(self)
        if not search.lose(reader.body):
            return False
        self._methods |= search.functions
        self.marks |= search.marks
        return True

    def _runs(self, frame: Frame) -> bool:
        """Is this what runs for the receiver, or a function that can mean no other object?"""
        cls = class_of(frame.parent) if frame.parent else None
        if cls is None or not (cls in self.order or cls in self._below):
            return self.slot.owner is None or self._is_sure or self._is_unique
        return super()._runs(frame)

    @cached_property
    def _below(self) -> list[Class]:
        """The subclasses of the receiver's class in these modules."""
        found = []
        for module in self.modules if self.slot.owner else ():
            frame = Frame(module.scope)
            for node in module.tree.body:
                if isinstance(node, ast.ClassDef):
                    cls = Class(node, qualified(frame, node.name), frame)
                    if self.slot.owner in bases.mro(self.engine, cls)[1:]:
                        found.append(cls)
        return found

    def _overrides(self, cls: Class) -> bool:
        """Does a class replace a method that reads the slot, or is passed what it keeps?"""
        return not self._methods.isdisjoint(self.engine.inside(cls).scope.bindings)

    @cached_property
    def _is_unique(self) -> bool:
        """Has no other class in these modules an attribute of this name?"""
        family = {cls.node for cls in (*self.order, *self._below) if isinstance(cls, Class)}
        return not any(
            self.slot.name in module.self_assignments(node)
            or self.slot.name in module.class_scope(node).bindings
            for module in self.modules
            for node in walk(module.tree)
            if isinstance(node, ast.ClassDef) and node not in family
        )
