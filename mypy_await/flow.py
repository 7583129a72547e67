"""What becomes of one awaitable that is bound to a local name, over all paths of its function.

The value is bound at one statement.  `docs/flow.md` states the rules; here is one function per kind
of statement, in the terms of Python's reference, chapters 7 and 8.

What a use does to the value is for the caller to say (`Effect`); this module only orders the uses.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from mypy.nodes import (
    AssertStmt,
    AssignmentStmt,
    Block,
    BreakStmt,
    CallExpr,
    ClassDef,
    ContinueStmt,
    DelStmt,
    ExpressionStmt,
    ForStmt,
    FuncDef,
    IfStmt,
    LambdaExpr,
    ListExpr,
    MatchStmt,
    NameExpr,
    Node,
    NonlocalDecl,
    OperatorAssignmentStmt,
    RaiseStmt,
    RefExpr,
    ReturnStmt,
    SymbolNode,
    TryStmt,
    TupleExpr,
    WhileStmt,
    WithStmt,
)
from mypy.patterns import AsPattern
from mypy.types import CallableType, UninhabitedType, get_proper_type

from mypy_await.evaluation import Evaluation
from mypy_await.loops import counts, is_endless
from mypy_await.paths import NOWHERE, START, Jumps, Path, Round, State, SymbolOf, Trace, UseOf
from mypy_await.raising import expects_error
from mypy_await.walk import children, descendants


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
    flow.jumps.append(Jumps())
    end = flow.block(body, flow.begin(START) if binding is body else START)
    for state, line in (*flow.jumps.pop().returns, (end, body.end_line or body.line)):
        for status, _ in state:
            flow.result.ends.setdefault(status, line)
    return flow.result


class _Flow(Evaluation):
    """What one statement after the other does to it."""

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
        return NOWHERE if _never_returns(node.expr) else state

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

    def try_(self, node: TryStmt, state: State) -> State:
        outer, self.jumps[-1:] = self.jumps[-1], [Jumps()]
        self.raises.append([])
        body = self.block(node.body, state)
        raised = NOWHERE.union(*self.raises.pop()) or state
        self.raises.append([])
        out = self.block(node.else_body, body) if node.else_body else body
        for typ, variable, handler in zip(node.types, node.vars, node.handlers, strict=True):
            entry = self.expression(typ, raised) if typ is not None else raised
            out |= self.block(handler, self.bind(variable, entry) if variable else entry)
        uncaught = NOWHERE.union(*self.raises.pop(), raised)
        inner, self.jumps[-1] = self.jumps[-1], outer
        outer.breaks.append(self.block(node.finally_body, NOWHERE.union(*inner.breaks)))
        outer.continues.append(self.block(node.finally_body, NOWHERE.union(*inner.continues)))
        lines: dict[State, int] = {}
        for jump, line in inner.returns:
            lines.setdefault(jump, line)  # the others do nothing else from here on
        for jump, line in lines.items():
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
        raised = NOWHERE.union(*self.raises.pop())
        self.may_raise(raised | out)
        if any(map(expects_error, node.expr)):
            raised |= state  # what raised may have refused the value
        return out | raised if self.swallowed else out

    def match_(self, node: MatchStmt, state: State) -> State:
        state = self.expression(node.subject, state)
        out = NOWHERE
        for pattern, guard, body in zip(node.patterns, node.guards, node.bodies, strict=True):
            entry = self.bind(pattern, self.expression(pattern, state))
            if guard is not None:
                entry = self.expression(guard, entry)
                state |= entry
            elif isinstance(pattern, AsPattern) and pattern.pattern is None:
                state = NOWHERE  # `case _` and `case name` take whatever is left
            out |= self.block(body, entry)
        return out | state

    def assignment(self, node: AssignmentStmt, state: State) -> State:
        source = node.rvalue.node if isinstance(node.rvalue, NameExpr) else None
        alias = self.alias_of(node) if source in self.holders else None
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
        return NOWHERE

    def raise_(self, node: RaiseStmt, state: State) -> State:
        for part in (node.expr, node.from_expr):
            state = self.expression(part, state) if part is not None else state
        self.may_raise(state)
        return NOWHERE

    def assert_(self, node: AssertStmt, state: State) -> State:
        state, failed = self.condition(node.expr, state)
        self.may_raise(self.expression(node.msg, failed) if node.msg is not None else failed)
        is_false = isinstance(node.expr, NameExpr) and node.expr.fullname == "builtins.False"
        return NOWHERE if is_false else state

    def break_(self, node: BreakStmt, state: State) -> State:
        self.jumps[-1].breaks.append(state)
        return NOWHERE

    def continue_(self, node: ContinueStmt, state: State) -> State:
        self.jumps[-1].continues.append(state)
        return NOWHERE

    def class_(self, node: ClassDef, state: State) -> State:
        """Run the body of a class, which is no function: it runs here and now."""
        for child in children(node):
            if isinstance(child, Block):
                state = self.block(child, state)
            else:
                state = self.expression(child, state)
        return state


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
