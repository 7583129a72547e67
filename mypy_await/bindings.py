"""Follows an awaitable that is bound to a local name, and says what its uses come to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from mypy.nodes import (
    LDEF,
    AssignmentStmt,
    Block,
    CallExpr,
    FuncDef,
    FuncItem,
    NameExpr,
    Node,
    SymbolNode,
    Var,
)

from mypy_await import flow
from mypy_await.flow import Effect, Round, Status
from mypy_await.knowledge import knows
from mypy_await.places import Kind, function_around, place_of
from mypy_await.use import Misuse, Use

ObjectTo = Callable[[Use], Misuse | None]
"""What the checks say of one use."""


@dataclass(frozen=True)
class Fate:
    """What becomes of a value bound to a local name."""

    misuses: tuple[tuple[Use, Misuse], ...]
    """Uses as its result, in the order of the text."""
    certain: tuple[tuple[Use, Misuse], ...]
    """Those of them that meet this value on every way that leads there."""
    consumed: bool
    """Is it awaited or handed on anywhere?"""
    reused: tuple[NameExpr, ...]
    """Uses that await it, though it was awaited on every way that leads there."""
    overwritten: bool
    """Is it replaced, never awaited, in each next turn of a loop?"""


def fate(use: Use, object_to: ObjectTo) -> Fate | None:
    """Follow the value of `use` to its end; None when it is not bound to a local name alone."""
    bound = _binding(use)
    if bound is None:
        return None
    binding, variable = bound
    function = function_around(binding, use.site.parents)
    if not isinstance(function, FuncDef) or flow.is_captured(variable, function):
        return None
    uses = _Uses(use, object_to)
    trace = flow.trace(function.body, binding, variable, uses.effect, uses.alias)
    reached = trace.uses()
    misuses = tuple(uses.misuses[node] for node in reached if node in uses.misuses)
    return Fate(
        misuses=misuses,
        certain=tuple(
            uses.misuses[node]
            for node in reached
            if node in uses.misuses and Status.UNBOUND not in trace.statuses(node)
        ),
        consumed=any(uses.effects[node] is not Effect.NOTHING for node in reached),
        reused=tuple(node for node in reached if _is_reuse(node, uses, trace)),
        overwritten=trace.overwritten == {Status.UNAWAITED} and _each_turn(binding, use),
    )


def _binding(use: Use) -> tuple[Node, SymbolNode] | None:
    place = use.place
    if place.names and place.kind is not Kind.ASSIGNED:
        target, binding = place.names[-1], use.site.parents[place.names[-1]]
    elif place.kind is Kind.ASSIGNED and isinstance(place.target, NameExpr) and not place.names:
        target, binding = place.target, place.node
    else:
        return None
    if target.kind != LDEF or not isinstance(target.node, Var):
        return None
    if isinstance(binding, AssignmentStmt) and len(binding.lvalues) > 1:
        return None
    return binding, target.node


def _is_reuse(node: NameExpr, uses: _Uses, trace: flow.Trace) -> bool:
    return uses.effects[node] is Effect.AWAIT and any(
        trace.seen.get((node, round_)) == {Status.AWAITED} for round_ in (Round.FIRST, Round.AGAIN)
    )


def _each_turn(binding: Node, use: Use) -> bool:
    """Does every turn of the loop around it run the binding?"""
    block = use.site.parents.get(binding)
    return isinstance(block, Block) and not isinstance(use.site.parents.get(block), FuncItem)


class _Uses:
    """The uses of the names that hold one value: what each does to it."""

    def __init__(self, use: Use, object_to: ObjectTo) -> None:
        self._use = use
        self._object_to = object_to
        self.misuses: dict[NameExpr, tuple[Use, Misuse]] = {}
        self.effects: dict[NameExpr, Effect] = {}

    def effect(self, node: NameExpr) -> Effect:
        """Say what a use does, and remember it."""
        if node not in self.effects:
            self.effects[node] = self._effect(node)
        return self.effects[node]

    def alias(self, node: Node) -> SymbolNode | None:
        """Return the local variable that an assignment makes a second name of another one."""
        match node:
            case AssignmentStmt(lvalues=[NameExpr(node=Var() as target) as name]) if (
                name.kind == LDEF and isinstance(node.rvalue, NameExpr)
            ):
                return target
        return None

    def _effect(self, node: NameExpr) -> Effect:
        site = self._use.site
        use = replace(
            self._use,
            node=node,
            place=place_of(node, site.parents),
            expected=None,
            is_name=True,
        )
        misuse = self._object_to(use)
        if misuse is not None:
            self.misuses[node] = (use, misuse)
            return Effect.NOTHING
        match use.place.kind:
            case Kind.AWAITED:
                return Effect.AWAIT
            case Kind.STATEMENT | Kind.COMPARED | Kind.DELETED | Kind.TESTED | Kind.FORMATTED:
                return Effect.NOTHING
            case Kind.ARGUMENT:
                call = use.place.node
                assert isinstance(call, CallExpr)
                return _given_to(site.callee_name(call))
        return Effect.HAND_ON


def _given_to(callee: str) -> Effect:
    if knows("consumer", callee):
        return Effect.AWAIT
    if knows("neutral", callee) or knows("text", callee):
        return Effect.NOTHING
    return Effect.HAND_ON
