"""Who takes care of an awaitable: what awaits it, or is declared to take one."""

from __future__ import annotations

from collections.abc import Iterator

from mypy.nodes import (
    AssertStmt,
    AwaitExpr,
    Block,
    BreakStmt,
    CallExpr,
    ConditionalExpr,
    ContinueStmt,
    DictionaryComprehension,
    Expression,
    FuncDef,
    GeneratorExpr,
    IfStmt,
    MatchStmt,
    MemberExpr,
    NameExpr,
    Node,
    OpExpr,
    RaiseStmt,
    ReturnStmt,
    UnaryExpr,
    WhileStmt,
)
from mypy.types import Instance

from mypy_await.awaitables import Sort
from mypy_await.bound import binding_of
from mypy_await.knowledge import knows
from mypy_await.overrides import dotted_name
from mypy_await.places import Kind, Place, function_around, place_of
from mypy_await.results import declared_result
from mypy_await.site import has
from mypy_await.slots import Fit, fit, fits_all
from mypy_await.use import Use
from mypy_await.walk import Parents, descendants


def takes_care(use: Use) -> bool:
    """Does this use await the value, or give it to what is declared to take an awaitable?"""
    match use.place.node:
        case AwaitExpr():
            return True
        case ReturnStmt():
            function = function_around(use.place.node, use.site.parents)
            if isinstance(function, FuncDef):
                return fit(use.value, declared_result(function, use.place)) is Fit.YES
        case CallExpr() as call if use.place.kind is Kind.ARGUMENT:
            formals = use.site.slot(call, use.place.value).formals
            is_meant = fits_all(use.value, formals) is Fit.YES
            return is_meant or knows("consumer", use.receiver) or _is_collected(use, call)
        case CallExpr() as call if use.place.kind is Kind.UNPACKED:
            return knows("consumer", use.site.callee_name(call))
    return False


def _is_collected(use: Use, call: CallExpr) -> bool:
    """Is the value put into a container that is declared to hold such?"""
    if not knows("container", use.receiver, "methods") or not isinstance(call.callee, MemberExpr):
        return False
    container = use.site.type_of(call.callee.expr)
    return isinstance(container, Instance) and any(
        fit(use.value, element) is Fit.YES for element in container.args[-1:]
    )


def uses_of_name(use: Use) -> Iterator[Use]:
    """Yield the uses of the local name that a value is bound to, if it is."""
    binding = binding_of(use)
    function = function_around(use.node, use.site.parents) if binding else None
    for node in descendants(function.body) if function else ():
        if isinstance(node, NameExpr) and binding and node.node is binding.variable:
            yield use.moved_to(node, is_name=True)


def is_taken_care_of_if_true(use: Use) -> bool:
    """Does what runs only where a tested name holds something take care of it?

    Then the test asks whether there is anything to await, as in `if job: await job`, or to stop, as
    in `task and task.cancel()`.
    """
    names = {dotted_name(node) for node in (use.node, *use.place.names)} - {""}
    return bool(names) and any(
        _needs_it_there(use.moved_to(node, is_name=True))
        for guarded in _if_true(use.place, use.site.parents)
        for node in descendants(guarded)
        if isinstance(node, Expression) and dotted_name(node) in names
    )


def _needs_it_there(use: Use) -> bool:
    """Does a use take care of the value, itself or by another name, or is about it as such?"""
    return (
        takes_care(use)
        or any(map(takes_care, uses_of_name(use)))
        or (use.place.kind is Kind.ATTRIBUTE and _is_its_own(use))
    )


def _is_its_own(use: Use) -> bool:
    """Is this attribute one of the awaitable, and of a coroutine none that its result has too?"""
    value, name = use.value, use.place.detail
    return has(value.typ, name) and (value.sort is Sort.FUTURE or not has(value.result, name))


def _if_true(place: Place, parents: Parents) -> Iterator[Node]:
    """Yield what runs only where the tested value is true."""
    match place.node:
        case IfStmt() as test:
            at = next(i for i, condition in enumerate(test.expr) if condition is place.value)
            yield test.body[at]
        case WhileStmt() as test:
            yield test.body
        case ConditionalExpr() as test:
            yield test.if_expr
        case GeneratorExpr() as test:
            yield test.left_expr
        case DictionaryComprehension() as test:
            yield from filter(None, (test.key, test.value))
        case MatchStmt() as test:
            guards = zip(test.guards, test.bodies, strict=True)
            yield from (body for guard, body in guards if guard is place.value)
        case AssertStmt() as test:
            yield from _behind(test, parents)
        case OpExpr(op="and") as test:
            yield test.right
            yield from _if_true(place_of(test, parents), parents)
        case UnaryExpr(op="not") as test:
            yield from _if_false(place_of(test, parents), parents)


def _if_false(place: Place, parents: Parents) -> Iterator[Node]:
    """Yield what runs only where the tested value is false."""
    match place.node:
        case IfStmt() as test if test.expr[-1] is place.value:
            if test.else_body:
                yield test.else_body
            if isinstance(test.body[-1].body[-1], _LEAVING):
                yield from _behind(test, parents)
        case ConditionalExpr() as test if test.cond is place.value:
            yield test.else_expr
        case OpExpr(op="or") as test:
            yield test.right
            yield from _if_false(place_of(test, parents), parents)


_LEAVING = (BreakStmt, ContinueStmt, RaiseStmt, ReturnStmt)


def _behind(statement: Node, parents: Parents) -> Iterator[Node]:
    """Yield the statements that follow in the same block."""
    block = parents.get(statement)
    if isinstance(block, Block):
        at = next(i for i, other in enumerate(block.body) if other is statement)
        yield from block.body[at + 1 :]
