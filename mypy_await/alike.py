"""Calls of objects of which nothing is known, where the file awaits the same call elsewhere.

    await message.channel.send("one")
    message.channel.send("two")

mypy runs no hook for what is called on an object of type `Any`.  That the same method of the same
object is awaited elsewhere tells what it gives; but not where a condition may choose between
objects of either colour.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from mypy.nodes import (
    Block,
    ComparisonExpr,
    ConditionalExpr,
    FuncDef,
    FuncItem,
    IfStmt,
    MatchStmt,
    MemberExpr,
    MypyFile,
    Node,
    OpExpr,
    RaiseStmt,
    ReturnStmt,
    TryStmt,
    TypeInfo,
    UnaryExpr,
)

from mypy_await.open_calls import (
    OpenCall,
    attribute_in,
    calls_in,
    functions_in,
    has_open_arguments,
    is_async,
    open_globals,
    open_names,
)
from mypy_await.walk import descendants

Pair = tuple[OpenCall, OpenCall]
"""A call that lacks an `await`, and one like it that has it."""


class Alike:
    """Finds such calls in the module in work."""

    def __init__(self) -> None:
        self.pairs: tuple[Pair, ...] = ()
        """What was found of variables: arguments, and those of functions and of the module."""
        self.others: tuple[OpenCall, ...] = ()
        """The calls of their methods that are not awaited, and like no other."""
        self._module: MypyFile | None = None
        self._calls: dict[FuncDef, tuple[OpenCall, ...]] = {}
        self._of_self: dict[TypeInfo, dict[MemberExpr, Pair]] = {}

    def forget(self) -> None:
        """Let go of the tree, which may be about to change."""
        self.pairs, self.others, self._module = (), (), None
        self._calls, self._of_self = {}, {}

    def has_seen(self, module: MypyFile) -> bool:
        """Is this the module that was looked through last?"""
        return module is self._module

    def look_through(
        self, module: MypyFile, functions: Iterable[FuncDef], *, check_untyped: bool
    ) -> None:
        """Fill `pairs` and `others` with what is in the functions of a module.

        Without `check_untyped` functions without annotations are left out.
        """
        self.forget()
        self._module = module
        checked = [one for one in functions if check_untyped or not one.is_dynamic()]
        if not any(map(is_async, checked)):
            return
        opened = open_globals(module)
        calls: list[OpenCall] = []
        others: list[OpenCall] = []
        for function in checked:
            is_open, may_pair = has_open_arguments(function), is_async(function)
            if (is_open or (opened and may_pair)) and (inside := self._in(function)):
                names = open_names([function, *inside[0].parents], opened)
                found = [call for call in inside if call.root in names]
                calls += found if may_pair else []
                others += found if is_open else []
        self.pairs = tuple(_pairs(calls))
        paired = {call.node for call, _ in self.pairs}
        self.others = tuple(
            one
            for one in others
            if one.names[1:] and one.node not in paired and _may_lack_await(one)
            if not _is_called_by_python(one.function)
        )

    def of_attribute(self, info: TypeInfo, node: MemberExpr) -> Pair | None:
        """Return the same for the call of a method that an attribute of `self` leads to."""
        if info not in self._of_self:
            methods = [one for one in functions_in(info.defn) if one.is_coroutine]
            calls = [call for one in methods for call in self._in(one) if call.root.is_self]
            pairs = [(attribute_in(pair[0]), pair) for pair in _pairs(calls)]
            self._of_self[info] = {member: pair for member, pair in pairs if member}
        return self._of_self[info].get(node)

    def _in(self, function: FuncDef) -> tuple[OpenCall, ...]:
        if function not in self._calls:
            self._calls[function] = calls_in(function)
        return self._calls[function]


def _is_called_by_python(function: FuncDef) -> bool:
    """Does no caller name a function, a special method, from which its arguments could be known?"""
    name = function.name
    return name.startswith("__") and name.endswith("__") and name not in _CALLED_BY_NAME


_CALLED_BY_NAME: Final = frozenset({"__call__", "__init__", "__new__"})


def _may_lack_await(call: OpenCall) -> bool:
    """Is a call not awaited, and by no condition around it of an object that may be sync?"""
    return not call.is_awaited and not any(map(_is_about_colour, _conditions_around(call)))


def _pairs(calls: list[OpenCall]) -> Iterator[Pair]:
    awaited = {call.names for call in calls if call.is_awaited}
    alike = [call for call in calls if call.names in awaited]
    for call in alike:
        if call.is_misused and (other := _awaited_like(call, alike)):
            yield call, other


def _awaited_like(call: OpenCall, calls: list[OpenCall]) -> OpenCall | None:
    """Return a call like this one that is awaited, where it tells what this one gives.

    In another function it tells of the same argument's methods, and that of a short name not alone.
    """
    alike = [one for one in calls if one.names == call.names]
    here = [one for one in alike if one.root is call.root]
    if any(map(_is_about_colour, _conditions_around(call))):
        return None
    if any(one.is_awaited and _may_be_told_apart(call, one) for one in here):
        return None
    place = _position(call) if call.names[1:] else None
    others = [one for one in alike if place and one not in here and _position(one) == place]
    near = [one for one in here if one.is_awaited]
    far = [one for one in others if one.is_awaited]
    is_long = len(call.names) > len("ab")
    misused = [one for one in (*here, *others) if one.is_misused]
    if len(near) + len(far) < len(misused) or not (near or far[1:] or (far and is_long)):
        return None
    return (near or far)[0]


def _position(call: OpenCall) -> tuple[int, Node | None] | None:
    """Return which argument an object is, and of which class's methods; None for other names."""
    for node in call.parents.values():
        if isinstance(node, FuncItem):
            for index, argument in enumerate(node.arguments):
                if argument.variable is call.root:
                    return index, node.info if isinstance(node, FuncDef) else None
    return None


def _conditions_around(call: OpenCall) -> Iterator[Node]:
    for choice in _ways(call):
        if isinstance(choice, IfStmt):
            yield from choice.expr
        elif isinstance(choice, ConditionalExpr):
            yield choice.cond


def _may_be_told_apart(call: OpenCall, other: OpenCall) -> bool:
    """May a condition in the function say that one of two calls gives an awaitable, not the other?

    So may one that chooses between them, unless it only compares values, and so may an `except`.
    Of a way that is left early only the words tell.
    """
    if call.parents is not other.parents:
        return False
    ours, theirs = _ways(call), _ways(other)
    for choice in ours.keys() | theirs.keys():
        way, others = ours.get(choice), theirs.get(choice)
        if way is others:
            continue
        if isinstance(choice, TryStmt):
            if way in choice.handlers or others in choice.handlers:
                return True
        elif isinstance(choice, IfStmt) and not (way and others):
            if _leaves(way or others) and any(map(_is_about_colour, choice.expr)):
                return True
        elif way and others:
            conditions = choice.expr if isinstance(choice, IfStmt) else [choice]
            if not all(map(_only_compares, conditions)):
                return True
    return False


def _ways(call: OpenCall) -> dict[Node, Node]:
    """Return the choices around a call, each with the way on which it stands."""
    found: dict[Node, Node] = {}
    below: Node = call.node
    while (above := call.parents.get(below)) is not None:
        if isinstance(above, (IfStmt, TryStmt, MatchStmt, ConditionalExpr)):
            found[above] = below
        below = above
    return found


def _leaves(way: Node | None) -> bool:
    last = way.body[-1] if isinstance(way, Block) and way.body else None
    return isinstance(last, (ReturnStmt, RaiseStmt))


def _only_compares(condition: Node) -> bool:
    """Does a condition compare values that have nothing to do with colours?"""
    match condition:
        case OpExpr(op="and" | "or"):
            return _only_compares(condition.left) and _only_compares(condition.right)
        case UnaryExpr(op="not"):
            return _only_compares(condition.expr)
    return isinstance(condition, ComparisonExpr) and not _is_about_colour(condition)


def _is_about_colour(condition: Node) -> bool:
    """Do the words of a condition say that it asks whether something is async?"""
    words = (getattr(node, "name", getattr(node, "value", "")) for node in descendants(condition))
    return any(isinstance(word, str) and _OF_COLOUR.search(word) for word in words)


_OF_COLOUR: Final = re.compile("sync|aio|await|corout|__class__|^type$", re.IGNORECASE)
