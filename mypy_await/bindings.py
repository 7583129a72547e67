"""Follows an awaitable that is bound to a local name, and says what its uses come to."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from mypy.nodes import (
    LDEF,
    AssignmentStmt,
    Block,
    CallExpr,
    DictExpr,
    Expression,
    ExpressionStmt,
    ForStmt,
    FuncDef,
    FuncItem,
    IndexExpr,
    ListExpr,
    MemberExpr,
    NameExpr,
    Node,
    NonlocalDecl,
    OperatorAssignmentStmt,
    SetExpr,
    SymbolNode,
    TryStmt,
    Var,
    WhileStmt,
    WithStmt,
)

from mypy_await import flow
from mypy_await.displays import holds_plain_values
from mypy_await.elements import is_certain, leaves_it, taken_out
from mypy_await.flow import Effect, Round, Status
from mypy_await.knowledge import knows
from mypy_await.objects import kept_by_object
from mypy_await.places import Kind, function_around
from mypy_await.site import Site
from mypy_await.steps import (
    Shape,
    Step,
    Steps,
    literal,
    makes_mapping,
    steps_by_method,
    steps_joined,
)
from mypy_await.use import Misuse, Use
from mypy_await.walk import descendants

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
    uses: tuple[NameExpr, ...] = ()
    """All uses that the value reaches."""
    lost_on: int = 0
    """The line on which a path ends that does nothing with it, where another does; else 0."""


@dataclass(frozen=True)
class Binding:
    """Where a local name gets the value, or a local container takes it in."""

    statement: Node
    variable: Var
    use: Use
    """The use of the value, or of the container that holds it."""


def fate(binding: Binding, object_to: ObjectTo, depth: int = 2) -> Fate | None:
    """Follow a bound value to its end, also into `depth` containers one in the other.

    None when functions nested in this one name it too, and when the program asks of the name
    whether it is awaitable, or which of several values it holds: it knows better than the types.
    """
    parents = binding.use.site.parents
    function = function_around(binding.statement, parents)
    if not isinstance(function, FuncDef) or flow.is_captured(binding.variable, function):
        return None
    if _is_nonlocal(binding.variable.name, function):
        return None
    uses = _Uses(binding.use, object_to, function, depth)
    trace = flow.trace(
        function.body, binding.statement, binding.variable, uses.effect, uses.alias, uses.excluded
    )
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
        consumed=any(uses.effects[node] is not Effect.NOTHING for node in reached)
        or _is_shared(binding, function, uses),
        reused=tuple(node for node in reached if _is_reuse(node, uses, trace, binding.use.site)),
        overwritten=trace.overwritten == {Status.UNAWAITED} and _each_turn(binding),
        uses=tuple(reached),
        lost_on=trace.ends.get(Status.UNAWAITED, 0),
    )


def binding_of(use: Use) -> Binding | None:
    """Return the binding of a value, or of the container that holds it, to one local name."""
    container = use.of_container()
    kept = kept_by_object(container or use)
    if kept is not None:
        return binding_of(kept)
    if container is None:
        return _bound(use) or _stored(use)
    inner = taken_out(container)
    return _bound(container) or _stored(container) or (_bound(inner) if inner else None)


def _container_of(use: Use) -> Binding | None:
    """Return the binding of the local container that a use puts the value into."""
    container = use.of_container()
    kept = kept_by_object(container or use)
    if kept is not None:
        return binding_of(kept)
    return _stored(use) if container is None else _bound(container) or _stored(container)


def _bound(use: Use) -> Binding | None:
    place = use.place
    if place.names and place.kind is not Kind.ASSIGNED:
        target, statement = place.names[-1], use.site.parents[place.names[-1]]
    elif place.kind is Kind.ASSIGNED and isinstance(place.target, NameExpr) and not place.names:
        target, statement = place.target, place.node
    else:
        return None
    if isinstance(statement, AssignmentStmt) and len(statement.lvalues) > 1:
        return None
    if target.kind != LDEF or not isinstance(target.node, Var):
        return None
    return Binding(statement, target.node, use)


def _stored(use: Use) -> Binding | None:
    """Return the binding of a local container that takes the value, or its container, in.

    It counts only when the container was made in this function and has no other owner.
    """
    place, parents = use.place, use.site.parents
    holder: Expression | None = None
    if place.kind is Kind.ASSIGNED and isinstance(place.target, IndexExpr):
        holder, statement = place.target.base, place.node
    elif isinstance(place.node, OperatorAssignmentStmt):
        holder, statement = place.node.lvalue, place.node
    elif place.kind is Kind.ARGUMENT and isinstance(place.node, CallExpr):
        callee, statement = place.node.callee, parents.get(place.node, place.node)
        if isinstance(callee, MemberExpr) and isinstance(statement, ExpressionStmt):
            holder = callee.expr
    if not isinstance(holder, NameExpr) or holder.kind != LDEF or not isinstance(holder.node, Var):
        return None
    function = function_around(statement, parents)
    steps = _steps_into(use, holder.node, function) if function is not None else ()
    if not steps or function is None:
        return None
    plain = use.among_plain or holds_plain_values(holder.node, function, use.site)
    container = use.moved_to(holder)
    container = replace(container, in_container=True, among_plain=plain, steps=steps)
    return Binding(statement, holder.node, container)


def _steps_into(use: Use, variable: Var, function: FuncItem) -> Steps:
    """Return the steps from a local container to the value that a use puts into it."""
    made = _made_in(function, variable, use)
    if made is None:
        return ()
    match use.place.node:
        case CallExpr(callee=MemberExpr(name=name)) as call:
            if not knows("container", use.receiver, "methods"):
                return ()
            return steps_by_method(name, call, use.place.value, use.steps)
        case AssignmentStmt(lvalues=[IndexExpr(index=index)]):
            return (*use.steps, Step(made, literal(index)))
        case OperatorAssignmentStmt(op="+" | "|") if use.in_container:
            return steps_joined(use.steps)
    return ()


def assignments_to(variable: SymbolNode, function: Node) -> Iterator[Expression | None]:
    """Yield what a function assigns to a variable; None for any other kind of binding."""
    for node in descendants(function):
        if isinstance(node, AssignmentStmt):
            for target in node.lvalues:
                if isinstance(target, NameExpr) and target.node is variable:
                    yield node.rvalue if len(node.lvalues) == 1 else None  # has two owners
                elif not isinstance(target, (MemberExpr, IndexExpr)):
                    for part in descendants(target):
                        if isinstance(part, NameExpr) and part.node is variable:
                            yield None


def _made_in(function: FuncItem, variable: Var, use: Use) -> Shape | None:
    """Return the shape of the displays that are all that a variable names in the function."""
    if variable in {argument.variable for argument in function.arguments}:
        return None
    shapes = {_shape_of(value, use) for value in assignments_to(variable, function)}
    return shapes.pop() if len(shapes) == 1 else None


def _shape_of(made: Expression | None, use: Use) -> Shape | None:
    """Return the shape of a container that is made here."""
    match made:
        case ListExpr() | SetExpr():
            return Shape.SEQUENCE
        case DictExpr():
            return Shape.MAPPING
        case CallExpr() if knows("container", callee := use.site.callee_name(made)):
            return Shape.MAPPING if makes_mapping(callee) else Shape.SEQUENCE
    return None


def _is_reuse(node: NameExpr, uses: _Uses, trace: flow.Trace, site: Site) -> bool:
    if uses.effects[node] is not Effect.AWAIT or _is_gathered_with(node, site):
        return False
    return any(
        trace.seen.get((node, round_)) == {Status.AWAITED} for round_ in (Round.FIRST, Round.AGAIN)
    )


def _is_gathered_with(node: NameExpr, site: Site) -> bool:
    """Is it one of several equal arguments of `asyncio.gather`, which runs them once?"""
    call = site.parents[node]
    if not isinstance(call, CallExpr) or site.callee_name(call) != "asyncio.tasks.gather":
        return False
    same = [arg for arg in call.args if isinstance(arg, NameExpr) and arg.node is node.node]
    return same[0] is not node


def _is_nonlocal(name: str, function: FuncDef) -> bool:
    """Is the name declared to be that of a function around, which goes on with the value?"""
    return any(
        isinstance(node, NonlocalDecl) and name in node.names
        for node in descendants(function.body, into_functions=False)
    )


def _is_shared(binding: Binding, function: FuncDef, uses: _Uses) -> bool:
    """Is a container that takes the value in known to others, perhaps before it does?

    The flow of this value does not begin until then.
    """
    if not isinstance(binding.use.node, NameExpr):
        return False
    for node in descendants(function.body, into_functions=False):
        if isinstance(node, NameExpr) and node.node is binding.variable:
            above = binding.use.site.parents[node]
            if isinstance(above, AssignmentStmt) and node is not above.rvalue:
                continue
            if isinstance(above, AssignmentStmt) or uses.effect(node) is Effect.HAND_ON:
                return True
    return False


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


class _Uses:
    """The uses of the names that hold one value: what each does to it."""

    def __init__(self, use: Use, object_to: ObjectTo, function: FuncDef, depth: int) -> None:
        self._use = use
        self._object_to = object_to
        self._function = function
        self._depth = depth
        self.misuses: dict[NameExpr, tuple[Use, Misuse]] = {}
        self.effects: dict[NameExpr, Effect] = {}

    def effect(self, node: NameExpr) -> Effect:
        """Say what a use does, and remember it."""
        if node not in self.effects:
            self.effects[node] = self._effect(node)
        return self.effects[node]

    def asks_for_awaitable(self, node: NameExpr) -> bool:
        """Is this use a test for a coroutine or awaitable?"""
        return knows("coroutine-tests", self._use.moved_to(node).receiver)

    def asks_for_class(self, node: NameExpr) -> bool:
        """Is this use an `isinstance` test?"""
        return self._use.moved_to(node).receiver == "builtins.isinstance"

    def excluded(self, node: Node) -> SymbolNode | None:
        """Return the variable that holds no awaitable where a condition, `isinstance`, holds."""
        match node:
            case CallExpr(args=[NameExpr() as name, _]) if name in self.misuses:
                return name.node if self.asks_for_class(name) else None
        return None

    def alias(self, node: Node) -> SymbolNode | None:
        """Return the local variable that an assignment makes a second name of another one."""
        match node:
            case AssignmentStmt(lvalues=[NameExpr(node=Var() as target) as name]) if (
                name.kind == LDEF and isinstance(node.rvalue, NameExpr)
            ):
                # What others read the second name for is not to be seen here.
                if flow.is_captured(target, self._function):
                    return None
                return None if _is_nonlocal(target.name, self._function) else target
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
        inner = taken_out(container)
        if inner is None:
            return effect_on(container)
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
        container = _container_of(use) if self._depth else None
        end = fate(container, self._object_to, self._depth - 1) if container else None
        return end.misuses[0] if end and end.misuses and not end.consumed else None


def effect_on(use: Use) -> Effect:
    """Say what a use does to the value, or to the container that holds it."""
    return _effect_on_container(use) if use.in_container else _effect_on_value(use)


def _effect_on_value(use: Use) -> Effect:
    match use.place.kind:
        case Kind.AWAITED:
            return Effect.AWAIT
        case Kind.STATEMENT | Kind.COMPARED | Kind.DELETED | Kind.TESTED | Kind.FORMATTED:
            return Effect.NOTHING
        case Kind.ARGUMENT if knows("consumer", use.receiver):
            return Effect.AWAIT
        case Kind.ARGUMENT if knows("neutral", use.receiver) or knows("text", use.receiver):
            return Effect.NOTHING
    return Effect.HAND_ON


def _effect_on_container(use: Use) -> Effect:
    parents = use.site.parents
    match use.place.kind:
        case Kind.STATEMENT | Kind.COMPARED | Kind.DELETED | Kind.TESTED:
            return Effect.NOTHING
        case Kind.ARGUMENT if knows("neutral", use.receiver):
            return Effect.NOTHING
        case Kind.ATTRIBUTE:
            call = parents.get(use.place.node)
            if isinstance(call, CallExpr) and isinstance(parents.get(call), ExpressionStmt):
                if knows("container", use.site.callee_name(call), "methods"):
                    return Effect.NOTHING
        case Kind.INDEXED:
            above = parents.get(use.place.node)
            if isinstance(above, AssignmentStmt) and use.place.node in above.lvalues:
                return Effect.NOTHING
    return Effect.HAND_ON
