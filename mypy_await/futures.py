"""Does source say of a callable that calling it makes a future, which runs by itself?

A declared `Awaitable` may be a coroutine, which is lost when nobody awaits it, or a future, which
is not.  What the callable is says which.
"""

from __future__ import annotations

from collections.abc import Iterator

from mypy.nodes import CallExpr, Expression, LambdaExpr, ReturnStmt, SymbolNode, Var
from mypy.types import CallableType, Instance, ProperType, Type, TypeVarType, get_proper_type

from mypy_await.awaitables import awaitable
from mypy_await.site import Site
from mypy_await.summaries import FunctionSummary, Kind


def gives_future(site: Site, function: Expression) -> bool:
    """Does calling what this expression stands for make a future, as far as its source tells?"""
    match function:
        case LambdaExpr(body=body) if isinstance(body.body[0], ReturnStmt):
            result = body.body[0].expr
            return isinstance(result, CallExpr) and makes_future(site, result)
        case CallExpr(args=[wrapped, *_]) if site.callee_name(function) == "functools.partial":
            return gives_future(site, wrapped)
    node = _called(site, function)
    return _is_future(site, site.refiner.summary_of(site.api, node) if node else None, depth=3)


def _is_future(site: Site, summary: FunctionSummary | None, depth: int) -> bool:
    """Does a function make a future, itself or by another one that is declared `Awaitable`?"""
    return summary is not None and any(
        origin.kind is Kind.FUTURE
        or (
            depth > 0
            and origin.kind is Kind.AWAITABLE
            and _is_future(site, site.refiner.summary(site.api, origin.fullname), depth - 1)
        )
        for origin in summary.result.origins
    )


def may_make_future(site: Site, call: CallExpr) -> bool:
    """May this call of something declared `Awaitable` give a future?

    Where source can be read it has to show a coroutine.
    """
    node = _called(site, call.callee)
    summary = site.refiner.summary_of(site.api, node) if node else None
    if summary is not None and all(o.kind is not Kind.COROUTINE for o in summary.result.origins):
        return True
    return makes_future(site, call)


def makes_future(site: Site, call: CallExpr) -> bool:
    """Does this call give a future: its callee's, or that of a function which the callee calls?"""
    return gives_future(site, call.callee) or any(
        gives_future(site, function) for function in handed_back(site, call)
    )


def handed_back(site: Site, call: CallExpr) -> Iterator[Expression]:
    """Yield the functions among the arguments whose result the callee is declared to hand back.

    Itself, as `Context.run` does, or in an awaitable of its own, as `asyncio.to_thread` does.
    """
    results = [_variable(signature.ret_type) for signature in site.declared_signatures(call)]
    for argument in call.args if any(results) else ():
        for formal in site.slot(call, argument, as_declared=True).formals:
            if isinstance(formal, CallableType):
                own = get_proper_type(formal.ret_type)
                # What takes its own results, as the function of `reduce` does, is not done.
                if own in results and own not in map(get_proper_type, formal.arg_types):
                    yield argument
                    break


def _variable(result: Type) -> ProperType | None:
    """Return the type variable that a declared result is, or that awaiting it gives."""
    proper = get_proper_type(result)
    value = None if isinstance(proper, TypeVarType) else awaitable(proper)
    inner = get_proper_type(value.result) if value else proper
    return inner if isinstance(inner, TypeVarType) else None


def _called(site: Site, function: Expression) -> SymbolNode | None:
    """Return the function that is called; of what a variable holds, as far as mypy knows it."""
    node = site.symbol(function)
    if node is not None and not isinstance(node, Var):
        return node
    typ = site.type_of(function)
    if isinstance(typ, Instance):
        method = typ.type.get("__call__")
        return method.node if method else None
    return typ.definition if isinstance(typ, CallableType) else None
