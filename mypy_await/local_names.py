"""Local names that are bound once, and what is certain where an expression fails.

Nothing is said of a name that a nested function sees.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from mypy.nodes import (
    LDEF,
    AssignmentExpr,
    AssignmentStmt,
    AwaitExpr,
    CallExpr,
    DictionaryComprehension,
    Expression,
    ForStmt,
    FuncDef,
    GeneratorExpr,
    MemberExpr,
    NameExpr,
    Node,
    OperatorAssignmentStmt,
    RefExpr,
    SymbolNode,
    TryStmt,
    TypeInfo,
    Var,
    WhileStmt,
    WithStmt,
)
from mypy.patterns import AsPattern
from mypy.types import Instance, NoneType, ProperType, Type, UnionType

from mypy_await import compat, names
from mypy_await.awaitables import awaitable
from mypy_await.bound import assignments_to, is_argument, only_value
from mypy_await.flow import is_seen_elsewhere
from mypy_await.known import argument
from mypy_await.origins import coroutine
from mypy_await.places import Kind, Place, function_around, place_of
from mypy_await.site import Site
from mypy_await.summaries import Argument
from mypy_await.walk import descendants


@dataclass(frozen=True)
class LocalName:
    """A local name with one binding."""

    value: Expression
    uses: tuple[NameExpr, ...]
    """Where it stands besides; anything may be done to it there."""


def local_name(site: Site, name: NameExpr) -> LocalName | None:
    """Return what a name stands for that is assigned once in its function."""
    function = function_around(name, site.parents)
    variable = name.node
    if not isinstance(function, FuncDef) or not isinstance(variable, Var):
        return None
    value = None if "." in variable.fullname else only_value(variable, function)
    return _named(site, variable, function, value)


def entered_name(site: Site, name: NameExpr) -> LocalName | None:
    """Return what is entered where `with ... as name` binds a local name, and nothing else does."""
    statement = site.parents.get(name)
    function = function_around(name, site.parents)
    variable = name.node
    if not isinstance(statement, WithStmt) or not isinstance(function, FuncDef):
        return None
    if not isinstance(variable, Var) or list(assignments_to(variable, function)):
        return None
    if any(_rebinds(node, variable, name) for node in descendants(function)):
        return None
    entered = zip(statement.expr, statement.target, strict=True)
    value = next((expression for expression, target in entered if target is name), None)
    return _named(site, variable, function, value)


def one_of_classes(
    site: Site, call: CallExpr, typ: Type, find: Callable[[], list[ProperType]]
) -> Type:
    """Return the type of an open call that gives an instance of one of some classes, or `None`.

    Or whose awaiting does.  It is `typ` as before but where an attribute is read of it, which
    `None` has not; and where the value is all that one local name is ever bound to: mypy would not
    see what else a name holds.
    """
    value, place = awaitable(typ), place_of(call, site.parents)
    if value and isinstance(place.node, AwaitExpr) and not place.conditional:
        place = place_of(place.node, site.parents)
    elif value:
        return typ
    is_receiver = place.kind is Kind.ATTRIBUTE
    if place.conditional or not (is_receiver or place.names or place.kind is Kind.ASSIGNED):
        return typ
    found = find()
    if len(found) < 2 or not (is_receiver or _is_only_value(site, place)):
        return typ
    others = [one for one in found if not (is_receiver and isinstance(one, NoneType))]
    made = UnionType.make_union(others)
    return coroutine(site.api, made) if value else made


def _is_only_value(site: Site, place: Place) -> bool:
    """Is a value bound to one local name here, to which nothing else is ever bound?"""
    is_plain = place.kind is Kind.ASSIGNED and not place.names
    names = [place.target] if is_plain else list(place.names)
    name = names[0] if len(names) == 1 else None
    function = function_around(place.node, site.parents)
    if not isinstance(name, NameExpr) or name.kind != LDEF or not isinstance(function, FuncDef):
        return False
    variable = name.node
    if not isinstance(variable, Var) or is_argument(variable, function):
        return False
    if is_seen_elsewhere(variable, function):
        return False
    assigned = len(list(assignments_to(variable, function)))
    return assigned == is_plain and not any(
        _rebinds(node, variable, name) for node in descendants(function)
    )


def _rebinds(node: Node, variable: Var, name: NameExpr) -> bool:
    """Does a loop, a handler, another `with` or `:=` bind the variable, too?"""
    match node:
        case WithStmt(target=targets) | TryStmt(vars=targets):
            bound: list[Expression | None] = list(targets)
        case ForStmt(index=target) | AssignmentExpr(target=target) | AsPattern(name=target):
            bound = [target]
        case _:
            return False
    parts = (part for target in bound if target for part in descendants(target))
    return any(
        isinstance(part, NameExpr) and part.node is variable and part is not name for part in parts
    )


def _named(
    site: Site, variable: Var, function: FuncDef, value: Expression | None
) -> LocalName | None:
    if value is None or is_seen_elsewhere(variable, function):
        return None
    uses = (
        node
        for node in descendants(function.body, into_functions=False)
        if isinstance(node, NameExpr) and node.node is variable and not _is_bound(node, site)
    )
    return LocalName(value, tuple(uses))


def _is_bound(name: NameExpr, site: Site) -> bool:
    statement = site.parents[name]
    if isinstance(statement, WithStmt):
        return name in statement.target
    return isinstance(statement, AssignmentStmt) and name in statement.lvalues


def is_exact(site: Site, call: CallExpr) -> bool:
    """Does a call certainly run the function that mypy finds, and none of a subclass?

    So it is for a function of a module, and a method of what is an instance of just this class:
    one made on the spot, kept in a local name that nothing else is done with, or in an attribute
    or global that the module stores nothing else to.
    """
    callee = call.callee
    function = site.callee_node(call)
    if not isinstance(function, FuncDef):
        return False
    if not function.info:
        return isinstance(callee, RefExpr) and "." in callee.fullname
    if not isinstance(callee, MemberExpr):
        return False
    made = _exact_class(site, callee.expr, callee.name)
    method = made.get(callee.name) if made else None
    return method is not None and method.node is function


def _exact_class(site: Site, receiver: Expression, method: str) -> TypeInfo | None:
    """Return the class that the receiver of a method is certainly made of."""
    if isinstance(receiver, NameExpr):
        if receiver.node and _is_global(receiver, site):
            return _kept_alone(site, receiver.node, method)
        found = local_name(site, receiver) or _entered(site, receiver)
        if found is None:
            return None
        others = [use for use in found.uses if not _is_behind(use, receiver, found.value, site)]
        if not all(_only_reads(use, method, site) for use in others):
            return None
        receiver = found.value
    if isinstance(receiver, MemberExpr):
        return _kept_alone(site, receiver.name, method)
    return _class_made(site, receiver)


def _entered(site: Site, name: NameExpr) -> LocalName | None:
    """Return what is entered where a generator gives what a local name holds."""
    variable = name.node
    for statement in descendants(function_around(name, site.parents) or name):
        if isinstance(statement, WithStmt):
            for target in statement.target:
                if isinstance(target, NameExpr) and target.node is variable:
                    found = entered_name(site, target)
                    manager = compat.type_of(site.api, found.value) if found else None
                    is_generator = (
                        isinstance(manager, Instance) and manager.type.fullname in names.MANAGERS
                    )
                    return found if is_generator else None
    return None


def _class_made(site: Site, node: Expression) -> TypeInfo | None:
    """Return the class of an object that is made here, or by the function that is called."""
    call = node.expr if isinstance(node, AwaitExpr) else node
    if not isinstance(call, CallExpr):
        return None
    made = call.callee
    if isinstance(made, RefExpr) and isinstance(made.node, TypeInfo):
        return made.node if call is node else None
    summary = site.summary_on_receiver(call)
    if summary is None or summary.is_async is (call is node):
        return None
    return site.refiner.origins.class_named(summary.makes_class(_flags(site, call)))


def _flags(site: Site, call: CallExpr) -> dict[str, Argument]:
    """Return what is known of the arguments of a call, by name; nothing if one has no name."""
    anything, passed = compat.anything(), {}
    for value, kind in zip(call.args, call.arg_kinds, strict=True):
        slot = site.slot(call, value)
        if kind.is_star() or slot.is_starred or not slot.name:
            return {}
        passed[slot.name] = argument(value, site.type_of(value) or anything)
    return passed


def _kept_alone(site: Site, holder: str | SymbolNode, method: str) -> TypeInfo | None:
    """Return the class of the new objects that are all that an attribute, or global, holds.

    None if a method is replaced.
    """
    module, classes = compat.module(site.api), set()
    for statement in descendants(module):
        value: Expression | None = None
        match statement:
            case AssignmentStmt(lvalues=targets, rvalue=value):
                pass
            case OperatorAssignmentStmt(lvalue=targets) | ForStmt(index=targets):
                pass
            case WithStmt(target=entered):
                targets = [target for target in entered if target]
            case _:
                continue
        stored = _stored(targets)
        if method in stored:
            return None
        if holder in stored:
            classes.add(_class_made(site, value) if value else None)
    return classes.pop() if len(classes) == 1 else None


def _stored(targets: Expression | list[Expression]) -> set[str | SymbolNode | None]:
    """Return the attributes, by name, and the variables that are set."""
    nodes = targets if isinstance(targets, list) else [targets]
    parts = [part for node in nodes for part in descendants(node)]
    attributes = {part.name for part in parts if isinstance(part, MemberExpr)}
    return attributes | {part.node for part in parts if isinstance(part, NameExpr)}


def _is_global(name: NameExpr, site: Site) -> bool:
    """Is this a variable of the module that is being checked?"""
    variable = name.node
    return isinstance(variable, Var) and (
        variable.fullname == f"{compat.module(site.api).fullname}.{variable.name}"
    )


def _is_behind(use: NameExpr, here: NameExpr, value: Expression, site: Site) -> bool:
    """Does a use of a name come later than another one, of whatever the name holds by then?"""
    if (use.line, use.column) <= (here.line, here.column):
        return False
    return _loops_around(here, site) <= _loops_around(value, site)


def _loops_around(node: Node, site: Site) -> set[Node]:
    found: set[Node] = set()
    above = site.parents.get(node)
    while above is not None and not isinstance(above, FuncDef):
        if isinstance(above, ForStmt | WhileStmt | GeneratorExpr | DictionaryComprehension):
            found.add(above)
        above = site.parents.get(above)
    return found


def _only_reads(use: NameExpr, name: str, site: Site) -> bool:
    """Is a name used for an attribute, and the one called `name` not set?"""
    member = site.parents[use]
    if not isinstance(member, MemberExpr):
        return False
    outer = site.parents[member]
    return member.name != name or not (
        isinstance(outer, AssignmentStmt) and member in outer.lvalues
    )
