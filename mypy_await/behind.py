"""What the statements straight behind a store do with the awaitable in an attribute or item.

    self.client = self.connect()
    self.client.send("hello")

Methods run in any order, and another task runs at each `await`; but until code runs that nobody
sees, what is read there is the value that was stored.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from mypy.nodes import (
    AssignmentStmt,
    Block,
    BytesExpr,
    CallExpr,
    ComparisonExpr,
    ConditionalExpr,
    DictExpr,
    DictionaryComprehension,
    Expression,
    ExpressionStmt,
    ForStmt,
    GeneratorExpr,
    IfStmt,
    IndexExpr,
    IntExpr,
    LambdaExpr,
    ListExpr,
    MemberExpr,
    NameExpr,
    Node,
    OpExpr,
    ReturnStmt,
    StrExpr,
    TupleExpr,
    UnaryExpr,
    Var,
    WithStmt,
)
from mypy.types import Instance, NoneType, get_proper_type

from mypy_await.attributes import (
    is_anothers,
    is_handled,
    is_same,
    is_store,
    named,
    owner_of,
    whole_module,
)
from mypy_await.awaitables import parts
from mypy_await.bound import is_open_container
from mypy_await.effects import effect_on
from mypy_await.known import says_nothing
from mypy_await.making import is_plain_attribute
from mypy_await.paths import Effect
from mypy_await.places import Kind
from mypy_await.site import Site
from mypy_await.use import Use
from mypy_await.walk import children


def read_behind(use: Use) -> Use | None:
    """Return the first use of the attribute or item that a value is stored in, if that is certain.

    None where mypy knows by itself what is read there.
    """
    target = use.place.target
    if target is None or not use.value.is_lazy or not _is_unseen_by_mypy(target, use.site):
        return None
    return _first_read(use)


def awaited_again(use: Use) -> Expression | None:
    """Return the `await` of an attribute that never holds any but an awaited coroutine.

    One statement stores coroutines in it, and awaits each at once.
    """
    target = use.place.target
    if not isinstance(target, MemberExpr) or use.place.kind is not Kind.ASSIGNED:
        return None
    first = _first_read(use)
    if first is None or effect_on(first) is not Effect.AWAIT:
        return None
    module, site = whole_module(use.site)
    again = None
    for node in named(module, target):
        if is_anothers(node, target, site):
            continue
        if is_store(node, site):
            if node is not target and not _is_reset(site.parents[node]):
                return None
        elif _is_bound(node, site):
            return None
        elif again is None and node is not first.node and is_same(node, target, site):
            there = Use(site, use.value, use.origin, node, use.place).moved_to(node, is_name=True)
            again = node if effect_on(there) is Effect.AWAIT else None
    return again


def _is_reset(statement: Node) -> bool:
    value = statement.rvalue if isinstance(statement, AssignmentStmt) else None
    return isinstance(value, NameExpr) and value.fullname == "builtins.None"


def _is_bound(node: Expression, site: Site) -> bool:
    """Is an attribute bound with others, by a loop or by `with`?"""
    below: Node = node
    above = site.parents.get(node)
    while isinstance(above, (TupleExpr, ListExpr)):
        below, above = above, site.parents.get(above)
    return (
        (isinstance(above, AssignmentStmt) and below is not above.rvalue)
        or (isinstance(above, ForStmt) and below is above.index)
        or (isinstance(above, WithStmt) and below in above.target)
    )


def _is_unseen_by_mypy(target: Expression, site: Site) -> bool:
    if isinstance(target, IndexExpr):
        return True
    owner = owner_of(target, site) if isinstance(target, MemberExpr) else None
    symbol = owner.get(target.name) if owner and isinstance(target, MemberExpr) else None
    typ = get_proper_type(symbol.node.type) if symbol and isinstance(symbol.node, Var) else None
    return isinstance(typ, NoneType) or any(map(says_nothing, parts(typ) if typ else ()))


def _first_read(use: Use) -> Use | None:
    """Return the first use of the target of a store, with nothing between that may store anew."""
    place, site = use.place, use.site
    statement, target = place.node, place.target
    if place.kind is not Kind.ASSIGNED or place.names or place.conditional or target is None:
        return None
    if not isinstance(statement, AssignmentStmt) or statement.lvalues != [target]:
        return None
    key, block = _key(target), site.parents.get(statement)
    if not key or not isinstance(block, Block) or not _keeps(target, site):
        return None
    for node in _evaluated(block.body[block.body.index(statement) + 1 :]):
        if isinstance(node, Expression) and _key(node) == key:
            return use.moved_to(node, is_name=True)
        if not _is_harmless(node, site):
            return None
    return None


def _keeps(target: Expression, site: Site) -> bool:
    """Is what is read of a target certainly what was stored there?"""
    if isinstance(target, IndexExpr):
        typ = site.type_of(target.base)
        return isinstance(typ, Instance) and is_open_container(typ)
    owner = owner_of(target, site) if isinstance(target, MemberExpr) else None
    if owner is None or owner.fallback_to_any or not isinstance(target, MemberExpr):
        return False
    return not is_handled(target, site)


def _key(node: Expression) -> tuple[object, ...]:
    """Return what is equal for expressions that read the same, or nothing."""
    match node:
        case NameExpr(node=Var() as variable):
            return (variable,)
        case StrExpr(value=value) | IntExpr(value=value) | BytesExpr(value=value):
            return (type(node), value)
        case MemberExpr(expr=owner, name=name):
            return (*key, name) if (key := _key(owner)) else ()
        case IndexExpr(base=base, index=index):
            keys = _key(base), _key(index)
            return ("[]", *keys) if all(keys) else ()
    return ()


def _evaluated(statements: Iterable[Node]) -> Iterator[Node]:
    """Yield what is evaluated for certain, in that order: expressions, and what else there is."""
    for statement in statements:
        match statement:
            case ExpressionStmt(expr=value):
                yield from _inside(value)
                continue
            case ReturnStmt(expr=Expression() as value) | AssignmentStmt(rvalue=value):
                yield from _inside(value)
            case IfStmt(expr=[value, *_]):
                yield from _inside(value)
        yield statement


def _inside(node: Node) -> Iterator[Node]:
    for child in _run_first(node):
        yield from _inside(child)
    yield node


def _run_first(node: Node) -> list[Node]:
    """Return the parts of an expression that are evaluated whenever it is, and before it."""
    match node:
        case OpExpr(op="and" | "or", left=first) | ConditionalExpr(cond=first):
            return [first]
        case LambdaExpr() | GeneratorExpr() | DictionaryComprehension():
            return []
    return children(node)


_HARMLESS: Final = (
    BytesExpr,
    DictExpr,
    IntExpr,
    ListExpr,
    NameExpr,
    StrExpr,
    TupleExpr,
)
"""Expressions that run no code of others."""


def _is_harmless(node: Node, site: Site) -> bool:
    """Does evaluating a node, its parts apart, certainly store nothing that matters?"""
    match node:
        case MemberExpr():
            return is_plain_attribute(node, site)
        case CallExpr():
            name = site.callee_name(node)
            return name == "builtins.print" or name.startswith("logging.")
        case UnaryExpr(op=op):
            return op == "not"
        case ComparisonExpr(operators=operators):
            return set(operators) <= {"is", "is not"}
        case AssignmentStmt(lvalues=[NameExpr() as name]):
            return name.is_new_def
    return isinstance(node, _HARMLESS)
