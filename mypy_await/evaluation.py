"""What the expressions of a function do to one awaitable, in the order of their evaluation.

One function per kind of expression, in the terms of Python's reference, chapter 6; `flow` has the
statements.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

from mypy.nodes import (
    AssignmentExpr,
    AwaitExpr,
    CallExpr,
    ConditionalExpr,
    DictionaryComprehension,
    FuncDef,
    GeneratorExpr,
    ImportBase,
    IndexExpr,
    LambdaExpr,
    MemberExpr,
    NameExpr,
    Node,
    OpExpr,
    SymbolNode,
    UnaryExpr,
    YieldExpr,
    YieldFromExpr,
)

from mypy_await.paths import (
    AFTER,
    NOWHERE,
    Jumps,
    Path,
    Round,
    State,
    Status,
    SymbolOf,
    Trace,
    UseOf,
)
from mypy_await.walk import children


class Evaluation:
    """What one expression after the other does to the value."""

    def __init__(
        self,
        binding: Node,
        variable: SymbolNode,
        use_of: UseOf,
        alias_of: SymbolOf,
        excluded_by: SymbolOf,
        *,
        swallowed: bool,
    ) -> None:
        self.binding = binding
        self.variable = variable
        self.use_of = use_of
        self.alias_of = alias_of
        self.excluded_by = excluded_by
        self.holders = {variable}
        self.result = Trace()
        self.jumps: list[Jumps] = []
        self.raises: list[list[State]] = []
        self.round = Round.FIRST
        self.swallowed = swallowed

    # Expressions, in evaluation order

    def expression(self, node: Node, state: State) -> State:
        """Evaluate an expression, and what stands in it."""
        if isinstance(node, NameExpr):
            return self.name(node, state)
        if isinstance(node, (FuncDef, LambdaExpr)):
            return state
        run = _EXPRESSIONS.get(type(node))
        if run is not None:
            return run(self, node, state)
        before = state
        for child in children(_called_at_once(node)):
            state = self.expression(child, state)
        if isinstance(node, _MAY_RAISE):
            self.may_raise(_perhaps_refused(before, state) if type(node) is CallExpr else state)
        return state

    def name(self, node: NameExpr, state: State) -> State:
        """Note which statuses reach a use of a name, and what it does to the value."""
        if node.node not in self.holders:
            return state
        effect = self.use_of(node)
        statuses = self.result.seen.setdefault((node, self.round), set())
        out: set[Path] = set()
        for status, held in state:
            if node.node not in held:
                statuses.add(Status.UNBOUND)
                out.add((status, held))
                continue
            statuses.add(status)
            out.add((AFTER[effect](status), held))
        return frozenset(out)

    def condition(self, node: Node, state: State) -> tuple[State, State]:
        """Evaluate a condition; return the states in which it holds, and in which it does not."""
        match node:
            case UnaryExpr(op="not"):
                holds, fails = self.condition(node.expr, state)
                return fails, holds
            case OpExpr(op="and"):
                left, fails = self.condition(node.left, state)
                holds, right = self.condition(node.right, left)
                return holds, fails | right
            case OpExpr(op="or"):
                holds, left = self.condition(node.left, state)
                right, fails = self.condition(node.right, left)
                return holds | right, fails
        state = self.expression(node, state)
        excluded = self.excluded_by(node)
        return frozenset(path for path in state if excluded not in path[1]), state

    def operator(self, node: OpExpr, state: State) -> State:
        """Evaluate the operands; `and` and `or` may leave the right one out."""
        if node.op in ("and", "or"):
            holds, fails = self.condition(node.left, state)
            ends, goes_on = (fails, holds) if node.op == "and" else (holds, fails)
            return ends | self.expression(node.right, goes_on)
        state = self.expression(node.right, self.expression(node.left, state))
        self.may_raise(state)
        return state

    def conditional(self, node: ConditionalExpr, state: State) -> State:
        """Evaluate the condition, and one of the two others."""
        holds, fails = self.condition(node.cond, state)
        return self.expression(node.if_expr, holds) | self.expression(node.else_expr, fails)

    def walrus(self, node: AssignmentExpr, state: State) -> State:
        """Bind a name inside an expression."""
        state = self.expression(node.value, state)
        self.note_overwriting(node, state)
        state = self.bind(node.target, state)
        return self.begin(state) if node is self.binding else state

    def comprehension(self, node: GeneratorExpr | DictionaryComprehension, state: State) -> State:
        """Run the turns of a comprehension."""
        state = self.expression(node.sequences[0], state)

        skipped: set[Path] = set()

        def turn(state: State) -> State:
            for part in children(node):
                if part in node.indices:
                    state = self.next_value(part, state)
                elif part is not node.sequences[0]:
                    state = self.expression(part, state)
                if any(part in conditions for conditions in node.condlists):
                    skipped.update(state)
            return state | skipped

        ends, _ = self.loop(turn, state, Round.AGAIN)
        return state | ends

    # Loops and names

    def loop(
        self, turn: Callable[[State], State], state: State, again: Round
    ) -> tuple[State, State]:
        """Run the turns of a loop; return the states at their ends, and at `break`.

        Three turns reach every status: of the first, of a second, and of one after another.
        """
        self.jumps.append(Jumps(returns=self.jumps[-1].returns))
        before, ends = self.round, NOWHERE
        for _ in range(3):
            state = turn(state)
            state = state.union(*self.jumps[-1].continues)
            ends |= state
            self.jumps[-1].continues.clear()
            self.round = before if before is Round.PERHAPS else again
            if not state:
                break
        self.round = before
        return ends, NOWHERE.union(*self.jumps.pop().breaks)

    def begin(self, state: State) -> State:
        """Bind the value: from here on it is there, and nothing was done with it."""
        return frozenset({(Status.UNAWAITED, frozenset({self.variable}))}) if state else state

    def next_value(self, target: Node, state: State) -> State:
        """Bind the target of a loop; where it is the binding, perhaps to the value."""
        state = self.bind(target, state)
        return state | self.begin(state) if target is self.binding else state

    def note_overwriting(self, node: Node, state: State) -> None:
        """Note in which statuses the binding replaces the value of an earlier turn."""
        if node is self.binding and self.round is Round.AGAIN:
            self.result.overwritten |= {status for status, held in state if held == {self.variable}}

    def bind(self, target: Node, state: State) -> State:
        """Bind other values to all names in a target; the value loses these names."""
        for node in _bound_in(target):
            if isinstance(node, NameExpr) and node.node in self.holders:
                state = frozenset(self.without(node.node, path, node.line) for path in state)
        return state

    def without(self, name: SymbolNode, path: Path, line: int) -> Path:
        """Take a name from a path; with the last one the value is out of reach."""
        status, held = path
        left = held - {name}
        if held and not left:
            self.result.ends.setdefault(status, line)
            return Status.UNBOUND, left
        return status, left

    def targets(self, target: Node, state: State) -> State:
        """Evaluate the parts of a target that are read: `x` in `x.y = ...` and `x[i] = ...`."""
        if isinstance(target, NameExpr):
            return state
        for child in children(target):
            nested = isinstance(child, NameExpr) and type(target).__name__ in _TARGET_LISTS
            state = state if nested else self.expression(child, state)
        return state

    def may_raise(self, state: State) -> None:
        """Note that an exception may be raised here."""
        if self.raises:
            self.raises[-1].append(state)


def _called_at_once(node: Node) -> Node:
    """Return the call that an `await` runs: both raise as one."""
    if isinstance(node, AwaitExpr) and isinstance(node.expr, CallExpr):
        return node.expr
    return node


def _perhaps_refused(before: State, after: State) -> State:
    """Return the state in which a call raises: it may have refused what it was to await."""
    if any(status is Status.AWAITED for status, _ in before):
        return after
    return frozenset(
        (Status.HANDED_ON if status is Status.AWAITED else status, held) for status, held in after
    )


def _bound_in(target: Node) -> Iterator[Node]:
    """Yield the parts of a target that are bound: not `x` in `x.y = ...` and `x[i] = ...`."""
    yield target
    for child in () if isinstance(target, (IndexExpr, MemberExpr)) else children(target):
        yield from _bound_in(child)


_TARGET_LISTS: Final = ("TupleExpr", "ListExpr", "StarExpr")
_MAY_RAISE: Final = (CallExpr, AwaitExpr, IndexExpr, YieldExpr, YieldFromExpr, ImportBase)
"""What a program expects to raise, besides operators, loops over values and unpacking.  Reading an
attribute may as well, but is rarely what a handler is there for."""

_EXPRESSIONS: Final[dict[type[Node], Callable[[Evaluation, Any, State], State]]] = {
    OpExpr: Evaluation.operator,
    ConditionalExpr: Evaluation.conditional,
    AssignmentExpr: Evaluation.walrus,
    GeneratorExpr: Evaluation.comprehension,
    DictionaryComprehension: Evaluation.comprehension,
}
