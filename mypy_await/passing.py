"""What a call does with an argument that it takes as a type variable of its own.

Such a function knows nothing of the value.  It can only hand it back, or to a function that it gets
beside the value.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TypeGuard

from mypy.nodes import CallExpr
from mypy.types import CallableType, ProperType, TypeType, TypeVarType, get_proper_type

from mypy_await import compat
from mypy_await.awaitables import parts
from mypy_await.places import Kind
from mypy_await.slots import Fit, fit
from mypy_await.use import Use


def handed_back(use: Use) -> Use | None:
    """Return the use of what a call gives, where that is this very argument or something else.

    As in `rows.get(key, load())`: each signature that may take the value has to hand it back.
    """
    call = use.place.node
    if use.place.kind is not Kind.ARGUMENT or not isinstance(call, CallExpr):
        return None
    is_handed_back = False
    for signature, index in use.site.meets(call, use.place.value):
        results = list(parts(get_proper_type(signature.ret_type)))
        for part in parts(get_proper_type(signature.arg_types[index])):
            if isinstance(part, TypeVarType):
                if not _is_own(part, signature) or part not in results or len(results) == 1:
                    return None
                is_handed_back = True
            elif fit(use.value, part) in (Fit.YES, Fit.ANY):
                return None
    if not is_handed_back:
        return None
    result = use.moved_to(call)
    return replace(result, place=replace(result.place, conditional=True))


def handed_on(use: Use, call: CallExpr) -> Iterator[ProperType]:
    """Yield the types that this argument of a call has to be of, by what stands beside it.

    As in `apply(load(), show)`, where `apply` takes a `T` and a `Callable[[T], R]`, and in
    `put(User, load())`, where `put` takes a `type[T]` and a `T`.
    """
    for signature, index in use.site.meets(call, use.place.value):
        formal = get_proper_type(signature.arg_types[index])
        if not isinstance(formal, TypeVarType) or not _is_own(formal, signature):
            return
        actuals = compat.formals_of(call, signature)
        for beside, at in _functions_of(formal, signature):
            for actual in actuals[beside]:
                function = use.site.type_of(call.args[actual])
                if isinstance(function, CallableType):
                    yield from map(get_proper_type, function.arg_types[at : at + 1])
        for beside, other in enumerate(map(get_proper_type, signature.arg_types)):
            if isinstance(other, TypeType) and other.item == formal:
                types = (use.site.type_of(call.args[actual]) for actual in actuals[beside])
                yield from (get_proper_type(typ.ret_type) for typ in types if _is_class(typ))


def _is_class(typ: ProperType | None) -> TypeGuard[CallableType]:
    return isinstance(typ, CallableType) and typ.is_type_obj()


def _functions_of(variable: TypeVarType, signature: CallableType) -> Iterator[tuple[int, int]]:
    """Yield each parameter that takes functions of the variable, and the variable's place there."""
    for index, formal in enumerate(map(get_proper_type, signature.arg_types)):
        if isinstance(formal, CallableType):
            taken = list(map(get_proper_type, formal.arg_types))
            if variable in taken:
                yield index, taken.index(variable)


def _is_own(variable: TypeVarType, signature: CallableType) -> bool:
    return variable in signature.variables
