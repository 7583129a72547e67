"""What functions without annotations are called with, by the callbacks they are declared to be.

    async def handle(reader, writer):
        data = reader.read(100)

    await asyncio.start_server(handle, "localhost", 8888)

The parameter that takes such a function says of which classes its arguments are, and so does what
a decorator is declared to take.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Iterable, Iterator

from mypy.nodes import (
    AssignmentStmt,
    CallExpr,
    CastExpr,
    Decorator,
    Expression,
    FuncDef,
    MemberExpr,
    Node,
    RefExpr,
    ReturnStmt,
    TypeInfo,
)
from mypy.types import (
    CallableType,
    Instance,
    NoneType,
    Type,
    TypeVarType,
    get_proper_type,
)

from mypy_await.awaitables import parts
from mypy_await.early import Early
from mypy_await.known import is_object
from mypy_await.open_calls import open_arguments
from mypy_await.site import Site
from mypy_await.walk import descendants

Classes = dict[str, str]
"""The full names of classes, by the names of parameters."""


def callback_arguments(site: Early) -> dict[FuncDef, Classes]:
    """Return of which classes the arguments are of a module's functions that stand for callbacks.

    Two callbacks that a function stands for have to agree.
    """
    nodes = site.nodes
    # Those of other modules may come from mypy's cache, without their bodies.
    own = {node for node in nodes if isinstance(node, FuncDef) and open_arguments(node)}
    found: dict[FuncDef, dict[str, set[str]]] = {}
    for node in nodes:
        for function, is_bound, formal in _slots(site, node, own) if own else ():
            for name, cls in _classes(function, is_bound, formal):
                found.setdefault(function, {}).setdefault(name, set()).add(cls)
    return {
        function: {name: min(classes) for name, classes in named.items() if len(classes) == 1}
        for function, named in found.items()
    }


def _slots(site: Site, node: Node, own: set[FuncDef]) -> Iterator[tuple[FuncDef, bool, Type]]:
    """Yield functions of ours with the declared types of what they are put into, or passed to.

    In the middle: is it the method of an object?
    """
    if isinstance(node, Decorator) and node.func in own:
        yield from ((node.func, False, formal) for formal in _decorated(site, node))
    for value, formals in _values(site, node):
        found = site.symbol(value) if isinstance(value, RefExpr) else None
        function = found.func if isinstance(found, Decorator) else found
        if isinstance(function, FuncDef) and function in own:
            is_bound = isinstance(value, MemberExpr) and not _is_class(value.expr)
            yield from ((function, is_bound, formal) for formal in formals())


def _is_class(node: Expression) -> bool:
    return isinstance(node, RefExpr) and isinstance(node.node, TypeInfo)


def _values(site: Site, node: Node) -> Iterator[tuple[Expression, Formals]]:
    """Yield what a node passes, binds, returns or casts, with the types declared for it."""
    match node:
        case CallExpr():
            for argument in node.args:
                yield argument, functools.partial(_taking, site, node, argument)
        case CastExpr():
            yield node.expr, lambda: [node.type]
        case AssignmentStmt(lvalues=[target]):
            yield node.rvalue, lambda: filter(None, [site.declared_type_of(target)])
        case FuncDef(type=CallableType(ret_type=result)) if _callbacks(result):
            for part in descendants(node.body, into_functions=False):
                if isinstance(part, ReturnStmt) and part.expr is not None:
                    yield part.expr, lambda: [result]


Formals = Callable[[], Iterable[Type]]


def _taking(site: Site, call: CallExpr, argument: Expression) -> Iterable[Type]:
    return site.slot(call, argument).formals


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


def _classes(function: FuncDef, is_bound: bool, formal: Type) -> Iterator[tuple[str, str]]:
    """Yield the open arguments that a callback of this type passes, with their classes."""
    own, opened = function.arguments, open_arguments(function)
    own = own[1:] if is_bound and not function.is_static else own
    for callback in _meant(function, is_bound, formal):
        for argument, typ in zip(own, _positional(callback), strict=False):
            if argument.kind.is_star():
                break
            proper = get_proper_type(typ)
            if isinstance(proper, TypeVarType):
                proper = get_proper_type(proper.upper_bound)
            classes = [part for part in parts(proper) if not isinstance(part, NoneType)]
            if argument.variable in opened and len(classes) == 1 and not is_object(classes[0]):
                if isinstance(classes[0], Instance):
                    yield argument.variable.name, classes[0].type.fullname


def _meant(function: FuncDef, is_bound: bool, formal: Type) -> list[CallableType]:
    """Return the callbacks that a type takes, and that a function may be.

    Where a decorator takes functions or methods, one passes the object before all else.
    """
    taken = _callbacks(formal)
    counts = {len(_positional(callback)) for callback in taken}
    if not counts:
        return []
    takes_object = bool(function.info) and not is_bound and not function.is_static
    count = max(counts) if takes_object else min(counts)
    return [callback for callback in taken if len(_positional(callback)) == count]


def _callbacks(formal: Type) -> list[CallableType]:
    return [part for part in parts(get_proper_type(formal)) if isinstance(part, CallableType)]


def _positional(callback: CallableType) -> list[Type]:
    """Return what a callback passes by position."""
    pairs = zip(callback.arg_types, callback.arg_kinds, strict=True)
    return [typ for typ, kind in itertools.takewhile(lambda pair: pair[1].is_positional(), pairs)]
