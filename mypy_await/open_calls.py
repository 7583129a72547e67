"""Calls `a()` and `a.b.c()` in functions, and the names of what may be anything there.

Such are arguments without annotations, what comes of a package without types, and local names that
are bound once, to one of these or to its attribute, item or result.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from mypy.nodes import (
    AssignmentExpr,
    AssignmentStmt,
    AwaitExpr,
    Block,
    CallExpr,
    ClassDef,
    Decorator,
    DelStmt,
    Expression,
    ForStmt,
    FuncDef,
    FuncItem,
    GeneratorExpr,
    IfStmt,
    IndexExpr,
    MemberExpr,
    MypyFile,
    NameExpr,
    Node,
    OverloadedFuncDef,
    TryStmt,
    Var,
    WithStmt,
)
from mypy.types import AnyType, CallableType, get_proper_type

from mypy_await.places import Kind, can_await, place_of
from mypy_await.walk import Parents, children, descendants, parents_below


@dataclass(frozen=True)
class OpenCall:
    """A call `a()` or `a.b.c()` in a function."""

    node: CallExpr
    root: Var
    names: tuple[str, ...]
    function: FuncDef
    """The outermost function around."""
    parents: Parents
    """The parent links in that."""

    @property
    def is_awaited(self) -> bool:
        """Is it the operand of an `await`?"""
        return isinstance(self.parents[self.node], AwaitExpr)

    @property
    def is_misused(self) -> bool:
        """Does the call stand where no awaitable can, and may `await` be written there?"""
        if not can_await(self.node, self.parents) or not self._is_reached():
            return False
        place = place_of(self.node, self.parents)
        if place.kind is Kind.STATEMENT:
            *receiver, name = self.names
            return not (_MAY_START.search(name) or _QUEUES.search(".".join(receiver)))
        if place.kind is Kind.ASSIGNED and isinstance(place.target, NameExpr):
            return not self._is_receiver(place.target.node)
        return place.kind in _MISUSES

    def _is_reached(self) -> bool:
        above: Node | None = self.node
        while above is not None:
            if isinstance(above, Block) and above.is_unreachable:
                return False
            above = self.parents.get(above)
        return True

    def _is_receiver(self, variable: Node | None) -> bool:
        """Is an attribute of a variable read in the function?"""
        names = (node for node in self.parents if isinstance(node, NameExpr))
        return any(
            name.node is variable and isinstance(self.parents[name], MemberExpr) for name in names
        )


_MISUSES: Final = frozenset(
    {Kind.TESTED, Kind.COMPARED, Kind.FORMATTED, Kind.OPERAND, Kind.ITERATED, Kind.INDEXED}
)
"""Attributes are none: what a query or a cursor is asked for may be asked before it is awaited."""

_MAY_START: Final = re.compile("task|future|submit|dispatch|emit|fire|trigger|schedule|spawn")
"""In names of what gives a task, or runs by itself: it may be awaited, or left alone."""

_QUEUES: Final = re.compile("pipe|batch")
"""In names of objects that may put off what they are asked for until told to run it all."""


def calls_in(function: FuncDef) -> tuple[OpenCall, ...]:
    """Return all calls of variables and their methods in a function, nested ones included."""
    parents = parents_below(function)
    found = []
    for node in parents:
        if isinstance(node, CallExpr) and (chain := _chain(node.callee)):
            found.append(OpenCall(node, *chain, function, parents))
    return tuple(found)


def _chain(node: Expression) -> tuple[Var, tuple[str, ...]] | None:
    """Return the variable that `a.b.c` begins with, and all names in it."""
    match node:
        case NameExpr(node=Var() as variable):
            return variable, (node.name,)
        case MemberExpr() if before := _chain(node.expr):
            return before[0], (*before[1], node.name)
    return None


def attribute_in(call: OpenCall) -> MemberExpr | None:
    """Return the attribute `self.a` that a call `self.a()` or `self.a.b()` begins with."""
    callee = call.node.callee
    found = None
    while isinstance(callee, MemberExpr):
        found, callee = callee, callee.expr
    return found


def functions_in(around: MypyFile | ClassDef) -> Iterator[FuncDef]:
    """Yield the functions and methods of a module or class, those inside of others left out."""
    stack: list[Node] = [around.defs if isinstance(around, ClassDef) else around]
    while stack:
        node = stack.pop()
        match node:
            case FuncDef():
                yield node
            case Decorator():
                yield node.func
            case OverloadedFuncDef() | ClassDef() | MypyFile() | Block() | IfStmt() | TryStmt():
                stack += [] if getattr(node, "is_unreachable", False) else children(node)


def open_globals(module: MypyFile) -> frozenset[Var]:
    """Return the variables of a module that may be anything, as what it imports without types."""
    variables = (symbol.node for symbol in module.names.values())
    return frozenset(
        node
        for node in variables
        if isinstance(node, Var) and isinstance(get_proper_type(node.type), AnyType)
    )


def open_names(inside: Collection[Node], opened: frozenset[Var]) -> set[Var]:
    """Return the variables of a function that may be anything, beside those of the module.

    None is that the function binds again, or of which it asks what it is.
    """
    functions = (node for node in inside if isinstance(node, FuncItem))
    opened = opened.union(*map(open_arguments, functions))
    values: dict[Var, list[Expression | None]] = {}
    for node in inside:
        for target, value in _bindings(node):
            if isinstance(target, NameExpr) and isinstance(target.node, Var):
                values.setdefault(target.node, []).append(value)
    found = set(opened.difference(values))
    once = {
        variable: bound[0]
        for variable, bound in values.items()
        if len(bound) == 1 and variable.name == variable.fullname and variable not in opened
    }
    while new := {one for one, value in once.items() if _comes_of(value, found)} - found:
        found |= new
    return found.difference(_asked_about(inside))


def is_async(function: FuncDef) -> bool:
    """Is a function, or one right below it, an `async def`?"""
    return any(one.is_coroutine for one in (function, *_nested(function)))


def has_open_arguments(function: FuncDef) -> bool:
    """May an argument of a function, or of one right below it, be anything?"""
    return any(map(open_arguments, (function, *_nested(function))))


def _nested(function: FuncDef) -> list[FuncDef]:
    below = [one.func if isinstance(one, Decorator) else one for one in function.body.body]
    return [one for one in below if isinstance(one, FuncDef)]


def open_arguments(function: FuncItem) -> set[Var]:
    """Return the arguments of a function that may be anything, `self` and `cls` left out."""
    types = function.type.arg_types if isinstance(function.type, CallableType) else ()
    return {
        argument.variable
        for index, argument in enumerate(function.arguments)
        if not argument.variable.is_self
        and not argument.variable.is_cls
        and not argument.kind.is_star()
        and (not types or isinstance(get_proper_type(types[index]), AnyType))
    }


def _bindings(node: Node) -> Iterator[tuple[Node, Expression | None]]:
    match node:
        case AssignmentStmt(lvalues=[NameExpr() as target]) if node.type is None:
            yield target, node.rvalue
            return
        case AssignmentStmt(lvalues=targets) | DelStmt(expr=targets):
            bound = targets if isinstance(targets, list) else [targets]
        case ForStmt(index=target) | AssignmentExpr(target=target):
            bound = [target]
        case WithStmt() | TryStmt():
            found = node.target if isinstance(node, WithStmt) else node.vars
            bound = [one for one in found if one]
        case GeneratorExpr(indices=bound):
            pass
        case _:
            return
    for target in bound:
        for part in descendants(target):
            yield part, None


def _comes_of(value: Expression | None, opened: set[Var]) -> bool:
    """Is this one of these objects, its attribute, item or result, or awaited of it?"""
    node: Expression | None = value
    while node is not None:
        match node:
            case MemberExpr(expr=node) | AwaitExpr(expr=node):
                pass
            case CallExpr(callee=node) | IndexExpr(base=node):
                pass
            case NameExpr():
                return node.node in opened
            case _:
                return False
    return False


def _asked_about(inside: Iterable[Node]) -> set[Node]:
    """Return the names that a function asks of what class they are, or what they have."""
    return {
        part.node
        for node in inside
        if isinstance(node, CallExpr) and _ASKS.search(getattr(node.callee, "name", ""))
        for argument in node.args
        for part in descendants(argument)
        if isinstance(part, NameExpr) and part.node
    }


_ASKS: Final = re.compile(
    "^(isinstance|issubclass|type|callable|hasattr|getattr)$|corout|await|async"
)
