"""What mypy knows of symbols and arguments, in the words of the summaries."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from mypy.nodes import (
    Decorator,
    Expression,
    FuncDef,
    LambdaExpr,
    MemberExpr,
    NameExpr,
    RefExpr,
    SymbolNode,
    TypeInfo,
    Var,
)
from mypy.plugin import FunctionContext, MethodContext
from mypy.types import AnyType, CallableType, Instance, ProperType, Type, get_proper_type

from mypy_await import names
from mypy_await.awaitables import Sort, awaitable, is_async_def, refuses_coroutines
from mypy_await.summaries import Argument, Kind, Known, Verdict

_KINDS: Final = {Sort.COROUTINE: Kind.COROUTINE, Sort.FUTURE: Kind.FUTURE}


def says_nothing(typ: ProperType | None) -> bool:
    """Is this a type behind which anything may be?"""
    return isinstance(typ, AnyType) or is_object(typ)


def leaves_open(typ: Type) -> bool:
    """Does mypy know nothing of a value, or of what awaiting it gives?"""
    proper = get_proper_type(typ)
    inside = awaitable(proper)
    return says_nothing(get_proper_type(inside.result) if inside else proper)


def is_object(typ: ProperType | None) -> bool:
    """Is this the type `object`?"""
    return isinstance(typ, Instance) and typ.type.fullname == names.OBJECT


def class_name(typ: ProperType | None) -> str | None:
    """Return the full name of the class that a value of this type is an instance of."""
    return typ.type.fullname if isinstance(typ, Instance) and not says_nothing(typ) else None


def known_of(node: SymbolNode | None) -> Known | None:
    """Return what mypy knows of a class, function or variable; None of anything else."""
    match node:
        case TypeInfo():
            verdict = Verdict.ALWAYS if node.get("__await__") else Verdict.UNKNOWN
            return Known(verdict, Kind.AWAITABLE, instance=node.fullname, is_class=True)
        case FuncDef() | Decorator():
            return _known_function(node)
        case Var() if node.type is not None:
            return _known_value(node.type)
    return None


def _known_function(node: FuncDef | Decorator) -> Known:
    function = node.func if isinstance(node, Decorator) else node
    typ = get_proper_type(node.var.type if isinstance(node, Decorator) else node.type)
    result = get_proper_type(typ.ret_type) if isinstance(typ, CallableType) else None
    value = awaitable(result)
    if value is None:
        verdict = Verdict.UNKNOWN if result is None or says_nothing(result) else Verdict.NEVER
        bound = int(bool(function.info) and not function.is_static)
        plain = _plain_slots(typ, bound) if isinstance(typ, CallableType) else ()
        return Known(verdict, instance=class_name(result), plain=frozenset(plain))
    is_async = is_async_def(function)
    kind = _KINDS.get(value.sort, Kind.AWAITABLE)
    awaited = class_name(get_proper_type(value.result))
    return Known(Verdict.ALWAYS, kind, is_async, class_name(result), awaited)


def _plain_slots(typ: CallableType, bound: int) -> Iterator[int | str]:
    """Yield the parameters that take no coroutine, by position behind the bound and by name."""
    formals = zip(typ.arg_types, typ.arg_kinds, typ.arg_names, strict=True)
    for position, (formal, kind, name) in enumerate(formals):
        if kind.is_star() or not refuses_coroutines(formal):
            continue
        if kind.is_positional():
            yield position - bound
        if name is not None:
            yield name


def _known_value(typ: Type) -> Known:
    value = awaitable(typ)
    instance = class_name(get_proper_type(typ))
    if value is None:
        return Known(instance=instance, is_value=True)
    return Known(Verdict.ALWAYS, Kind.AWAITABLE, instance=instance, is_value=True)


def arguments(ctx: FunctionContext | MethodContext) -> dict[str, Argument]:
    """Return the classes and functions that a call passes, by the names of the parameters."""
    passed = {}
    for name, types, values in zip(ctx.callee_arg_names, ctx.arg_types, ctx.args, strict=True):
        if name is not None and len(types) == 1:
            passed[name] = argument(values[0], get_proper_type(types[0]))
    return passed


def argument(value: Expression, typ: ProperType) -> Argument:
    """Return what is known of an argument of this type."""
    word = value.name if isinstance(value, NameExpr) else ""
    constant = word if word in ("True", "False", "None") else None
    function = _function(value, typ)
    if function is not None and "." in function.fullname:
        return Argument(class_name(typ), function.fullname, constant=constant)
    if isinstance(function, FuncDef) and is_async_def(function):
        return Argument(gives=Kind.COROUTINE, is_async=True)
    if isinstance(typ, CallableType) and not typ.is_type_obj():
        given = awaitable(typ.ret_type)
        is_async = False if isinstance(value, LambdaExpr) else None
        if given is not None:
            return Argument(gives=_KINDS.get(given.sort, Kind.AWAITABLE), is_async=is_async)
    return Argument(class_name(typ), constant=constant)


def _function(value: Expression, typ: ProperType) -> FuncDef | Decorator | None:
    """Return the function that an expression names; a method by the type of its receiver."""
    symbol = value.node if isinstance(value, RefExpr) else None
    if isinstance(symbol, (FuncDef, Decorator)):
        return symbol
    if isinstance(value, MemberExpr) and isinstance(typ, CallableType):
        function = typ.definition
        # mypy's cache forgets what defines the type of an alias.
        if isinstance(function, (FuncDef, Decorator)) and function.name == value.name:
            return function
    return None
