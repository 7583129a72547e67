"""What one function does with the functions that a slot keeps: through items, loops, copies, names.

What is not followed makes the answer undecided.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any, Final, cast

from mypy_await.summaries import calls, containers, slots, uses
from mypy_await.summaries.containers import ITERABLE, LIST, container
from mypy_await.summaries.engine import Engine
from mypy_await.summaries.model import TELLING_NAMES, How, Parameter, Use
from mypy_await.summaries.nodes import walk
from mypy_await.summaries.scopes import all_parameters
from mypy_await.summaries.values import NONE, Atom, Frame, Function, Instance, Row, Value, only

_CHANGING: Final = (
    "add append appendleft clear count discard extend index insert keys remove update"
)
CHANGING: Final = frozenset(_CHANGING.split())
"""Methods of containers that give nothing of what is in them."""
RETURNED: Final = frozenset({How.RETURNED, How.UNCOVERED})

_COPIES: Final = frozenset({"iter", "list", "reversed", "set", "sorted", "tuple"})
_LOOKS: Final = frozenset({"bool", "len"})
_GIVING: Final = frozenset({"get", "pop", "popleft", "setdefault"})
_IGNORED: Final = (ast.Assert, ast.Compare, ast.Expr, ast.If, ast.UnaryOp, ast.While)
_OF_PARTIAL: Final = frozenset({"args", "keywords"})
"""What a `partial` passes on."""
_LOOKED_AT: Final = TELLING_NAMES | {"builtins.callable"}
_HARMLESS: Final = frozenset({How.CALLED, How.TRUTH, How.COMPARED, How.DROPPED, How.TEXT})


class Reader(uses.Follower):
    """Follows what a slot keeps through one function."""

    def __init__(self, engine: Engine, frame: Frame, slot: str = "") -> None:
        super().__init__(engine, frame)
        self._slot = slot
        self.is_undecided = self.looks_at_everything
        """Is anything done that may be right for async functions as well?"""
        self.called: list[Use] = []
        """What becomes of the results of calling what is kept."""
        self.asked: set[str] = set()
        """The functions that it is passed to."""
        self.returned: list[Value] = []
        """What of it the function returns."""

    def kept(self, node: ast.expr, holds: Value) -> None:
        """Follow an expression that is a kept function, or a container of such."""
        holds -= NONE
        parent = self.body.parents[node]
        around = slots.displayed(parent, node, holds)
        if holds and isinstance(parent, (ast.GeneratorExp, ast.ListComp)):
            self._container(parent, container(LIST, holds))
        elif holds and around is not None:
            self.kept(cast(ast.expr, parent), around)
        elif holds and all(map(_is_container, holds)):
            self._container(node, holds)
        elif holds:
            found = uses.Found(called=self.called)
            self.follow(node, found)
            if any(use.how in RETURNED for use in found.uses):
                self.returned.append(holds)
            if not all(is_harmless(use) for use in found.uses if use.how not in RETURNED):
                self.is_undecided = True

    def asked_of(self, function: Function, name: str) -> Parameter | None:
        """Return what a callee does with what it is passed, on the receiver that is known."""
        self.asked.add(getattr(function.node, "name", ""))
        return self.engine.remember(
            ("kept", function, name), lambda: _parameter(self.engine, function, name), None
        )

    def _container(self, node: ast.expr, holds: Value) -> None:
        parent = self.body.parents[node]
        follow = _CONTAINERS.get(type(parent))
        if follow:
            follow(self, parent, node, holds)
        elif not isinstance(parent, _IGNORED):
            self.is_undecided = True

    def _index(self, parent: ast.Subscript, node: ast.expr, holds: Value) -> None:
        if parent.value is not node:
            self.is_undecided = True
        elif isinstance(parent.ctx, ast.Load):
            row = only(holds)
            if isinstance(row, Row):
                self._cell(parent, row)
            else:
                is_slice = isinstance(parent.slice, ast.Slice)
                self.kept(parent, holds if is_slice else containers.item(holds))

    def _cell(self, parent: ast.Subscript, row: Row) -> None:
        """Follow `kept[0]` of a tuple."""
        if not isinstance(parent.slice, ast.Constant):
            self.is_undecided = True
        elif parent.slice.value == row.position:
            self.kept(parent, row.item)

    def _cell_got(self, method: str, call: ast.Call, row: Row) -> None:
        """Follow `kept.get("handler")` of a dict."""
        key = call.args[0] if call.args else None
        if method not in {"get", "pop"} or not isinstance(key, ast.Constant):
            self.is_undecided = True
        elif key.value == row.position:
            self.kept(call, row.item)

    def _method(self, parent: ast.Attribute, _node: ast.expr, holds: Value) -> None:
        call = self.body.parents[parent]
        row = only(holds)
        if not isinstance(call, ast.Call) or call.func is not parent:
            self.is_undecided = True
        elif isinstance(row, Row):
            self._cell_got(parent.attr, call, row)
        elif parent.attr == "items":
            self._pairs(call, containers.item(holds))
        elif parent.attr == "values":
            self.kept(call, container(ITERABLE, containers.item(holds)))
        elif parent.attr == "copy":
            self.kept(call, holds)
        elif parent.attr in _GIVING:
            self.kept(call, containers.item(holds))
        elif parent.attr not in CHANGING:
            self.is_undecided = True

    def _pairs(self, call: ast.Call, holds: Value) -> None:
        """Follow `for name, function in kept.items()`."""
        loop = self.body.parents[call]
        if isinstance(loop, ast.Call) and getattr(loop.func, "id", "") in _COPIES:
            call, loop = loop, self.body.parents[loop]
        match loop:
            case ast.For(target=ast.Tuple(elts=[_, target])):
                self._loop(loop, target, holds)
            case ast.comprehension(target=ast.Tuple(elts=[_, target])):
                self._loop(loop, target, holds)
            case _:
                self.is_undecided = True

    def _argument(self, parent: ast.Call, _node: ast.expr, holds: Value) -> None:
        name = getattr(parent.func, "id", "")
        if name in _COPIES:
            self.kept(parent, container(ITERABLE, _iterated(holds)))
        elif name not in _LOOKS:
            self.is_undecided = True

    def _iterable(self, parent: ast.For | ast.comprehension, _node: ast.expr, holds: Value) -> None:
        self._loop(parent, parent.target, _iterated(holds))

    def _loop(self, loop: ast.For | ast.comprehension, target: ast.expr, holds: Value) -> None:
        row = only(holds)
        if isinstance(row, Row) and isinstance(target, ast.Tuple):
            target, holds = self._unpacked(target, row), row.item
        if not holds:
            return
        if not isinstance(target, ast.Name):
            self.is_undecided = True
        elif isinstance(loop, ast.For):
            self._name(loop, target.id, holds)
        else:
            for node in walk(self.body.parents[loop]):
                if isinstance(node, ast.Name) and node.id == target.id:
                    if isinstance(node.ctx, ast.Load):
                        self.kept(node, holds)

    def _unpacked(self, target: ast.Tuple, row: Row) -> ast.expr:
        """Return what a tuple's followed item is bound to; the target itself if that is open."""
        if isinstance(row.position, str):
            return target
        names = target.elts[: row.position + 1]
        is_certain = len(names) > row.position and not any(
            isinstance(one, ast.Starred) for one in names
        )
        return names[-1] if is_certain else target

    def _assignment(self, parent: ast.Assign, _node: ast.expr, holds: Value) -> None:
        for target in parent.targets:
            self._bound(parent, target, holds)

    def _annotated(self, parent: ast.AnnAssign, _node: ast.expr, holds: Value) -> None:
        self._bound(parent, parent.target, holds)

    def _walrus(self, parent: ast.NamedExpr, _node: ast.expr, holds: Value) -> None:
        self._bound(parent, parent.target, holds)
        self.kept(parent, holds)

    def _bound(self, site: ast.AST, target: ast.expr, holds: Value) -> None:
        row = only(holds)
        if isinstance(row, Row) and isinstance(target, ast.Tuple):
            target, holds = self._unpacked(target, row), row.item
        if isinstance(target, ast.Name):
            self._name(site, target.id, holds)
        elif not self._is_slot(target):
            self.is_undecided = True

    def _is_slot(self, target: ast.expr) -> bool:
        """Is something put back where it was, as in `self._listeners = [...]`?"""
        match target:
            case ast.Subscript(value=value):
                return self._is_slot(value)
            case ast.Attribute(attr=name) | ast.Name(id=name):
                return name == self._slot
        return False

    def _name(self, site: ast.AST, name: str, holds: Value) -> None:
        scope = self.scope_of(site)
        if name in scope.outer:
            self.is_undecided = True
        for binding in scope.bindings.get(name, []):
            if binding.site is site:
                for load in self.loads(name, binding):
                    self.kept(load, holds)

    def _operand(self, parent: ast.BoolOp, node: ast.expr, holds: Value) -> None:
        if node is parent.values[-1] or isinstance(parent.op, ast.Or):
            self.kept(parent, holds)

    def _branch(self, parent: ast.IfExp, node: ast.expr, holds: Value) -> None:
        if node is not parent.test:
            self.kept(parent, holds)

    def _result(self, parent: ast.Return, _node: ast.expr, holds: Value) -> None:
        if self.body.function_of(parent) is self.frame.node:
            self.returned.append(holds)
        else:
            self.is_undecided = True


_CONTAINERS: Final[dict[type[ast.AST], Callable[[Reader, Any, ast.expr, Value], None]]] = {
    ast.Subscript: Reader._index,
    ast.Attribute: Reader._method,
    ast.Call: Reader._argument,
    ast.For: Reader._iterable,
    ast.comprehension: Reader._iterable,
    ast.Assign: Reader._assignment,
    ast.AnnAssign: Reader._annotated,
    ast.NamedExpr: Reader._walrus,
    ast.BoolOp: Reader._operand,
    ast.IfExp: Reader._branch,
    ast.Return: Reader._result,
}


def _iterated(holds: Value) -> Value:
    """Return what a loop over containers gives; of a `dict` that is keys."""
    return containers.iterated(
        frozenset(atom for atom in holds if getattr(atom, "cls", "") not in containers.MAPPINGS)
    )


def _is_container(atom: Atom) -> bool:
    return isinstance(atom, Row) or (isinstance(atom, Instance) and atom.items is not None)


def is_lost(use: Use) -> bool:
    """Is the result of a call dropped, or used as only a plain value may be?"""
    return use.is_value or use.how is How.DROPPED


def is_harmless(use: Use) -> bool:
    """Does a use of a function tell nothing of how it is called elsewhere?"""
    if use.how is How.ATTRIBUTE:
        return use.is_of_any_function or use.detail in _OF_PARTIAL
    return use.how in _HARMLESS or use.detail in _LOOKED_AT


def takes(function: Function, name: str) -> bool:
    """Is this a parameter of a function, and none with stars?"""
    spec = function.node.args
    stars = (spec.vararg, spec.kwarg)
    return any(arg.arg == name and arg not in stars for arg in all_parameters(spec))


def _parameter(engine: Engine, function: Function, name: str) -> Parameter:
    reader = Reader(engine, calls.open_frame(engine, function))
    found = uses.Found(called=[])
    engine.read(function.frame.scope.module.path)
    if reader.is_undecided or not takes(function, name):
        reader.note(found, How.HANDED_ON, function.node)
    for load in reader.loads(name, None):
        reader.follow(load, found)
    return Parameter(name, tuple(found.uses), tuple(found.called or ()))
