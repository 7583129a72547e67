"""What a function is declared to return or yield."""

from __future__ import annotations

from mypy.nodes import FuncDef
from mypy.types import (
    AnyType,
    CallableType,
    Instance,
    ProperType,
    TypeOfAny,
    get_proper_type,
)

from mypy_await.awaitables import awaitable
from mypy_await.places import Kind, Place


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


def hides_elements(declared: ProperType | None) -> bool:
    """Does a declared container say nothing of its elements, and say so outright?"""
    while isinstance(declared, Instance) and declared.args:
        declared = get_proper_type(declared.args[-1])
        if isinstance(declared, AnyType):
            return declared.type_of_any == TypeOfAny.explicit
        if isinstance(declared, Instance) and declared.type.fullname == "builtins.object":
            return True
    return False


def _is_unannotated(typ: ProperType | None) -> bool:
    return isinstance(typ, AnyType) and typ.type_of_any == TypeOfAny.unannotated
