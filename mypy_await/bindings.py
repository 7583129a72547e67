"""Follows an awaitable that is bound to a local name, and says what its uses come to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, cast

from mypy.nodes import (
    LDEF,
    AssignmentStmt,
    Block,
    CallExpr,
    ConditionalExpr,
    DictionaryComprehension,
    ForStmt,
    FuncDef,
    GeneratorExpr,
    IfStmt,
    IndexExpr,
    LambdaExpr,
    ListComprehension,
    ListExpr,
    MatchStmt,
    NameExpr,
    Node,
    SetComprehension,
    SetExpr,
    Statement,
    SymbolNode,
    TryStmt,
    TupleExpr,
    Var,
    WhileStmt,
    WithStmt,
)

from mypy_await import flow
from mypy_await.bound import Binding, assignments_to, binding_of, container_of
from mypy_await.effects import effect_on
from mypy_await.elements import is_certain, leaves_it, may_replace, taken_out
from mypy_await.knowledge import knows
from mypy_await.paths import Effect, Round, Status, Trace
from mypy_await.places import Kind, function_around
from mypy_await.site import Site
from mypy_await.use import Misuse, Use
from mypy_await.walk import Parents, descendants, enclosing

ObjectTo = Callable[[Use], Misuse | None]
"""What the checks say of one use."""


@dataclass(frozen=True)
class Fate:
    """What becomes of a value bound to a local name."""

    misuses: tuple[tuple[Use, Misuse], ...]
    """Uses as its result, in the order of the text."""
    certain: tuple[tuple[Use, Misuse], ...]
    """Those of them that meet this value on every way that leads there."""
    untouched: tuple[tuple[Use, Misuse], ...]
    """Those of them before which nothing at all can have been done with the value."""
    consumed: bool
    """Is it awaited or handed on anywhere?"""
    reused: tuple[NameExpr, ...]
    """Uses that await it, though it was awaited on every way that leads there."""
    overwritten: bool
    """Is it replaced, never awaited, in each next turn of a loop?"""
    uses: tuple[NameExpr, ...] = ()
    """All uses that the value reaches."""
    lost_on: int = 0
    """The line on which a path ends that does nothing with it, where another does; else 0."""


def fate(binding: Binding, object_to: ObjectTo, depth: int = 2) -> Fate | None:
    """Follow a bound value to its end, also into `depth` containers one in the other.

    None when functions nested in this one name it too, and when the program asks of the name
    whether it is awaitable, or which of several values it holds: it knows better than the types.
    """
    parents = binding.use.site.parents
    function = function_around(binding.statement, parents)
    if not isinstance(function, FuncDef) or flow.is_seen_elsewhere(binding.variable, function):
        return None
    uses = _Uses(binding.use, object_to, function, depth, is_others=binding.is_others)
    trace = uses.trace(binding)
    reached = trace.uses()
    if any(uses.asks_for_awaitable(node) for node in reached):
        return None
    asks = {
        node
        for node in reached
        if Status.UNBOUND in trace.statuses(node) and uses.asks_for_class(node)
    }
    misused = [node for node in reached if node in uses.misuses and node not in asks]
    if asks and not (misused and asks <= uses.misuses.keys()):
        return None
    return Fate(
        misuses=tuple(uses.misuses[node] for node in misused),
        certain=tuple(
            uses.misuses[node] for node in misused if Status.UNBOUND not in trace.statuses(node)
        ),
        untouched=tuple(
            uses.misuses[node] for node in misused if trace.statuses(node) == {Status.UNAWAITED}
        ),
        consumed=any(uses.effects[node] is not Effect.NOTHING for node in reached)
        or (not binding.is_others and _is_shared(binding, function, uses)),
        reused=_reused(binding, function, uses, trace),
        overwritten=trace.overwritten == {Status.UNAWAITED} and _each_turn(binding),
        uses=tuple(reached),
        lost_on=_lost_on(binding, uses, reached)
        if binding.use.site.config.every_path and Status.UNAWAITED in trace.ends
        else 0,
    )


def is_asked_about(binding: Binding, object_to: ObjectTo) -> bool:
    """Does the program ask of the name whether what it is bound to is awaitable?"""
    function = function_around(binding.statement, binding.use.site.parents)
    if not isinstance(function, FuncDef):
        return False
    uses = _Uses(binding.use, object_to, function, 0, is_others=binding.is_others)
    return any(map(uses.asks_for_awaitable, uses.trace(binding).uses()))


def _lost_on(binding: Binding, uses: _Uses, reached: list[NameExpr]) -> int:
    """Return the line on which a path that does nothing with the value ends, or 0.

    A way that may be impossible does not count: past a test of the value itself, past a loop that
    uses it, or behind a block that was left by an exception and swallowed it.
    """
    if binding.use.place.conditional or any(
        uses.tests(node) or _is_in_later_loop(node, binding) for node in reached
    ):
        return 0
    return uses.trace(binding, swallowed=False).ends.get(Status.UNAWAITED, 0)


def _is_in_later_loop(use: Node, binding: Binding) -> bool:
    """Does a use stand in a loop that the binding stands before?"""
    parents = binding.use.site.parents
    loop = enclosing(use, parents, _LOOPS)
    around = enclosing(binding.statement, parents, _LOOPS)
    while around is not None and around is not loop:
        around = enclosing(around, parents, _LOOPS)
    return loop is not around


def _reused(binding: Binding, function: FuncDef, uses: _Uses, trace: Trace) -> tuple[NameExpr, ...]:
    """Return the uses that await the value, or all that a container holds, once more."""
    reached, start = trace.uses(), binding.use
    ignored: set[Status] = set()
    if start.in_container:
        if not _keeps_items(start) or not all(uses.keeps_items(node) for node in reached):
            return ()
        if len(list(assignments_to(binding.variable, function))) == 1:
            ignored = {Status.UNBOUND}  # on such a path the container holds nothing of it
    return tuple(
        node
        for node in reached
        if uses.effects[node] is Effect.AWAIT
        and not _is_gathered_with(node, start.site)
        and (_follows_all(node, trace, ignored) or _follows_choice(node, uses, trace, start))
    )


def _follows_all(node: NameExpr, trace: Trace, ignored: set[Status]) -> bool:
    """Was the value awaited on every way that leads to a use?"""
    seen = (trace.seen.get((node, round_), set()) for round_ in (Round.FIRST, Round.AGAIN))
    return any(statuses - ignored == {Status.AWAITED} for statuses in seen)


def _follows_choice(node: NameExpr, uses: _Uses, trace: Trace, start: Use) -> bool:
    """Was the value awaited in an `if` that the use comes behind whatever its condition was?"""
    if start.in_container or Status.AWAITED not in trace.seen.get((node, Round.FIRST), ()):
        return False
    awaited = (one for one in trace.uses() if uses.effects[one] is Effect.AWAIT)
    return any(_is_behind_choice(node, one, start.site.parents) for one in awaited)


def _is_behind_choice(node: NameExpr, first: NameExpr, parents: Parents) -> bool:
    """Does a use come behind an `if` with another one in it, whatever the condition was?

    Where the branch goes on, no flag can keep the two apart.
    """
    statement: Node = node
    while not isinstance(parents.get(statement), Block):
        statement = parents[statement]
        if isinstance(statement, _CONDITIONAL) or getattr(statement, "op", "") in ("and", "or"):
            return False
    block, above = parents[statement], parents.get(first)
    chosen: Node = first
    while above is not None and above is not block:
        if isinstance(above, (ForStmt, WhileStmt, TryStmt, WithStmt, MatchStmt)):
            return False
        chosen, above = above, parents.get(above)
    if above is None or not isinstance(block, Block) or not isinstance(chosen, IfStmt):
        return False
    return block.body.index(chosen) < block.body.index(cast(Statement, statement))


_CONDITIONAL: Final = (
    ConditionalExpr,
    DictionaryComprehension,
    ForStmt,
    GeneratorExpr,
    IfStmt,
    LambdaExpr,
    MatchStmt,
    TryStmt,
    WhileStmt,
    WithStmt,
)
"""What may leave out, or repeat, some of what stands in it."""


def _keeps_items(container: Use) -> bool:
    """Does iterating over the container that a use makes leave its items in it?"""
    match container.node:
        case GeneratorExpr():
            above = container.site.parents.get(container.node)
            return isinstance(above, (ListComprehension, SetComprehension))
        case CallExpr():
            return container.site.callee_name(container.node) in _COLLECTIONS
    return isinstance(container.node, (ListExpr, SetExpr, TupleExpr, NameExpr))


_COLLECTIONS: Final = ("builtins.list", "builtins.set", "builtins.tuple")


def _is_gathered_with(node: NameExpr, site: Site) -> bool:
    """Is it one of several equal arguments of `asyncio.gather`, which runs them once?"""
    call = site.parents[node]
    if not isinstance(call, CallExpr) or site.callee_name(call) != "asyncio.tasks.gather":
        return False
    same = [arg for arg in call.args if isinstance(arg, NameExpr) and arg.node is node.node]
    return same[0] is not node


def _is_shared(binding: Binding, function: FuncDef, uses: _Uses) -> bool:
    """Is a container that takes the value in known to others, perhaps before it does?

    The flow of this value does not begin until then.
    """
    if not isinstance(binding.use.node, NameExpr):
        return False
    for node in descendants(function.body, into_functions=False):
        if isinstance(node, NameExpr) and node.node is binding.variable:
            above = binding.use.site.parents[node]
            if node is binding.use.node or (
                isinstance(above, AssignmentStmt) and node is not above.rvalue
            ):
                continue
            if _is_renamed(above) or uses.effect(node) is Effect.HAND_ON:
                return True
    return False


def _is_renamed(statement: Node) -> bool:
    """Does a statement give its value a second name, not only a place in one container?"""
    return isinstance(statement, AssignmentStmt) and not (
        len(statement.lvalues) == 1 and isinstance(statement.lvalues[0], IndexExpr)
    )


def _each_turn(binding: Binding) -> bool:
    """Does every turn of the loop around it run the binding?"""
    parents = binding.use.site.parents
    node = binding.statement
    while isinstance(block := parents.get(node), Block) and (above := parents.get(block)):
        if isinstance(above, (ForStmt, WhileStmt)):
            return block is above.body
        if not isinstance(above, (TryStmt, WithStmt)) or block is not above.body:
            return False
        node = above
    return False


_LOOPS: Final = (ForStmt, WhileStmt, GeneratorExpr, DictionaryComprehension)


class _Uses:
    """The uses of the names that hold one value: what each does to it."""

    def __init__(
        self, use: Use, object_to: ObjectTo, function: FuncDef, depth: int, *, is_others: bool
    ) -> None:
        self._use = use
        self._object_to = object_to
        self._function = function
        self._depth = depth
        self._is_others = is_others
        self.misuses: dict[NameExpr, tuple[Use, Misuse]] = {}
        self.effects: dict[NameExpr, Effect] = {}

    def trace(self, binding: Binding, *, swallowed: bool = True) -> Trace:
        """Follow the bound value on all ways through the function (`flow.trace`)."""
        return flow.trace(
            self._function.body,
            binding.statement,
            binding.variable,
            self.effect,
            self.alias,
            self.excluded,
            swallowed=swallowed,
        )

    def effect(self, node: NameExpr) -> Effect:
        """Say what a use does, and remember it."""
        if node not in self.effects:
            self.effects[node] = self._effect(node)
        return self.effects[node]

    def asks_for_awaitable(self, node: NameExpr) -> bool:
        """Is this use a test for a coroutine or awaitable, or for what can be called instead?"""
        asked = self._use.moved_to(node).receiver
        return knows("coroutine-tests", asked) or asked == "builtins.callable"

    def asks_for_class(self, node: NameExpr) -> bool:
        """Is this use an `isinstance` test?"""
        return self._use.moved_to(node).receiver == "builtins.isinstance"

    def excluded(self, node: Node) -> SymbolNode | None:
        """Return the variable that holds no awaitable where a condition, `isinstance`, holds."""
        match node:
            case CallExpr(args=[NameExpr() as name, _]) if name in self.misuses:
                return name.node if self.asks_for_class(name) else None
        return None

    def keeps_items(self, node: NameExpr) -> bool:
        """Does this use leave a container's items in it, as far as is seen here?"""
        is_indexed = self._use.moved_to(node).place.kind is Kind.INDEXED
        return self.effects[node] is not Effect.HAND_ON and not is_indexed

    def tests(self, node: NameExpr) -> bool:
        """Does a branch depend on this use?"""
        kind = self._use.moved_to(node).place.kind
        return kind in (Kind.COMPARED, Kind.TESTED) or self.asks_for_class(node)

    def alias(self, node: Node) -> SymbolNode | None:
        """Return the local variable that an assignment makes a second name of another one."""
        match node:
            case AssignmentStmt(lvalues=[NameExpr(node=Var() as target) as name]) if (
                name.kind == LDEF and isinstance(node.rvalue, NameExpr)
            ):
                # What others read the second name for is not to be seen here.
                return None if flow.is_seen_elsewhere(target, self._function) else target
        return None

    def _effect(self, node: NameExpr) -> Effect:
        use = self._use.moved_to(node, is_name=True)
        misuse = self._object_to(use)
        found = (use, misuse) if misuse is not None else self._misuse_of_container(use)
        if found is not None:
            self.misuses[node] = found
            return Effect.NOTHING
        outer = use.of_container()
        return self._effect_of_element(node, outer) if outer else effect_on(use)

    def _effect_of_element(self, node: NameExpr, container: Use) -> Effect:
        """Say what a use of a container does to the value in it, which it may take out."""
        if leaves_it(container):
            return Effect.NOTHING
        if self._is_others and may_replace(container):
            return Effect.HAND_ON
        inner, effect = taken_out(container), effect_on(container)
        if inner is None or effect is Effect.AWAIT:
            return effect
        if inner.place.kind is Kind.ASSIGNED or inner.place.names:
            return self._effect_of_name(node, inner)
        if inner.place.kind is Kind.STATEMENT:
            return Effect.NOTHING
        if not is_certain(inner):
            return Effect.HAND_ON
        if inner.in_container:
            return self._effect_of_element(node, inner.of_container() or inner)
        effect = effect_on(inner)
        return effect if effect is Effect.NOTHING else Effect.HAND_ON

    def _effect_of_name(self, node: NameExpr, inner: Use) -> Effect:
        """Say what becomes of a value that is taken out of a container and bound to a name."""
        binding = binding_of(inner) if self._depth else None
        end = fate(binding, self._object_to, self._depth - 1) if binding else None
        if end is None or end.consumed:
            return Effect.HAND_ON
        if end.misuses:
            self.misuses[node] = end.misuses[0]
        return Effect.NOTHING

    def _misuse_of_container(self, use: Use) -> tuple[Use, Misuse] | None:
        """Return the first misuse of a local container that takes the value in, if that is all."""
        container = container_of(use) if self._depth else None
        end = fate(container, self._object_to, self._depth - 1) if container else None
        return end.misuses[0] if end and end.misuses and not end.consumed else None
