"""What a function is declared to return or yield."""

from __future__ import annotations

from collections.abc import Iterator

from mypy.nodes import DictExpr, Expression, FuncDef, Node, StrExpr, TupleExpr
from mypy.types import (
    AnyType,
    CallableType,
    Instance,
    NoneType,
    ProperType,
    TupleType,
    TypeOfAny,
    UnionType,
    get_proper_type,
)

from mypy_await.awaitables import awaitable, parts
from mypy_await.known import says_nothing
from mypy_await.places import Kind, Place
from mypy_await.use import Use


def declared_result(function: FuncDef, place: Place) -> ProperType | None:
    """Return the declared type of what a function returns, or yields, at a place.

    None where nothing is declared.  For an `async def` it is what awaiting the call gives; what a
    sync generator returns is nobody's result.
    """
    typ = function.type
    if not isinstance(typ, CallableType):
        return None
    result = _produced(function, get_proper_type(typ.ret_type), place)
    return None if _is_unannotated(result) else result


def _produced(function: FuncDef, declared: ProperType, place: Place) -> ProperType | None:
    if function.is_coroutine and not function.is_async_generator:
        coroutine = awaitable(declared)
        return get_proper_type(coroutine.result) if coroutine else None
    if not function.is_generator:
        return declared
    # Iterator[T], Generator[T, ...], AsyncIterator[T] and their like
    if place.kind is not Kind.YIELDED or not isinstance(declared, Instance) or not declared.args:
        return None
    return get_proper_type(declared.args[0])


def hides_elements(declared: ProperType | None, use: Use) -> bool:
    """Does a declared container say nothing of the element that is awaitable?

    It has to say so outright, as in `list[Any]`, `tuple[str, object]`.  A bare `list` may mean work
    to gather; a bare `dict` does not where the one thing in it stands under a name.
    """
    if declared is None:
        return False
    return _hides(declared, [*_tuples_around(use)][::-1], is_named=_is_named(use))


def _hides(declared: ProperType, tuples: list[tuple[TupleExpr, int]], *, is_named: bool) -> bool:
    """Do the elements of a type, at any depth, hide what is in these tuples, outermost first?"""
    match declared:
        case UnionType():
            items = [part for part in parts(declared) if not isinstance(part, NoneType)]
            return all(_hides(part, tuples, is_named=is_named) for part in items)
        case Instance(args=[*_, last]):
            item, rest = get_proper_type(last), tuples
        case TupleType():
            fitting = (n for n, (node, _) in enumerate(tuples) if _fits(node, declared))
            found = next(fitting, None)
            if found is None:
                return False
            item, rest = get_proper_type(declared.items[tuples[found][1]]), tuples[found + 1 :]
        case _:
            return False
    if isinstance(item, AnyType):
        is_bare_dict = is_named and isinstance(declared, Instance) and _is_dict(declared)
        return item.type_of_any == TypeOfAny.explicit or is_bare_dict
    return says_nothing(item) or _hides(item, rest, is_named=is_named)


def _fits(node: TupleExpr, declared: TupleType) -> bool:
    return len(node.items) == len(declared.items)


def _is_dict(typ: Instance) -> bool:
    return typ.type.fullname == "builtins.dict"


def _tuples_around(use: Use) -> Iterator[tuple[TupleExpr, int]]:
    """Yield the tuples written around the value, innermost first, each with its place there."""
    node: Node = use.origin
    while isinstance(above := use.site.parents.get(node), Expression):
        if isinstance(above, TupleExpr):
            yield above, next(n for n, item in enumerate(above.items) if item is node)
        node = above


def _is_named(use: Use) -> bool:
    """Is the value all there is in a dict display, under a literal key?"""
    display = None if use.in_result else use.site.parents.get(use.origin)
    return isinstance(display, DictExpr) and [type(key) for key, _ in display.items] == [StrExpr]


def _is_unannotated(typ: ProperType | None) -> bool:
    return isinstance(typ, AnyType) and typ.type_of_any == TypeOfAny.unannotated
