"""Follows an awaitable that is bound to an attribute or a module global over the whole module.

Nothing is known of the order in which methods run, so the answer is only about all uses together:
is the value awaited or handed on anywhere, or is it used as its result and nothing else?
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from mypy.nodes import (
    GDEF,
    LDEF,
    AssignmentStmt,
    AwaitExpr,
    Block,
    BreakStmt,
    CallExpr,
    DelStmt,
    DictExpr,
    Expression,
    ExpressionStmt,
    FuncDef,
    IndexExpr,
    MemberExpr,
    MypyFile,
    NameExpr,
    Node,
    OpExpr,
    RaiseStmt,
    ReturnStmt,
    StrExpr,
    TypeInfo,
    Var,
    WhileStmt,
)
from mypy.types import Instance, ProperType, get_proper_type

from mypy_await import compat
from mypy_await.bindings import Fate, ObjectTo
from mypy_await.bound import only_value
from mypy_await.effects import effect_on
from mypy_await.paths import Effect
from mypy_await.places import Kind, function_around
from mypy_await.site import Site, has
from mypy_await.use import Misuse, Use
from mypy_await.walk import descendants, parents_below


def fate(use: Use, object_to: ObjectTo) -> Fate | None:
    """Follow the value of `use`; None when it is not bound to an attribute or global alone."""
    target = use.place.target
    if not use.value.is_lazy or not is_stored(use):
        return None
    assert isinstance(target, (MemberExpr, NameExpr))
    module, site = whole_module(use.site)
    start = replace(use, site=site, expected=None)
    misuses: list[tuple[Use, Misuse]] = []
    for load in _loads(module, target, site):
        there = start.moved_to(load, is_name=True)
        misuse = object_to(there)
        if misuse is None:
            if effect_on(there) is not Effect.NOTHING and not is_anothers(load, target, site):
                return None
        elif is_same(load, target, site):
            misuses.append((there, misuse))
    if not misuses:
        return None
    return Fate(tuple(misuses), (), (), consumed=False, reused=(), overwritten=False)


def is_stored(use: Use) -> bool:
    """Is the value bound to an attribute or global alone, which keeps it as it is?"""
    place, target = use.place, use.place.target
    if place.kind is not Kind.ASSIGNED or place.names:
        return False
    if not isinstance(target, (MemberExpr, NameExpr)) or not _is_shared(target):
        return False
    return isinstance(target, NameExpr) or not is_handled(target, use.site)


def is_handled(target: MemberExpr, site: Site) -> bool:
    """Does a property, a descriptor or `__setattr__` see to what is stored in an attribute?"""
    owner = owner_of(target, site)
    if owner is None:
        return False
    setter, symbol = owner.get("__setattr__"), owner.get(target.name)
    if setter is not None and setter.node is not None:
        if setter.node.fullname != "builtins.object.__setattr__":
            return True
    if symbol is None or not isinstance(symbol.node, Var):
        return symbol is not None
    typ = get_proper_type(symbol.node.type)
    return isinstance(typ, Instance) and typ.type.get("__set__") is not None


def is_awaited_again(use: Use) -> bool:
    """Is the value bound once to an attribute or global, and awaited more often than that?

    Two `await` in one block of statements say so, or one in an endless loop; and of a global
    `return await NAME`: everybody may call that function, and a module is there once; unless it is
    a program, which runs its own functions.  A dict display is bound with its values.
    """
    held = use.of_container() or use
    place, target = held.place, held.place.target
    if place.kind is not Kind.ASSIGNED or not isinstance(target, (MemberExpr, NameExpr)):
        return False
    function = function_around(place.node, use.site.parents)
    if place.conditional or not _is_shared(target) or getattr(function, "name", _ONCE) != _ONCE:
        return False
    module, site = whole_module(use.site)
    if _stores(module, target, site) != 1:
        return False
    loads = [it for it in _loads(module, target, site) if not is_anothers(it, target, site)]
    awaited = [load for load in loads if isinstance(load, NameExpr) or is_of_self(load)]
    if held is not use:
        key = _key_in_display(use)
        items = [_item_read(load, site) for load in loads]
        if key is None or None in items:
            return False
        awaited = [item for item in items if item is not None and _may_be(item, key)]
    blocks = [block for load in awaited if (block := _block_of_await(load, site)) is not None]
    if len(blocks) > len(set(blocks)) or any(_is_endless(block, site) for block in blocks):
        return True
    return (
        isinstance(target, NameExpr)
        and any(_is_given(load, site) for load in awaited)
        and not any(_runs_itself(node) for node in descendants(module))
    )


def whole_module(site: Site) -> tuple[MypyFile, Site]:
    """Return the module in work and the surroundings of all that is in it."""
    module = compat.module(site.api)
    return module, Site(site.api, parents_below(module, whole=True), site.refiner, site.config)


_ONCE: Final = "__init__"
"""The function that binds attributes once; what stands in none is bound once anyhow."""


def is_of_self(load: Node) -> bool:
    """Is this `self.name`?  Other receivers may be several objects of the class."""
    match load:
        case MemberExpr(expr=NameExpr(name="self")):
            return True
    return False


def _stores(module: MypyFile, target: MemberExpr | NameExpr, site: Site) -> int:
    """Count the statements that may bind the attribute or global, or take it away."""
    nodes = (node for node in named(module, target) if is_store(node, site))
    return sum(not is_anothers(node, target, site) for node in nodes)


def _key_in_display(use: Use) -> str | None:
    """Return the literal key of the value in the dict display that it is the first item of."""
    place = use.place
    if not isinstance(place.node, DictExpr):
        return None
    key, value = place.node.items[0]
    return key.value if isinstance(key, StrExpr) and value is place.value else None


def _item_read(load: Expression, site: Site) -> IndexExpr | None:
    """Return `load[key]` where that is read; None when anything else is done with the dict."""
    item = site.parents.get(load)
    if not isinstance(item, IndexExpr) or item.base is not load or is_store(item, site):
        return None
    return item


def _may_be(item: IndexExpr, key: str) -> bool:
    return not isinstance(item.index, StrExpr) or item.index.value == key


def _block_of_await(node: Expression, site: Site) -> Block | None:
    """Return the block of the simple statement that awaits an expression in any case."""
    above = site.parents.get(node)
    if not isinstance(above, AwaitExpr):
        return None
    while isinstance(above, (AwaitExpr, CallExpr, MemberExpr, IndexExpr, OpExpr)):
        if isinstance(above, OpExpr) and above.op in ("and", "or"):
            return None
        above = site.parents.get(above)
    if not isinstance(above, (ExpressionStmt, AssignmentStmt, ReturnStmt)):
        return None
    block = site.parents.get(above)
    return block if isinstance(block, Block) else None


def _is_endless(block: Block, site: Site) -> bool:
    """Is this the body of a `while True` that nothing but an exception ends?"""
    match site.parents.get(block):
        case WhileStmt(expr=NameExpr(fullname="builtins.True"), body=body) if body is block:
            return not any(isinstance(node, _WAYS_OUT) for node in descendants(block))
    return False


_WAYS_OUT: Final = (BreakStmt, RaiseStmt, ReturnStmt)


def _is_given(node: Expression, site: Site) -> bool:
    """Is this `return await node` at the end of the body of a function?"""
    awaited = site.parents.get(node)
    above = site.parents.get(awaited) if isinstance(awaited, AwaitExpr) else None
    block = site.parents.get(above) if isinstance(above, ReturnStmt) else None
    return block is not None and isinstance(site.parents.get(block), FuncDef)


def _runs_itself(node: Node) -> bool:
    """Is this a call such as `asyncio.run(...)`?"""
    match node:
        case CallExpr(callee=MemberExpr(name="run" | "run_until_complete")):
            return True
    return False


def _is_shared(target: MemberExpr | NameExpr) -> bool:
    if isinstance(target, MemberExpr):
        return isinstance(target.expr, NameExpr)
    return target.kind == GDEF and isinstance(target.node, Var)


def _loads(module: MypyFile, target: MemberExpr | NameExpr, site: Site) -> Iterator[Expression]:
    """Yield every expression in the module that may read the attribute or global."""
    return (node for node in named(module, target) if not is_store(node, site))


def named(module: MypyFile, target: MemberExpr | NameExpr) -> Iterator[Expression]:
    """Yield every expression in the module that may name the attribute or global."""
    for node in descendants(module):
        if isinstance(target, NameExpr):
            is_named = isinstance(node, NameExpr) and node.node is target.node
        else:
            is_named = isinstance(node, MemberExpr) and node.name == target.name
        if is_named and isinstance(node, Expression):
            yield node


def may_be_on_future(use: Use) -> bool:
    """Is this an attribute that the program, or Python itself, may have put on a future?

    Futures take any attribute, other than coroutines.
    """
    node = use.place.node
    assert isinstance(node, MemberExpr)
    if node.name.startswith("_") or not has(use.value.result, node.name):
        return True
    module, whole = whole_module(use.site)
    stores = (other for other in named(module, node) if is_store(other, whole))
    return not all(map(is_of_self, stores))


def is_store(node: Expression, site: Site) -> bool:
    """Is this what an assignment binds by itself, or `del` takes away?"""
    above: Node | None = site.parents.get(node)
    return isinstance(above, DelStmt) or (
        isinstance(above, AssignmentStmt) and any(node is target for target in above.lvalues)
    )


def is_same(load: Expression, target: Expression, site: Site) -> bool:
    """Does the expression read the attribute of the same class, or one derived from it?"""
    if not isinstance(load, MemberExpr) or not isinstance(target, MemberExpr):
        return True
    mine, theirs = owner_of(target, site), owner_of(load, site)
    return mine is not None and theirs is not None and (mine in theirs.mro or theirs in mine.mro)


def is_anothers(load: Expression, target: Expression, site: Site) -> bool:
    """Does the expression read an attribute of that name which a class without kinship has?

    A class that has none reads what a class beside it in some MRO stores: mixins do.
    """
    if not isinstance(load, MemberExpr) or not isinstance(target, MemberExpr):
        return False
    mine, theirs = owner_of(target, site), owner_of(load, site)
    if mine is None or theirs is None or theirs.fallback_to_any or theirs.get(load.name) is None:
        return False
    classes = (symbol.node for symbol in compat.module(site.api).names.values())
    return not any(
        isinstance(info, TypeInfo) and mine in info.mro and theirs in info.mro for info in classes
    )


def owner_of(node: MemberExpr, site: Site) -> TypeInfo | None:
    """Return the class of the object that an attribute is read of or stored in."""
    typ = site.type_of(node.expr) or _type_made(node.expr, site)
    return typ.type if isinstance(typ, Instance) else None


def _type_made(name: Expression, site: Site) -> ProperType | None:
    """Return the type of what a local name is bound to, once and in a function to be checked."""
    function = function_around(name, site.parents)
    if not isinstance(name, NameExpr) or not isinstance(name.node, Var) or function is None:
        return None
    value = only_value(name.node, function) if name.kind == LDEF else None
    return site.type_of(value) if value is not None else None
