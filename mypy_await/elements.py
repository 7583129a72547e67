"""What takes an awaitable out of the container, or the object, that holds it."""

from __future__ import annotations

from dataclasses import replace

from mypy.nodes import (
    AssignmentStmt,
    CallExpr,
    DelStmt,
    DictionaryComprehension,
    Expression,
    ForStmt,
    GeneratorExpr,
    IndexExpr,
    ListExpr,
    MemberExpr,
    NameExpr,
    Node,
    OperatorAssignmentStmt,
    SliceExpr,
    StarExpr,
    TupleExpr,
    TypeInfo,
    Var,
)
from mypy.types import get_proper_type

from mypy_await.awaitables import awaitable, parts
from mypy_await.knowledge import knows
from mypy_await.places import Kind, Place
from mypy_await.site import has_variable
from mypy_await.steps import READS, Shape, Step, Steps, literal, steps_of_method
from mypy_await.use import Use


def taken_out(holder: Use) -> Use | None:
    """Return the use of the value, or of a container in this one, that is taken out here.

    None where nothing is, or where it is not certain that it is this one.
    """
    if not holder.steps or not holder.value.is_lazy:
        return None
    place = holder.place
    match place.kind, place.node:
        case Kind.INDEXED, IndexExpr() as node:
            return _of(holder, node) if _is_at(holder, node) else None
        case Kind.ATTRIBUTE, MemberExpr() as node:
            return _attribute(holder, node)
        case Kind.UNPACKED, AssignmentStmt(lvalues=[target]) as node:
            return _bound(holder, node, target, holder.steps)
        case Kind.UNPACKED, CallExpr() as call if place.detail == "*":
            return _argument(holder, call)
        case Kind.ITERATED, ForStmt() as node:
            return _in_turn(holder, node.index)
        case Kind.ITERATED, (GeneratorExpr() | DictionaryComprehension()) as node:
            index = next(i for i, one in enumerate(node.sequences) if one is place.value)
            return _in_turn(holder, node.indices[index])
    return None


def is_certain(inner: Use) -> bool:
    """Does the program take it for certain that this is the value, and that it is needed here?

    Whoever asks of an element what it is, or whether it is there, knows which of several it gets;
    and behind `or` and a walrus it goes on to where it may be awaited.
    """
    place = inner.place
    if inner.is_asked_about or place.names or place.kind is Kind.STATEMENT:
        return False
    return place.kind is not Kind.TESTED or place.detail not in ("and", "or")


def leaves_it(holder: Use) -> bool:
    """Does a use of a container certainly look at something else in it?"""
    if not holder.steps:
        return False
    place, last = holder.place, holder.steps[-1]
    match place.kind, place.node:
        case Kind.INDEXED, IndexExpr(index=index):
            return last.gives(literal(index)) is False
        case Kind.ATTRIBUTE, MemberExpr(name=name) as node:
            if last.owner is not None:
                is_other = name not in (last.key, last.attribute)
                return is_other and has_variable(last.owner, name)
            call = holder.site.parents.get(node)
            if last.shape is Shape.MAPPING and isinstance(call, CallExpr):
                asked = literal(call.args[0]) if name in _BY_KEY and call.args else None
                return name == "keys" or last.gives(asked) is False
        case Kind.ITERATED, _:
            return last.shape is Shape.MAPPING
    return False


def may_replace(holder: Use) -> bool:
    """May a use of a container, one that does not leave the value alone, put another there?"""
    above = holder.site.parents.get(holder.place.node)
    is_taken_away = holder.place.kind is Kind.INDEXED and isinstance(above, DelStmt)
    return is_taken_away or may_store(holder)


def may_store(holder: Use) -> bool:
    """May a use of a container put something into it?  To read it is all that does not."""
    place = holder.place
    above = holder.site.parents.get(place.node)
    match place.kind, place.node:
        case Kind.ATTRIBUTE, MemberExpr(name=method):
            return method not in READS
        case Kind.INDEXED, _:
            return isinstance(above, (AssignmentStmt, OperatorAssignmentStmt)) and (
                place.node is not above.rvalue
            )
        case Kind.OPERAND, OperatorAssignmentStmt(lvalue=target):
            return target is holder.node
    return False


_BY_KEY = ("get", "pop", "setdefault")


def _of(holder: Use, node: Expression, steps: Steps | None = None) -> Use:
    """Return the use of an expression that gives what the last step leads to."""
    left = holder.steps[:-1] if steps is None else steps
    inner = replace(holder, steps=left, in_container=bool(left), among_plain=False)
    return inner.moved_to(node, is_name=True)


def _is_at(holder: Use, node: IndexExpr) -> bool:
    if isinstance(node.index, SliceExpr) or holder.steps[-1].shape is Shape.OBJECT:
        return False
    above = holder.site.parents.get(node)
    if isinstance(above, AssignmentStmt) and node in above.lvalues:
        return False
    return holder.steps[-1].gives(literal(node.index)) is True


def _attribute(holder: Use, node: MemberExpr) -> Use | None:
    last = holder.steps[-1]
    if node.name and node.name in (last.attribute, last.key if last.shape is Shape.OBJECT else ""):
        return None if _tells(last.owner, node.name) else _of(holder, node)
    call = holder.site.parents.get(node)
    if last.shape is Shape.OBJECT or not isinstance(call, CallExpr) or call.callee is not node:
        return None
    if last.shape is Shape.MAPPING and node.name in _BY_KEY and call.args:
        return _of(holder, call) if last.gives(literal(call.args[0])) else None
    if last.shape is Shape.SEQUENCE and node.name in ("pop", "popleft"):
        return _of(holder, call) if last.each else None
    steps = steps_of_method(node.name, holder.steps)
    return _of(holder, call, steps) if steps else None


def _tells(owner: TypeInfo | None, name: str) -> bool:
    """Is the attribute declared to hold an awaitable, so that it is judged where it is read?"""
    found = owner.get(name) if owner else None
    typ = get_proper_type(found.node.type) if found and isinstance(found.node, Var) else None
    return typ is not None and any(awaitable(part) is not None for part in parts(typ))


def _argument(holder: Use, call: CallExpr) -> Use | None:
    """Return the use of the elements that a star gives to a call that makes text of them."""
    if holder.steps[-1].shape is not Shape.SEQUENCE or len(holder.steps) > 1:
        return None
    if not knows("text", holder.site.callee_name(call)):
        return None
    inner = _of(holder, holder.place.value)
    return replace(inner, place=Place(Kind.ARGUMENT, call, holder.place.value))


def _in_turn(holder: Use, target: Expression) -> Use | None:
    """Return the use of what a loop binds to its target in a turn."""
    if holder.steps[-1].shape is not Shape.SEQUENCE:
        return None
    return _bound(holder, target, target, holder.steps[:-1])


def _bound(holder: Use, statement: Node, target: Expression, steps: Steps) -> Use | None:
    """Return the use of the value, or container, that goes to a name in a target."""
    while isinstance(target, (TupleExpr, ListExpr)):
        found = _item(target.items, steps[-1]) if steps else None
        if found is None:
            return None
        target, steps = found[0], (*steps[:-1], *found[1])
    if not isinstance(target, NameExpr):
        return None
    place = Place(Kind.ASSIGNED, statement, holder.place.value, target=target)
    return replace(_of(holder, target, steps), place=place, node=holder.origin)


def _item(targets: list[Expression], step: Step) -> tuple[Expression, Steps] | None:
    """Return the target that an element goes to, and the step that is left of the way to it."""
    if step.shape is not Shape.SEQUENCE or not isinstance(step.key, int):
        return None
    for position, target in enumerate(targets):
        if isinstance(target, StarExpr):
            is_last = position == len(targets) - 1
            left = replace(step, key=step.key - position, attribute="")
            return (target.expr, (left,)) if is_last else None
        if position == step.key:
            return target, ()
    return None
