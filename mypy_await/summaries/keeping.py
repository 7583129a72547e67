"""Does a body only keep a function that it is passed, and in which slots?  `on(event, handler)`."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import Final

from mypy_await.summaries import calls, classes, expressions, fields, slots, uses
from mypy_await.summaries.containers import DEQUE, DICT, LIST, SET, container
from mypy_await.summaries.engine import Engine, function_at
from mypy_await.summaries.kept import takes
from mypy_await.summaries.model import How, Parameter, Use
from mypy_await.summaries.nodes import last_name
from mypy_await.summaries.scopes import Binding, Binds
from mypy_await.summaries.slots import FUNCTION, Slot, keeps_functions, of_attribute
from mypy_await.summaries.values import Atom, Class, Frame, Function, Instance, Value, only

_ADDING: Final = {
    "append": LIST,
    "add": SET,
    "appendleft": DEQUE,
    "insert": LIST,
    "setdefault": DICT,
}
"""Methods that put their last argument into a container, each with a class that has it."""
_REACHING: Final = frozenset({"get", "setdefault"})


@dataclass(frozen=True)
class Keeping:
    """What a body does with a function that it is passed."""

    uses: tuple[Use, ...] = ()
    slots: frozenset[Slot] = frozenset()
    called: tuple[Use, ...] = ()
    """What becomes of the results where the body calls it as well."""


def keeping(engine: Engine, taker: Function | Class, name: str) -> Keeping:
    """Return what a function, or a class with such fields, does with a function passed to it."""
    if isinstance(taker, Class):
        return _in_field(engine, taker, name)
    key = ("keeping", taker, name)
    return engine.remember(key, lambda: _keeping(engine, taker, name), Keeping())


def _in_field(engine: Engine, cls: Class, name: str) -> Keeping:
    slot = _of_attribute(engine, cls, name, FUNCTION) if name in fields.of(engine, cls) else None
    return Keeping((), frozenset({slot})) if slot else Keeping((Use(How.HANDED_ON, "", 0),))


def kept_in(engine: Engine, cls: Class, name: str) -> Slot | None:
    """Return the place for a function that an attribute of the class's instances is."""
    return _of_attribute(engine, cls, name, FUNCTION)


def _keeping(engine: Engine, function: Function, name: str) -> Keeping:
    keeper = _Keeper(engine, calls.open_frame(engine, function))
    engine.read(function.frame.scope.module.path)
    found = uses.Found(called=[])
    if keeper.looks_at_everything or not takes(function, name):
        keeper.note(found, How.HANDED_ON, function.node)
    for load in keeper.loads(name, None):
        keeper.follow(load, found)
    return Keeping(tuple(found.uses), frozenset(keeper.slots), tuple(found.called or ()))


class _Keeper(uses.Follower):
    """Follows a function through a body, and collects the places that keep it."""

    def __init__(self, engine: Engine, frame: Frame) -> None:
        super().__init__(engine, frame)
        self.slots: set[Slot] = set()
        self._holds = FUNCTION
        """What is followed: the function, or what it was put into."""

    def note(self, found: uses.Found, how: How, node: ast.AST, detail: str = "") -> None:
        """Add one use.  What holds the function may be taken apart wherever it is returned to."""
        if how is How.RETURNED and self._holds is not FUNCTION:
            how = How.HANDED_ON
        super().note(found, how, node, detail)

    def follow(self, node: ast.expr, found: uses.Found) -> None:
        """Add what becomes of the function, and of displays and functions made with it."""
        parent = self.body.parents[node]
        around = slots.displayed(parent, node, self._holds)
        if around is not None and isinstance(parent, ast.expr):
            before, self._holds = self._holds, around
            self.follow(parent, found)
            self._holds = before
        elif not self._in_wrapper(parent, node, found):
            super().follow(node, found)

    def _in_wrapper(self, call: ast.AST, node: ast.expr, found: uses.Found) -> bool:
        """Follow a sync function that hands on what calling it gives: it stands for this one."""
        if not isinstance(call, ast.Call) or call.func is not node:
            return False
        result = self.body.parents[call]
        wrapper = self.body.function_of(call)
        if wrapper is self.frame.node:
            return False
        if isinstance(wrapper, ast.Lambda) and wrapper is result:
            self.follow(wrapper, found)
            return True
        if isinstance(wrapper, ast.FunctionDef) and isinstance(result, ast.Return):
            names = {last_name(getattr(one, "func", one)) for one in wrapper.decorator_list}
            made = function_at(wrapper, self.frame_at(wrapper))
            if names <= {"wraps"} and not calls.is_generator(self.engine, made):
                self._named(wrapper, wrapper.name, found)
                return True
        return False

    def _assigned(self, site: ast.stmt, target: ast.expr, found: uses.Found) -> None:
        if not self._keeps(target, self._holds):
            super()._assigned(site, target, found)

    def _passed(
        self, call: ast.Call, node: ast.expr, keyword: str | None, found: uses.Found
    ) -> None:
        kind = _ADDING.get(call.func.attr) if isinstance(call.func, ast.Attribute) else None
        if isinstance(call.func, ast.Attribute) and kind and keyword is None:
            around = container(kind, self._holds)
            if call.args[-1] is node and self._keeps(call.func.value, around):
                return
        super()._passed(call, node, keyword, found)

    def _passed_to(
        self, atom: Atom, call: ast.Call, node: ast.expr, keyword: str | None, found: uses.Found
    ) -> None:
        if isinstance(atom, Class) and classes.constructor(self.engine, atom) is None:
            name = fields.taking(self.engine, atom, call, node, keyword)
            slot = _of_attribute(self.engine, atom, name, self._holds) if name else None
            if slot is not None:
                self.slots.add(slot)
                return
        super()._passed_to(atom, call, node, keyword, found)

    def asked_of(self, function: Function, name: str) -> Parameter:
        """Return what a callee does with the function, and collect the places there."""
        if self._holds is not FUNCTION:
            return Parameter(name, (Use(How.HANDED_ON, "", 0),))
        inside = keeping(self.engine, function, name)
        self.slots |= inside.slots
        return Parameter(name, inside.uses, inside.called)

    def _keeps(self, place: ast.expr, holds: Value) -> bool:
        """Is this a place for functions?"""
        slot = self._slot(place, holds)
        if slot is not None:
            self.slots.add(slot)
        return slot is not None

    def _slot(self, place: ast.expr, holds: Value) -> Slot | None:
        base, holds = _holder(place, holds)
        frame = self.frame_at(base)
        if isinstance(base, ast.Attribute):
            receiver = only(expressions.value(self.engine, base.value, frame))
            owner = receiver.cls if isinstance(receiver, Instance) else receiver
            if not isinstance(owner, Class):
                return None
            return _of_attribute(self.engine, owner, base.attr, holds)
        if isinstance(base, ast.Name) and slots.is_global(base.id, frame):
            return self._of_global(base, frame, holds)
        if isinstance(base, ast.Name) and (base is not place or holds is not self._holds):
            return self._named_slot(frame.scope.bindings.get(base.id, []), holds)
        return None

    def _of_global(self, base: ast.Name, frame: Frame, holds: Value) -> Slot | None:
        module = frame.scope.module
        if any(one.binds is Binds.DECLARED for one in module.scope.bindings[base.id]):
            slot = Slot(module, None, base.id, expressions.value(self.engine, base, frame))
            if keeps_functions(self.engine, slot.holds):
                return slot
        return slots.open_global(self.engine, module, base.id, holds)

    def _named_slot(self, bindings: list[Binding], holds: Value) -> Slot | None:
        """Return the slot in `listeners = self._listeners[name]`."""
        value = bindings[0].value if len(bindings) == 1 else None
        if value is None or isinstance(value, ast.Name) or bindings[0].binds is not Binds.VALUE:
            return None
        return self._slot(value, holds)


def _of_attribute(engine: Engine, owner: Class, name: str, holds: Value) -> Slot | None:
    slot = of_attribute(engine, owner, name)
    if slot and keeps_functions(engine, slot.holds):
        return slot
    return slots.open_attribute(engine, owner, name, holds)


def _holder(place: ast.expr, holds: Value) -> tuple[ast.expr, Value]:
    """Return the attribute or name in `self.handlers.setdefault(name, [])`, and what is in it."""
    match place:
        case ast.Subscript(value=value):
            return _holder(value, container(DICT, holds))
        case ast.Call(func=ast.Attribute(value=value, attr=name)) if name in _REACHING:
            return _holder(value, container(DICT, holds))
    return place, holds
