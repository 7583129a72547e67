"""The way of one expression: place it, ask the checks, report once, go on with the awaited type."""

from __future__ import annotations

from collections.abc import Iterator

from mypy.nodes import CallExpr, Decorator, Expression, FuncDef, OverloadedFuncDef
from mypy.plugin import CheckerPluginInterface, ClassDefContext, FunctionContext, MethodContext
from mypy.types import CallableType, Instance, Overloaded, Type, get_proper_type

from mypy_await import codes, compat, messages
from mypy_await.awaitables import awaitable
from mypy_await.calls import Call, Passed, result_of_calling
from mypy_await.checks import (
    first_misuse,
    first_misuse_by_decorator,
    first_misuse_in_call,
    misuses_in_class,
)
from mypy_await.decorations import Decoration
from mypy_await.overrides import ClassBody
from mypy_await.places import place_of
from mypy_await.refine import Refined, Refiner
from mypy_await.site import Site
from mypy_await.use import Use
from mypy_await.walk import ParentLinks


def judge(
    api: CheckerPluginInterface,
    node: Expression,
    typ: Type,
    links: ParentLinks,
    refiner: Refiner,
    *,
    known_by: Refined | None = None,
    tells_origin: bool = False,
) -> Type:
    """Return the type that mypy goes on with for an expression that mypy gives type `typ`.

    That is the awaited type after a report, and else `typ` itself.  `known_by` says how we know the
    type, where mypy does not.  With `tells_origin` a note says
    which function made the awaitable, for the gate.
    """
    value = awaitable(typ)
    if value is None:
        return typ
    root = compat.top_level_function(api) or compat.module(api)
    site = Site(api, links.below(root), refiner)
    if node not in site.parents:
        return typ  # made up by mypy, as for a comparison chain that it splits
    place = place_of(node, site.parents)
    # Behind `and`, `or` and `if ... else` mypy expects the type of the other branch, which nobody
    # declared.
    expected = None if place.conditional else api.type_context[-1]
    use = Use(site, value, node, node, place, expected)
    misuse = first_misuse(use)
    if misuse is None or not compat.is_enabled(api, misuse.code):
        return typ
    notes = misuse.notes
    if known_by is not None:
        notes = (*notes, *map(messages.known_by, known_by.origins))
    if tells_origin:
        notes = (*notes, *_origin(site, node))
    compat.report(api, misuse.text, misuse.node or node, misuse.code, notes)
    return misuse.result or value.result


def judge_class(ctx: ClassDefContext) -> None:
    """Report methods of a class that are async where they must not be, or the other way round."""
    if ctx.api.is_stub_file:
        return
    for method, misuse in misuses_in_class(ClassBody(ctx.api, ctx.cls)):
        compat.report_in_class(ctx.api, misuse.text, method.node, misuse.code, misuse.notes)


def judge_decorator(decoration: Decoration) -> None:
    """Report a decorator that the function it decorates is not made for."""
    misuse = first_misuse_by_decorator(decoration)
    api = decoration.api
    if misuse is not None and compat.is_enabled(api, misuse.code):
        compat.report(api, misuse.text, decoration.node, misuse.code, misuse.notes)


def judge_arguments(
    ctx: FunctionContext | MethodContext, node: CallExpr, links: ParentLinks, refiner: Refiner
) -> None:
    """Report an argument of a call that the callee cannot deal with."""
    types = [typ for types in ctx.arg_types for typ in types]
    if not any(isinstance(typ, (CallableType, Overloaded, Instance)) for typ in types):
        return
    arguments = tuple(
        Passed(position, name, value, get_proper_type(typ))
        for position, name in enumerate(ctx.callee_arg_names)
        for value, typ in zip(ctx.args[position], ctx.arg_types[position], strict=True)
    )
    if not any(result_of_calling(passed.typ) for passed in arguments):
        return
    api = ctx.api
    root = compat.top_level_function(api) or compat.module(api)
    site = Site(api, links.below(root), refiner)
    if node not in site.parents:
        return
    result = ctx.default_return_type
    call = Call(site, node, site.callee_name(node), arguments, result, site.summary(node))
    misuse = first_misuse_in_call(call)
    if misuse is not None and compat.is_enabled(api, misuse.code):
        compat.report(api, misuse.text, misuse.node or node, misuse.code, misuse.notes)


def _origin(site: Site, node: Expression) -> Iterator[str]:
    """Yield the note with the function that was called, where it is one of the program's."""
    made_by = site.callee_node(node) if isinstance(node, CallExpr) else None
    if isinstance(made_by, FuncDef | Decorator | OverloadedFuncDef):
        module = compat.module_defining(site.api, made_by.fullname)
        if module:
            name = made_by.fullname.removeprefix(f"{module}.")
            yield f"{codes.ORIGIN_NOTE}{module}:{name} at column {node.column}"
