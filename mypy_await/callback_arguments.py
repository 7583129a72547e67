"""What functions without annotations are called with, by the callbacks they are declared to be.

    async def handle(reader, writer):
        data = reader.read(100)

    await asyncio.start_server(handle, "localhost", 8888)

The parameter that takes such a function says of which classes its arguments are, and so does what
a decorator is declared to take.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from mypy.nodes import (
    AssignmentStmt,
    CallExpr,
    CastExpr,
    Decorator,
    Expression,
    FuncDef,
    NameExpr,
    Node,
    RefExpr,
    ReturnStmt,
    SymbolNode,
    TypeInfo,
)
from mypy.types import CallableType, Instance, NoneType, ProperType, Type, get_proper_type

from mypy_await.awaitables import parts
from mypy_await.open_calls import open_arguments
from mypy_await.origins import instance
from mypy_await.site import Site
from mypy_await.walk import descendants

Classes = dict[str, str]
"""The full names of classes, by the names of parameters."""


class Early(Site):
    """The surroundings in a module of which mypy may have checked little so far.

    A variable that is bound once has the type of what it is bound to.
    """

    def know(self, nodes: Iterable[Node]) -> None:
        """Take in what `self` is, and what variables and attributes are bound to."""
        self._values: dict[SymbolNode, Expression | None] = {}
        self._owners: dict[SymbolNode, TypeInfo] = {}
        for node in nodes:
            if isinstance(node, FuncDef) and node.info and node.arguments:
                self._owners[node.arguments[0].variable] = node.info
        for node in nodes:
            if isinstance(node, AssignmentStmt):
                for symbol in filter(None, map(self.symbol, node.lvalues)):
                    self._values[symbol] = None if symbol in self._values else node.rvalue

    def type_of(self, node: Expression) -> ProperType | None:
        """Return the type of an expression, or None when nothing is known of it."""
        known = super().type_of(node)
        symbol = self.symbol(node) if known is None and isinstance(node, RefExpr) else None
        if symbol is not None and (value := self._values.get(symbol)):
            self._values[symbol] = None  # it may be bound to something of its own
            known = self.type_of(value)
            self._values[symbol] = value
        return known

    def _self_type(self, node: NameExpr) -> ProperType | None:
        info = self._owners.get(node.node) if node.node else None
        return instance(info) if info else None


def callback_arguments(site: Early, nodes: Collection[Node]) -> dict[FuncDef, Classes]:
    """Return of which classes the arguments are of a module's functions that stand for callbacks.

    Two callbacks that a function stands for have to agree.
    """
    site.know(nodes)
    # Those of other modules may come from mypy's cache, without their bodies.
    own = {node for node in nodes if isinstance(node, FuncDef) and open_arguments(node)}
    found: dict[FuncDef, dict[str, set[str]]] = {}
    for node in nodes:
        for function, formal in _slots(site, node):
            for name, cls in _classes(function, formal) if function in own else ():
                found.setdefault(function, {}).setdefault(name, set()).add(cls)
    return {
        function: {name: min(classes) for name, classes in named.items() if len(classes) == 1}
        for function, named in found.items()
    }


def _slots(site: Site, node: Node) -> Iterator[tuple[FuncDef, Type]]:
    """Yield functions with the declared types of what they are put into, or passed to."""
    match node:
        case Decorator():
            yield from ((node.func, formal) for formal in _decorated(site, node))
        case CallExpr():
            for argument in node.args:
                if function := _function(site, argument):
                    yield from ((function, one) for one in site.slot(node, argument).formals)
        case _:
            for value, declared in _declared(site, node):
                if declared and (function := _function(site, value)):
                    yield function, declared


def _declared(site: Site, node: Node) -> Iterator[tuple[Expression | None, Type | None]]:
    """Yield what is bound, returned or cast, with the type that is declared for it."""
    match node:
        case CastExpr():
            yield node.expr, node.type
        case AssignmentStmt(lvalues=[target]):
            yield node.rvalue, site.declared_type_of(target)
        case FuncDef(type=CallableType(ret_type=result)):
            for part in descendants(node.body, into_functions=False):
                if isinstance(part, ReturnStmt):
                    yield part.expr, result


def _function(site: Site, node: Expression | None) -> FuncDef | None:
    found = site.symbol(node) if isinstance(node, RefExpr) else None
    function = found.func if isinstance(found, Decorator) else found
    return function if isinstance(function, FuncDef) else None


def _decorated(site: Site, node: Decorator) -> Iterator[Type]:
    """Yield what the decorators of a function are declared to take."""
    for applied in node.original_decorators:
        given: list[Type | None] = [site.type_of(applied)]
        if isinstance(applied, CallExpr):
            given = [item.ret_type for item in site.signatures(applied)]
        for typ in given:
            one = get_proper_type(typ)
            if isinstance(one, CallableType) and one.arg_types:
                yield one.arg_types[0]


def _classes(function: FuncDef, formal: Type) -> Iterator[tuple[str, str]]:
    """Yield the open arguments that a callback of this type passes, with their classes."""
    own, opened = function.arguments, open_arguments(function)
    if function.info and not function.is_static:
        own = own[1:]
    taken = [part for part in parts(get_proper_type(formal)) if isinstance(part, CallableType)]
    for callback in taken:
        for argument, typ, kind in zip(own, callback.arg_types, callback.arg_kinds, strict=False):
            if not kind.is_positional() or argument.kind.is_star():
                break
            classes = [p for p in parts(get_proper_type(typ)) if not isinstance(p, NoneType)]
            if argument.variable in opened and len(classes) == 1:
                if isinstance(classes[0], Instance):
                    yield argument.variable.name, classes[0].type.fullname
