"""Where an awaitable gets a local name, or goes into a local container that has one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from mypy.nodes import (
    GDEF,
    LDEF,
    AssignmentStmt,
    CallExpr,
    DictExpr,
    Expression,
    ExpressionStmt,
    FuncDef,
    FuncItem,
    IndexExpr,
    ListExpr,
    MemberExpr,
    NameExpr,
    Node,
    RefExpr,
    SetExpr,
    SymbolNode,
    Var,
)
from mypy.types import AnyType, Instance, ProperType, get_proper_type

from mypy_await import compat
from mypy_await.awaitables import Sort, awaitable
from mypy_await.displays import holds_plain_rows, holds_plain_values
from mypy_await.elements import may_store, taken_out
from mypy_await.inner import holds_only_new, inner_store
from mypy_await.knowledge import knows
from mypy_await.known import says_nothing
from mypy_await.objects import kept_by_object
from mypy_await.places import Kind, function_around
from mypy_await.site import Site
from mypy_await.steps import (
    Shape,
    Step,
    Steps,
    literal,
    makes_mapping,
    steps_by_method,
)
from mypy_await.use import Use
from mypy_await.walk import descendants, parents_below


@dataclass(frozen=True)
class Binding:
    """Where a local name gets the value, or a local container takes it in."""

    statement: Node
    variable: Var
    use: Use
    """The use of the value, or of the container that holds it."""
    is_others: bool = False
    """Is it a container that the function did not make, so that others may see to the value?"""


def binding_of(use: Use) -> Binding | None:
    """Return the binding of a value, or of the container that holds it, to one local name."""
    container = use.of_container()
    kept = kept_by_object(container or use)
    if kept is not None:
        return binding_of(kept)
    if container is None:
        return _bound(use) or _stored(use)
    return _bound(container) or _stored(container) or _bound_out_of(container)


def parameter_of(use: Use) -> Binding | None:
    """Return the binding of the parameter that a use names."""
    function = function_around(use.node, use.site.parents)
    if not isinstance(function, FuncDef) or not isinstance(use.node, NameExpr):
        return None
    return _parameter(use, function, use.node.name)


def passed_to(use: Use) -> Binding | None:
    """Return the binding of the parameter of a function in this module that is given the value.

    None where the parameter is declared `Coroutine`: that is judged in the function.
    """
    call, site = use.place.node, use.site
    if use.place.kind is not Kind.ARGUMENT or not isinstance(call, CallExpr):
        return None
    function = site.callee_node(call)
    if not isinstance(function, FuncDef) or not _is_in_module(site, function):
        return None
    slot = site.slot(call, use.place.value, as_declared=True)
    if any(value and value.sort is Sort.COROUTINE for value in map(awaitable, slot.formals)):
        return None
    inside = Site(site.api, parents_below(function), site.refiner, site.config)
    return _parameter(replace(use, site=inside, expected=None), function, slot.name)


def _is_in_module(site: Site, function: FuncDef) -> bool:
    """Is a function defined in the module in work?  A nested one may have no full name."""
    name = function.fullname
    module = compat.module(site.api).fullname
    return "." not in name or compat.module_defining(site.api, name) == module


def _parameter(use: Use, function: FuncDef, name: str) -> Binding | None:
    for argument in function.arguments:
        if argument.variable.name == name and not argument.kind.is_star():
            return Binding(function.body, argument.variable, use)
    return None


def container_of(use: Use) -> Binding | None:
    """Return the binding of the local container that a use puts the value into."""
    container = use.of_container()
    kept = kept_by_object(container or use)
    if kept is not None:
        return binding_of(kept)
    return _stored(use) if container is None else _bound(container) or _stored(container)


def put_into(use: Use) -> Binding | None:
    """Return the binding of a container made elsewhere that takes the value in for everything."""
    holder, statement = _holder(use.of_container() or use)
    typ = use.site.type_of(holder) if holder is not None else None
    if (
        holder is None
        or statement is None
        or not isinstance(holder.node, Var)
        or not is_open_container(typ)
    ):
        return None
    function = function_around(statement, use.site.parents)
    if function is None or _made_in(function, holder.node, use) is not None:
        return None
    steps = _steps_by_store(use, Shape.MAPPING)
    if not steps or use.in_container:
        return None
    container = replace(use.moved_to(holder), in_container=True, steps=steps)
    return Binding(statement, holder.node, container, is_others=True)


def is_open_container(typ: ProperType | None) -> bool:
    """May a container of this type hold anything, as far as the type tells?"""
    if isinstance(typ, Instance) and typ.type.module_name in _OF_CONTAINERS and typ.args:
        return says_nothing(get_proper_type(typ.args[-1]))
    return isinstance(typ, AnyType)


_OF_CONTAINERS: Final = ("builtins", "collections", "typing")


def _bound(use: Use) -> Binding | None:
    place = use.place
    if place.names and place.kind in _GIVEN_AWAY:
        return None
    if place.names and place.kind is not Kind.ASSIGNED:
        target, statement = place.names[-1], use.site.parents[place.names[-1]]
    elif place.kind is Kind.ASSIGNED and isinstance(place.target, NameExpr) and not place.names:
        target, statement = place.target, place.node
    else:
        return None
    if isinstance(statement, AssignmentStmt) and len(statement.lvalues) > 1:
        return None
    if target.kind != LDEF or not isinstance(target.node, Var):
        return None
    return Binding(statement, target.node, _unless_added_to(use, target.node))


_GIVEN_AWAY: Final = frozenset(
    {Kind.AWAITED, Kind.ARGUMENT, Kind.RETURNED, Kind.YIELDED, Kind.ELEMENT}
)
"""Where a value that a walrus binds goes on its own way besides: `await (job := work())`."""


def _unless_added_to(use: Use, variable: Var) -> Use:
    """Return the use of a container with what is certain of it where more is put into it later."""
    if not use.steps or not use.steps[-1].each:
        return use
    function = function_around(use.origin, use.site.parents)
    for node in descendants(function) if function is not None else ():
        if isinstance(node, NameExpr) and node.node is variable and may_store(use.moved_to(node)):
            return replace(use, steps=(*use.steps[:-1], replace(use.steps[-1], each=False)))
    return use


def _bound_out_of(container: Use) -> Binding | None:
    """Return the binding of what is taken out of a container at once, as in a loop over it."""
    inner = taken_out(container)
    return (_bound(inner) or _bound_out_of(inner)) if inner else None


def _stored(use: Use) -> Binding | None:
    """Return the binding of a local container that takes the value, or its container, in.

    It counts only when the container was made in this function and has no other owner.
    """
    holder, statement = _holder(use)
    if holder is None or statement is None or not isinstance(holder.node, Var):
        return _stored_deeper(use)
    function = function_around(statement, use.site.parents)
    steps = _steps_into(use, holder.node, function) if function is not None else ()
    if not steps or function is None:
        return None
    plain = use.among_plain or holds_plain_values(holder.node, function, use.site)
    plain = plain and not _has_known_key(use)
    container = use.moved_to(holder)
    container = replace(container, in_container=True, among_plain=plain, steps=steps)
    return Binding(statement, holder.node, container)


def _has_known_key(use: Use) -> bool:
    """Is a value stored under a global name, by which other functions know to take it out?"""
    match use.place.node:
        case AssignmentStmt(lvalues=[IndexExpr(index=RefExpr() as key)]):
            return key.kind == GDEF
    return False


def _stored_deeper(use: Use) -> Binding | None:
    """Return the binding of a local container where the value goes into one that stands in it."""
    found, parents = inner_store(use), use.site.parents
    function = function_around(use.place.node, parents)
    if found is None or function is None or not isinstance(found[0].node, Var):
        return None
    holder, key, step = found
    made = _made_in(function, found[0].node, use)
    if made is None or holder.kind != LDEF or not holds_only_new(holder, function, parents):
        return None
    steps = (*use.steps, step, Step(made, literal(key)))
    plain = use.among_plain or holds_plain_rows(found[0].node, function, use.site)
    container = use.moved_to(holder)
    container = replace(container, in_container=True, among_plain=plain, steps=steps)
    node = use.place.node
    statement = parents[node] if isinstance(node, CallExpr) else node
    return Binding(statement, found[0].node, container)


def _holder(use: Use) -> tuple[NameExpr, Node] | tuple[None, None]:
    """Return the name of the local container that takes a value in, and the statement."""
    place, parents = use.place, use.site.parents
    holder: Expression | None = None
    statement = place.node
    if place.kind is Kind.ASSIGNED and isinstance(place.target, IndexExpr):
        holder = place.target.base
    elif place.kind is Kind.ARGUMENT and isinstance(place.node, CallExpr):
        callee, statement = place.node.callee, parents.get(place.node, place.node)
        if isinstance(callee, MemberExpr) and isinstance(statement, ExpressionStmt):
            holder = callee.expr
    if not isinstance(holder, NameExpr) or holder.kind != LDEF:
        return None, None
    return holder, statement


def _steps_into(use: Use, variable: Var, function: FuncItem) -> Steps:
    """Return the steps from a local container to the value that a use puts into it."""
    made = _made_in(function, variable, use)
    steps = _steps_by_store(use, made) if made is not None else ()
    if steps and steps[-1].key is None and _is_only_store(function, variable, use):
        return (*steps[:-1], replace(steps[-1], each=True))
    return steps


def _is_only_store(function: FuncItem, variable: Var, use: Use) -> bool:
    """Does a container begin empty and get elements here and nowhere else?"""
    if use.in_container and not isinstance(use.place.node, AssignmentStmt):
        return False  # what is joined with it may hold anything besides
    stores = 0
    for node in descendants(function):
        if isinstance(node, NameExpr) and node.node is variable:
            stores += may_store(use.moved_to(node))
    return stores == 1 and all(map(_is_empty, assignments_to(variable, function)))


def _is_empty(made: Expression | None) -> bool:
    match made:
        case ListExpr(items=[]) | DictExpr(items=[]) | SetExpr(items=[]) | CallExpr(args=[]):
            return True
    return False


def _steps_by_store(use: Use, made: Shape) -> Steps:
    """Return the steps from a container of this shape to the value that a use puts into it."""
    match use.place.node:
        case CallExpr(callee=MemberExpr(name=name)) as call:
            if not knows("container", use.receiver, "methods"):
                return ()
            return steps_by_method(name, call, use.place.value, use.steps)
        case AssignmentStmt(lvalues=[IndexExpr(index=index)]):
            return (*use.steps, Step(made, literal(index)))
    return ()


def assignments_to(variable: SymbolNode, function: Node) -> Iterator[Expression | None]:
    """Yield what a function assigns to a variable; None for any other kind of binding."""
    for node in descendants(function):
        if isinstance(node, AssignmentStmt):
            for target in node.lvalues:
                if isinstance(target, NameExpr) and target.node is variable:
                    yield node.rvalue if len(node.lvalues) == 1 else None  # has two owners
                elif not isinstance(target, (MemberExpr, IndexExpr)):
                    for part in descendants(target):
                        if isinstance(part, NameExpr) and part.node is variable:
                            yield None


def only_value(variable: SymbolNode, function: FuncItem) -> Expression | None:
    """Return what a local name is assigned, if that is once and to no other as well.

    An argument is bound before.
    """
    if is_argument(variable, function):
        return None
    values = list(assignments_to(variable, function))
    return values[0] if len(values) == 1 else None


def is_argument(variable: SymbolNode | None, function: FuncItem) -> bool:
    """Is a variable an argument of the function?"""
    return any(argument.variable is variable for argument in function.arguments)


def _made_in(function: FuncItem, variable: Var, use: Use) -> Shape | None:
    """Return the shape of the displays that are all that a variable names in the function."""
    if is_argument(variable, function):
        return None
    shapes = {_shape_of(value, use) for value in assignments_to(variable, function)}
    return shapes.pop() if len(shapes) == 1 else None


def _shape_of(made: Expression | None, use: Use) -> Shape | None:
    """Return the shape of a container that is made here."""
    match made:
        case ListExpr() | SetExpr():
            return Shape.SEQUENCE
        case DictExpr():
            return Shape.MAPPING
        case CallExpr() if knows("container", callee := use.site.callee_name(made)):
            return Shape.MAPPING if makes_mapping(callee) else Shape.SEQUENCE
    return None
