"""Follows an awaitable that is bound to an attribute or a module global over the whole module.

Nothing is known of the order in which methods run, so the answer is only about all uses together:
is the value awaited or handed on anywhere, or is it used as its result and nothing else?
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from mypy.nodes import (
    GDEF,
    LDEF,
    AssignmentStmt,
    DelStmt,
    Expression,
    FuncItem,
    MemberExpr,
    MypyFile,
    NameExpr,
    Node,
    TypeInfo,
    Var,
)
from mypy.types import Instance, ProperType

from mypy_await import compat
from mypy_await.bindings import Fate, ObjectTo, effect_on
from mypy_await.bound import assignments_to
from mypy_await.flow import Effect
from mypy_await.places import Kind, function_around
from mypy_await.site import Site
from mypy_await.use import Misuse, Use
from mypy_await.walk import descendants, parents_below


def fate(use: Use, object_to: ObjectTo) -> Fate | None:
    """Follow the value of `use`; None when it is not bound to an attribute or global alone."""
    place = use.place
    if place.kind is not Kind.ASSIGNED or place.names or not use.value.is_lazy:
        return None
    module = compat.module(use.site.api)
    target = place.target
    if not isinstance(target, (MemberExpr, NameExpr)) or not _is_shared(target):
        return None
    here = use.site
    site = Site(here.api, parents_below(module, whole=True), here.refiner, here.config)
    start = replace(use, site=site, expected=None)
    misuses: list[tuple[Use, Misuse]] = []
    for load in _loads(module, target, site):
        there = start.moved_to(load, is_name=True)
        misuse = object_to(there)
        if misuse is None:
            if effect_on(there) is not Effect.NOTHING and not _is_anothers(load, target, site):
                return None
        elif _is_same(load, target, site):
            misuses.append((there, misuse))
    if not misuses:
        return None
    return Fate(tuple(misuses), (), consumed=False, reused=(), overwritten=False)


def _is_shared(target: MemberExpr | NameExpr) -> bool:
    if isinstance(target, MemberExpr):
        return isinstance(target.expr, NameExpr)
    return target.kind == GDEF and isinstance(target.node, Var)


def _loads(module: MypyFile, target: MemberExpr | NameExpr, site: Site) -> Iterator[Expression]:
    """Yield every expression in the module that may read the attribute or global."""
    for node in descendants(module):
        if isinstance(target, NameExpr):
            is_load = isinstance(node, NameExpr) and node.node is target.node
        else:
            is_load = isinstance(node, MemberExpr) and node.name == target.name
        if is_load and isinstance(node, Expression) and not _is_store(node, site):
            yield node


def _is_store(node: Expression, site: Site) -> bool:
    above: Node | None = site.parents.get(node)
    return isinstance(above, DelStmt) or (
        isinstance(above, AssignmentStmt) and any(node is target for target in above.lvalues)
    )


def _is_same(load: Expression, target: Expression, site: Site) -> bool:
    """Does the expression read the attribute of the same class, or one derived from it?"""
    if not isinstance(load, MemberExpr) or not isinstance(target, MemberExpr):
        return True
    mine, theirs = _owner(target, site), _owner(load, site)
    return mine is not None and theirs is not None and (mine in theirs.mro or theirs in mine.mro)


def _is_anothers(load: Expression, target: Expression, site: Site) -> bool:
    """Does the expression read an attribute of that name which a class without kinship has?

    A class that has none reads what a class beside it in some MRO stores: mixins do.
    """
    if not isinstance(load, MemberExpr) or not isinstance(target, MemberExpr):
        return False
    mine, theirs = _owner(target, site), _owner(load, site)
    if mine is None or theirs is None or theirs.fallback_to_any or theirs.get(load.name) is None:
        return False
    classes = (symbol.node for symbol in compat.module(site.api).names.values())
    return not any(
        isinstance(info, TypeInfo) and mine in info.mro and theirs in info.mro for info in classes
    )


def _owner(node: MemberExpr, site: Site) -> TypeInfo | None:
    typ = site.type_of(node.expr) or _type_made(node.expr, site)
    return typ.type if isinstance(typ, Instance) else None


def _type_made(name: Expression, site: Site) -> ProperType | None:
    """Return the type of what a local name is bound to, once and in a function to be checked."""
    function = function_around(name, site.parents)
    if not isinstance(name, NameExpr) or not isinstance(name.node, Var) or function is None:
        return None
    values = list(assignments_to(name.node, function))
    is_bound_once = len(values) == 1 and name.kind == LDEF and not _is_argument(name.node, function)
    return site.type_of(values[0]) if is_bound_once and values[0] is not None else None


def _is_argument(variable: Var, function: FuncItem) -> bool:
    return any(argument.variable is variable for argument in function.arguments)
