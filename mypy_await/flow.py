"""What becomes of one awaitable that is bound to a local name, over all paths of its function.

The value is bound at one statement.  A *path* is what one way through the function up to some point
did to it: its status, and the names that hold it there.  A *state* is the set of paths that reach
the point; joining two ways is the union of their states.  `docs/flow.md` states the rules; here is
one function per kind of statement, in the terms of Python's reference, chapters 7 and 8.

What a use does to the value is for the caller to say (`Effect`); this module only orders the uses.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from mypy.nodes import (
    AssertStmt,
    AssignmentExpr,
    AssignmentStmt,
    AwaitExpr,
    Block,
    BreakStmt,
    CallExpr,
    ClassDef,
    ConditionalExpr,
    ContinueStmt,
    DelStmt,
    DictionaryComprehension,
    ExpressionStmt,
    ForStmt,
    FuncDef,
    GeneratorExpr,
    IfStmt,
    ImportBase,
    IndexExpr,
    LambdaExpr,
    ListExpr,
    MatchStmt,
    MemberExpr,
    NameExpr,
    Node,
    NonlocalDecl,
    OperatorAssignmentStmt,
    OpExpr,
    RaiseStmt,
    RefExpr,
    ReturnStmt,
    SymbolNode,
    TryStmt,
    TupleExpr,
    UnaryExpr,
    WhileStmt,
    WithStmt,
    YieldExpr,
    YieldFromExpr,
)
from mypy.patterns import AsPattern
from mypy.types import CallableType, UninhabitedType, get_proper_type

from mypy_await.loops import counts, is_endless
from mypy_await.walk import children, descendants


class Status(enum.Enum):
    """What has happened to the value."""

    UNBOUND = "not there yet, or no longer the value of the name"
    UNAWAITED = "held, and nothing done with it"
    AWAITED = "awaited, or given to something that awaits it"
    HANDED_ON = "given to something that may await it"


class Effect(enum.Enum):
    """What a use of a name does to the value."""

    NOTHING = "looks at it"
    AWAIT = "awaits it, or gives it to something that does"
    HAND_ON = "gives it away"


class Round(enum.Enum):
    """Which time a use in a loop is met."""

    FIRST = "the first time"
    AGAIN = "after a turn of a loop that takes a next one"
    PERHAPS = "after a turn of a loop that may have been the last"


Path = tuple[Status, frozenset[SymbolNode]]
State = frozenset[Path]
UseOf = Callable[[NameExpr], Effect]
SymbolOf = Callable[[Node], SymbolNode | None]

_NOWHERE: Final[State] = frozenset()
_START: Final[State] = frozenset({(Status.UNBOUND, frozenset())})


@dataclass
class Trace:
    """What the analysis saw of the value."""

    seen: dict[tuple[NameExpr, Round], set[Status]] = field(default_factory=dict)
    """Each use of a name that may hold the value: the statuses that reach it."""
    overwritten: set[Status] = field(default_factory=set)
    """Statuses of the value when the binding itself replaces it, in a later turn of a loop."""
    ends: dict[Status, int] = field(default_factory=dict)
    """Statuses in which paths leave the function or lose the last name, with the first line."""

    def statuses(self, use: NameExpr) -> set[Status]:
        """Return all statuses that reach a use."""
        return {status for (node, _), found in self.seen.items() if node is use for status in found}

    def uses(self) -> list[NameExpr]:
        """Return the uses that the value reaches, in the order of the text."""
        reached = {node for (node, _), found in self.seen.items() if found - {Status.UNBOUND}}
        return sorted(reached, key=lambda node: (node.line, node.column))


@dataclass
class _Jumps:
    """States of paths that leave a loop or a function early."""

    breaks: list[State] = field(default_factory=list)
    continues: list[State] = field(default_factory=list)
    returns: list[tuple[State, int]] = field(default_factory=list)
    """With the line of the statement."""


def is_captured(variable: SymbolNode, root: Node) -> bool:
    """Is the variable named in a function or lambda nested in `root`?"""
    return any(
        isinstance(inner, NameExpr) and inner.node is variable
        for node in descendants(root)
        if isinstance(node, (FuncDef, LambdaExpr)) and node is not root
        for inner in descendants(node)
    )


def is_seen_elsewhere(variable: SymbolNode, function: FuncDef) -> bool:
    """Do other functions know a variable: nested ones, or the one around that goes on with it?"""
    return is_captured(variable, function) or _is_nonlocal(variable.name, function)


def _is_nonlocal(name: str, function: FuncDef) -> bool:
    return any(
        isinstance(node, NonlocalDecl) and name in node.names
        for node in descendants(function.body, into_functions=False)
    )


def trace(
    body: Block,
    binding: Node,
    variable: SymbolNode,
    use_of: UseOf,
    alias_of: SymbolOf,
    excluded_by: SymbolOf,
    *,
    swallowed: bool = True,
) -> Trace:
    """Follow the value that the statement `binding` binds to `variable` through `body`.

    A parameter is bound by the body itself.
    `use_of` says what a use of a holding name does; `alias_of` names the variable that an
    assignment binds to the value of another name, if it is such an assignment; `excluded_by` names
    the variable that cannot hold the value where a condition is true.  `swallowed` says whether
    context managers may swallow what is raised in their blocks.
    """
    flow = _Flow(binding, variable, use_of, alias_of, excluded_by, swallowed=swallowed)
    flow.jumps.append(_Jumps())
    end = flow.block(body, flow.begin(_START) if binding is body else _START)
    for state, line in (*flow.jumps.pop().returns, (end, body.end_line or body.line)):
        for status, _ in state:
            flow.result.ends.setdefault(status, line)
    return flow.result


class _Flow:
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
        self.jumps: list[_Jumps] = []
        self.raises: list[list[State]] = []
        self.round = Round.FIRST
        self.swallowed = swallowed

    # Statements

    def block(self, block: Block | None, state: State) -> State:
        for statement in block.body if block is not None else ():
            if not state:
                break
            state = self.statement(statement, state)
        return state

    def statement(self, node: Node, state: State) -> State:
        run = _STATEMENTS.get(type(node))
        state = run(self, node, state) if run else self.expression(node, state)
        if node is self.binding:
            state = self.begin(state)
            self.may_raise(state)
        return state

    def expression_(self, node: ExpressionStmt, state: State) -> State:
        state = self.expression(node.expr, state)
        return _NOWHERE if _never_returns(node.expr) else state

    def if_(self, node: IfStmt, state: State) -> State:
        out: set[Path] = set()
        for condition, body in zip(node.expr, node.body, strict=True):
            holds, state = self.condition(condition, state)
            out |= self.block(body, holds)
        return frozenset(out | self.block(node.else_body, state))

    def while_(self, node: WhileStmt, state: State) -> State:
        endless = is_endless(node.expr)
        again = Round.AGAIN if endless or counts(node) else Round.PERHAPS

        def turn(state: State) -> State:
            return self.block(node.body, self.condition(node.expr, state)[0])

        ends, breaks = self.loop(turn, state, again)
        if endless:
            return breaks
        return self.block(node.else_body, self.condition(node.expr, state | ends)[1]) | breaks

    def for_(self, node: ForStmt, state: State) -> State:
        state = self.expression(node.expr, state)

        def turn(state: State) -> State:
            self.may_raise(state)  # the next value may fail to come
            return self.block(node.body, self.next_value(node.index, state))

        ends, breaks = self.loop(turn, state, Round.AGAIN)
        return self.block(node.else_body, state | ends) | breaks

    def loop(
        self, turn: Callable[[State], State], state: State, again: Round
    ) -> tuple[State, State]:
        """Run the turns of a loop; return the states at their ends, and at `break`.

        Three turns reach every status: of the first, of a second, and of one after another.
        """
        self.jumps.append(_Jumps(returns=self.jumps[-1].returns))
        before, ends = self.round, _NOWHERE
        for _ in range(3):
            state = turn(state)
            state = state.union(*self.jumps[-1].continues)
            ends |= state
            self.jumps[-1].continues.clear()
            self.round = before if before is Round.PERHAPS else again
            if not state:
                break
        self.round = before
        return ends, _NOWHERE.union(*self.jumps.pop().breaks)

    def try_(self, node: TryStmt, state: State) -> State:
        outer, self.jumps[-1:] = self.jumps[-1], [_Jumps()]
        self.raises.append([])
        body = self.block(node.body, state)
        raised = _NOWHERE.union(*self.raises.pop()) or state
        self.raises.append([])
        out = self.block(node.else_body, body) if node.else_body else body
        for typ, variable, handler in zip(node.types, node.vars, node.handlers, strict=True):
            entry = self.expression(typ, raised) if typ is not None else raised
            out |= self.block(handler, self.bind(variable, entry) if variable else entry)
        uncaught = _NOWHERE.union(*self.raises.pop(), raised)
        inner, self.jumps[-1] = self.jumps[-1], outer
        for jump in inner.breaks:
            outer.breaks.append(self.block(node.finally_body, jump))
        for jump in inner.continues:
            outer.continues.append(self.block(node.finally_body, jump))
        for jump, line in inner.returns:
            outer.returns.append((self.block(node.finally_body, jump), line))
        self.may_raise(self.block(node.finally_body, uncaught))
        return self.block(node.finally_body, out)

    def with_(self, node: WithStmt, state: State) -> State:
        for expr, target in zip(node.expr, node.target, strict=True):
            state = self.expression(expr, state)
            self.may_raise(state)
            state = self.bind(target, state) if target is not None else state
        self.raises.append([])
        out = self.block(node.body, state)
        raised = _NOWHERE.union(*self.raises.pop())
        self.may_raise(raised | out)
        return out | raised if self.swallowed else out

    def match_(self, node: MatchStmt, state: State) -> State:
        state = self.expression(node.subject, state)
        out = _NOWHERE
        for pattern, guard, body in zip(node.patterns, node.guards, node.bodies, strict=True):
            entry = self.bind(pattern, self.expression(pattern, state))
            if guard is not None:
                entry = self.expression(guard, entry)
                state |= entry
            elif isinstance(pattern, AsPattern) and pattern.pattern is None:
                state = _NOWHERE  # `case _` and `case name` take whatever is left
            out |= self.block(body, entry)
        return out | state

    def assignment(self, node: AssignmentStmt, state: State) -> State:
        alias = self.alias_of(node)
        if alias is not None:
            return self.alias(node, alias, state)
        state = self.expression(node.rvalue, state)
        self.note_overwriting(node, state)
        for target in node.lvalues:
            state = self.targets(target, state)
            if isinstance(target, (TupleExpr, ListExpr)):
                self.may_raise(state)  # there may be more or fewer values
            state = self.bind(target, state)
        return state

    def alias(self, node: AssignmentStmt, alias: SymbolNode, state: State) -> State:
        """Let a second name hold the value where the first does."""
        assert isinstance(node.rvalue, NameExpr)
        source = node.rvalue.node
        self.holders.add(alias)
        return frozenset(
            (path[0], path[1] | {alias})
            if source in path[1]
            else self.without(alias, path, node.line)
            for path in state
        )

    def augmented(self, node: OperatorAssignmentStmt, state: State) -> State:
        return self.bind(
            node.lvalue, self.expression(node.rvalue, self.expression(node.lvalue, state))
        )

    def delete(self, node: DelStmt, state: State) -> State:
        if not isinstance(node.expr, NameExpr):
            state = self.expression(node.expr, state)
        return self.bind(node.expr, state)

    def return_(self, node: ReturnStmt, state: State) -> State:
        if node.expr is not None:
            state = self.expression(node.expr, state)
        self.jumps[-1].returns.append((state, node.line))
        return _NOWHERE

    def raise_(self, node: RaiseStmt, state: State) -> State:
        for part in (node.expr, node.from_expr):
            state = self.expression(part, state) if part is not None else state
        self.may_raise(state)
        return _NOWHERE

    def assert_(self, node: AssertStmt, state: State) -> State:
        state, failed = self.condition(node.expr, state)
        self.may_raise(self.expression(node.msg, failed) if node.msg is not None else failed)
        is_false = isinstance(node.expr, NameExpr) and node.expr.fullname == "builtins.False"
        return _NOWHERE if is_false else state

    def break_(self, node: BreakStmt, state: State) -> State:
        self.jumps[-1].breaks.append(state)
        return _NOWHERE

    def continue_(self, node: ContinueStmt, state: State) -> State:
        self.jumps[-1].continues.append(state)
        return _NOWHERE

    def class_(self, node: ClassDef, state: State) -> State:
        """Run the body of a class, which is no function: it runs here and now."""
        for child in children(node):
            if isinstance(child, Block):
                state = self.block(child, state)
            else:
                state = self.expression(child, state)
        return state

    # Expressions, in evaluation order

    def expression(self, node: Node, state: State) -> State:
        if isinstance(node, NameExpr):
            return self.name(node, state)
        if isinstance(node, (FuncDef, LambdaExpr)):
            return state
        run = _EXPRESSIONS.get(type(node))
        if run is not None:
            return run(self, node, state)
        for child in children(node):
            state = self.expression(child, state)
        if isinstance(node, _MAY_RAISE):
            self.may_raise(state)
        return state

    def name(self, node: NameExpr, state: State) -> State:
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
            out.add((_AFTER[effect](status), held))
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
        if node.op in ("and", "or"):
            holds, fails = self.condition(node.left, state)
            ends, goes_on = (fails, holds) if node.op == "and" else (holds, fails)
            return ends | self.expression(node.right, goes_on)
        state = self.expression(node.right, self.expression(node.left, state))
        self.may_raise(state)
        return state

    def conditional(self, node: ConditionalExpr, state: State) -> State:
        holds, fails = self.condition(node.cond, state)
        return self.expression(node.if_expr, holds) | self.expression(node.else_expr, fails)

    def walrus(self, node: AssignmentExpr, state: State) -> State:
        state = self.expression(node.value, state)
        self.note_overwriting(node, state)
        state = self.bind(node.target, state)
        return self.begin(state) if node is self.binding else state

    def comprehension(self, node: GeneratorExpr | DictionaryComprehension, state: State) -> State:
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

    # Names

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


def _bound_in(target: Node) -> Iterator[Node]:
    """Yield the parts of a target that are bound: not `x` in `x.y = ...` and `x[i] = ...`."""
    yield target
    for child in () if isinstance(target, (IndexExpr, MemberExpr)) else children(target):
        yield from _bound_in(child)


_TARGET_LISTS: Final = ("TupleExpr", "ListExpr", "StarExpr")
_MAY_RAISE: Final = (CallExpr, AwaitExpr, IndexExpr, YieldExpr, YieldFromExpr, ImportBase)
"""What a program expects to raise, besides operators, loops over values and unpacking.  Reading an
attribute may as well, but is rarely what a handler is there for."""

_AFTER: Final[dict[Effect, Callable[[Status], Status]]] = {
    Effect.NOTHING: lambda status: status,
    Effect.AWAIT: lambda status: Status.AWAITED,
    Effect.HAND_ON: lambda status: Status.AWAITED if status is Status.AWAITED else Status.HANDED_ON,
}


def _never_returns(node: Node) -> bool:
    """Is this a call of a function that is declared `NoReturn` or `Never`?"""
    match node:
        case CallExpr(callee=RefExpr(node=FuncDef(type=CallableType() as typ, is_coroutine=False))):
            return isinstance(get_proper_type(typ.ret_type), UninhabitedType)
    return False


_STATEMENTS: Final[dict[type[Node], Callable[[_Flow, Any, State], State]]] = {
    ExpressionStmt: _Flow.expression_,
    IfStmt: _Flow.if_,
    WhileStmt: _Flow.while_,
    ForStmt: _Flow.for_,
    TryStmt: _Flow.try_,
    WithStmt: _Flow.with_,
    MatchStmt: _Flow.match_,
    AssignmentStmt: _Flow.assignment,
    OperatorAssignmentStmt: _Flow.augmented,
    DelStmt: _Flow.delete,
    ReturnStmt: _Flow.return_,
    RaiseStmt: _Flow.raise_,
    AssertStmt: _Flow.assert_,
    BreakStmt: _Flow.break_,
    ContinueStmt: _Flow.continue_,
    ClassDef: _Flow.class_,
    Block: _Flow.block,
}
_EXPRESSIONS: Final[dict[type[Node], Callable[[_Flow, Any, State], State]]] = {
    OpExpr: _Flow.operator,
    ConditionalExpr: _Flow.conditional,
    AssignmentExpr: _Flow.walrus,
    GeneratorExpr: _Flow.comprehension,
    DictionaryComprehension: _Flow.comprehension,
}
