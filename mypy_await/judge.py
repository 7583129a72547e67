"""The way of one expression: place it, ask the checks, report once, go on with the awaited type."""

from __future__ import annotations

from dataclasses import replace

from mypy.errorcodes import ErrorCode
from mypy.nodes import (
    ARG_STAR,
    LDEF,
    AwaitExpr,
    CallExpr,
    DictionaryComprehension,
    Expression,
    GeneratorExpr,
    ListExpr,
    MemberExpr,
    NameExpr,
    TupleExpr,
    TypeInfo,
)
from mypy.plugin import CheckerPluginInterface, ClassDefContext, FunctionContext, MethodContext
from mypy.types import (
    CallableType,
    Instance,
    Overloaded,
    ProperType,
    TupleType,
    Type,
    TypeVarType,
    get_proper_type,
)

from mypy_await import codes, compat
from mypy_await.awaitables import Awaitable, Sort, awaitable, is_started_later
from mypy_await.calls import (
    Call,
    Passed,
    async_methods,
    plain_result,
    result_of_calling,
    with_awaited,
    with_open_result,
)
from mypy_await.checks import (
    async_callback,
    async_test,
    dropped_awaitable,
    first_misuse,
    first_misuse_by_decorator,
    first_misuse_if_not_none,
    first_misuse_in_call,
    hidden_awaitable,
    is_awaited_by_name,
    masked_coroutine,
    misuse_of_parameter,
    misuses_in_class,
    undeclared_awaitable,
    unknown_awaitable,
)
from mypy_await.conditions import is_asked_for_colour
from mypy_await.config import Config
from mypy_await.decorations import Decoration
from mypy_await.functions import is_open_function
from mypy_await.futures import gives_more
from mypy_await.implicit_sync import runs_at_once
from mypy_await.known import is_object, says_nothing
from mypy_await.open_judge import OpenJudge
from mypy_await.origins import Refined, Sometimes, any_type
from mypy_await.overrides import ClassBody
from mypy_await.places import Kind, place_of
from mypy_await.rebound import is_used_as_future, replaces_function
from mypy_await.recognise import Interest
from mypy_await.refine import Refiner
from mypy_await.replacements import is_async_child, with_chosen_mock
from mypy_await.reporter import Reporter, is_settled_elsewhere
from mypy_await.site import Site, class_of
from mypy_await.steps import Step
from mypy_await.stored_callbacks import may_keep_any
from mypy_await.use import Misuse, Use
from mypy_await.walk import ParentLinks


class Judge:
    """Judges what the hooks bring, and reports."""

    def __init__(
        self, links: ParentLinks, refiner: Refiner, config: Config, *, tells_gate: bool
    ) -> None:
        self._links = links
        self._refiner = refiner
        self._config = config
        self._reporter = Reporter(tells_gate=tells_gate)
        self.of_open = OpenJudge(refiner, config, self._reporter)
        """Judges calls for which mypy runs no hook."""
        self._are_async: dict[TypeInfo, bool] = {}

    def forget(self) -> None:
        """Let go of the trees, which may be about to change."""
        self.of_open.forget()
        self._are_async.clear()

    def expression(
        self,
        api: CheckerPluginInterface,
        node: Expression,
        typ: Type,
        known_by: Refined | None = None,
        only: ErrorCode | None = None,
    ) -> Type:
        """Return the type that mypy goes on with for an expression that mypy gives type `typ`.

        That is the awaited type after a report, and else `typ` itself.  `known_by` says how we
        know the type, where mypy does not; `only` is the one code to report, instead of all.
        """
        return self._judged(api, node, typ, api.type_context[-1], known_by, only)

    def open_attribute(self, api: CheckerPluginInterface, node: MemberExpr) -> None:
        """Judge the call of an attribute that may be anything, or of what is read of it.

        By what the source says, or else by a call like it that is awaited.
        """
        links = self._links.below(compat.root(api))
        callee, call = node, links.get(node)
        while isinstance(call, MemberExpr):
            callee, call = call, links.get(call)
        if not isinstance(call, CallExpr) or call.callee is not callee:
            return
        if isinstance(links.get(call), AwaitExpr):
            return
        known_by = self._refiner.open_call(api, call, ())
        value = awaitable(get_proper_type(known_by.typ)) if known_by else None
        site = self.site(api, call)
        if known_by is None or value is None or site is None:
            self.of_open.attribute(api, node)
            return
        use = Use(site, value, call, call, place_of(call, links))
        dropped = dropped_awaitable.check_open(use) if value.is_lazy else None
        if dropped is not None:
            self._recovered(site, call, dropped, known_by.typ, known_by.typ, known_by)
        else:
            self._used(use, known_by.typ, known_by, None)

    def _judged(
        self,
        api: CheckerPluginInterface,
        node: Expression,
        typ: Type,
        expected: Type | None,
        known_by: Refined | None = None,
        only: ErrorCode | None = None,
    ) -> Type:
        proper = get_proper_type(typ)
        if isinstance(node, CallExpr) and ARG_STAR in node.arg_kinds:
            # mypy tries every signature that a star argument may mean: the reports are to be one.
            if isinstance(compat.type_of(api, node.callee), Overloaded):
                proper = compat.without_arguments(proper)
        value = awaitable(proper)
        held = None if value else _held(api, node, proper)
        if not (value or held or isinstance(proper, TupleType) or is_started_later(proper)):
            return typ
        site = self.site(api, node)
        if site is None or (awaitable(expected) and _is_asked_for(site, node)):
            return typ
        if isinstance(proper, TupleType):
            return self._tuple(site, node, proper)
        if value is not None and runs_at_once(site, node):
            return value.result
        place = place_of(node, site.parents)
        if value is None and held is None:
            self._reporter.report(
                site, node, dropped_awaitable.check_unstarted(site, node, place, proper)
            )
            return typ
        # Behind `and`, `or` and `if ... else` mypy expects the type of the other branch, and in a
        # comprehension what it inferred on a visit before: nobody declared that.
        is_inferred = isinstance(site.parents[node], (GeneratorExpr, DictionaryComprehension))
        expected = None if place.conditional or is_inferred else expected
        given = value or held
        assert given is not None
        use = Use(site, given, node, node, place, expected, in_container=held is not None)
        return self._used(use, typ, known_by, only)

    def _used(self, use: Use, typ: Type, known_by: Refined | None, only: ErrorCode | None) -> Type:
        site, node = use.site, use.origin
        misuse = first_misuse(use)
        if misuse is None:
            if only is None and compat.is_enabled(site.api, codes.UNDECLARED_AWAITABLE):
                self._reporter.report(site, node, undeclared_awaitable.check(use), known_by)
            return typ
        if only not in (None, misuse.code):
            return typ
        if only is not None and is_settled_elsewhere(site.api, misuse):
            return typ
        if misuse.code is codes.UNAWAITED_VALUE:
            if replaces_function(use) or is_awaited_by_name(use) or is_used_as_future(use):
                self._reporter.settle(site, node, misuse)
                return typ
        result = typ if use.in_container else misuse.result or use.value.result
        return self._recovered(site, node, misuse, typ, result, known_by)

    def _recovered(
        self,
        site: Site,
        node: Expression,
        misuse: Misuse,
        typ: Type,
        result: Type,
        known_by: Refined | None,
    ) -> Type:
        """Report a misuse unless the program knows better; return the type to go on with.

        That is `result` after a report, and else `typ`.
        """
        if is_asked_for_colour(node, site) or _gives_more(site, node, typ):
            # mypy may object to each use of a name that holds it.
            return any_type() if self._reporter.settle(site, node, misuse) else typ
        if known_by is None and self._is_misdeclared(site, node):
            return any_type()  # mypy objects to the declaration, and would again to each use
        if self._is_remade(site, node):
            return any_type()
        return result if self._reporter.report(site, node, misuse, known_by) else typ

    def _is_misdeclared(self, site: Site, node: Expression) -> bool:
        """Is this the call of a function that never gives the awaitable it is declared to?"""
        callee = site.callee_node(node) if isinstance(node, CallExpr) else None
        return self._refiner.is_never_awaitable(site.api, callee)

    def _is_remade(self, site: Site, node: Expression) -> bool:
        """Is this the call of a method that a decorator of its class may have replaced?"""
        callee = node.callee if isinstance(node, CallExpr) else None
        owner = class_of(site.type_of(callee.expr)) if isinstance(callee, MemberExpr) else None
        return owner is not None and self._refiner.is_remade(site.api, owner)

    def _tuple(self, site: Site, node: Expression, typ: TupleType) -> Type:
        """Judge the awaitables in a tuple that is unpacked into names."""
        place = place_of(node, site.parents)
        targets = getattr(place.node, "lvalues", [None])[0]
        if place.kind is not Kind.UNPACKED or not isinstance(targets, (TupleExpr, ListExpr)):
            return typ
        if len(targets.items) != len(typ.items):
            return typ
        items = list(typ.items)
        for position, target in enumerate(targets.items):
            value = awaitable(items[position])
            if value is None or not value.is_lazy:
                continue
            there = replace(place, kind=Kind.ASSIGNED, target=target)
            misuse = first_misuse(Use(site, value, node, node, there))
            if misuse is not None and self._reporter.report(site, node, misuse):
                items[position] = misuse.result or value.result
        return typ.copy_modified(items=items)

    def called(
        self,
        api: CheckerPluginInterface,
        node: CallExpr,
        typ: CallableType,
        known_by: Refined | None = None,
    ) -> Type:
        """Judge the call of what a call gives, `node(...)(...)`: mypy runs no hook for it.

        Return the type for what is called; after a report its calls give the awaited type.
        """
        site = self.site(api, node)
        outer = site.parents.get(node) if site is not None else None
        if not isinstance(outer, CallExpr) or outer.callee is not node:
            return typ
        result = self._judged(api, outer, typ.ret_type, None, known_by)
        return typ if result is typ.ret_type else typ.copy_modified(ret_type=result)

    def awaited(
        self, api: CheckerPluginInterface, node: CallExpr, typ: Type, known_by: Refined
    ) -> Type:
        """Judge what awaiting a call gives, which is one more awaitable: mypy runs no hook for it.

        Return the type of the call; after a report awaiting it gives the innermost result.
        """
        site, proper = self.site(api, node), get_proper_type(typ)
        outer = site.parents.get(node) if site is not None else None
        if not isinstance(outer, AwaitExpr) or not isinstance(proper, Instance):
            return typ
        result = self._judged(api, outer, known_by.typ, None, known_by)
        return (
            typ
            if result is known_by.typ
            else proper.copy_modified(args=[*proper.args[:-1], result])
        )

    def sometimes(
        self, api: CheckerPluginInterface, node: Expression, typ: Type, given: Sometimes
    ) -> Type:
        """Judge a call that is awaitable on some paths of the callee's source, for all we know.

        Return the type that mypy goes on with, `typ` where nothing is reported.
        """
        site = self.site(api, node)
        value = awaitable(given.refined.typ)
        if site is None or value is None:
            return typ
        place = place_of(node, site.parents)
        misuse = hidden_awaitable.check_source(site, node, place)
        if misuse is not None:
            self._reporter.report(site, node, misuse, given.refined)
            return typ
        if given.or_none:
            misuse = first_misuse_if_not_none(Use(site, value, node, node, place))
        if misuse is None or not self._reporter.report(site, node, misuse, given.refined):
            return typ
        return misuse.result or value.result

    def stored(
        self, api: CheckerPluginInterface, node: MemberExpr, owner: ProperType, declared: ProperType
    ) -> None:
        """Judge what is put into an attribute of an object."""
        if (
            isinstance(owner, Instance)
            and may_keep_any(declared)
            and (site := self.site(api, node))
        ):
            self._reporter.report(site, node, async_callback.check_store(site, owner, node))

    def consumed(self, api: CheckerPluginInterface, node: Expression) -> None:
        """Judge the `await` of a parameter, or what comes to the same."""
        is_local = isinstance(node, NameExpr) and node.kind == LDEF
        value = awaitable(compat.type_of(api, node)) if is_local else None
        site = self.site(api, node) if value and value.sort is Sort.COROUTINE else None
        if site is not None and value is not None:
            use = Use(site, value, node, node, place_of(node, site.parents))
            self._reporter.report(site, node, misuse_of_parameter(use))

    def elements(
        self, api: CheckerPluginInterface, node: Expression, known_by: Refined, step: Step
    ) -> bool:
        """Judge a call whose source gives a container of awaitables; is it a misuse?"""
        site, value = self.site(api, node), awaitable(known_by.typ)
        if site is None or value is None:
            return False
        place = place_of(node, site.parents)
        use = Use(site, value, node, node, place, in_container=True, in_result=True, steps=(step,))
        return self._reporter.report(site, node, first_misuse(use), known_by)

    def class_body(self, ctx: ClassDefContext) -> None:
        """Report methods that are async where they must not be, or the other way round."""
        for node, misuse in misuses_in_class(ClassBody(ctx.api, ctx.cls, self._refiner)):
            compat.report_in_class(ctx.api, misuse.text, node, misuse.code, misuse.notes)

    def decorator(self, decoration: Decoration, typ: Type) -> Type:
        """Report a decorator that the function it decorates is not made for.

        Return the type that mypy goes on with for what it gives, `typ` where nothing is reported.
        Whether the wrapper will be async or the function will not, nobody knows.
        """
        misuse = first_misuse_by_decorator(decoration)
        api = decoration.api
        if misuse is None or not compat.is_enabled(api, misuse.code):
            return typ
        # A factory of decorators may be overloaded.
        where = decoration.applied
        compat.report_in_attempt(api, misuse.text, where, misuse.code, misuse.notes)
        return with_open_result(typ) if decoration.swallows else typ

    def arguments(
        self, ctx: FunctionContext | MethodContext, node: CallExpr, interest: Interest, typ: Type
    ) -> Type:
        """Report an argument of a call that the callee cannot deal with.

        Return the type that mypy goes on with for the call: after a report, with the awaited
        results of the function.
        """
        types = [get_proper_type(typ) for types in ctx.arg_types for typ in types]
        takes_objects = interest.meets or interest.opens
        if not any(_is_function(t) or (takes_objects and self._is_async(t)) for t in types):
            return typ
        site = self.site(ctx.api, node)
        if site is None:
            return typ
        call = self._call(ctx, site, node)
        misuse = first_misuse_in_call(call)
        if not self._reporter.report(site, node, misuse) or _is_inside_argument(site, node):
            return typ
        if misuse is not None and misuse.code is codes.ESCAPING_AWAITABLE:
            return compat.any_of_error()  # the caller may await it, and may use it
        for passed, value in call.async_functions():
            if misuse is not None and passed.value is misuse.node:
                awaited = with_awaited(typ, value)
                return compat.any_of_error() if says_nothing(get_proper_type(awaited)) else awaited
        return typ

    def _is_async(self, typ: ProperType) -> bool:
        """Is it an object with async methods?"""
        if not isinstance(typ, Instance):
            return False
        if typ.type not in self._are_async:
            self._are_async[typ.type] = bool(async_methods(typ.type))
        return self._are_async[typ.type]

    def test(self, ctx: FunctionContext | MethodContext, node: CallExpr) -> None:
        """Report a run-time test for a coroutine that is never true, or makes no difference."""
        site = self.site(ctx.api, node)
        if site is None:
            return
        call = self._call(ctx, site, node)
        for check in (
            masked_coroutine.check_test,
            dropped_awaitable.check_test,
            async_callback.check_asked,
        ):
            if self._reporter.report(site, node, check(call)):
                return

    def replacement(self, ctx: FunctionContext | MethodContext, node: CallExpr) -> Type:
        """Report what stands in the place of an async function in a test, and is none.

        Return the type of the call, with the kind of mock that it makes.
        """
        site, typ = self.site(ctx.api, node), ctx.default_return_type
        if site is None:
            return typ
        call = self._call(ctx, site, node)
        self._reporter.report(site, node, async_test.check_replacement(call))
        return with_chosen_mock(call, typ)

    def is_async_mock(self, api: CheckerPluginInterface, node: MemberExpr) -> bool:
        """Is an attribute of an `AsyncMock`, which is called, one of its kind?"""
        site = self.site(api, node)
        return site is not None and is_async_child(site, node)

    def unknown(self, api: CheckerPluginInterface, node: Expression, typ: Type) -> None:
        """Report a value of type `Any` that becomes a protected type."""
        site = self.site(api, node) if compat.is_enabled(api, codes.UNKNOWN_AWAITABLE) else None
        if site is not None:
            place = place_of(node, site.parents)
            self._reporter.report(site, node, unknown_awaitable.check_value(site, node, typ, place))

    def factory(self, api: CheckerPluginInterface, node: CallExpr, made: Instance | None) -> None:
        """Report the call of a function without annotations that makes a protected type."""
        site = self.site(api, node) if made is not None else None
        if site is not None and made is not None:
            self._reporter.report(site, node, unknown_awaitable.check_factory(site, node, made))

    def _call(self, ctx: FunctionContext | MethodContext, site: Site, node: CallExpr) -> Call:
        arguments = tuple(
            Passed(position, name, value, get_proper_type(typ))
            for position, name in enumerate(ctx.callee_arg_names)
            for value, typ in zip(ctx.args[position], ctx.arg_types[position], strict=True)
        )
        expected = get_proper_type(ctx.api.type_context[-1])
        gives = ctx.default_return_type
        return Call(site, node, site.callee_name(node), arguments, gives, expected)

    def site(self, api: CheckerPluginInterface, node: Expression) -> Site | None:
        """Return the surroundings of a node; None for one that mypy made up."""
        links = self._links.below(compat.root(api))
        site = Site(api, links, self._refiner, self._config)
        return site if node in site.parents else None


def _is_asked_for(site: Site, node: Expression) -> bool:
    """Is the type of a call one that mypy takes from the place, as in `x = asyncio.run(x)`?"""
    return isinstance(node, CallExpr) and any(
        isinstance(get_proper_type(signature.ret_type), TypeVarType)
        for signature in site.declared_signatures(node)
    )


def _gives_more(site: Site, node: Expression, typ: Type) -> bool:
    """Is it declared `Awaitable`, and an object of a class that has more by its source?"""
    value = awaitable(typ) if isinstance(node, CallExpr) else None
    if value is None or value.sort is not Sort.AWAITABLE or not isinstance(node, CallExpr):
        return False
    return gives_more(site, node)


def _held(api: CheckerPluginInterface, node: Expression, typ: ProperType) -> Awaitable | None:
    """Return the awaitable that `map` makes of each element.

    Where objects of any kind are wanted mypy takes the elements for such.
    """
    if not isinstance(typ, Instance) or typ.type.fullname != "builtins.map" or not typ.args:
        return None
    element = get_proper_type(typ.args[0])
    if is_object(element) and isinstance(node, CallExpr):
        function = compat.type_of(api, node.args[0])
        return result_of_calling(function) if function is not None else None
    return awaitable(element)


def _is_inside_argument(site: Site, node: Expression) -> bool:
    """Is an expression part of an argument, from whose type mypy may infer what it expects here?"""
    below, above = node, site.parents.get(node)
    while isinstance(above, Expression):
        if isinstance(above, CallExpr) and above.callee is not below:
            return True
        below, above = above, site.parents.get(above)
    return False


def _is_function(typ: ProperType) -> bool:
    """Is this a function, or any other value that gives an awaitable when it is called?"""
    if isinstance(typ, CallableType):
        return not typ.is_type_obj()
    is_partial = plain_result(typ) is not None
    if isinstance(typ, Instance) and is_open_function(typ):
        return True
    return is_partial or (
        isinstance(typ, (Overloaded, Instance)) and result_of_calling(typ) is not None
    )
