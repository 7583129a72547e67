"""What runs while an awaitable is made, before any of its own body does, and what may raise."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from mypy.nodes import (
    ARG_STAR,
    ARG_STAR2,
    BytesExpr,
    CallExpr,
    ComparisonExpr,
    ConditionalExpr,
    Decorator,
    Expression,
    FloatExpr,
    FuncDef,
    GeneratorExpr,
    IntExpr,
    ListComprehension,
    ListExpr,
    MemberExpr,
    MypyFile,
    NameExpr,
    OverloadedFuncDef,
    StrExpr,
    TupleExpr,
    TypeInfo,
    UnaryExpr,
    Var,
)
from mypy.types import AnyType, CallableType, Instance, Overloaded, get_proper_type

from mypy_await.awaitables import is_async_def, parts
from mypy_await.knowledge import knows
from mypy_await.names import OBJECT
from mypy_await.site import Site, class_of
from mypy_await.summaries import RAISED_BY_CALL
from mypy_await.walk import descendants

_CONSTANTS: Final = (IntExpr, StrExpr, FloatExpr, BytesExpr)
_RAISED_BY_TASKS: Final = frozenset({"BaseException", "Exception", "RuntimeError", "ValueError"})
"""No event loop is running, or another one than the future belongs to."""


def only_makes(node: Expression, site: Site) -> bool:
    """Is nothing evaluated here but calls that make coroutines and tasks?

    Their arguments are names, constants and plain attributes: none of that runs code.
    """
    match node:
        case NameExpr():
            return True
        case MemberExpr():
            return is_plain_attribute(node, site) and only_makes(node.expr, site)
        case CallExpr():
            callee = isinstance(node.callee, (NameExpr, MemberExpr)) and node.callee
            return (
                (makes_task(node, site) or _runs_nothing(node, site))
                and bool(callee)
                and all(only_makes(part, site) for part in (callee, *node.args) if part)
            )
        case ConditionalExpr():
            branches = (node.cond, node.if_expr, node.else_expr)
            return all(only_makes(part, site) for part in branches)
        case ComparisonExpr():
            is_identity = set(node.operators) <= {"is", "is not"}
            return is_identity and all(only_makes(part, site) for part in node.operands)
        case UnaryExpr():
            return node.op == "not" and only_makes(node.expr, site)
        case ListExpr() | TupleExpr():
            return all(only_makes(item, site) for item in node.items)
        case ListComprehension():
            return only_makes(node.generator, site)
        case GeneratorExpr():
            return _only_iterates(node, site)
    return isinstance(node, _CONSTANTS)


def _only_iterates(node: GeneratorExpr, site: Site) -> bool:
    filters = [test for tests in node.condlists for test in tests]
    return (
        not any(node.is_async)
        and all(isinstance(index, NameExpr) for index in node.indices)
        and all(_is_builtin(site, sequence) for sequence in node.sequences)
        and all(only_makes(part, site) for part in (node.left_expr, *node.sequences, *filters))
    )


def _is_builtin(site: Site, sequence: Expression) -> bool:
    """Is iterating this one of Python's own loops, which run no code of others?"""
    typ = site.type_of(sequence)
    return isinstance(typ, Instance) and typ.type.fullname in _COLLECTIONS


_COLLECTIONS: Final = frozenset(
    f"builtins.{name}" for name in ("dict", "frozenset", "list", "set", "str", "tuple")
)


def makes_task(call: CallExpr, site: Site) -> bool:
    """Does this call make a task or a gathering future?"""
    return knows("task", site.callee_name(call))


def _runs_nothing(call: CallExpr, site: Site) -> bool:
    """Does the call of an `async def` make a coroutine and do nothing else?  A wrapper may."""
    node = site.callee_node(call)
    if not isinstance(node, Decorator):
        return is_async_def(node)
    summary = site.summary(call) if is_async_def(node.func) else None
    return summary is not None and summary.is_async


def is_plain_attribute(node: MemberExpr, site: Site) -> bool:
    """Is reading this attribute certain to run no code: no property, no other descriptor?"""
    owner = None if node.node is not None else class_of(site.type_of(node.expr))
    if owner is not None:
        method = owner.get("__getattribute__")
        if method is None or method.node is None or not method.node.fullname.startswith(OBJECT):
            return False
    match site.symbol(node):
        case FuncDef() | OverloadedFuncDef() as function:
            return not function.is_property
        case Decorator() as function:
            is_function = isinstance(get_proper_type(function.var.type), (CallableType, Overloaded))
            return is_function and not function.func.is_property
        case Var() as variable:
            return not variable.is_property and _is_kept_in_instance(variable)
        case MypyFile() | TypeInfo():
            return True
    return False


def _is_kept_in_instance(variable: Var) -> bool:
    """Is a variable what it holds, and no descriptor as far as its type tells?"""
    if variable.type is None or (variable.info and variable.info.is_protocol):
        return False
    return not variable.is_initialized_in_class or not any(
        isinstance(part, AnyType)
        or (isinstance(part, Instance) and part.type.get("__get__") is not None)
        for part in parts(get_proper_type(variable.type))
    )


def raised(node: Expression, site: Site) -> frozenset[str]:
    """Return the built-in errors that an expression which `only_makes` may raise all the same.

    Errors of the call itself are nothing to count on: the coroutine may be seen to raise them.
    """
    calls = [part for part in descendants(node) if isinstance(part, CallExpr)]
    if any(makes_task(call, site) for call in calls):
        return RAISED_BY_CALL | _RAISED_BY_TASKS
    return RAISED_BY_CALL - frozenset(_raised_later(node, calls, site))


def _raised_later(node: Expression, calls: list[CallExpr], site: Site) -> Iterator[str]:
    """Yield what the bodies of the coroutines raise, where making them does not."""
    summaries = [site.summary(call) for call in calls]
    raises = {name for summary in summaries if summary is not None for name in summary.raises}
    if not any(isinstance(part, MemberExpr) for part in descendants(node)):
        yield from raises & {"AttributeError"}
    if not any(kind in (ARG_STAR, ARG_STAR2) for call in calls for kind in call.arg_kinds):
        yield from raises & {"TypeError"}
