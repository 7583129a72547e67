"""How functions are called that an open place keeps: one that no declaration speaks of.

Only the calls can say here that plain functions are meant.  So each of them has to lose the result
or use it as a value: in the classes that share the place, in those below them, and wherever else
in their modules something of its name is read.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Final

from mypy_await.summaries import bases, slots
from mypy_await.summaries.dispatch import Search, UndecidedError, asks_for_colour
from mypy_await.summaries.engine import Engine, class_of, qualified
from mypy_await.summaries.kept import RETURNED, Reader
from mypy_await.summaries.model import Use
from mypy_await.summaries.nodes import walk
from mypy_await.summaries.slots import Slot
from mypy_await.summaries.sources import Module
from mypy_await.summaries.values import Class, Frame

_MOST_NEIGHBOURS: Final = 200


class OpenSearch(Search):
    """The search for all that is done with what an open slot keeps."""

    def __init__(self, engine: Engine, slot: Slot) -> None:
        super().__init__(engine, slot)
        self._methods: set[str] = set()

    def _modules(self) -> Iterator[Module]:
        yield self.slot.module
        for base in self.order:
            if isinstance(base, Class):
                yield base.frame.scope.module

    def misuse(self) -> Use | None:
        """Return the first misuse, if there is nothing else, here or in a file beside."""
        found = super().misuse()
        if found is None or any(self._overrides(cls) for cls in self._below):
            return None
        return None if self._is_read_outside() else found

    def only_call(self) -> Use | None:
        """Return where what is kept is called, if that is all, in the files beside as well."""
        found = super().only_call()
        return None if found is None or self._is_read_outside() else found

    def _is_read_outside(self) -> bool:
        read = slots.public_mark(self.slot)
        return bool(read) and any(self._is_read_beside(module, read) for module in self.modules)

    def _is_out_of_sight(self, module: Module) -> bool:
        """Is the name of the slot passed to anything: `getattr(self, "callback")`?"""
        arguments = (
            arg for node in walk(module.tree) if isinstance(node, ast.Call) for arg in node.args
        )
        return any(
            isinstance(arg, ast.Constant) and arg.value == self.slot.name for arg in arguments
        )

    def _is_meant(self, node: ast.expr, frame: Frame) -> bool:
        """Is this the slot, or may it be?"""
        if isinstance(node, ast.Name):
            return slots.is_global(node.id, frame)
        try:
            return super()._is_meant(node, frame)
        except UndecidedError:
            return True

    def _judge(self, reader: Reader) -> None:
        """Take in what one function does.  What it returns may be asked for its colour outside."""
        is_given = any(use.how in RETURNED for use in reader.called)
        around = reader.frame.scope.module.tree if is_given else reader.body.node
        if asks_for_colour(around):
            raise UndecidedError
        self._methods.add(getattr(reader.body.node, "name", ""))
        super()._judge(reader)

    def _runs(self, frame: Frame) -> bool:
        """Is this what runs for the receiver, or a function that can mean no other object?"""
        cls = class_of(frame.parent) if frame.parent else None
        if cls is None or not (cls in self.order or cls in self._below):
            return self.slot.owner is None or self._is_unique
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
        """Does a class replace a method that reads the slot?"""
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

    def _is_read_beside(self, module: Module, read: str) -> bool:
        """Does a file beside a module name it, or the class, and something of the slot's name?"""
        package, _, home = module.name.rpartition(".")
        owner = self.slot.owner.node.name if self.slot.owner else home
        names = re.compile(rf"\b({home}|{owner})\b")
        known = {one.path for one in self.modules}
        paths = [path for path in Path(module.path).parent.glob("*.py") if str(path) not in known]
        for path in sorted(paths) if len(paths) < _MOST_NEIGHBOURS else ():
            text = path.read_text("utf-8", "replace")
            if names.search(text):
                self.engine.module(f"{package}.{path.stem}".lstrip("."))  # the answer rests on it
                if re.search(read, text):
                    return True
        return len(paths) >= _MOST_NEIGHBOURS
