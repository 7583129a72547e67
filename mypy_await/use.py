"""One use of one awaitable, and what a check finds in it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from mypy.errorcodes import ErrorCode
from mypy.nodes import (
    IS_ABSTRACT,
    CallExpr,
    Decorator,
    DictExpr,
    Expression,
    FuncDef,
    ListExpr,
    Node,
    OpExpr,
    RefExpr,
    SetExpr,
    StarExpr,
    TupleExpr,
)
from mypy.types import Type

from mypy_await import names
from mypy_await.awaitables import Awaitable, Sort
from mypy_await.displays import is_among_plain_values
from mypy_await.futures import may_make_future
from mypy_await.items import FROM_END, OF_LOOP
from mypy_await.knowledge import knows
from mypy_await.places import Kind, Place, function_around, place_of
from mypy_await.site import Site, has
from mypy_await.slots import is_known
from mypy_await.steps import (
    MAKES_PAIRS,
    Shape,
    Step,
    Steps,
    name_of_argument,
    step_into,
    steps_through_call,
)


@dataclass(frozen=True)
class Use:
    """An expression that gives an awaitable, and the place where that value goes."""

    site: Site
    value: Awaitable
    origin: Expression
    """The call or attribute that makes the value."""
    node: Expression
    """What gives the value here: the origin, or a name or container that holds it."""
    place: Place
    expected: Type | None = None
    """The type mypy expects of the expression, where it is the one that mypy checks right now."""
    is_name: bool = False
    """Is the expression a name that was bound to the awaitable before?"""
    in_container: bool = False
    """Does the expression give a container that holds the awaitable?"""
    in_result: bool = False
    """Is it the origin itself that gives a container, and not the value?"""
    among_plain: bool = False
    """Are other elements of that container plain values?"""
    handed_back: bool = False
    """May it be another value as well, which a call gives that was passed this one?"""
    steps: Steps = ()
    """The way from that container to the value, as far as it is known; the outermost step last."""

    def moved_to(self, node: Expression, *, is_name: bool = False) -> Use:
        """Return the use of another expression that gives the same value, or holds it."""
        place = place_of(node, self.site.parents)
        return replace(self, node=node, place=place, expected=None, is_name=is_name)

    def of_container(self) -> Use | None:
        """Return the use of the outermost display that this value is an element of, if any.

        `list(...)` and its like around a display count as displays of the same elements, and so
        does what is unpacked into another one, or joined with it.
        """
        use = self
        while (steps := use._steps_further_out()) is not None:
            container = self.site.parents[use.place.value]
            if isinstance(container, StarExpr):
                container = self.site.parents[container]
            assert isinstance(container, Expression)
            plain = use.among_plain or is_among_plain_values(container, use.place.value, use.site)
            use = replace(
                use.moved_to(container), in_container=True, among_plain=plain, steps=steps
            )
        return use if use.in_container else None

    def _steps_further_out(self) -> Steps | None:
        """Return the steps from what takes this value in as an element, or all its elements."""
        place, last = self.place, self.steps[-1] if self.steps else None
        match place.kind, place.node:
            case Kind.ELEMENT, container:
                return (*self.steps, step_into(container, place.value))
            case Kind.ARGUMENT, CallExpr() as call if self.in_container:
                return self._steps_through(call)
            case Kind.ARGUMENT, CallExpr() as call if self.receiver == "builtins.dict":
                return (Step(Shape.MAPPING, name_of_argument(call, place.value)),)
            case Kind.UNPACKED, StarExpr() as star if last and last.shape is Shape.SEQUENCE:
                is_display = isinstance(self.site.parents[star], (ListExpr, TupleExpr, SetExpr))
                return (*self.steps[:-1], last.somewhere()) if is_display else None
            case Kind.UNPACKED, DictExpr() if last and last.shape is Shape.MAPPING:
                return self.steps
            case Kind.OPERAND, OpExpr(op="+" | "|") if last and last.shape is Shape.SEQUENCE:
                return (*self.steps[:-1], last.somewhere())  # of two lists, or of two sets
            case Kind.OPERAND, OpExpr(op="|") if last and last.shape is Shape.MAPPING:
                return self.steps
        return None

    def _steps_through(self, call: CallExpr) -> Steps | None:
        """Return the steps from what a call makes of this container, if it takes its elements."""
        callee = self.site.callee_name(call)
        if not knows("container", callee) and callee not in MAKES_PAIRS:
            return None
        if not self.steps:
            return () if knows("container", callee) else None
        return steps_through_call(callee, call, self.place.value, self.steps) or None

    @property
    def in_object(self) -> bool:
        """Is an object on the way to the value, one that nobody takes for a container?"""
        return any(step.shape is Shape.OBJECT for step in self.steps)

    @property
    def is_deep(self) -> bool:
        """Does iterating the container give something else: a key, or what holds the value?"""
        return len(self.steps) > 1 or any(step.shape is Shape.MAPPING for step in self.steps)

    @property
    def is_awaited_as_item(self) -> bool:
        """Does the module around, or that of who gets it, await such an item of some container?

        It is asked before a container is said to hold results only, so it may take its time.
        """
        known = [step for step in self.steps if step.key is not None]
        keys = {step.key for step in known if step.key is not None}
        if any(step.shape is Shape.SEQUENCE for step in known):
            keys.add(FROM_END)
        if any(step.shape is Shape.MAPPING for step in self.steps):
            keys.add(OF_LOOP)
        return self.site.awaits_item(frozenset(keys), self._getters())

    def _getters(self) -> Iterator[str]:
        """Yield the names of what gets the value: a callee, or who may call the function around.

        Those are the decorators of a function that returns it, and the bases of its class.
        """
        node, site = self.place.node, self.site
        if self.place.kind in (Kind.RETURNED, Kind.YIELDED):
            function = function_around(node, site.parents)
            if isinstance(function, FuncDef):
                yield from (symbol.fullname for symbol in site.decorators_of(function))
                bases = function.info.mro[1:-1] if function.info else ()
                yield from (base.fullname for base in bases)
        elif isinstance(node, CallExpr) and (callee := site.callee_node(node)) is not None:
            yield callee.fullname

    @property
    def is_safe(self) -> bool:
        """May the value take care of itself when nobody awaits it?

        The user's configuration may say so of a call, and the source of one that is declared to
        give an `Awaitable`: it makes a future, or does not tell.  What a function gives
        in a container it may have kept as well.
        """
        if self.in_result:
            return True
        call = self.origin
        if not isinstance(call, CallExpr):
            return False
        if knows("safe", self.site.callee_name(call)):
            return True
        if self.value.sort is not Sort.AWAITABLE:
            return False
        node = self.site.callee_node(call)
        function = node.func if isinstance(node, Decorator) else node
        is_abstract = isinstance(function, FuncDef) and function.abstract_status == IS_ABSTRACT
        return is_abstract or may_make_future(self.site, call)

    @property
    def is_asked_about(self) -> bool:
        """Does the program ask here what the value is?"""
        receiver = self.receiver
        return receiver == "builtins.isinstance" or knows("coroutine-tests", receiver)

    @property
    def is_meant_as_task(self) -> bool:
        """Is a coroutine asked for what futures alone have, and what awaiting it gives has not?"""
        name, result = self.place.detail, self.value.result
        if self.place.kind is not Kind.ATTRIBUTE or name not in names.OF_FUTURES:
            return False
        return self.value.sort is Sort.COROUTINE and not (is_known(result) and has(result, name))

    @property
    def receiver(self) -> str:
        """The full name of the callable that the value is an argument of, or empty."""
        call = self.place.node
        if self.place.kind is not Kind.ARGUMENT or not isinstance(call, CallExpr):
            return ""
        return self.site.callee_name(call)

    @property
    def mapped_by(self) -> str:
        """The full name of the function that `map` calls with each element, or empty."""
        call = self.place.node
        if self.receiver != "builtins.map" or not isinstance(call, CallExpr) or self.is_deep:
            return ""
        function = call.args[0]
        return function.fullname if isinstance(function, RefExpr) else ""


@dataclass(frozen=True)
class Misuse:
    """What a check found: the code, the sentence, and what to do about it."""

    code: ErrorCode
    text: str
    notes: tuple[str, ...]
    node: Expression | None = None
    """Where to report, when not at the value."""
    result: Type | None = None
    """The type mypy goes on with, when not the awaited one."""
    elsewhere: tuple[Node, ...] = ()
    """Where a name for the value is misused, behind the place of the report."""
