"""One call with its arguments, as the hook of the callee sees it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from mypy.nodes import (
    CallExpr,
    Decorator,
    Expression,
    MemberExpr,
    TypeInfo,
)
from mypy.plugin import CheckerPluginInterface, FunctionContext, MethodContext
from mypy.types import (
    AnyType,
    CallableType,
    Instance,
    NoneType,
    Overloaded,
    ProperType,
    Type,
    TypeOfAny,
    TypeVarType,
    UnionType,
    get_proper_type,
)

from mypy_await import compat
from mypy_await.awaitables import (
    Awaitable,
    Sort,
    awaitable,
    called_by,
    is_async_def,
    parts,
    refuses_coroutines,
)
from mypy_await.functions import result_by_source
from mypy_await.knowledge import calls_synchronously, knows, only_asks
from mypy_await.known import is_object, says_nothing
from mypy_await.places import Place, place_of
from mypy_await.site import Site, Slot, has
from mypy_await.summaries import FunctionSummary


@dataclass(frozen=True)
class Passed:
    """One argument of a call."""

    position: int
    """The parameter's place among those of the callee, `self` not counted."""
    name: str | None
    value: Expression
    typ: ProperType


@dataclass(frozen=True)
class Call:
    """A call, what it is of, and what it passes."""

    site: Site
    node: CallExpr
    callee: str
    """Full name of the callee, methods by the class that defines them."""
    arguments: tuple[Passed, ...]
    gives: Type
    """What mypy takes it to give."""
    expected: ProperType | None = None
    """The type that mypy expects of the call."""

    @property
    def summary(self) -> FunctionSummary | None:
        """What the callee's source says."""
        return self.site.summary(self.node)

    @property
    def place(self) -> Place:
        """Where the result of the call goes."""
        return place_of(self.node, self.site.parents)

    def async_functions(self) -> Iterator[tuple[Passed, Awaitable]]:
        """Yield the arguments that are functions whose every call gives a coroutine."""
        for passed in self.arguments:
            if value := self.coroutine_of(passed):
                yield passed, value

    def coroutine_of(self, passed: Passed) -> Awaitable | None:
        """Return what every call of an argument gives, if by its type that is a coroutine."""
        value = result_of_calling(passed.typ)
        if value is None or not value.is_lazy or self._is_wanted_as_object(passed):
            return None
        return value

    def coroutine_by_source(self, passed: Passed) -> Awaitable | None:
        """Return the same of a function of which only the source says what it gives."""
        value = awaitable(result_by_source(self.site, passed.value, passed.typ))
        return value if value is not None and value.sort is Sort.COROUTINE else None

    def _is_wanted_as_object(self, passed: Passed) -> bool:
        """Is it an object with an async `__call__`, passed where its class or a base is wanted?"""
        if not isinstance(passed.typ, Instance):
            return False
        classes = [base for base in passed.typ.type.mro[:-1] if not base.is_protocol]
        wanted = [part for formal in formal_of(self, passed) for part in parts(formal)]
        return bool(wanted) and all(
            isinstance(part, NoneType) or (isinstance(part, Instance) and part.type in classes)
            for part in wanted
        )


def result_of_calling(typ: ProperType) -> Awaitable | None:
    """Return the awaitable that every call of a value of this type gives, if it does."""
    match typ:
        case CallableType() if not typ.is_type_obj():
            return awaitable(typ.ret_type)
        case Overloaded():
            found = [awaitable(item.ret_type) for item in typ.items]
            return found[0] if all(found) else None
        case Instance() if typ.type.fullname == "functools.partial":
            return awaitable(typ.args[0]) if typ.args else None
        case Instance():
            method = typ.type.get("__call__")
            call = get_proper_type(method.type) if method else None
            return result_of_calling(call) if isinstance(call, CallableType) else None
    return None


def async_methods(info: TypeInfo) -> frozenset[str]:
    """Return the methods of a class that are written as `async def`."""
    return frozenset(
        name
        for base in info.mro
        for name, symbol in base.names.items()
        if is_async_def(symbol.node.func if isinstance(symbol.node, Decorator) else symbol.node)
    )


def plain_result(typ: ProperType) -> ProperType | None:
    """Return what a function gives that is no `async def`, as far as mypy knows."""
    match typ:
        case CallableType() if not typ.is_type_obj():
            result = get_proper_type(typ.ret_type)
        case Instance() if typ.type.fullname == "functools.partial" and typ.args:
            result = get_proper_type(typ.args[0])
        case Overloaded():
            results = [plain_result(item) for item in typ.items]
            agreed = [item for item in results if item and refuses_coroutines(item)]
            return agreed[0] if len(agreed) == len(results) else None
        case _:
            return None
    return None if awaitable(result) is not None else result


def with_awaited(typ: Type, value: Awaitable) -> Type:
    """Return the type of what holds the results of a function, with what awaiting these gives."""
    proper = get_proper_type(typ)
    if proper == value.typ:
        return value.result
    if not isinstance(proper, Instance) or not proper.args:
        return typ
    return proper.copy_modified(args=[with_awaited(arg, value) for arg in proper.args])


def with_open_result(typ: Type) -> Type:
    """Return the type of a function, or of a decorator, whose calls give anything."""
    proper = get_proper_type(typ)
    if not isinstance(proper, CallableType):
        return typ
    result = get_proper_type(proper.ret_type)
    is_decorator = isinstance(result, CallableType)
    return proper.copy_modified(
        ret_type=with_open_result(result) if is_decorator else compat.any_of_error()
    )


def is_ambiguous(ctx: FunctionContext | MethodContext, call: CallExpr) -> bool:
    """May an argument of type `Any` choose a signature that gives no awaitable?

    mypy asks us for each signature that may be meant, and gives the call the type `Any` when more
    than one is.
    """
    callee = compat.type_of(ctx.api, call.callee)
    return (
        isinstance(callee, Overloaded)
        and any(compat.has_any_type(typ) for types in ctx.arg_types for typ in types)
        and result_of_calling(callee) is None
    )


def callables_of_union(api: CheckerPluginInterface, call: CallExpr) -> tuple[ProperType, ...]:
    """Return what a call may call, when callee or receiver is a union of several; else nothing.

    That `None` is in the way, in it or on the way to it, is mypy's to say; so is that the receiver
    may be of a built-in class that has no such method.
    """
    callee, union = call.callee, _union_in(api, call)
    items = [] if union is None else [part for part in parts(union) if not _is_missing(part)]
    of_receiver = union is not None and union is not compat.type_of(api, callee)
    if of_receiver:
        items = [item for item in items if not _lacks(item, callee)]
    if len(items) < 2:
        return ()
    if of_receiver and isinstance(callee, MemberExpr):
        return tuple(compat.member(api, callee, item) for item in items)
    return tuple(items)


def may_give_anything(api: CheckerPluginInterface, call: CallExpr) -> bool:
    """Does mypy give a call the type `Any` besides its own?

    So it does as `None`, `Any` or a built-in class without such a method is in the way.
    """
    union = _union_in(api, call)
    return union is not None and any(
        isinstance(part, (NoneType, AnyType)) or _lacks(part, call.callee) for part in parts(union)
    )


def _lacks(receiver: ProperType, callee: Expression) -> bool:
    """Is it of a built-in class without such a method?  A subclass of another may have it."""
    is_built_in = isinstance(receiver, Instance) and receiver.type.module_name == "builtins"
    return is_built_in and isinstance(callee, MemberExpr) and not has(receiver, callee.name)


def _union_in(api: CheckerPluginInterface, call: CallExpr) -> UnionType | None:
    """Return the type of the receiver of a call, or else of the callee, if it is a union."""
    callee = call.callee
    for node in (callee.expr, callee) if isinstance(callee, MemberExpr) else (callee,):
        typ = compat.type_of(api, node)
        if isinstance(typ, UnionType):
            return typ
    return None


def _is_missing(item: ProperType) -> bool:
    """Is this `None`, or the type that mypy gives what `None` does not have?"""
    return isinstance(item, NoneType) or (
        isinstance(item, AnyType) and item.type_of_any == TypeOfAny.from_error
    )


def formal_of(call: Call, passed: Passed) -> tuple[ProperType, ...]:
    """Return the declared types of the parameter that an argument meets."""
    return call.site.slot(call.node, passed.value, as_declared=True).formals


def drops_result(site: Site, slot: Slot) -> bool:
    """Is a parameter declared so that nobody looks at what the function gives?

    `object` says so in the types of the standard library, as typeshed's guide asks for, and where
    the function is known to be called at once.  Elsewhere it may stand for anything.
    """
    results = [result for formal in slot.formals for result in result_slots(formal)]
    if not results or not all(map(is_object, results)):
        return False
    if calls_synchronously(slot.callee, slot.position, slot.name):
        return True
    if only_asks(slot.callee) or knows("assertions", slot.callee, "of_functions"):
        return False
    return compat.is_of_typeshed(site.api, slot.callee)


def takes_any_function(formal: ProperType) -> bool:
    """Does a declared parameter take any function at all?"""
    if isinstance(formal, TypeVarType):
        formal = get_proper_type(formal.upper_bound)
    return says_nothing(formal) or all(map(says_nothing, result_slots(formal)))


def hands_out(call: Call, passed: Passed) -> bool:
    """Does what a call is declared to give hold, or give, the results of a function it is passed?

    What takes its own results, as the function of `reduce` does, is not done with them.
    """
    return any(
        _mentions(typ, get_proper_type(item.ret_type))
        and get_proper_type(item.ret_type) not in map(get_proper_type, item.arg_types)
        for formal in formal_of(call, passed)
        for item in parts(formal)
        if isinstance(item, CallableType)
        for typ in _declared(call)
    )


def expected_results(call: Call, passed: Passed) -> Iterator[tuple[ProperType, bool]]:
    """Yield what the type expected of a call says of the results of a function it is passed.

    And whether such a result is all that the call gives.
    """
    target = call.place.target
    # Of a declared union mypy may expect nothing at first.
    expected = (call.site.declared_type_of(target) if target else None) or call.expected
    for formal in formal_of(call, passed) if expected else ():
        for slot in result_slots(formal):
            for typ in _declared(call):
                for wanted in _counterparts(slot, typ, expected):
                    yield wanted, typ == slot


def _declared(call: Call) -> list[ProperType]:
    """Return what a call is declared to give, with the type variables of the callee."""
    node = call.site.callee_node(call.node)
    if isinstance(node, TypeInfo):
        return [Instance(node, list(node.defn.type_vars))]
    signatures = call.site.declared_signatures(call.node)
    return [get_proper_type(item.ret_type) for item in signatures]


def _mentions(typ: ProperType, variable: ProperType) -> bool:
    if isinstance(typ, Instance):
        return any(_mentions(get_proper_type(arg), variable) for arg in typ.args)
    return isinstance(typ, TypeVarType) and typ == variable


def _counterparts(
    variable: ProperType, typ: ProperType, expected: ProperType | None
) -> Iterator[ProperType]:
    """Yield what stands in an expected type where a type has the variable."""
    if not isinstance(variable, TypeVarType) or expected is None:
        return
    if typ == variable:
        yield expected
    for part in parts(expected):
        if isinstance(typ, Instance) and isinstance(part, Instance) and part.type in typ.type.mro:
            there = compat.map_instance_to_supertype(typ, part.type)
            for own, other in zip(there.args, part.args, strict=False):
                yield from _counterparts(variable, get_proper_type(own), get_proper_type(other))


def result_slots(formal: ProperType) -> Iterator[ProperType]:
    """Yield what the callables in a declared type are declared to return."""
    for part in parts(formal):
        called = called_by(part) if isinstance(part, Instance) else part
        if isinstance(called, CallableType):
            yield get_proper_type(called.ret_type)
