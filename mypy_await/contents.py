"""What the declared type of a place says of the elements of a container that goes there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from mypy.nodes import AssignmentStmt, CallExpr, Expression, FuncDef, MemberExpr
from mypy.types import Instance, NoneType, ProperType, TupleType, UnionType, get_proper_type

from mypy_await.awaitables import may_be_awaitable, parts
from mypy_await.places import Kind, function_around
from mypy_await.results import declared_result
from mypy_await.site import Site
from mypy_await.slots import Fit, fits_all
from mypy_await.steps import Shape, Step, Steps
from mypy_await.use import Use


def wanted_in_container(use: Use) -> ProperType | None:
    """Return the type declared for the place of the value in a container, if that is another one.

    None where any of the types that the container may meet takes the value, or leaves it open, and
    where it is an awaitable of another kind, as in `asyncio.wait`: awaiting would not help there.
    """
    if not use.steps:
        return None
    wanted = [element for typ in _declared(use) for element in _elements(typ, use.steps)]
    if any(typ is not None and may_be_awaitable(typ) for typ in wanted):
        return None
    is_refused = fits_all(use.value, [typ for typ in wanted if typ]) is Fit.NO
    return wanted[0] if is_refused and None not in wanted else None


def _declared(use: Use) -> Iterator[ProperType]:
    """Yield the types that are declared where a container goes; several for overloads."""
    place, site = use.place, use.site
    match place.kind, place.node:
        case ((Kind.RETURNED | Kind.YIELDED), node):
            function = function_around(node, site.parents)
            result = declared_result(function, place) if isinstance(function, FuncDef) else None
            if result is not None:
                yield result
        case Kind.ARGUMENT, CallExpr() as call:
            yield from site.slot(call, place.value).formals
        case Kind.ASSIGNED, AssignmentStmt(type=annotation):
            typ = get_proper_type(annotation) or _of_target(place.target, site)
            if typ is not None:
                yield typ


def _of_target(target: Expression | None, site: Site) -> ProperType | None:
    """Return the type that what is assigned has to be of."""
    if isinstance(target, MemberExpr) and not target.is_inferred_def:
        return site.type_of(target)  # mypy calls all attributes that methods declare inferred
    return site.declared_type_of(target) if target is not None else None


def _elements(declared: ProperType, steps: Steps) -> Iterator[ProperType | None]:
    """Yield the types at the end of the steps into a type; None for what is no known container."""
    if not steps:
        yield declared
        return
    for part in parts(declared):
        if not (isinstance(part, NoneType) and isinstance(declared, UnionType)):
            for inner in _one_step(part, steps[-1]):
                yield from [None] if inner is None else _elements(inner, steps[:-1])


def _one_step(declared: ProperType, step: Step) -> list[ProperType | None]:
    """Return the types that may be at the end of one step; all of a tuple where it is open."""
    match declared:
        case Instance(type=info, args=[*_, last] as args) if info.module_name in _MODULES:
            is_mapping = info.get("keys") is not None
            if is_mapping is (step.shape is Shape.MAPPING) and len(args) == 1 + is_mapping:
                return [get_proper_type(last)]
        case TupleType(items=items) if step.shape is Shape.SEQUENCE:
            at = step.key if isinstance(step.key, int) else len(items)
            return list(map(get_proper_type, items[at : at + 1] or items))
    return [None]


_MODULES: Final = frozenset({"builtins", "collections", "typing"})
