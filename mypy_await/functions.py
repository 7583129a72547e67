"""What the source says of the function that an expression stands for."""

from __future__ import annotations

from mypy.nodes import Expression, FuncDef, MemberExpr, Var
from mypy.types import CallableType, Instance, ProperType, Type, get_proper_type

from mypy_await.awaitables import is_async_def
from mypy_await.known import says_nothing
from mypy_await.site import Site, class_of
from mypy_await.summaries import FunctionSummary, Verdict


def summary_of_function(site: Site, function: Expression) -> FunctionSummary | None:
    """Return the summary of a callable: of a method as the class of its receiver has it.

    A variable of a class or module is followed through the source: mypy's cache forgets whose type
    it has.
    """
    api, refiner, node = site.api, site.refiner, site.symbol(function)
    is_variable = node is None or isinstance(node, Var)
    typ = site.type_of(function) if is_variable else None
    held = get_proper_type(node.type) if isinstance(node, Var) else None
    if isinstance(held, Instance):
        typ = held  # mypy's type of what is called is that of its "__call__"
    if isinstance(typ, Instance):
        method = typ.type.get("__call__")
        return refiner.summary_of(api, method.node) if method else None
    if isinstance(typ, CallableType) and (node is None or "." not in node.fullname):
        return refiner.summary_of(api, typ.definition)
    if isinstance(function, MemberExpr) and (owner := class_of(site.type_of(function.expr))):
        found = refiner.summary(api, f"{owner.fullname}.{function.name}")
        is_told = found is not None and found.result.verdict is not Verdict.UNKNOWN
        return found if is_told or not is_variable else None
    return refiner.summary_of(api, node)


def is_open_function(typ: ProperType) -> bool:
    """Is this a function of whose result its type says nothing, or an object called like one?"""
    if isinstance(typ, Instance):
        method = typ.type.get("__call__")
        call = method.node if method else None
        return isinstance(call, FuncDef) and call.type is None and is_async_def(call)
    return isinstance(typ, CallableType) and says_nothing(get_proper_type(typ.ret_type))


def result_by_source(site: Site, function: Expression, typ: ProperType) -> Type | None:
    """Return the awaitable that the source says every call of a function of this type gives."""
    if not is_open_function(typ):
        return None
    summary = summary_of_function(site, function)
    found = site.refiner.origins.awaitable(site.api, summary.result) if summary else None
    return found.typ if found else None
