"""Does source say of a callable that calling it makes a future, which runs by itself?

A declared `Awaitable` may be a coroutine, which is lost when nobody awaits it, or a future, which
is not.  What the callable is says which.
"""

from __future__ import annotations

from collections.abc import Iterator

from mypy.nodes import CallExpr, Expression, LambdaExpr, ReturnStmt
from mypy.types import CallableType, ProperType, Type, TypeVarType, get_proper_type

from mypy_await.awaitables import Sort, awaitable
from mypy_await.functions import summary_of_function
from mypy_await.origins import instance
from mypy_await.site import Site
from mypy_await.summaries import FunctionSummary, Kind, Origin, Verdict


def gives_future(site: Site, function: Expression) -> bool:
    """Does calling what this expression stands for make a future, as far as its source tells?"""
    match function:
        case LambdaExpr(body=body) if isinstance(body.body[0], ReturnStmt):
            result = body.body[0].expr
            return isinstance(result, CallExpr) and makes_future(site, result)
        case CallExpr(args=[wrapped, *_]) if site.callee_name(function) == "functools.partial":
            return gives_future(site, wrapped)
    found = _origins(site, summary_of_function(site, function))
    return any(origin.kind is Kind.FUTURE for origin in found)


def _origins(site: Site, summary: FunctionSummary | None, depth: int = 3) -> Iterator[Origin]:
    """Yield what a function gives, followed through others that are declared `Awaitable`."""
    for origin in summary.result.origins if summary is not None else ():
        is_open = depth > 0 and origin.kind is Kind.AWAITABLE
        inner = site.refiner.summary(site.api, origin.fullname) if is_open else None
        if inner is not None and inner.result.origins:
            yield from _origins(site, inner, depth - 1)
        else:
            yield origin


def may_make_future(site: Site, call: CallExpr) -> bool:
    """May this call of something declared `Awaitable` give a future?

    Where source can be read it has to show a coroutine, on each of its ways.
    """
    summary = summary_of_function(site, call.callee)
    if summary is not None:
        kinds = {origin.kind for origin in _origins(site, summary)}
        if summary.result.verdict is not Verdict.ALWAYS or kinds != {Kind.COROUTINE}:
            return True
    return makes_future(site, call)


def gives_more(site: Site, call: CallExpr) -> bool:
    """May this call of something declared `Awaitable` give an object with methods of its own?

    So do the methods of a pipeline that give the pipeline itself, to be awaited at the end.
    """
    found = _origins(site, summary_of_function(site, call.callee))
    names = (origin.fullname for origin in found if origin.kind is Kind.AWAITABLE)
    classes = filter(None, map(site.refiner.origins.class_named, names))
    made = (awaitable(instance(info)) for info in classes)
    return any(value is not None and value.sort is Sort.OTHER for value in made)


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
