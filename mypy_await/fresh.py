"""What is asked of a coroutine that is made for the question alone, so that nobody awaits it.

The answer is always the same: it cannot be called, equals nothing, and has no attribute but its
own.  So its result is meant; unless the question is what coroutines can do, as in tests of
features.
"""

from __future__ import annotations

from typing import Final

from mypy.nodes import (
    AssignmentStmt,
    CallExpr,
    ComparisonExpr,
    Expression,
    IndexExpr,
    ListExpr,
    StrExpr,
    TupleExpr,
)
from mypy.types import Instance, LiteralType, NoneType, ProperType, TupleType, get_proper_type

from mypy_await.awaitables import is_async_def, is_plain
from mypy_await.casts import cannot_be
from mypy_await.knowledge import knows
from mypy_await.places import Kind, place_of
from mypy_await.site import Slot, has
from mypy_await.use import Use


def is_made_to_look_up(use: Use) -> bool:
    """Is it a coroutine that was made for nothing but to read what is stored under it?"""
    node = use.place.node
    above = use.site.parents.get(node)
    if not isinstance(node, IndexExpr) or not _is_made_here(use):
        return False
    return not (isinstance(above, AssignmentStmt) and node in above.lvalues)


def is_made_to_be_asked(use: Use, slot: Slot) -> bool:
    """Is it a coroutine that a call asks about, or looks for, with an answer known before?"""
    call, callee = use.place.node, slot.callee
    if knows("value", callee, "lookups"):
        return slot.position == 0 and _is_made_here(use)
    if callee not in _QUESTIONS or not isinstance(call, CallExpr) or not _is_made_here(use):
        return False
    match callee, call.args:
        case "builtins.hasattr", [_, StrExpr(value=name)]:
            is_feature = name.startswith(("_", "ag_", "cr_", "gi_"))
            return not is_feature and not has(use.value.typ, name)
        case "builtins.type", [_]:
            return _is_other_class_meant(call, use)
    return callee in _OF_ONE and len(call.args) == 1


_OF_ONE: Final = frozenset({"builtins.callable", "builtins.hash", "builtins.id"})
_QUESTIONS: Final = _OF_ONE | {"builtins.hasattr", "builtins.type"}


def is_made_to_be_compared(container: Use) -> bool:
    """Is it a coroutine in a display that is compared with plain values?"""
    display, place = container.node, container.place
    if place.kind is not Kind.COMPARED or not isinstance(display, (ListExpr, TupleExpr)):
        return False
    comparison, steps = place.node, container.steps
    if not isinstance(comparison, ComparisonExpr) or comparison.operators not in (["=="], ["!="]):
        return False
    made = container.origin
    if made not in display.items or len(steps) != 1 or not isinstance(steps[0].key, int):
        return False
    other = next(operand for operand in comparison.operands if operand is not place.value)
    element = _element(other, steps[0].key, container)
    return _compares_plainly(element) and _is_made(made, container)


def _is_made_here(use: Use) -> bool:
    """Is the value what a call of an `async def` gives, which stands at this very place?"""
    is_here = use.place.value is use.origin and not use.place.names
    return is_here and _is_made(use.origin, use)


def _is_made(node: Expression, use: Use) -> bool:
    return isinstance(node, CallExpr) and is_async_def(use.site.callee_node(node))


def _is_other_class_meant(call: CallExpr, use: Use) -> bool:
    """Is the class of a coroutine compared with one that it is not of?"""
    place = place_of(call, use.site.parents)
    comparison = place.node
    if place.kind is not Kind.COMPARED or not isinstance(comparison, ComparisonExpr):
        return False
    others = [operand for operand in comparison.operands if operand is not place.value]
    return all(cannot_be(use, operand) for operand in others)


def _compares_plainly(typ: ProperType | None) -> bool:
    """Is this the type of values that equal nothing but their like?"""
    if isinstance(typ, (NoneType, LiteralType)):
        return True
    found = typ.type.get("__eq__") if isinstance(typ, Instance) and is_plain(typ) else None
    return bool(found and found.node and found.node.fullname.startswith("builtins."))


def _element(other: Expression, position: int, use: Use) -> ProperType | None:
    """Return the type of what an operand has at a position."""
    if isinstance(other, (ListExpr, TupleExpr)):
        items = other.items
        return use.site.type_of(items[position]) if position < len(items) else None
    typ = use.site.type_of(other)
    if isinstance(typ, TupleType):
        items_of = typ.items
        return get_proper_type(items_of[position]) if position < len(items_of) else None
    is_list = isinstance(typ, Instance) and typ.type.fullname == "builtins.list"
    return get_proper_type(typ.args[0]) if is_list and isinstance(typ, Instance) else None
