"""Does a declared type take an awaitable?"""

from __future__ import annotations

import enum
from collections.abc import Iterable

from mypy.types import (
    AnyType,
    DeletedType,
    ErasedType,
    Instance,
    NoneType,
    ParamSpecType,
    PartialType,
    ProperType,
    Type,
    TypeVarTupleType,
    TypeVarType,
    UninhabitedType,
    UnpackType,
    get_proper_type,
)

from mypy_await import compat, names
from mypy_await.awaitables import Awaitable, Sort, awaitable, parts


class Fit(enum.Enum):
    """How a declared type takes an awaitable."""

    YES = enum.auto()
    """It is meant for awaitables."""
    NO = enum.auto()
    """It cannot hold this one."""
    ANY = enum.auto()
    """It says nothing: `Any` or `object`."""
    UNDECIDED = enum.auto()
    """It depends on what mypy has yet to infer, or nothing is declared."""


def fit(value: Awaitable, declared: Type | None) -> Fit:
    """Say how a declared type takes an awaitable.

    Any awaitable-shaped part of the declared type is a yes, whatever it gives when awaited: that
    two results differ is mypy's to report.  A bare `None` is what mypy infers for `self.x = None`
    in code without annotations and decides nothing.
    """
    proper = get_proper_type(declared)
    if proper is None or isinstance(proper, NoneType):
        return Fit.UNDECIDED
    answers = {_fit_part(value, part) for part in parts(proper)}
    return next(answer for answer in _STRONGEST if answer in answers)


_STRONGEST = (Fit.YES, Fit.UNDECIDED, Fit.ANY, Fit.NO)


def _fit_part(value: Awaitable, part: ProperType) -> Fit:
    match part:
        case AnyType():
            return Fit.ANY
        case TypeVarType():
            return _fit_variable(value, part)
        case UninhabitedType() | ErasedType() | PartialType() | DeletedType():
            return Fit.UNDECIDED
        case UnpackType() | TypeVarTupleType() | ParamSpecType():
            return Fit.UNDECIDED
        case Instance() if part.type.fullname == names.OBJECT:
            return Fit.ANY
    if awaitable(part) is not None:
        return Fit.YES
    if compat.is_subtype(value.typ, compat.without_type_variables(part)):
        return Fit.YES
    return Fit.NO if _shows_missing_await(value, part) else Fit.UNDECIDED


def _shows_missing_await(value: Awaitable, wanted: ProperType) -> bool:
    """Does it take a missing `await` to explain that the value does not fit?

    A class of the user's own that is awaitable among other things is simply of another type, unless
    its awaited result is known and does fit; so is what may be a generator under `types.coroutine`.
    """
    may_drive = isinstance(wanted, Instance) and wanted.type.fullname in names.DRIVEN
    if value.sort is not Sort.OTHER and not (value.sort is Sort.AWAITABLE and may_drive):
        return True
    fits = compat.is_subtype(value.result, compat.without_type_variables(wanted))
    return fits and is_known(value.result)


def is_known(result: Type) -> bool:
    """Is no part of a type open?"""
    return not any(isinstance(p, (AnyType, TypeVarType)) for p in parts(get_proper_type(result)))


def _fit_variable(value: Awaitable, variable: TypeVarType) -> Fit:
    bounds: Iterable[Type] = variable.values or [variable.upper_bound]
    if any(compat.is_subtype(value.typ, compat.without_type_variables(b)) for b in bounds):
        return Fit.UNDECIDED
    return Fit.UNDECIDED if value.sort is Sort.OTHER else Fit.NO


def fits_all(value: Awaitable, formals: Iterable[ProperType]) -> Fit:
    """Say how the overloads of one parameter take an awaitable; NO only when none does."""
    answers = {fit(value, formal) for formal in formals}
    return next((answer for answer in _STRONGEST if answer in answers), Fit.UNDECIDED)
