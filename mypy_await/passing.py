"""What a call does with what it is passed.

A function that takes an argument as a type variable of its own knows nothing of the value.  It can
only hand it back, or to a function that it gets beside the value.  A container of awaitables may be
sent off where plain values are meant, and a generator of them be taken for one coroutine.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TypeGuard

from mypy.nodes import CallExpr, GeneratorExpr
from mypy.types import (
    CallableType,
    Instance,
    NoneType,
    ProperType,
    TypeType,
    TypeVarType,
    get_proper_type,
)

from mypy_await import compat, names
from mypy_await.awaitables import Sort, awaitable, parts
from mypy_await.knowledge import knows
from mypy_await.places import Kind
from mypy_await.site import Slot
from mypy_await.slots import Fit, fit
from mypy_await.summaries import Parameter
from mypy_await.summaries import Use as SourceUse
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
    place = replace(result.place, conditional=True)
    return replace(result, place=place, handed_back=True)


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


def parameter_met(use: Use, slot: Slot) -> Parameter | None:
    """Return what the callee's source does with this argument."""
    call = use.place.node
    summary = use.site.summary(call) if isinstance(call, CallExpr) else None
    return summary.parameter(slot.name) if summary else None


def needs_task(use: Use, slot: Slot) -> SourceUse | None:
    """Return where the callee uses a coroutine as the task or future that it declares.

    Programs declare tasks where any awaitable would do: its source has to show that none does.
    """
    wanted = [part for formal in slot.formals for part in parts(formal)]
    if use.value.sort is not Sort.COROUTINE or not any(map(_is_future, wanted)):
        return None
    if not all(_is_future(part) or isinstance(part, NoneType) for part in wanted):
        return None
    parameter = parameter_met(use, slot)
    return parameter.asked_for(names.OF_FUTURES) if parameter else None


def _is_future(typ: ProperType) -> bool:
    value = awaitable(typ)
    return value is not None and value.sort is Sort.FUTURE


def is_taken_for_coroutine(use: Use) -> bool:
    """Is it a generator in a slot for awaitables that takes generators too, as old coroutines?"""
    call = use.place.node
    if use.place.kind is not Kind.ARGUMENT or not isinstance(call, CallExpr):
        return False
    if not knows("consumer", use.receiver) or not isinstance(use.place.value, GeneratorExpr):
        return False
    formals = use.site.slot(call, use.place.value, as_declared=True).formals
    return any(
        isinstance(part, Instance) and part.type.fullname == names.GENERATOR
        for formal in formals
        for part in parts(formal)
    )


def waits_for_coroutine(use: Use) -> CallExpr | None:
    """Return the call of `asyncio.wait` that gets a container with a coroutine.

    It takes tasks and futures; before Python 3.11 it made tasks of coroutines.
    """
    call = use.place.node
    if use.receiver != names.WAIT or not isinstance(call, CallExpr) or use.is_deep:
        return None
    is_waited_for = use.site.slot(call, use.place.value).position == 0
    is_refused = use.site.api.options.python_version >= (3, 11)
    is_coroutine = use.value.sort is Sort.COROUTINE
    return call if is_waited_for and is_refused and is_coroutine else None


def is_sent_off(use: Use) -> bool:
    """Is the container returned, or passed to a call that does not merely store it?"""
    match use.place.kind:
        case Kind.RETURNED | Kind.YIELDED:
            return True
        case Kind.ARGUMENT:
            callee = use.receiver
            return not any(
                knows(section, callee, key)
                for section, key in (
                    ("container", "methods"),
                    ("container", "calls"),
                    ("neutral", "calls"),
                )
            )
    return False


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
