"""Gives calls their real type where a signature says nothing, by what the source says.

Un-annotated functions, functions declared `Any` or `object` and `async def`s behind un-annotated
decorators give `Any` to mypy.  Where the summary of the source is certain of an awaitable, the call
gets its type, and every check works on it as on typed code.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import permutations
from typing import TYPE_CHECKING, TypeVar

from mypy.nodes import (
    CallExpr,
    Decorator,
    FuncDef,
    TypeInfo,
    Var,
)
from mypy.plugin import CheckerPluginInterface, FunctionContext, MethodContext
from mypy.types import (
    AnyType,
    CallableType,
    Instance,
    NoneType,
    ProperType,
    Type,
    UnionType,
    get_proper_type,
)

from mypy_await import compat, names, wrapped
from mypy_await.awaitables import Sort, awaitable, differ_in_colour, is_async_def, parts
from mypy_await.freshness import Freshness
from mypy_await.known import arguments, leaves_open, says_nothing
from mypy_await.origins import (
    Lookup,
    Origins,
    Refined,
    Sometimes,
    any_type,
    coroutine,
    generator,
    instance,
)
from mypy_await.protect import is_protected
from mypy_await.reader import Reader
from mypy_await.steps import Shape, Step
from mypy_await.summaries import (
    Argument,
    FunctionSummary,
    Given,
    Kind,
    Origin,
    Verdict,
)

if TYPE_CHECKING:
    from mypy_await.contracts.lookup import Lookup as Contracts

T = TypeVar("T")


class Refiner(Reader):
    """Says what the source tells of the types that mypy gives."""

    def __init__(
        self,
        lookup: Lookup,
        freshness: Freshness,
        protect: tuple[str, ...],
        contracts: Contracts | None,
        *,
        infer_returns: bool,
    ) -> None:
        super().__init__(lookup, freshness)
        self.origins = Origins(lookup)
        self._protect = protect
        self._contracts = contracts
        self._infer_returns = infer_returns

    def call(
        self,
        ctx: FunctionContext | MethodContext,
        fullname: str,
        node: CallExpr,
        typ: Type,
    ) -> Refined | None:
        """Return the type of a call that mypy gives `typ`, when the source tells more."""
        api = ctx.api
        proper = get_proper_type(typ)
        if isinstance(ctx, MethodContext) and _is_async_mock(ctx.type, fullname):
            return Refined(coroutine(api, any_type()))
        # A signature may lie in a module whose errors are ignored: what a protected type comes from
        # is read all the same.
        if says_nothing(proper) or is_protected(proper, self._protect):
            return self._of_open_type(ctx, fullname, node, proper)
        return self._of_known_type(ctx, fullname, node, proper)

    def _of_open_type(
        self,
        ctx: FunctionContext | MethodContext,
        fullname: str,
        node: CallExpr,
        typ: ProperType,
    ) -> Refined | None:
        api = ctx.api
        if self.means_any(fullname):
            return None
        if fullname == names.CACHED:
            return self._cached(api, node, typ)
        summary = self.summary_of_callee(api, fullname, node.callee)
        if summary is None:
            return self._pinned(api, fullname)
        passed = arguments(ctx)
        return (
            self.origins.awaitable(api, summary.result)
            or self.origins.awaitable(api, summary.result_with(passed))
            or self._wrapped(ctx, node)
            or self._pinned(api, fullname)
            or self._handed_out(ctx, summary)
            or self._receiver(api, summary, typ, lambda: summary.returns_class_with(passed))
        )

    def _of_known_type(
        self,
        ctx: FunctionContext | MethodContext,
        fullname: str,
        node: CallExpr,
        typ: ProperType,
    ) -> Refined | None:
        """Return what gives a coroutine, or a context manager, with the class that it holds."""
        api = ctx.api
        if self._infer_returns and (manager := self._manager(api, fullname, node, typ)):
            return manager
        if isinstance(typ, UnionType):
            return self._of_two_colours(ctx, fullname, node, typ)
        inside = awaitable(typ)
        if inside is None or not says_nothing(get_proper_type(inside.result)):
            return None
        if decorated := self._of_decorated(ctx, node, typ):
            return decorated
        if not (self._infer_returns or _passes_functions(ctx)):
            return None
        summary = self.summary_of_callee(api, fullname, node.callee)
        if summary is None:
            return None
        passed = arguments(ctx)
        if given := self._handed_back(api, summary, passed):
            return given
        return self._handed_out(ctx, summary) or self._receiver(
            api, summary, typ, lambda: summary.returns_class_with(passed)
        )

    def _of_two_colours(
        self,
        ctx: FunctionContext | MethodContext,
        fullname: str,
        node: CallExpr,
        typ: UnionType,
    ) -> Refined | None:
        """Return the awaitables among what is declared, `int | Awaitable[int]`, if this is one.

        The source of the receiver's class says so, or that of the function for these arguments.
        """
        awaitables = [item for item in typ.items if awaitable(item)]
        others = [item for item in typ.items if not awaitable(item)]
        if not awaitables or all(isinstance(get_proper_type(o), NoneType) for o in others):
            return None
        summary = self.summary_of_callee(ctx.api, fullname, node.callee)
        if summary is None:
            return None
        found = self.origins.awaitable(ctx.api, summary.result) or self.origins.awaitable(
            ctx.api, summary.result_with(arguments(ctx))
        )
        given = map(awaitable, parts(get_proper_type(found.typ))) if found else ()
        if found is None or any(value and value.sort is Sort.OTHER for value in given):
            return None
        part = compat.make_simplified_union(awaitables)
        return Refined(part, found.origins, is_part=True)

    def _handed_out(
        self, ctx: FunctionContext | MethodContext, summary: FunctionSummary
    ) -> Refined | None:
        """Return what a method gives out of a container that its object keeps: in the gate only."""
        owner = ctx.type if isinstance(ctx, MethodContext) else None
        given = summary.handed_out if self._infer_returns and isinstance(owner, Instance) else None
        if given is None or not isinstance(owner, Instance):
            return None
        item = self.item(ctx.api, owner.type.fullname, given.attribute)
        kept = owner.type.get(given.attribute)
        container = get_proper_type(kept.type) if kept else None
        if item is None or not isinstance(container, Instance):
            return None
        if given.is_list and given.of_values is (container.type.get("values") is None):
            return None  # a loop over a dict gives keys
        made = ctx.api.named_generic_type("builtins.list", [item]) if given.is_list else item
        return Refined(coroutine(ctx.api, made) if summary.is_async else made)

    def classes(
        self, ctx: FunctionContext | MethodContext, fullname: str, node: CallExpr, typ: Type
    ) -> list[ProperType]:
        """Return the classes of what a call gives, or of what awaiting it does; `None` comes last.

        Nothing where one of them is not certain, or can be awaited; nor where a method is async in
        some of them only: who calls it may know which one there is.
        """
        if self.means_any(fullname):
            return []
        summary = self.summary_of_callee(ctx.api, fullname, node.callee)
        if summary is None or summary.is_async is not (awaitable(typ) is not None):
            return []
        names = summary.classes(arguments(ctx))
        found = self._instances(names, is_one="None" in names and len(names) == 2)
        return [] if any(differ_in_colour(a, b) for a, b in permutations(found, 2)) else found

    def _instances(self, names: Sequence[str], *, is_one: bool = False) -> list[ProperType]:
        """Return the types of instances of classes, none of which can be awaited, if all are.

        What a class has of a base that is not known matters but where it is the only one.
        """
        found: list[ProperType] = []
        for name in names:
            info = self.origins.class_named(name)
            if info is None and name != "None":
                return []
            if info and (info.get("__await__") or (info.fallback_to_any and not is_one)):
                return []
            found.append(instance(info) if info else NoneType())
        return found

    def item_made(self, ctx: FunctionContext | MethodContext, fullname: str) -> Refined | None:
        """Return the awaitable that a subscription gives, by the source of its `__getitem__`."""
        is_open = says_nothing(get_proper_type(ctx.default_return_type))
        if not is_open or self.means_any(fullname):
            return None
        summary = self.summary(ctx.api, fullname)
        return self.origins.awaitable(ctx.api, summary.result) if summary else None

    def by_protocol(self, ctx: FunctionContext | MethodContext, fullname: str) -> Type:
        """Return the type of a special method's call that a statement makes: in the gate only.

        So the target of `with`, or of a loop, has the class that the source of `__enter__` or
        `__next__` gives, where they have no annotations; or that of what is awaited or entered.
        """
        api, typ = ctx.api, get_proper_type(ctx.default_return_type)
        if not self._infer_returns or not leaves_open(typ):
            return typ
        summary = self.summary(api, fullname)
        if summary is None:
            return typ

        def by_call() -> str | None:
            return wrapped.class_given(self, api, fullname, ctx.context)

        if fullname.endswith(wrapped.AWAIT):
            info = self.origins.class_named(by_call())
            return generator(api, instance(info)) if info else typ
        if summary.result.verdict is Verdict.ALWAYS and not summary.is_async:
            return typ  # the class would be that of what awaiting it gives
        found = self._receiver(api, summary, typ, by_call)
        return found.typ if found else typ

    def _manager(
        self, api: CheckerPluginInterface, fullname: str, node: CallExpr, typ: ProperType
    ) -> Refined | None:
        """Return the type of a context manager with the class that its generator yields."""
        if not isinstance(typ, Instance) or typ.type.fullname not in names.MANAGERS:
            return None
        if not says_nothing(get_proper_type(typ.args[0])):
            return None
        summary = self.summary_of_callee(api, fullname, node.callee)
        info = self.origins.class_named(summary.enters_class) if summary else None
        if summary is None or info is None:
            return None
        return Refined(typ.copy_modified(args=[instance(info), *typ.args[1:]]))

    def _handed_back(
        self, api: CheckerPluginInterface, summary: FunctionSummary, passed: dict[str, Argument]
    ) -> Refined | None:
        """Return what an async function gives that hands on what a function it is passed gives.

        That is a coroutine of an awaitable.
        """
        if not any(argument.function or argument.gives for argument in passed.values()):
            return None
        if not summary.is_async or summary.awaited_with({}).verdict is Verdict.ALWAYS:
            return None
        inner = self.origins.awaitable(api, summary.awaited_with(passed))
        return Refined(coroutine(api, inner.typ), awaited=inner) if inner else None

    def open_factory(
        self, api: CheckerPluginInterface, fullname: str, node: CallExpr
    ) -> Instance | None:
        """Return the protected type that a function without annotations constructs, if it does."""
        callee = getattr(node.callee, "node", None) or getattr(self.lookup(fullname), "node", None)
        function = callee.func if isinstance(callee, Decorator) else callee
        if not isinstance(function, FuncDef) or function.type is not None:
            return None
        summary = self.summary_of_callee(api, fullname, node.callee)
        info = self.origins.class_named(summary.returns_class) if summary else None
        made = instance(info) if info else None
        return made if made is not None and is_protected(made, self._protect) else None

    def class_held(self, api: CheckerPluginInterface, fullname: str) -> TypeInfo | None:
        """Return the class of the object that a global holds, as the source makes it."""
        summary = self.summary(api, fullname)
        if summary is None:
            return None
        return self.origins.class_named(summary.instance_of)

    def plain(self, summary: FunctionSummary) -> ProperType | None:
        """Return what a function gives, if its source says that nothing of it can be awaited."""
        if summary.gives_nothing:
            return NoneType()
        types = self._instances(summary.plain_classes)
        return compat.make_simplified_union(types) if types else None

    def is_plain(self, api: CheckerPluginInterface, fullname: str, node: CallExpr) -> bool:
        """Does the source of a function rule out that it gives an awaitable?"""
        summary = self.summary_of_callee(api, fullname, node.callee)
        return summary is not None and (
            summary.result.verdict is Verdict.NEVER
            or (summary.returns_class is not None and not summary.is_async)
        )

    def result_of(self, api: CheckerPluginInterface, callee: ProperType) -> Type | None:
        """Return the awaitable that the source says every call of a function gives."""
        if not isinstance(callee, CallableType) or callee.definition is None:
            return None
        if not says_nothing(get_proper_type(callee.ret_type)):
            return None
        summary = self.summary_of(api, callee.definition)
        if summary is None:
            return None
        found = self.origins.awaitable(api, summary.result)
        return found.typ if found else None

    def sometimes(
        self, ctx: FunctionContext | MethodContext, fullname: str, node: CallExpr
    ) -> Sometimes | None:
        """Return what a call gives on some paths, for all its arguments tell; often nothing."""
        is_open = says_nothing(get_proper_type(ctx.default_return_type))
        if not is_open or self.means_any(fullname):
            return None
        summary = self.summary_of_callee(ctx.api, fullname, node.callee)
        if summary is None or summary.result.verdict is not Verdict.SOMETIMES:
            return None
        result = summary.result_with(arguments(ctx))
        if result.verdict is not Verdict.SOMETIMES:
            return None
        return Sometimes(self.origins.of(ctx.api, result.origins), result.optional)

    def function_given(
        self, ctx: FunctionContext | MethodContext, fullname: str, node: CallExpr
    ) -> Refined | None:
        """Return what calling the function gives that a call gives, if that is an awaitable."""
        is_any = isinstance(get_proper_type(ctx.default_return_type), AnyType)
        if not is_any or self.means_any(fullname):
            return None
        summary = self.summary_of_callee(ctx.api, fullname, node.callee)
        if summary is None or summary.result.verdict is Verdict.ALWAYS:
            return None
        return self.origins.awaitable(ctx.api, summary.result_of_result_with(arguments(ctx)))

    def elements(
        self, ctx: FunctionContext | MethodContext, fullname: str, node: CallExpr
    ) -> tuple[Refined, Step] | None:
        """Return what each element of the container is that a call gives, and how to get at it.

        Only of containers that mypy knows nothing of, and that hold nothing but awaitables.
        """
        is_any = isinstance(get_proper_type(ctx.default_return_type), AnyType)
        if not is_any or self.means_any(fullname):
            return None
        summary = self.summary_of_callee(ctx.api, fullname, node.callee)
        found = None
        if summary is not None:
            found = summary.elements or summary.elements_with(arguments(ctx))
        if found is None:
            return None
        step = Step(Shape.MAPPING if found.by_key else Shape.SEQUENCE, each=True)
        return self.origins.of(ctx.api, found.result.origins), step

    def attribute(self, api: CheckerPluginInterface, fullname: str, typ: Type) -> Refined | None:
        """Return the type of a property that mypy gives `typ`, when the source tells more."""
        proper = get_proper_type(typ)
        found = self.lookup(fullname) if says_nothing(proper) else None
        summary = self.summary(api, fullname) if found and not isinstance(found.node, Var) else None
        if summary is None:
            return None
        return self.origins.awaitable(api, summary.result) or self._receiver(
            api, summary, proper, lambda: None
        )

    def open_call(
        self, api: CheckerPluginInterface, node: CallExpr, given: Given
    ) -> Refined | None:
        """Return the awaitable that a call gives on what the callers in the module pass.

        `given` says of which classes some parameters are.
        None for a method without a body: those that override it may be generators.
        """
        summary = self.summary_of_call(api, node, given)
        if summary is None or summary.is_hook:
            return None
        return self.origins.awaitable(api, summary.result)

    def held(
        self, api: CheckerPluginInterface, owner: str, name: str, *, by_default: bool
    ) -> Instance | None:
        """Return the class of what an attribute holds, where it is not `None`: in the gate only.

        With `by_default` on instances made without the arguments that may be left out.
        """
        if not self._infer_returns:
            return None
        return self._instance(api, self.summary_of_held(api, owner, name, by_default=by_default))

    def held_beside_scalars(
        self, api: CheckerPluginInterface, owner: TypeInfo, name: str
    ) -> Instance | None:
        """Return the class of what an attribute holds that is first a constant: in the gate."""
        if not self._infer_returns:
            return None
        return self._instance(api, self.summary_beside_scalars(api, owner, name))

    def item(self, api: CheckerPluginInterface, owner: str, name: str) -> Instance | None:
        """Return the class of each item of the container that an attribute keeps: in the gate."""
        if not self._infer_returns:
            return None
        return self._instance(api, self.summary_of_item(api, owner, name))

    def _instance(
        self, api: CheckerPluginInterface, summary: FunctionSummary | None
    ) -> Instance | None:
        if summary is None:
            return None
        info = self.origins.class_named(summary.instance_of)
        return instance(info) if info else None

    def _pinned(self, api: CheckerPluginInterface, fullname: str) -> Refined | None:
        """Return what a contract says of a function whose source says nothing."""
        pin = self._contracts.contract_of(fullname) if self._contracts else None
        if pin is None:
            return None
        self.rests_on(api, [pin.path])
        if not pin.is_async:
            return None
        info = None if pin.result.args else self.origins.class_named(pin.result.name)
        result = instance(info) if info else any_type()
        origin = Origin(fullname, pin.path, pin.line, is_async=True, kind=Kind.COROUTINE)
        return Refined(coroutine(api, result), (origin,))

    def _receiver(
        self,
        api: CheckerPluginInterface,
        summary: FunctionSummary,
        typ: ProperType,
        with_arguments: Callable[[], str | None],
    ) -> Refined | None:
        """Return the class that the source constructs and returns: in the gate only."""
        fullname = summary.returns_class or with_arguments() if self._infer_returns else None
        info = self.origins.class_named(fullname)
        if info is None or compat.is_of_error(typ):
            return None
        made = instance(info)
        if info.fullname in names.GENERATORS and (given := summary.yields_class):
            item = self.origins.class_named(given)
            made = made.copy_modified(args=[instance(item), *made.args[1:]]) if item else made
        if says_nothing(typ):
            return None if summary.is_async else Refined(made)
        return Refined(coroutine(api, made)) if summary.is_async else None

    def _cached(
        self, api: CheckerPluginInterface, node: CallExpr, typ: ProperType
    ) -> Refined | None:
        """Return what a function gives under `lru_cache`: the class that its source constructs.

        That it caches an awaitable is said where it is defined.
        """
        summary = wrapped.summary_of_call(self, api, node) if self._infer_returns else None
        if summary is None or summary.is_async:
            return None
        return self._receiver(api, summary, typ, lambda: None)

    def _wrapped(self, ctx: FunctionContext | MethodContext, node: CallExpr) -> Refined | None:
        """Return what a call gives of an async function that an instance of its decorator wraps."""
        callee = getattr(node.callee, "node", None)
        if not isinstance(callee, Decorator) or not is_async_def(callee.func):
            return None
        summary = self.summary_of(ctx.api, callee)
        return self.origins.awaitable(ctx.api, summary.result) if summary else None

    def _of_decorated(
        self, ctx: FunctionContext | MethodContext, node: CallExpr, typ: ProperType
    ) -> Refined | None:
        """Return what a decorated function gives whose type we made, with where it comes from."""
        callee = getattr(node.callee, "node", None)
        if not isinstance(callee, Decorator):
            return None
        summary = self.summary_of(ctx.api, callee)
        if summary is None:
            return None
        made = self.origins.awaitable(ctx.api, summary.result)
        return Refined(typ, made.origins) if made else None


def _is_async_mock(typ: ProperType, fullname: str) -> bool:
    """Is this a call of an `AsyncMock`, declared `Any`, which gives a coroutine?"""
    return (
        isinstance(typ, Instance)
        and fullname.endswith(".__call__")
        and typ.type.has_base(names.ASYNC_MOCK)
    )


def _passes_functions(ctx: FunctionContext | MethodContext) -> bool:
    passed = (get_proper_type(typ) for types in ctx.arg_types for typ in types)
    return any(isinstance(typ, CallableType) for typ in passed)
