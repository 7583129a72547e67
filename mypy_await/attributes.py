"""Follows an awaitable that is bound to an attribute or a module global over the whole module.

Nothing is known of the order in which methods run, so the answer is only about all uses together:
is the value awaited or handed on anywhere, or is it used as its result and nothing else?
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from mypy.nodes import (
    GDEF,
    AssignmentStmt,
    DelStmt,
    Expression,
    MemberExpr,
    MypyFile,
    NameExpr,
    Node,
    TypeInfo,
    Var,
)
from mypy.types import Instance

from mypy_await import compat
from mypy_await.bindings import Fate, ObjectTo, effect_on
from mypy_await.flow import Effect
from mypy_await.places import Kind
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
            if effect_on(there) is not Effect.NOTHING:
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


def _owner(node: MemberExpr, site: Site) -> TypeInfo | None:
    typ = site.type_of(node.expr)
    return typ.type if isinstance(typ, Instance) else None
