"""Is an awaitable the odd one out among plain values in a display?

A list of coroutines waits to be gathered; a coroutine beside strings and numbers under the keys of
a dict is a result that somebody forgot to await.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from mypy.nodes import (
    AssignmentStmt,
    CallExpr,
    DictExpr,
    Expression,
    IndexExpr,
    ListExpr,
    MemberExpr,
    NameExpr,
    Node,
    SetExpr,
    StrExpr,
    TupleExpr,
    Var,
)
from mypy.types import (
    Instance,
    LiteralType,
    NoneType,
    ProperType,
    TupleType,
    get_proper_types,
)

from mypy_await import names
from mypy_await.awaitables import awaitable, may_be_awaitable, parts
from mypy_await.items import OF_LOOP, Key
from mypy_await.places import Kind, Place, function_around, place_of
from mypy_await.site import Site
from mypy_await.walk import descendants


def is_among_plain_values(container: Node, element: Expression, site: Site) -> bool:
    """Has the element a sibling in its list, set, dict or `dict(...)` that is a plain value?"""
    return any(is_plain(sibling, site) for sibling in _values(container) if sibling is not element)


def holds_plain_values(variable: Var, function: Node, site: Site) -> bool:
    """Does the function put a plain value into the container that the variable names?"""
    for node in descendants(function):
        if not isinstance(node, AssignmentStmt):
            continue
        for target in node.lvalues:
            if isinstance(target, NameExpr) and target.node is variable:
                if any(is_plain(value, site) for value in _values(node.rvalue)):
                    return True
            elif isinstance(target, IndexExpr) and isinstance(target.base, NameExpr):
                is_row = isinstance(node.rvalue, DictExpr)
                if target.base.node is variable and (is_row or is_plain(node.rvalue, site)):
                    return True
    return False


def holds_plain_rows(variable: Var, function: Node, site: Site) -> bool:
    """Does the function put displays with a plain value into the container of that name?"""
    return any(
        is_plain(value, site)
        for node in descendants(function)
        if isinstance(node, AssignmentStmt)
        for target in node.lvalues
        if isinstance(target, IndexExpr) and isinstance(target.base, NameExpr)
        if target.base.node is variable
        for value in _values(node.rvalue)
    )


def key_of_store(target: Expression) -> frozenset[Key]:
    """Return the constant key of the item that an assignment stores to, and what stands for all."""
    match target:
        case IndexExpr(index=StrExpr(value=key)):
            return frozenset({key, OF_LOOP})
    return frozenset()


def is_item_of_record(place: Place, site: Site) -> bool:
    """Is a value stored in a dict whose other literal keys hold plain values, as in a record?

    None of the keys may be awaited or handed on in the function: then it is a store of work to do,
    and so may the rest be of a dict that hands this very item on.
    """
    target = place.target
    function = function_around(place.node, site.parents)
    if not isinstance(target, IndexExpr) or not isinstance(target.index, StrExpr):
        return False
    base = literal_name(target.base)
    if function is None or not base:
        return False
    uses: dict[bool, set[bool | None]] = {True: set(), False: set()}
    for node in descendants(function):
        key = _key_of(node, base) if isinstance(node, Expression) else None
        if isinstance(node, Expression) and key is not None and node is not target:
            uses[key == target.index.value].add(_is_plain_use(node, site))
    return True in uses[False] and False not in uses[False] | uses[True]


def _is_plain_use(item: Expression, site: Site) -> bool | None:
    """Is an item of a dict read, or written, as a plain value; None where nothing tells."""
    above = site.parents.get(item)
    if isinstance(above, AssignmentStmt) and any(item is target for target in above.lvalues):
        return True if is_plain(above.rvalue, site) else None
    place = place_of(item, site.parents)
    if place.kind is Kind.ARGUMENT and isinstance(place.node, CallExpr):
        formals = site.slot(place.node, place.value).formals
        if formals and not any(map(may_be_awaitable, formals)):
            return True
    if place.kind in _HANDED_ON:
        return False
    return True if place.kind in _READ_AS_DATA else None


_HANDED_ON: Final = frozenset({Kind.AWAITED, Kind.ARGUMENT, Kind.ELEMENT, Kind.UNPACKED})
_READ_AS_DATA: Final = frozenset(
    {
        Kind.ATTRIBUTE,
        Kind.COMPARED,
        Kind.FORMATTED,
        Kind.INDEXED,
        Kind.ITERATED,
        Kind.OPERAND,
        Kind.TESTED,
    }
)


def _key_of(node: Node, base: str) -> str | None:
    """Return the literal key with which `base[key]` or `base.get(key)` asks, if this does."""
    match node:
        case IndexExpr(index=StrExpr(value=key)) if literal_name(node.base) == base:
            return key
        case CallExpr(callee=MemberExpr(name="get", expr=owner), args=[StrExpr(value=key), *_]):
            return key if literal_name(owner) == base else None
    return None


def literal_name(node: Expression) -> str:
    """Return the text of a name or of an attribute of one, `a` or `a.b`, or nothing."""
    match node:
        case NameExpr():
            return node.name
        case MemberExpr(expr=NameExpr() as owner):
            return f"{owner.name}.{node.name}"
    return ""


def is_plain(value: Expression, site: Site) -> bool:
    """Is this certainly data: neither awaitable, nor callable, nor a mere placeholder?"""
    match value:  # mypy may not have come to it yet
        case StrExpr():
            return True
        case TupleExpr(items=items):
            return all(is_plain(item, site) for item in items)
        case ListExpr() | SetExpr() | DictExpr():
            return not any(awaitable(site.type_of(item)) for item in _values(value))
    typ = site.type_of(value)
    return typ is not None and not isinstance(typ, NoneType) and _is_data(typ)


def _is_data(typ: ProperType) -> bool:
    """Are values of this type data, through and through where they are tuples?"""
    for part in parts(typ):
        match part:
            case TupleType(items=items):
                if not all(map(_is_data, get_proper_types(items))):
                    return False
            case Instance(args=args):
                if part.type.fullname == names.OBJECT or awaitable(part) is not None:
                    return False
                if any(awaitable(argument) is not None for argument in args):
                    return False
            case LiteralType() | NoneType():
                pass
            case _:
                return False
    return True


def _values(container: Node) -> Iterator[Expression]:
    match container:
        case DictExpr():
            yield from (value for key, value in container.items if key is not None)
        case ListExpr() | SetExpr():
            yield from container.items
        case CallExpr():
            named = zip(container.args, container.arg_names, strict=True)
            yield from (value for value, name in named if name is not None)
