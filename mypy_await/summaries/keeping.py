"""Does a body only keep a function that it is passed, and in which slots?  `on(event, handler)`."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import Final

from mypy_await.summaries import calls, dispatch, expressions, uses
from mypy_await.summaries.engine import Engine
from mypy_await.summaries.kept import takes
from mypy_await.summaries.model import How, Parameter, Use
from mypy_await.summaries.scopes import Binding, Binds
from mypy_await.summaries.slots import Slot, keeps_functions, of_attribute
from mypy_await.summaries.values import Class, Frame, Function, Instance, Value, only

_ADDING: Final = frozenset({"append", "add", "appendleft", "insert", "setdefault"})
_REACHING: Final = frozenset({"get", "setdefault"})
_LOOKS: Final = frozenset({"builtins.callable", "builtins.id", "inspect.signature"})


@dataclass(frozen=True)
class Keeping:
    """What a body does with a function that it is passed, calls of it aside."""

    uses: tuple[Use, ...] = ()
    slots: frozenset[Slot] = frozenset()


def called_from(engine: Engine, function: Function, name: str) -> Use | None:
    """Return where a function that is passed for a parameter is called like a plain one.

    None unless all that is done with it is to keep it in declared places, and to give it back.
    """
    kept = keeping(engine, function, name)
    if not all(_is_harmless(use) for use in kept.uses):
        return None
    found = [dispatch.misuse(engine, slot) for slot in kept.slots]
    known = [use for use in found if use is not None]
    return min(known, key=lambda use: (use.path, use.line)) if known else None


def decorated(engine: Engine, decorator: Value) -> Use | None:
    """Return where a function that a decorator keeps is called like a plain one."""
    found = None
    for atom in decorator:
        first = _first_parameter(atom) if isinstance(atom, Function) else None
        found = called_from(engine, atom, first) if isinstance(atom, Function) and first else None
        if found is None:
            return None
    return found


def _first_parameter(function: Function) -> str | None:
    spec = function.node.args
    own = [*spec.posonlyargs, *spec.args][0 if function.bound is None else 1 :]
    return own[0].arg if own else None


def _is_harmless(use: Use) -> bool:
    """Does a use tell nothing of how the function is called?"""
    match use.how:
        case How.ATTRIBUTE:
            return use.is_of_any_function
        case How.TESTED:
            return use.detail in _LOOKS
    return use.how in {How.RETURNED, How.TRUTH}


def keeping(engine: Engine, function: Function, name: str) -> Keeping:
    """Return what a function does with another one that is passed for a parameter."""
    key = ("keeping", function, name)
    return engine.remember(key, lambda: _keeping(engine, function, name), Keeping())


def _keeping(engine: Engine, function: Function, name: str) -> Keeping:
    keeper = _Keeper(engine, calls.open_frame(engine, function))
    engine.read(function.frame.scope.module.path)
    found = uses.Found()
    if keeper.looks_at_everything or not takes(function, name):
        keeper.note(found, How.HANDED_ON, function.node)
    for load in keeper.loads(name, None):
        keeper.follow(load, found)
    return Keeping(tuple(found.uses), frozenset(keeper.slots))


class _Keeper(uses.Follower):
    """Follows a function through a body, and collects the places that keep it."""

    def __init__(self, engine: Engine, frame: Frame) -> None:
        super().__init__(engine, frame)
        self.slots: set[Slot] = set()

    def _assigned(self, site: ast.stmt, target: ast.expr, found: uses.Found) -> None:
        if not self._keeps(target):
            super()._assigned(site, target, found)

    def _passed(
        self, call: ast.Call, node: ast.expr, keyword: str | None, found: uses.Found
    ) -> None:
        added = isinstance(call.func, ast.Attribute) and call.func.attr in _ADDING
        is_last = keyword is None and call.args[-1:] == [node]
        if not (added and is_last and self._keeps(call.func)):
            super()._passed(call, node, keyword, found)

    def asked_of(self, function: Function, name: str) -> Parameter:
        """Return what a callee does with the function, and collect the places there."""
        inside = keeping(self.engine, function, name)
        self.slots |= inside.slots
        return Parameter(name, inside.uses)

    def _keeps(self, place: ast.expr) -> bool:
        """Is this a declared place for plain functions?"""
        slot = self._slot(place)
        if slot is not None:
            self.slots.add(slot)
        return slot is not None

    def _slot(self, place: ast.expr) -> Slot | None:
        base = _holder(place)
        frame = self.frame_at(base)
        slot = None
        if isinstance(base, ast.Attribute):
            receiver = only(expressions.value(self.engine, base.value, frame))
            owner = receiver.cls if isinstance(receiver, Instance) else receiver
            slot = of_attribute(self.engine, owner, base.attr) if isinstance(owner, Class) else None
        elif isinstance(base, ast.Name) and _is_global(base.id, frame):
            holds = expressions.value(self.engine, base, frame)
            slot = Slot(frame.scope.module, None, base.id, holds)
        elif isinstance(base, ast.Name) and base is not place:
            return self._named_slot(frame.scope.bindings.get(base.id, []))
        return slot if slot and keeps_functions(self.engine, slot.holds) else None

    def _named_slot(self, bindings: list[Binding]) -> Slot | None:
        """Return the slot in `listeners = self._listeners[name]`."""
        value = bindings[0].value if len(bindings) == 1 else None
        return self._slot(value) if value and bindings[0].binds is Binds.VALUE else None


def _holder(place: ast.expr) -> ast.expr:
    """Return the attribute or name in `self.handlers.setdefault(name, []).append`."""
    match place:
        case ast.Subscript(value=value):
            return _holder(value)
        case ast.Attribute(value=value, attr=name) if name in _ADDING:
            return _holder(value)
        case ast.Call(func=ast.Attribute(value=value, attr=name)) if name in _REACHING:
            return _holder(value)
    return place


def _is_global(name: str, frame: Frame) -> bool:
    """Is it a variable of the module in work, declared there?"""
    where: Frame = frame
    while where.parent is not None:
        if name in where.scope.bindings and not isinstance(where.node, ast.ClassDef):
            return False
        where = where.parent
    return any(one.binds is Binds.DECLARED for one in where.scope.bindings.get(name, []))
